import { createWooChannel, type WooSettings, wooHttpPolicy } from "../../src/channels/woocommerce/index.js";
import type { SourceChannel } from "../../src/channels/channel.js";
import { type ClientOptions, createHttpClient, type PacedClient } from "../../src/http/client.js";
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
    ...wooHttpPolicy,
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
