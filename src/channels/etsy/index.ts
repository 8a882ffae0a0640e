import type { ChannelParts, SourceChannel } from "../channel.js";
import { createEtsyApi } from "./api.js";
import { checkShop } from "./check.js";
import { createQuota } from "./quota.js";
import { readShop } from "./read.js";
import type { EtsySettings } from "./settings.js";
import { createEtsyTokens } from "./tokens.js";

export { createEtsyAuthorization, type EtsyAuthorization } from "./authorization.js";
export { etsyHttpPolicy } from "./policy.js";
export type { EtsySettings } from "./settings.js";

/**
 * Opens an Etsy shop as a source of records. Nothing is sent before `check` or `read` is asked for its first result.
 * `parts.http` is a client with `etsyHttpPolicy`; `parts.memory` keeps the rotating tokens and what is left of the day.
 */
export function createEtsyChannel(settings: EtsySettings, parts: ChannelParts): SourceChannel {
  const quota = createQuota(settings.keystring, parts);
  const api = createEtsyApi(settings, parts, createEtsyTokens(settings, parts), quota);
  const context = { api, settings, parts, quota, traits: { inventoryApart: false } };
  return {
    id: "etsy",
    account: `etsy.com/shop/${settings.shopId}`,
    // Etsy has no filter by date: every read is a whole one.
    features: { updatedSince: false, locations: false },
    check: (signal) => checkShop(context, signal),
    read: (request, signal) => readShop(context, request, signal),
  };
}
