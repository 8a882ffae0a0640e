import type { ClientPolicy } from "../http/client.js";
import type { Clock } from "../http/contract.js";
import type { AmazonSettings } from "./amazon/index.js";
import type { ChannelParts, SourceChannel } from "./channel.js";
import type { EtsySettings } from "./etsy/index.js";
import type { ShopifySettings } from "./shopify/index.js";
import type { WooSettings } from "./woocommerce/index.js";

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

export interface ChannelMaker<Settings> {
  /** Opens an account; nothing is sent before it is asked for something. */
  readonly create: (settings: Settings, parts: ChannelParts) => SourceChannel;
  /** How its requests are to be sent. `concurrency` is the operator's wish. */
  readonly http: (clock: Clock, concurrency?: number) => ClientPolicy;
}

interface ChannelEntry<Settings> {
  /** Loads the channel's code: a run needs one of them, and start-up time is paid by every cron job. */
  readonly load: () => Promise<ChannelMaker<Settings>>;
  /** Whether it keeps tokens between runs that open the account to whoever reads them. */
  readonly keepsTokens?: boolean;
}

type Registry = { readonly [Id in ChannelId]: ChannelEntry<ChannelSource<Id>> };

/** Every channel by its id. */
export const channels: Registry = {
  amazon: {
    load: async () => {
      const { createAmazonChannel, amazonHttpPolicy } = await import("./amazon/index.js");
      return { create: createAmazonChannel, http: amazonHttpPolicy };
    },
  },
  etsy: {
    load: async () => {
      const { createEtsyChannel, etsyHttpPolicy } = await import("./etsy/index.js");
      return { create: createEtsyChannel, http: etsyHttpPolicy };
    },
    keepsTokens: true,
  },
  shopify: {
    load: async () => {
      const { createShopifyChannel, shopifyHttpPolicy } = await import("./shopify/index.js");
      return { create: createShopifyChannel, http: shopifyHttpPolicy };
    },
  },
  woocommerce: {
    load: async () => {
      const { createWooChannel, wooHttpPolicy } = await import("./woocommerce/index.js");
      return { create: createWooChannel, http: wooHttpPolicy };
    },
  },
};
