import { z } from "zod";
import { allowInsecureHttp, credentialField, rootField, textField } from "./fields.js";
import { blockOf, insecureFindings } from "./side.js";
import type { ConfigSlice, Finding } from "./slice.js";

const shopPattern = /^[a-z0-9][a-z0-9-]*(?:\.myshopify\.com)?$/iu;

const versionPattern = /^(?:20\d\d-(?:01|04|07|10)|unstable)$/u;

const schema = z
  .strictObject({
    channel: z.literal("shopify").meta({ description: "The cart's kind.", examples: ["shopify"] }),
    shop: textField()
      .refine(
        (text) => shopPattern.test(text),
        "expected the shop's own domain, such as harbor-goods.myshopify.com",
      )
      .overwrite((text) => (text.includes(".") ? text : `${text}.myshopify.com`).toLowerCase())
      .meta({
        description: "The shop's myshopify.com domain (Settings > Domains), not the one that buyers see.",
        examples: ["harbor-goods.myshopify.com"],
      }),
    accessToken: credentialField()
      .exactOptional()
      .meta({
        description: "Admin API access token of a custom app that was made in the shop's admin.",
        examples: ["${SHOPIFY_ACCESS_TOKEN}"],
      }),
    clientId: credentialField()
      .exactOptional()
      .meta({
        description:
          "Client id of an app from the Dev Dashboard; with clientSecret it takes the place of accessToken.",
        examples: ["${SHOPIFY_CLIENT_ID}"],
      }),
    clientSecret: credentialField()
      .exactOptional()
      .meta({
        description: "Client secret that belongs to clientId.",
        examples: ["${SHOPIFY_CLIENT_SECRET}"],
      }),
    apiVersion: z
      .string()
      .refine((text) => versionPattern.test(text), "expected a version such as 2026-10")
      .default("2026-10")
      .meta({ description: "Version of the Admin API that is asked." }),
    statuses: z
      .array(z.enum(["ACTIVE", "DRAFT", "ARCHIVED", "UNLISTED"]))
      .min(1, "the list is empty, so no product would be taken")
      .default(["ACTIVE", "UNLISTED"])
      .meta({ description: "Products of these statuses are taken, others are skipped." }),
    baseUrl: rootField().exactOptional().meta({
      description:
        "Scheme, host and port to call instead of the shop's own; for proxies, sandboxes and tests.",
    }),
    allowInsecureHttp,
  })
  .meta({ title: "Shopify", description: "A Shopify shop." });

/** The `source` of a Shopify shop. */
export const shopify: ConfigSlice<typeof schema> = {
  schema,
  findings(config) {
    const source = blockOf(config, "source");
    const findings: Finding[] = [...insecureFindings(config, "source", ["baseUrl"])];
    const has = (key: string): boolean => source[key] !== undefined;
    const hint = "accessToken, or clientId and clientSecret (README, section Shopify)";
    if (has("accessToken") && (has("clientId") || has("clientSecret"))) {
      const message = "there is an accessToken beside clientId and clientSecret; one of both proves who asks";
      findings.push({ kind: "fault", path: ["source", "accessToken"], message, hint });
    } else if (has("clientId") !== has("clientSecret")) {
      const [there, lacking] = has("clientId") ? ["clientId", "clientSecret"] : ["clientSecret", "clientId"];
      const message = `there is a ${there}, but no ${lacking}`;
      findings.push({ kind: "fault", path: ["source", lacking], message, hint });
    } else if (!has("accessToken") && !has("clientId")) {
      findings.push({
        kind: "fault",
        path: ["source"],
        message: "nothing proves who asks",
        hint: `add ${hint}`,
      });
    }
    return findings;
  },
};
