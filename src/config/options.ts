import { z } from "zod";
import { productFields } from "../model/product.js";
import { parseDuration, parseInterval } from "./duration.js";
import { parsedField, textField } from "./fields.js";
import { findSuggestion } from "../model/suggest.js";

const omittableFields: ReadonlySet<string> = new Set(productFields.filter((field) => field !== "sku"));

const omittedField = z.string().superRefine((field, context) => {
  if (omittableFields.has(field) || /^custom_fields\../u.test(field)) return;
  if (field === "sku") {
    context.addIssue({ code: "custom", message: "sku is what a product is known by and cannot be left out" });
    return;
  }
  const suggestion = findSuggestion(field, omittableFields);
  context.addIssue({
    code: "custom",
    message: "this is not a canonical field",
    params: {
      hint:
        suggestion === undefined
          ? "write names such as description, or custom_fields.<name>"
          : `did you mean ${suggestion}?`,
    },
  });
});

/** How many updates are too many for one run: a number of products, or a share of the known ones between 0 and 1. */
export type ChangeLimit =
  { readonly kind: "count"; readonly count: number } | { readonly kind: "share"; readonly share: number };

/** Reads `maxChanges`, which the schema has checked. */
export function toChangeLimit(maxChanges: number | string): ChangeLimit {
  if (typeof maxChanges === "number") return { kind: "count", count: maxChanges };
  return { kind: "share", share: Number(maxChanges.replace("%", "")) / 100 };
}

const changeLimitText = 'expected a whole number, or a percentage such as "50%"';
const percentage = z.string().regex(/^(?:100(?:\.0+)?|\d{1,2}(?:\.\d+)?)%$/u, changeLimitText);

/** The `options` of a config. */
export const Options = z
  .strictObject({
    updates: z.boolean().default(true).meta({
      description:
        "Writes changed products again; without it only new ones are written (Download Product Updates).",
    }),
    priceSync: z.boolean().default(false).meta({
      description:
        "Sends prices, and writes a product again when only its price has changed (Sync Product Price).",
    }),
    inventoryLocation: z
      .union([textField(), z.int()], { error: "expected the id or the exact name of a location" })
      .transform(String)
      .exactOptional()
      .meta({
        description:
          "Whose stock the quantity is. Shopify: id or exact name of a location (psync locations); needed where there are several. Amazon: DEFAULT, your own, or a channel such as AMAZON_NA. Etsy and WooCommerce have one stock (default).",
      }),
    interval: parsedField(parseInterval).default("15m").meta({
      description: "How often a continuous sync repeats: a duration such as 15m, or a cron expression.",
    }),
    reconcileEvery: parsedField(parseDuration).default("24h").meta({
      description: "How often a continuous sync reads the whole catalogue instead of what changed.",
    }),
    onDuplicateSku: z.enum(["fail", "first"]).default("fail").meta({
      description:
        "What to do with several records of one SKU: fail writes none of them, first takes the first.",
    }),
    maxChanges: z
      .union([z.int().min(0, changeLimitText), percentage], {
        error: changeLimitText,
      })
      .exactOptional()
      .meta({
        description:
          "Stops a run that would update more of the known products, before its first write: a number or a percentage. Without it: 50% once 100 products are known.",
      }),
    fields: z
      .strictObject({
        omit: z.array(omittedField).default([]).meta({
          description: "Canonical fields that are never sent: description, tags, custom_fields.<name>.",
        }),
      })
      .prefault({})
      .meta({ description: "Which fields are sent." }),
    includeDigital: z.boolean().default(false).meta({
      description: "Takes products that are never shipped (downloads, virtual products) too.",
    }),
    concurrency: z.int().min(1, "at least 1").max(64, "64 at most").exactOptional().meta({
      description: "How many requests are under way at once; by default what suits the channel.",
    }),
  })
  .prefault({})
  .meta({ description: "How products are synced." });
