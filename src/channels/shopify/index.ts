import type { ChannelParts, SourceChannel } from "../channel.js";
import { createShopifyApi } from "./api.js";
import { checkShop } from "./check.js";
import { listLocations } from "./locations.js";
import { readShop } from "./read.js";
import type { ShopifySettings } from "./settings.js";

export { shopifyHttpPolicy } from "./policy.js";
export type { ShopifySettings } from "./settings.js";

/**
 * Opens a Shopify shop as a source of records, one a variant. Nothing is sent before `check`, `locations` or `read` is
 * asked for its first result. `parts.http` is a client with `shopifyHttpPolicy`.
 */
export function createShopifyChannel(settings: ShopifySettings, parts: ChannelParts): SourceChannel {
  const api = createShopifyApi(settings, parts);
  const context = { api, settings, parts };
  return {
    id: "shopify",
    account: api.shop,
    features: { updatedSince: true, locations: true },
    check: (signal) => checkShop(context, signal),
    locations: (signal) => listLocations(api, signal),
    read: (request, signal) => readShop(context, request, signal),
  };
}
