import {
  type AmazonSettings,
  amazonHttpPolicy,
  createAmazonChannel,
} from "../../src/channels/amazon/index.js";
import type { ChannelMemory, SourceChannel } from "../../src/channels/channel.js";
import { type ClientOptions, createHttpClient } from "../../src/http/client.js";
import { createRedactor } from "../../src/http/redaction.js";
import { type AmazonShop, type AmazonShopOptions, startAmazonShop } from "../../src/sandbox/amazon/server.js";
import { createChannelMemory } from "./channel-memory.js";
import { createFakeClock, type FakeClock } from "./fake-clock.js";
import { UnderWay } from "./under-way.js";

export interface AmazonClient {
  readonly channel: SourceChannel;
  /** Warnings and traces, in order. */
  readonly logs: string[];
  readonly warnings: string[];
}

export interface AmazonClientOptions {
  readonly settings?: Partial<AmazonSettings>;
  readonly http?: Partial<ClientOptions>;
  /** What the channel keeps; shared by clients that are given the same one. */
  readonly kept?: Map<string, string>;
  /** Where warnings and traces go. */
  readonly logs?: string[];
  /** In the place of what is kept. */
  readonly memory?: ChannelMemory;
  /** Lets the clock stand still while requests are under way, so that the sandbox's limits are exact. */
  readonly underWay?: UnderWay;
}

/** Opens the channel on a shop as another process would, on a clock where waiting takes no time. */
export function openAmazon(
  shop: AmazonShop,
  clock: FakeClock,
  options: AmazonClientOptions = {},
): AmazonClient {
  const { config } = shop;
  const { sellerId } = config;
  const settings: AmazonSettings = {
    ...shop.credentials,
    marketplaceId: String(config["marketplaceId"]),
    baseUrl: shop.url,
    tokenUrl: String(config["tokenUrl"]),
    ...(typeof sellerId === "string" ? { sellerId } : {}),
    ...options.settings,
  };
  const logs = options.logs ?? [];
  const warnings: string[] = [];
  const secrets = [settings.clientId, settings.clientSecret, settings.refreshToken];
  const redact = createRedactor(secrets);
  const policy = amazonHttpPolicy(clock);
  const http = createHttpClient({
    ...(options.underWay?.watch(policy, clock) ?? policy),
    userAgent: "psync/0.0.0 (Language=Node.js/20; Platform=test)",
    clock,
    redact,
    random: () => 0,
    trace: (line) => logs.push(line),
    ...options.http,
  });
  const warn = (message: string): void => {
    warnings.push(message);
    logs.push(message);
  };
  const hide = (secret: string): void => void secrets.push(secret);
  const memory = options.memory ?? createChannelMemory(options.kept);
  const channel = createAmazonChannel(settings, { http, clock, warn, memory, redact, hide });
  return { channel, logs, warnings };
}

/** Running shops in a test, on one clock, closed with `close`. */
export interface AmazonBed {
  readonly clock: FakeClock;
  readonly underWay: UnderWay;
  readonly openShop: (options?: AmazonShopOptions) => Promise<AmazonShop>;
  readonly openClient: (shop: AmazonShop, options?: AmazonClientOptions) => AmazonClient;
  readonly close: () => Promise<void>;
}

export function createAmazonBed(): AmazonBed {
  const underWay = new UnderWay();
  const clock = createFakeClock({
    autoAdvance: true,
    busy: underWay.busy,
    now: Date.UTC(2026, 10, 24, 8),
  });
  const opened: AmazonShop[] = [];
  return {
    clock,
    underWay,
    async openShop(options = {}) {
      const shop = await startAmazonShop({ clock: () => clock.now(), ...options });
      opened.push(shop);
      return shop;
    },
    openClient: (shop, options = {}) => openAmazon(shop, clock, { underWay, ...options }),
    async close() {
      for (const shop of opened.splice(0)) await shop.close();
    },
  };
}

/** How often a shop was asked for each thing, by the last words of its path. */
export function callsOf(shop: AmazonShop): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { method, url, headers } of shop.requests) {
    const path = url.split("?")[0] ?? "";
    const isDocument = headers["x-amz-access-token"] === undefined && method === "GET";
    const name = isDocument ? "download" : `${method} ${nameOf(path)}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function nameOf(path: string): string {
  if (path.startsWith("/reports/2021-06-30/reports/")) return "report";
  if (path.startsWith("/reports/2021-06-30/documents/")) return "document";
  return /^\/(auth|reports|catalog|listings|sellers|fba)\//.exec(path)?.[1] ?? path;
}
