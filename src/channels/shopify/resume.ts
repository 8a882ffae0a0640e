import { z } from "zod";

const count = z.number().int().min(0);
const id = z.string().regex(/^\d{1,20}$/);

const listSchema = z.object({
  after: z.string().exactOptional(),
  done: z.boolean(),
  size: count.min(1),
  ceiling: count.min(1),
  before: count.min(1).exactOptional(),
  good: count,
  careful: z.boolean(),
});

const resumeSchema = z.object({
  v: z.literal(1),
  /** The cursor that the read began from; absent for a whole catalogue. */
  since: z.string().exactOptional(),
  /** Shopify's clock when the read began, milliseconds since 1970. */
  startedMs: z.number(),
  list: listSchema,
  /** The id that the list began behind, after its place was lost. */
  behind: id.exactOptional(),
  /** Products of pages before, some of whose variants are still to be read. */
  pending: z.array(z.object({ id, list: listSchema })),
  /** Variants that came, unreadable ones included. */
  seen: count,
  /** Those of them that were made after the read began. */
  fresh: count,
  /** The highest id that came. Where the list is in order, all up to it came. */
  floor: id,
  /** Ids have only risen so far. */
  ordered: z.boolean(),
  /** What the shop declared at first. */
  declared: count.exactOptional(),
  /** The exports that were started for this read, and how many of their records were given. */
  bulk: z
    .object({
      variants: z.string(),
      images: z.string().exactOptional(),
      passes: count.min(1).exactOptional(),
      given: count,
      fresh: count,
    })
    .exactOptional(),
  /** An export was not to be had, or is not worth it: this read goes on page by page. */
  paged: z.boolean(),
});

/** Where a read stands, as kept between two processes. */
export type ReadState = z.infer<typeof resumeSchema>;

/** Reads a token that `toResumeToken` made. Undefined for any other text: the read then starts anew. */
export function parseResumeToken(token: string): ReadState | undefined {
  try {
    return resumeSchema.safeParse(JSON.parse(token)).data;
  } catch {
    return undefined;
  }
}

export function toResumeToken(state: ReadState): string {
  return JSON.stringify(state);
}
