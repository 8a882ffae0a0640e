import { z } from "zod";

const count = z.int().min(0);

const resumeSchema = z.object({
  v: z.literal(1),
  /** Milliseconds since 1970, by Etsy's clock as far as it is told. */
  startedMs: z.number(),
  list: z.object({
    state: z.string(),
    offset: count,
    reach: count,
    overlap: count,
    done: z.boolean(),
    seen: count,
    total: count.exactOptional(),
    grown: count,
    fresh: count,
  }),
  /** The ids of the last page, which tell what has slid over its edge meanwhile. */
  last: z.array(z.int()),
  /** How many records came so far. */
  records: count,
  gaps: z.array(z.string()),
});

/** Where a read stands, as kept between two processes. States before the one of `list` were read. */
export type ResumeState = z.infer<typeof resumeSchema>;

/** Reads a token that was made of a ResumeState. Undefined for any other text: the read then starts anew. */
export function parseResumeToken(token: string): ResumeState | undefined {
  try {
    return resumeSchema.safeParse(JSON.parse(token)).data;
  } catch {
    return undefined;
  }
}
