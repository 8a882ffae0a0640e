import { createWooChannel, type WooSettings, wooHttpPolicy } from "../../src/channels/woocommerce/index.js";
import type { SourceChannel } from "../../src/channels/channel.js";
import { type ClientOptions, createHttpClient, type PacedClient } from "../../src/http/client.js";
import { startWooShop, type WooShop, type WooShopOptions } from "../../src/sandbox/woocommerce/server.js";
import { createFakeClock, type FakeClock } from "./fake-clock.js";

export interface WooClient {
  readonly channel: SourceChannel;
  readonly http: PacedClient;
  readonly clock: FakeClock;
  /** Warnings and traces, in order. */
  readonly logs: string[];
  readonly warnings: string[];
}

export interface WooClientOptions {
  readonly settings?: Partial<WooSettings>;
  readonly clock?: FakeClock;
  readonly http?: Partial<ClientOptions>;
}

/** The key of a shop that does not look at keys. */
export const anyKey = { consumerKey: `ck_${"0a".repeat(20)}`, consumerSecret: `cs_${"1b".repeat(20)}` };

/** Opens the WooCommerce channel on a loopback server, on a clock where waiting takes no time. */
export function openWoo(url: string, options: WooClientOptions = {}): WooClient {
  const clock = options.clock ?? createFakeClock({ autoAdvance: true });
  const logs: string[] = [];
  const warnings: string[] = [];
  const http = createHttpClient({
    ...wooHttpPolicy(clock),
    userAgent: "psync/test",
    clock,
    random: () => 0,
    trace: (line) => logs.push(line),
    ...options.http,
  });
  const warn = (message: string): void => {
    warnings.push(message);
    logs.push(message);
  };
  const settings = { url, ...anyKey, auth: "auto" as const, ...options.settings };
  return { channel: createWooChannel(settings, { http, clock, warn }), http, clock, logs, warnings };
}

/** A running shop in a test: on a clock of its own, closed with `close`. */
export interface WooBed {
  readonly clock: FakeClock;
  /** Starts a shop that takes Basic over the loopback. Default: 230 products, the odd ones among them. */
  readonly openShop: (options?: WooShopOptions) => Promise<WooShop>;
  /** Opens the channel on it, with its key. */
  readonly openClient: (shop: WooShop, options?: WooClientOptions) => WooClient;
  /** Closes every shop that was started. */
  readonly close: () => Promise<void>;
}

export function createWooBed(): WooBed {
  const clock = createFakeClock({ autoAdvance: true, now: Date.UTC(2026, 10, 24, 8) });
  const opened: WooShop[] = [];
  return {
    clock,
    async openShop(options = {}) {
      const shop = await startWooShop({
        products: 230,
        clock: () => clock.now(),
        assumeHttps: true,
        ...options,
      });
      opened.push(shop);
      return shop;
    },
    openClient(shop, options = {}) {
      const { consumerKey, consumerSecret } = shop.key;
      // Several faults change a request on its way, which a signature would not survive.
      const settings = { consumerKey, consumerSecret, auth: "basic" as const, ...options.settings };
      return openWoo(shop.url, { ...options, clock, settings });
    },
    async close() {
      for (const shop of opened.splice(0)) await shop.close();
    },
  };
}

/** What a full read has to give: products that are not in the trash, and the children that they name. Sorted. */
export function expectedKeys(shop: WooShop): string[] {
  const keys: string[] = [];
  for (const { id, type, status } of shop.store.rows) {
    if (type === "variation" || status === "trash") continue;
    keys.push(String(id));
    if (type === "variable") keys.push(...shop.store.childIds(id).map(String));
  }
  return keys.sort();
}

/** Counts the requests for lists, also those that were answered with a fault. */
export function listCalls(shop: WooShop): number {
  return shop.requests.filter(({ url }) => /\/(products|variations)\?/.test(url) && !url.includes("/store/"))
    .length;
}
