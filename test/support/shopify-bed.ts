import type { ChannelMemory, SourceChannel } from "../../src/channels/channel.js";
import {
  createShopifyChannel,
  shopifyHttpPolicy,
  type ShopifySettings,
} from "../../src/channels/shopify/index.js";
import { type ClientOptions, createHttpClient, type PacedClient } from "../../src/http/client.js";
import { createRedactor } from "../../src/http/redaction.js";
import {
  type ShopifyShop,
  type ShopifyShopOptions,
  startShopifyShop,
} from "../../src/sandbox/shopify/server.js";
import { createChannelMemory } from "./channel-memory.js";
import { createFakeClock, type FakeClock } from "./fake-clock.js";

export interface ShopifyClient {
  readonly channel: SourceChannel;
  readonly http: PacedClient;
  /** Warnings and traces, in order. */
  readonly logs: string[];
  readonly warnings: string[];
}

/** Opens the channel on a loopback server, on a clock where waiting takes no time. */
export function openShopify(
  url: string,
  clock: FakeClock,
  settings: Partial<ShopifySettings> = {},
  how: {
    readonly http?: Partial<ClientOptions>;
    readonly memory?: ChannelMemory;
    readonly logs?: string[];
  } = {},
): ShopifyClient {
  const { logs = [], memory = createChannelMemory() } = how;
  const warnings: string[] = [];
  const secrets = [settings.accessToken, settings.clientSecret].filter((secret) => secret !== undefined);
  const redact = createRedactor(secrets);
  const http = createHttpClient({
    ...shopifyHttpPolicy(clock),
    userAgent: "psync/test",
    clock,
    redact,
    random: () => 0,
    trace: (line) => logs.push(line),
    ...how.http,
  });
  const warn = (message: string): void => {
    warnings.push(message);
    logs.push(message);
  };
  const hide = (secret: string): void => void secrets.push(secret);
  const parts = { http, clock, warn, memory, redact, hide };
  const all = { shop: "harbor-goods", baseUrl: url, ...settings };
  return { channel: createShopifyChannel(all, parts), http, logs, warnings };
}

/** Running shops in a test: on a clock of their own, closed with `close`. */
export interface ShopifyBed {
  readonly clock: FakeClock;
  /** Starts a shop. Default: 30 products, the odd ones among them. */
  readonly openShop: (options?: ShopifyShopOptions) => Promise<ShopifyShop>;
  /** Opens the channel on it, with its token and the stock of its first location. */
  readonly openClient: (shop: ShopifyShop, settings?: Partial<ShopifySettings>) => ShopifyClient;
  readonly close: () => Promise<void>;
}

export function createShopifyBed(): ShopifyBed {
  const clock = createFakeClock({ autoAdvance: true, now: Date.UTC(2026, 10, 24, 8) });
  const opened: ShopifyShop[] = [];
  return {
    clock,
    async openShop(options = {}) {
      const shop = await startShopifyShop({ products: 30, clock: () => clock.now(), ...options });
      opened.push(shop);
      return shop;
    },
    openClient(shop, settings = {}) {
      const { accessToken } = shop;
      return openShopify(shop.url, clock, { accessToken, inventoryLocation: "7001", ...settings });
    },
    async close() {
      for (const shop of opened.splice(0)) await shop.close();
    },
  };
}
