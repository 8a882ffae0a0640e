import type { ChannelParts, SourceChannel } from "../channel.js";
import { createAmazonApi } from "./api.js";
import { checkAccount } from "./check.js";
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
  const context = { api: createAmazonApi(settings, parts), settings, parts };
  return {
    id: "amazon",
    account: accountOf(settings),
    features: { updatedSince: false, locations: false },
    check: (signal) => checkAccount(context, signal),
    read: (request, signal) => readShop(context, request, signal),
  };
}
