import { sourceSlices } from "../../src/config/sources.js";
import type { ChannelMemory, SourceChannel } from "../../src/channels/channel.js";
import { createEtsyChannel, type EtsySettings, etsyHttpPolicy } from "../../src/channels/etsy/index.js";
import { type ClientOptions, createHttpClient, type PacedClient } from "../../src/http/client.js";
import { createRedactor } from "../../src/http/redaction.js";
import { sampleCatalogue } from "../../src/sandbox/etsy/catalogue.js";
import type { EtsyCatalogue } from "../../src/sandbox/etsy/model.js";
import { sampleListing } from "../../src/sandbox/etsy/sample-listing.js";
import { type EtsyShop, type EtsyShopOptions, startEtsyShop } from "../../src/sandbox/etsy/server.js";
import { createChannelMemory } from "./channel-memory.js";
import { createFakeClock, type FakeClock } from "./fake-clock.js";

export interface EtsyClient {
  readonly channel: SourceChannel;
  readonly http: PacedClient;
  /** Warnings and traces, in order. */
  readonly logs: string[];
  readonly warnings: string[];
}

export interface EtsyClientOptions {
  /** Where warnings and traces go. Default: a list of its own. */
  readonly logs?: string[];
  readonly settings?: Partial<EtsySettings>;
  /** Default: one that all clients of a bed share. */
  readonly memory?: ChannelMemory;
  readonly http?: Partial<ClientOptions>;
}

/** A running shop in a test: on a clock of its own, where waiting takes no time. */
export interface EtsyBed {
  readonly clock: FakeClock;
  readonly memory: ChannelMemory;
  /** What the shared memory holds. */
  readonly kept: Map<string, string>;
  readonly openShop: (options?: EtsyShopOptions) => Promise<EtsyShop>;
  /** Opens the channel on it, as one process has it. */
  readonly openClient: (shop: EtsyShop, options?: EtsyClientOptions) => EtsyClient;
  /** Closes every shop that was started. */
  readonly close: () => Promise<void>;
}

export function createEtsyBed(): EtsyBed {
  const clock = createFakeClock({ autoAdvance: true, now: Date.UTC(2026, 10, 24, 8) });
  const kept = new Map<string, string>();
  const memory = createChannelMemory(kept);
  const opened: EtsyShop[] = [];
  return {
    clock,
    memory,
    kept,
    async openShop(options = {}) {
      const shop = await startEtsyShop({ clock: () => clock.now(), ...options });
      opened.push(shop);
      return shop;
    },
    openClient: (shop, options = {}) => openEtsy(shop, { clock, memory, ...options }),
    async close() {
      for (const shop of opened.splice(0)) await shop.close();
    },
  };
}

/** Opens the channel on a shop, as one process has it. Waiting takes no longer than `clock` says. */
export function openEtsy(
  shop: EtsyShop,
  options: EtsyClientOptions & { readonly clock: FakeClock; readonly memory: ChannelMemory },
): EtsyClient {
  const { clock, memory, logs = [] } = options;
  const warnings: string[] = [];
  const settings = settingsOf(shop, options.settings);
  const secrets = [settings.sharedSecret, settings.keystring, settings.refreshToken];
  const redact = createRedactor(secrets);
  const http = createHttpClient({
    ...etsyHttpPolicy(clock),
    userAgent: "psync/test",
    clock,
    random: () => 0,
    redact,
    trace: (line) => logs.push(line),
    ...options.http,
  });
  const channel = createEtsyChannel(settings, {
    http,
    clock,
    memory,
    redact,
    hide: (secret) => void secrets.push(secret),
    warn: (message) => {
      warnings.push(message);
      logs.push(message);
    },
  });
  return { channel, http, logs, warnings };
}

/** So many active listings of one product each, and, where wanted, as many that are sold out. */
export function catalogueOf(active: number, soldOut = 0): EtsyCatalogue {
  const { rows, ...rest } = sampleCatalogue({ listings: active + soldOut, odd: false });
  return {
    ...rest,
    rows: rows.map((row, index) => ({ ...row, state: index < active ? "active" : "sold_out" })),
    item: (row) => sampleListing(row, 1, 1, { code: "USD", divisor: 100 }),
  };
}

/** The channel's part of the config that a shop gives. */
function settingsOf(shop: EtsyShop, changes: Partial<EtsySettings> = {}): EtsySettings {
  return { ...sourceSlices.etsy.schema.parse(shop.config), ...changes };
}

/** Requests to the API itself: the token endpoint counts by itself. */
export function apiCalls(shop: EtsyShop): readonly EtsyShop["requests"][number][] {
  return shop.requests.filter(({ url }) => url.startsWith("/v3/application/"));
}

/** Requests to the token endpoint. */
export function tokenCalls(shop: EtsyShop): number {
  return shop.requests.filter(({ url }) => url.startsWith("/v3/public/oauth/token")).length;
}
