import { z } from "zod";

const common = {
  v: z.literal(1),
  /** Names the read, so that what it asked the catalogue for is known to who goes on with it. */
  pass: z.string().min(1),
  /** The cursor that the read gives. */
  cursor: z.string().min(1),
};

const resumeSchema = z.discriminatedUnion("kind", [
  z.object({
    ...common,
    kind: z.literal("report"),
    document: z.string().min(1),
    /** The last line that was kept. */
    line: z.number().int().min(1),
  }),
  z.object({
    ...common,
    kind: z.literal("listings"),
    pageToken: z.string().min(1),
    /** Listings that were kept. */
    seen: z.number().int().min(0),
    /** The most that Amazon declared. */
    declared: z.number().int().min(0),
  }),
]);

/** Where a read stands, as kept between two processes. */
export type ResumeState = z.infer<typeof resumeSchema>;
export type ReportResume = Extract<ResumeState, { readonly kind: "report" }>;
export type ListingsResume = Extract<ResumeState, { readonly kind: "listings" }>;

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
