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
import {
  type DestinationId,
  type DestinationMaker,
  destinations,
  type DestinationTarget,
} from "./destinations/index.js";
import { ConfigError } from "./errors.js";
import { type ClientPolicy, createHttpClient, type PacedClient } from "./http/client.js";
import { systemClock } from "./http/clock.js";
import { createRedactor } from "./http/redaction.js";
export { isLoopbackRedirect, receiveRedirect } from "./http/redirect.js";
import { compileTable } from "./mapping/compile.js";
import { type LoadedItemTable, type LoadedTable, loadItemTable, loadTable } from "./mapping/load.js";
import { pricesOf } from "./mapping/project.js";
import type { ItemMapper } from "./model/item.js";
import type { MappingTable } from "./mapping/contract.js";
import { createChannelMemory } from "./pipeline/memory.js";
import { connectionName, type RunParts } from "./pipeline/parts.js";
import { thisProcess } from "./state/holder.js";
import { openStateStore } from "./state/open.js";
import type { Holder } from "./state/store.js";

/** Where the built-in mapping tables of channels stand. */
export const builtinTables = fileURLToPath(new URL("../mappings/channels/", import.meta.url));
/** Where the built-in mapping tables of destinations stand. */
export const builtinItemTables = fileURLToPath(new URL("../mappings/destinations/", import.meta.url));

/** Both, so that a table of the wrong kind is told as such. */
const allTables = [builtinTables, builtinItemTables];

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
  /** Of the destination; undefined where it takes products as they are. */
  readonly itemTable: LoadedItemTable | undefined;
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
 * Makes objects of a checked config: channel, destination, state store, mapping tables. Throws MappingError for a table
 * that cannot be used, ConfigError for a state that cannot be opened.
 */
export async function buildRuntime(loaded: LoadedConfig, hooks: RuntimeHooks): Promise<Runtime> {
  collectGarbageEarly();
  const { config, dir } = loaded;
  const table = await loadTable(config.mapping.channel ?? config.source.channel, dir, allTables);
  const itemTable = await loadDestinationTable(config, dir);
  refuseReadableTokens(loaded);
  const { maker, settings } = await loadChannel(config);
  const target = await loadDestination(config);
  const { concurrency } = config.options;
  const redact = createRedactor(loaded.secrets);
  const hide = (secret: string): void => void loaded.secrets.push(secret);
  const http = openClient(maker.http(systemClock, concurrency), redact, hooks.trace);
  const wms = openClient(target.maker.http(target.settings, systemClock, concurrency), redact, hooks.trace);
  const destination = target.maker.create(target.settings, {
    http: wms,
    clock: systemClock,
    warn: hooks.warn,
    redact,
    hide,
    mapper: itemTable === undefined ? noMapper : await compile(itemTable),
    ...(concurrency === undefined ? {} : { concurrency }),
  });
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
    hide,
  });
  const { updates, onDuplicateSku, includeDigital, priceSync, fields, maxChanges, inventoryLocation } =
    config.options;
  const projection = {
    priceSync,
    prices: pricesOf(table.rows),
    omit: fields.omit,
    fields: destination.features.fields,
    shape: destination.shape,
  };
  return {
    table,
    itemTable,
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
        rows: toRows(table),
        itemRows: itemTable === undefined ? undefined : toRows(itemTable),
        projection: { ...projection, fields: [...projection.fields], prices: [...projection.prices] },
        source: withoutSecrets(config.source, loaded.secrets),
        destination: withoutSecrets(config.destination, loaded.secrets),
        onDuplicateSku,
        includeDigital,
        inventoryLocation,
      }),
      requests: () => ({ source: http.counts(), destination: wms.counts() }),
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

/** Of a destination that takes products as they are. */
const noMapper: ItemMapper = {
  places: [],
  fields: new Set(),
  toItem: () => new Map(),
  toProduct: () => ({}),
};

/** The destination's table; undefined where it has none. A table that would be ignored is a mistake that deserves a word. */
async function loadDestinationTable(
  { mapping, destination }: Config,
  dir: string,
): Promise<LoadedItemTable | undefined> {
  const name = tableNameOf(destination.type, destination);
  if (name !== undefined) {
    const table = await loadItemTable(mapping.destination ?? name, dir, allTables);
    if (table.destination === name) return table;
    const message = `the table ${table.name} is for ${table.destination ?? "no destination"}, not for ${name}`;
    const hint = `begin it with extends: ${name}`;
    throw new ConfigError("destination-table", message, [{ path: "mapping.destination", message, hint }]);
  }
  if (mapping.destination === undefined) return undefined;
  const message = `the destination ${destination.type} takes canonical products and has no mapping table`;
  const fault = { path: "mapping.destination", message, hint: "leave the key out" };
  throw new ConfigError("destination-table", message, [fault]);
}

/** Loaded here: a run into a file of JSON lines does without, and start-up time is paid by every cron job. */
async function compile(table: LoadedItemTable): Promise<ItemMapper> {
  const { compileItemTable } = await import("./mapping/compile-items.js");
  return compileItemTable(table);
}

/** What of a table decides what a record becomes. */
function toRows(table: MappingTable): unknown {
  return table.rows.map(({ from, to, convert }) => ({ from, to, convert }));
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

interface LoadedDestination<Settings> {
  readonly maker: DestinationMaker<Settings>;
  readonly settings: Settings;
}

function loadDestination({ destination }: Config): Promise<LoadedDestination<DestinationTarget>> {
  return pairUpDestination(destination.type, destination);
}

/** Generic, as `pairUp` is. */
async function pairUpDestination<Id extends DestinationId>(
  id: Id,
  settings: DestinationTarget<Id>,
): Promise<LoadedDestination<DestinationTarget<Id>>> {
  return { maker: await destinations[id].load(), settings };
}

function tableNameOf<Id extends DestinationId>(id: Id, settings: DestinationTarget<Id>): string | undefined {
  return destinations[id].table(settings);
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

/** A changed key is still the same account; and a hash of a secret is not kept either. */
function withoutSecrets(side: Config["source"] | Config["destination"], secrets: readonly string[]): unknown {
  return Object.fromEntries(
    Object.entries(side).filter(([, value]) => typeof value !== "string" || !secrets.includes(value)),
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
