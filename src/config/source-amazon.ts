import { z } from "zod";
import { addressField, allowInsecureHttp, credentialField, rootField, textField } from "./fields.js";
import { blockOf, insecureFindings } from "./side.js";
import type { ConfigSlice, Finding } from "./slice.js";

const schema = z
  .strictObject({
    channel: z.literal("amazon").meta({ description: "The cart's kind.", examples: ["amazon"] }),
    marketplaceId: textField()
      .refine(
        (text) => /^A[A-Z0-9]{9,15}$/u.test(text),
        "expected a marketplace id such as ATVPDKIKX0DER (amazon.com)",
      )
      .meta({ description: "Id of the one marketplace that is read.", examples: ["ATVPDKIKX0DER"] }),
    clientId: credentialField().meta({
      description: "LWA client id of your private app (Solution Provider Portal).",
      examples: ["${AMAZON_CLIENT_ID}"],
    }),
    clientSecret: credentialField().meta({
      description: "LWA client secret; Amazon lets it expire after 180 days.",
      examples: ["${AMAZON_CLIENT_SECRET}"],
    }),
    refreshToken: credentialField().meta({
      description: "Refresh token from authorising the app for your own seller account.",
      examples: ["${AMAZON_REFRESH_TOKEN}"],
    }),
    sellerId: textField()
      .refine((text) => /^A[A-Z0-9]{9,20}$/u.test(text), "expected a merchant token such as A2EXAMPLE00001")
      .exactOptional()
      .meta({
        description:
          "Merchant token (Settings > Account Info). With it shops of up to 1,000 SKUs are read in seconds, without a report.",
      }),
    region: z.enum(["na", "eu", "fe"]).exactOptional().meta({
      description: "Region of the API. By default the marketplace tells.",
    }),
    enrich: z.boolean().default(true).meta({
      description: "Takes images, UPC, size and weight from the Catalog API: one call for 20 ASINs.",
    }),
    baseUrl: rootField().exactOptional().meta({
      description: "Scheme, host and port to call instead of the region's own.",
    }),
    tokenUrl: addressField().exactOptional().meta({
      description: "Whole address to get access tokens at instead of https://api.amazon.com/auth/o2/token.",
    }),
    allowInsecureHttp,
  })
  .meta({ title: "Amazon", description: "A seller account of one Amazon marketplace." });

/** The `source` of an Amazon seller account. */
export const amazon: ConfigSlice<typeof schema> = {
  schema,
  findings(config) {
    const findings: Finding[] = [...insecureFindings(config, "source", ["baseUrl", "tokenUrl"])];
    const location = blockOf(config, "options")["inventoryLocation"];
    const isChannel = typeof location === "string" && /^(?:DEFAULT|AMAZON_[A-Z]{2,4})$/u.test(location);
    if (location !== undefined && !isChannel) {
      findings.push({
        kind: "fault",
        path: ["options", "inventoryLocation"],
        message: "Amazon's stock is DEFAULT (your own) or a channel such as AMAZON_NA",
        hint: "leave the key out for your own stock",
      });
    }
    return findings;
  },
};
