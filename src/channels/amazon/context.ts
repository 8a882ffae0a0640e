import type { ChannelParts } from "../channel.js";
import type { AmazonApi } from "./api.js";
import type { AmazonSettings } from "./settings.js";

/** What every part of the channel works with. */
export interface AmazonContext {
  readonly api: AmazonApi;
  readonly settings: AmazonSettings;
  readonly parts: ChannelParts;
  /** Whether the next read may use the Listings API: the one after pages that did not add up takes a report. */
  readonly trust: { listings: boolean };
}
