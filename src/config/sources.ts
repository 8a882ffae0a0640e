import { z } from "zod";
import { amazon } from "./source-amazon.js";
import { etsy } from "./source-etsy.js";
import { shopify } from "./source-shopify.js";
import { woocommerce } from "./source-woocommerce.js";

/** What `source` looks like, by channel: one entry a channel that this version has. */
export const sourceSlices = { amazon, etsy, shopify, woocommerce } as const;

/** The `source` of a config. */
export const Source = z
  .discriminatedUnion("channel", [amazon.schema, etsy.schema, shopify.schema, woocommerce.schema])
  .meta({ description: "The cart that products come from." });
