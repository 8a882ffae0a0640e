import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { arch, platform } from "node:os";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";

import type { SourceChannel } from "./channels/channel.js";
import type { EtsyAuthorization } from "./channels/etsy/index.js";
import { type ChannelId, type ChannelMaker, channels, type ChannelSource } from "./channels/index.js";
import type { LoadedConfig } from "./config/load.js";
import { toChangeLimit } from "./config/options.js";
import type { Config } from "./config/schema.js";
import type { Destination } from "./destinations/destination.js";
import { destinations } from "./destinations/index.js";
import { ConfigError } from "./errors.js";
import { type ClientPolicy, createHttpClient, type PacedClient } from "./http/client.js";
import { systemClock } from "./http/clock.js";
import { createRedactor } from "./http/redaction.js";
export { isLoopbackRedirect, receiveRedirect } from "./http/redirect.js";
import { compileTable } from "./mapping/compile.js";
import { type LoadedTable, loadTable } from "./mapping/load.js";
import { pricesOf } from "./mapping/project.js";
import { createChannelMemory } from "./pipeline/memory.js";
import { connectionName, type RunParts } from "./pipeline/parts.js";
import { thisProcess } from "./state/holder.js";
import { openStateStore } from "./state/open.js";
import type { Holder } from "./state/store.js";

/** Where the built-in mapping tables stand. */
export const builtinTables = fileURLToPath(new URL("../mappings/channels/", import.meta.url));

export interface RuntimeHooks {
  /** The command that runs, for messages to those who find the destination taken. */
  readonly command: string;
  /** Gets a line for each request, without secrets. */
  readonly trace: (line: string) => void;
  /** Gets what the operator should know although the run goes on. */
  readonly warn: (message: string) => void;
}

/** What a config has become. */
export interface Runtime {
  readonly parts: RunParts;
  readonly table: LoadedTable;
  readonly holder: Holder;
  close(): Promise<void>;
}

/** Hides the config's secrets in a text. */
export function redactorOf(loaded: Pick<LoadedConfig, "secrets">): (text: string) => string {
  return createRedactor(loaded.secrets);
}

/**
 * Memory is what a small box has least of. V8 would let garbage grow to four times what lives before it collects it;
 * two and a half times costs a few per cent of CPU and saves a fifth of the memory (measured by bench/run.js).
 */
function collectGarbageEarly(): void {
  setFlagsFromString("--heap-growing-percent=150");
}

/**
 * Makes objects of a checked config: channel, destination, state store, mapping table. Throws MappingError for a table
 * that cannot be used, ConfigError for a state that cannot be opened.
 */
export async function buildRuntime(loaded: LoadedConfig, hooks: RuntimeHooks): Promise<Runtime> {
  collectGarbageEarly();
  const { config, dir } = loaded;
  const table = await loadTable(config.mapping.channel ?? config.source.channel, dir, builtinTables);
  refuseDestinationTable(config);
  refuseReadableTokens(loaded);
  const destination = createDestination(config);
  const { maker, settings } = await loadChannel(config);
  const redact = createRedactor(loaded.secrets);
  const http = openClient(maker.http(systemClock, config.options.concurrency), redact, hooks.trace);
  const store = await openStateStore(config.state, {
    onWarning: hooks.warn,
    ...(loaded.stateKey === undefined ? {} : { key: loaded.stateKey }),
  });
  const account = (): string => `${channel.id} ${channel.account}`;
  const channel: SourceChannel = maker.create(settings, {
    http,
    clock: systemClock,
    warn: hooks.warn,
    memory: createChannelMemory(account, {
      store,
      holder: thisProcess(hooks.command, config.source.channel),
      sleep: (ms, signal) => systemClock.sleep(ms, signal),
    }),
    redact,
    hide: (secret) => void loaded.secrets.push(secret),
  });
  const { updates, onDuplicateSku, includeDigital, priceSync, fields, maxChanges, inventoryLocation } =
    config.options;
  const projection = {
    priceSync,
    prices: pricesOf(table.rows),
    omit: fields.omit,
    fields: destination.features.fields,
  };
  const rows = table.rows.map(({ from, to, convert }) => ({ from, to, convert }));
  return {
    table,
    holder: thisProcess(hooks.command, connectionName(channel, destination)),
    parts: {
      channel,
      destination,
      store,
      mapper: compileTable(table),
      projection,
      options: {
        updates,
        onDuplicateSku,
        includeDigital,
        ...(maxChanges === undefined ? {} : { maxChanges: toChangeLimit(maxChanges) }),
      },
      setup: hashOf({
        rows,
        projection: { ...projection, fields: [...projection.fields], prices: [...projection.prices] },
        source: withoutSecrets(config.source, loaded.secrets),
        onDuplicateSku,
        includeDigital,
        inventoryLocation,
      }),
      requests: () => ({ source: http.counts(), destination: { sent: 0, retried: 0, throttled: 0 } }),
      now: () => new Date(),
    },
    close: () => store.close(),
  };
}

/** Tokens that others may read are no secrets any more: a database on a server is backed up, copied and looked at. */
function refuseReadableTokens({ config, stateKey }: LoadedConfig): void {
  if (
    stateKey !== undefined ||
    config.state.startsWith("sqlite:") ||
    channels[config.source.channel].keepsTokens !== true
  )
    return;
  const message = `${config.source.channel} gives a new token with each refresh, and a postgres: state keeps it readable`;
  const hint = "set PSYNC_STATE_KEY to a long random text, the same for everyone who shares the state";
  throw new ConfigError("state-key", message, [{ path: "state", message, hint }], { hint });
}

/** A table that would be ignored is a mistake of the operator's that deserves a word. */
function refuseDestinationTable({ mapping, destination }: Config): void {
  if (mapping.destination === undefined) return;
  const message = `the destination ${destination.type} takes canonical products and has no mapping table`;
  const fault = { path: "mapping.destination", message, hint: "leave the key out" };
  throw new ConfigError("destination-table", message, [fault]);
}

function openClient(
  policy: ClientPolicy,
  redact: (text: string) => string,
  trace: (line: string) => void,
): PacedClient {
  return createHttpClient({ ...policy, userAgent: userAgent(), clock: systemClock, redact, trace });
}

interface LoadedChannel<Settings> {
  readonly maker: ChannelMaker<Settings>;
  readonly settings: Settings;
}

function loadChannel({ source, options }: Config): Promise<LoadedChannel<ChannelSource>> {
  const { inventoryLocation } = options;
  const settings = { ...source, ...(inventoryLocation === undefined ? {} : { inventoryLocation }) };
  return pairUp(source.channel, settings);
}

/** Generic, so that the entry and the settings of one channel are known to belong together. */
async function pairUp<Id extends ChannelId>(
  id: Id,
  settings: ChannelSource<Id>,
): Promise<LoadedChannel<ChannelSource<Id>>> {
  return { maker: await channels[id].load(), settings };
}

function createDestination({ destination }: Config): Destination {
  return destinations[destination.type](destination);
}

/** What the command that asks for a shop owner's consent knows of the app. */
export interface EtsyApp {
  readonly keystring: string;
  /** A sandbox in Etsy's place. */
  readonly baseUrl?: string;
  readonly tokenUrl?: string;
}

/** Opens what obtains the first refresh token. `secrets` grows by what is learnt; `trace` gets a line for each request. */
export async function openEtsyAuthorization(
  { keystring, baseUrl, tokenUrl }: EtsyApp,
  secrets: string[],
  trace: (line: string) => void,
): Promise<EtsyAuthorization> {
  const { createEtsyAuthorization, etsyHttpPolicy } = await import("./channels/etsy/index.js");
  const redact = createRedactor(secrets);
  const http = openClient(etsyHttpPolicy(systemClock), redact, trace);
  const addresses = {
    ...(baseUrl === undefined ? {} : { authorizeUrl: `${baseUrl}/oauth/connect` }),
    ...(tokenUrl === undefined ? {} : { tokenUrl }),
  };
  const hide = (secret: string): void => void secrets.push(secret);
  return createEtsyAuthorization({ keystring, ...addresses }, { http, clock: systemClock, redact, hide });
}

/** A changed key is still the same shop; and a hash of a secret is not kept either. */
function withoutSecrets(source: Config["source"], secrets: readonly string[]): unknown {
  return Object.fromEntries(
    Object.entries(source).filter(([, value]) => typeof value !== "string" || !secrets.includes(value)),
  );
}

function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64url");
}

function userAgent(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { version: string };
  return `psync/${version} (Language=Node.js/${process.versions.node}; Platform=${platform()}/${arch()})`;
}
