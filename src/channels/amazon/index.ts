import type { ChannelParts, SourceChannel } from "../channel.js";
import { createAmazonApi } from "./api.js";
import { checkAccount } from "./check.js";
import { locationsOf } from "./marketplaces.js";
import { withPatience } from "./patience.js";
import { readShop } from "./read.js";
import { accountOf } from "./records.js";
import type { AmazonSettings } from "./settings.js";

export { amazonHttpPolicy } from "./policy.js";
export type { AmazonSettings } from "./settings.js";

/**
 * Opens a seller account in one Amazon marketplace as a source of records. Nothing is sent before `check` or `read` is
 * asked for its first result. `parts.http` is a client with `amazonHttpPolicy`. There is no date of change in a
 * listings report, so `features.updatedSince` is false: each read gives everything.
 */
export function createAmazonChannel(settings: AmazonSettings, parts: ChannelParts): SourceChannel {
  const api = createAmazonApi(settings, parts);
  const context = { api, settings, parts, trust: { listings: true } };
  const reading = { ...context, api: withPatience(api, parts) };
  return {
    id: "amazon",
    account: accountOf(settings),
    features: { updatedSince: false, locations: true },
    check: (signal) => checkAccount(context, signal),
    locations: () => Promise.resolve(locationsOf(settings)),
    read: (request, signal) => readShop(reading, request, signal),
  };
}
