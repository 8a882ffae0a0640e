import type { SourceChannel } from "../channel.js";
import { createWooApi } from "./api.js";
import { checkShop } from "./check.js";
import { readShop } from "./read.js";
import type { WooParts, WooSettings } from "./settings.js";

export { type WooParts, type WooSettings, wooHttpPolicy } from "./settings.js";

/**
 * Opens a WooCommerce shop as a source of records. Nothing is sent before `check` or `read` is asked for its first
 * result. `parts.http` is a client with `wooHttpPolicy`.
 */
export function createWooChannel(settings: WooSettings, parts: WooParts): SourceChannel {
  const api = createWooApi(settings, parts);
  const context = { api, settings, parts, traits: { onePerParent: false } };
  return {
    id: "woocommerce",
    account: api.site,
    features: { updatedSince: true, locations: false },
    check: (signal) => checkShop(context, signal),
    read: (request, signal) => readShop(context, request, signal),
  };
}
