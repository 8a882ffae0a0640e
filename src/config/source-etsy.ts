import { z } from "zod";
import { addressField, allowInsecureHttp, credentialField, idField, rootField } from "./fields.js";
import { insecureFindings, oneStockFindings } from "./side.js";
import type { ConfigSlice } from "./slice.js";

const schema = z
  .strictObject({
    channel: z.literal("etsy").meta({ description: "The cart's kind.", examples: ["etsy"] }),
    shopId: idField().meta({
      description: "Numeric id of the shop; psync test finds it when it is wrong.",
      examples: ["41220099"],
    }),
    keystring: credentialField().meta({
      description: "Keystring of your app (etsy.com/developers/your-apps).",
      examples: ["${ETSY_KEYSTRING}"],
    }),
    sharedSecret: credentialField().meta({
      description: "Shared secret of the same app.",
      examples: ["${ETSY_SHARED_SECRET}"],
    }),
    refreshToken: credentialField().meta({
      description:
        "First refresh token, from psync auth etsy. Each refresh returns a new one, kept in the state; a changed value here beats the kept one.",
      examples: ["${ETSY_REFRESH_TOKEN}"],
    }),
    states: z
      .array(z.enum(["active", "inactive", "sold_out", "draft", "expired"]))
      .min(1, "the list is empty, so no listing would be taken")
      .default(["active"])
      .meta({ description: "Listings of these states are taken; each is read in a pass of its own." }),
    baseUrl: rootField().exactOptional().meta({
      description: "Scheme, host and port to call instead of https://openapi.etsy.com.",
    }),
    tokenUrl: addressField().exactOptional().meta({
      description:
        "Whole address to refresh tokens at instead of https://api.etsy.com/v3/public/oauth/token.",
    }),
    allowInsecureHttp,
  })
  .meta({ title: "Etsy", description: "An Etsy shop." });

/** The `source` of an Etsy shop. */
export const etsy: ConfigSlice<typeof schema> = {
  schema,
  findings: (config) => [
    ...insecureFindings(config, "source", ["baseUrl", "tokenUrl"]),
    ...oneStockFindings(config, "Etsy"),
  ],
};
