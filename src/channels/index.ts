import type { ClientPolicy } from "../http/client.js";
import type { Clock } from "../http/contract.js";
import { amazonHttpPolicy, type AmazonSettings, createAmazonChannel } from "./amazon/index.js";
import type { ChannelParts, SourceChannel } from "./channel.js";
import { createEtsyChannel, etsyHttpPolicy, type EtsySettings } from "./etsy/index.js";
import { createShopifyChannel, shopifyHttpPolicy, type ShopifySettings } from "./shopify/index.js";
import { createWooChannel, wooHttpPolicy, type WooSettings } from "./woocommerce/index.js";

/** What each channel is opened with: its `source` section of the config, and the option that some understand. */
interface ChannelSettings {
  readonly amazon: AmazonSettings;
  readonly etsy: EtsySettings;
  readonly shopify: ShopifySettings;
  readonly woocommerce: WooSettings;
}

export type ChannelId = keyof ChannelSettings;

/** A `source` with its channel's name, so that the right entry gets the right settings. */
export type ChannelSource<Id extends ChannelId = ChannelId> = {
  [Each in Id]: { readonly channel: Each; readonly inventoryLocation?: string } & ChannelSettings[Each];
}[Id];

interface ChannelEntry<Settings> {
  /** Opens an account; nothing is sent before it is asked for something. */
  readonly create: (settings: Settings, parts: ChannelParts) => SourceChannel;
  /** How its requests are to be sent. `concurrency` is the operator's wish. */
  readonly http: (clock: Clock, concurrency: number | undefined) => ClientPolicy;
  /** Whether it keeps tokens between runs that open the account to whoever reads them. */
  readonly keepsTokens?: boolean;
}

type Registry = { readonly [Id in ChannelId]: ChannelEntry<ChannelSource<Id>> };

/** Every channel by its id. */
export const channels: Registry = {
  amazon: { create: createAmazonChannel, http: amazonHttpPolicy },
  etsy: { create: createEtsyChannel, http: etsyHttpPolicy, keepsTokens: true },
  shopify: { create: createShopifyChannel, http: shopifyHttpPolicy },
  woocommerce: { create: createWooChannel, http: wooHttpPolicy },
};

export { createEtsyAuthorization, type EtsyAuthorization } from "./etsy/index.js";

/** The entry of one channel. */
export function channelOf<Id extends ChannelId>(id: Id): Registry[Id] {
  return channels[id];
}
