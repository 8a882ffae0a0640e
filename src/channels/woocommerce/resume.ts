import { z } from "zod";

const count = z.number().int().min(0);

const listSchema = z.object({
  page: count.min(1),
  size: count.min(1),
  floor: count,
  done: z.boolean(),
  seen: count,
  total: count.exactOptional(),
  grown: count,
  shrunk: count,
  fresh: count,
  unordered: z.boolean(),
});

const resumeSchema = z.object({
  v: z.literal(1),
  /** The cursor that the read began from; absent for a whole catalogue. */
  since: z.string().exactOptional(),
  /** The shop's clock when the read began, milliseconds since 1970. */
  startedMs: z.number().exactOptional(),
  list: listSchema,
  /** Variable products whose variations are still to be read. */
  parents: z.array(count).default([]),
  children: z.object({ list: listSchema, parent: count.exactOptional() }).exactOptional(),
  /** The second list of an incremental read: variations changed by themselves. */
  changed: listSchema.exactOptional(),
  /** Children that the parents met so far name. */
  named: count,
  gaps: z.array(z.string()).default([]),
});

/** Where a read stands, as kept between two processes. */
export type ResumeState = z.infer<typeof resumeSchema>;

/** Reads a token that `toResumeToken` made. Undefined for any other text: the read then starts anew. */
export function parseResumeToken(token: string): ResumeState | undefined {
  try {
    return resumeSchema.safeParse(JSON.parse(token)).data;
  } catch {
    return undefined;
  }
}

export function toResumeToken(state: ResumeState): string {
  return JSON.stringify(state);
}
