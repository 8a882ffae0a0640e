import type { ChannelMemory, SourceChannel } from "../../src/channels/channel.js";
import { createEtsyChannel, type EtsySettings, etsyHttpPolicy } from "../../src/channels/etsy/index.js";
import { type ClientOptions, createHttpClient, type PacedClient } from "../../src/http/client.js";
import { createRedactor } from "../../src/http/redaction.js";
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
  readonly settings?: Partial<EtsySettings>;
  /** Default: one that all clients of the bed share. */
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
    openClient(shop, options = {}) {
      const logs: string[] = [];
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
        memory: options.memory ?? memory,
        redact,
        hide: (secret) => void secrets.push(secret),
        warn: (message) => {
          warnings.push(message);
          logs.push(message);
        },
      });
      return { channel, http, logs, warnings };
    },
    async close() {
      for (const shop of opened.splice(0)) await shop.close();
    },
  };
}

/** The channel's part of the config that a shop gives. */
function settingsOf(shop: EtsyShop, changes: Partial<EtsySettings> = {}): EtsySettings {
  const { channel: _channel, ...settings } = shop.config;
  return { ...(settings as unknown as EtsySettings), ...changes };
}

/** Requests to the API itself: the token endpoint counts by itself. */
export function apiCalls(shop: EtsyShop): readonly EtsyShop["requests"][number][] {
  return shop.requests.filter(({ url }) => url.startsWith("/v3/application/"));
}

/** Requests to the token endpoint. */
export function tokenCalls(shop: EtsyShop): number {
  return shop.requests.filter(({ url }) => url.startsWith("/v3/public/oauth/token")).length;
}
