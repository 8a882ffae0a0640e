import { z } from "zod";

/**
 * What psync relies on in the answers of wc/v3; everything else passes. Products and variations are not described
 * here: their fields are the mapping table's business and stay untouched.
 * Source: WooCommerce REST API v3, as answered by WooCommerce 11.0.1.
 */
export const siteIndexSchema = z.object({
  name: z.string().catch(""),
  timezone_string: z.string().catch(""),
  gmt_offset: z.union([z.number(), z.string()]).optional().catch(undefined),
  namespaces: z.array(z.string()).catch([]),
});
export type SiteIndex = z.infer<typeof siteIndexSchema>;

export const settingSchema = z.object({ value: z.string().min(1) });

export const systemStatusSchema = z.object({
  environment: z.object({ version: z.string() }),
});

export const currencySchema = z.object({ code: z.string() });

export const errorSchema = z.object({
  code: z.string(),
  message: z.string().catch(""),
  data: z
    .object({ params: z.record(z.string(), z.unknown()).optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

export const storefrontSchema = z.array(
  z.object({
    formatted_weight: z.string().catch(""),
    formatted_dimensions: z.string().catch(""),
  }),
);

/** A product or a variation as the shop sent it. */
export type Item = Readonly<Record<string, unknown>>;

/** Takes a value for an item if it is a JSON object. */
export function toItem(value: unknown): Item | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Item) : undefined;
}

/** Reads a WordPress id: a positive whole number, also where a plugin made it text. */
export function toId(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

/** Reads one of the `..._gmt` dates, which carry no zone. Milliseconds since 1970; undefined for null and nonsense. */
export function toGmtMs(value: unknown): number | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(value)) return undefined;
  const ms = Date.parse(`${value}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The ids of the children that a variable product names. */
export function namedChildren(parent: Item): number[] {
  const named = parent["variations"];
  if (!Array.isArray(named)) return [];
  return named.map(toId).filter((id) => id !== undefined);
}
