import { z } from "zod";
import type { Item } from "./schema.js";

/** Characters. It is kept anew with each page, so it should not be larger than a page is. */
const largestToken = 256 * 1024;

const count = z.number().int().min(0);

const listSchema = z.object({
  page: count.min(1),
  size: count.min(1),
  floor: count,
  done: z.boolean(),
  seen: count,
  total: count.exactOptional(),
  grown: count,
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
  /** The same as the shop sent them, unless they are too large to be carried along. */
  held: z.array(z.record(z.string(), z.unknown())).exactOptional(),
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

/**
 * A token for the place that the read has come to. It carries `parents` along, so that going on from it asks the shop
 * for nothing twice; where their descriptions are books, only their ids, which costs one request more.
 */
export function toResumeToken(state: ResumeState, parents: readonly Item[]): string {
  const text = JSON.stringify(parents.length === 0 ? state : { ...state, held: parents });
  return text.length <= largestToken ? text : JSON.stringify(state);
}
