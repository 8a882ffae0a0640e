import { z } from "zod";
import { addressField, allowInsecureHttp, credentialField, findUrl, isLoopback } from "./fields.js";
import { isBlock } from "./path.js";
import { oneStockFindings } from "./side.js";
import type { ConfigSlice, Finding } from "./slice.js";

const woocommerceSchema = z
  .strictObject({
    channel: z.literal("woocommerce").meta({ description: "The cart's kind.", examples: ["woocommerce"] }),
    url: addressField().meta({
      description: "Address of the shop, as in the browser, with the folder that WordPress lives in.",
      examples: ["https://shop.example"],
    }),
    consumerKey: credentialField().meta({
      description:
        "Consumer key of the REST API (WooCommerce > Settings > Advanced > REST API); read access will do.",
      examples: ["${WOOCOMMERCE_CONSUMER_KEY}"],
    }),
    consumerSecret: credentialField().meta({
      description: "Consumer secret that belongs to the key.",
      examples: ["${WOOCOMMERCE_CONSUMER_SECRET}"],
    }),
    auth: z.enum(["auto", "basic", "query", "oauth1"]).default("auto").meta({
      description:
        "How requests prove who sends them: auto takes basic over https and oauth1 over http; query is for hosts that drop the Authorization header.",
    }),
    statuses: z
      .array(
        z
          .string()
          .refine((status) => /^[a-z0-9_-]+$/u.test(status), "expected a status such as publish or private")
          .refine((status) => status !== "any", "name the statuses one by one; any is none"),
      )
      .min(1, "the list is empty, so no product would be taken")
      .default(["publish"])
      .meta({ description: "Products of these statuses are taken, others are skipped." }),
    weightUnit: z.enum(["kg", "g", "lbs", "oz"]).exactOptional().meta({
      description: "The shop's unit of weight, for keys that may not read the shop's settings.",
    }),
    dimensionUnit: z.enum(["m", "cm", "mm", "in", "yd"]).exactOptional().meta({
      description: "The shop's unit of length, for keys that may not read the shop's settings.",
    }),
    allowInsecureHttp,
  })
  .meta({ title: "WooCommerce", description: "A WooCommerce shop." });

/** The `source` of a WooCommerce shop. */
export const woocommerce: ConfigSlice<typeof woocommerceSchema> = {
  schema: woocommerceSchema,
  findings(config) {
    const findings: Finding[] = [];
    const source = isBlock(config["source"]) ? config["source"] : {};
    const url = findUrl(source["url"]);
    const auth = source["auth"];
    if (url?.protocol === "http:" && (auth === "basic" || auth === "query")) {
      const isAllowed = isLoopback(url.hostname) || source["allowInsecureHttp"] === true;
      const hint = "write https://, or auth: oauth1, which signs requests and never sends the secret";
      findings.push(
        isAllowed
          ? {
              kind: "warning",
              path: ["source", "auth"],
              message: `WooCommerce itself ignores the keys of auth: ${auth} over plain http`,
              hint,
            }
          : {
              kind: "fault",
              path: ["source", "url"],
              message: `auth: ${auth} over plain http would send the consumer secret readable to all on the way`,
              hint,
            },
      );
    }
    findings.push(...oneStockFindings(config, "WooCommerce"));
    return findings;
  },
};
