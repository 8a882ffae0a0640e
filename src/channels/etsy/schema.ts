import { z } from "zod";

/**
 * What psync relies on in the answers of Open API v3; everything else passes. Listings and products are not described
 * here: their fields are the mapping table's business and stay untouched. Etsy's own document requires nothing.
 */
export const listSchema = z.object({
  /** How many rows match in all, not how many came. */
  count: z.int().min(0).optional().catch(undefined),
  results: z.array(z.unknown()),
});

export const errorSchema = z.object({
  error: z.string().catch(""),
  error_description: z.string().catch(""),
});

export const tokenSchema = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional().catch(undefined),
  /** Seconds. */
  expires_in: z.number().positive().catch(3600),
});

const idSchema = z.union([z.int().min(1).transform(String), z.string().regex(/^\d{1,19}$/)]);

export const meSchema = z.object({
  shop_id: idSchema.optional().catch(undefined),
});

export const pongSchema = z.object({ application_id: z.unknown() });

export const shopSchema = z.object({
  shop_name: z.string().catch(""),
  currency_code: z.string().catch(""),
  is_vacation: z.boolean().catch(false),
  listing_active_count: z.int().min(0).optional().catch(undefined),
});

/** A JSON object as Etsy sent it. */
export type Item = Readonly<Record<string, unknown>>;

/** Takes a value for an item if it is a JSON object. */
export function toItem(value: unknown): Item | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Item) : undefined;
}

/** Reads an id. Undefined for what is none, and beyond 2^53, where JSON.parse has lost digits already. */
export function toId(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

/** Reads seconds since 1970. Milliseconds; undefined for what is no date. */
export function toMs(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 && value < 1e11 ? Math.floor(value) * 1000 : undefined;
}
