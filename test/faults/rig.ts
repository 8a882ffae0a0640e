import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, expect } from "@jest/globals";

import type { ChannelMemory, SourceChannel } from "../../src/channels/channel.js";
import type { Destination } from "../../src/destinations/destination.js";
import { createFileDestination } from "../../src/destinations/file/index.js";
import type { OpenFile } from "../../src/destinations/file/replace-file.js";
import { PsyncError } from "../../src/errors.js";
import type { ClientOptions } from "../../src/http/client.js";
import { compileTable } from "../../src/mapping/compile.js";
import { loadTable } from "../../src/mapping/load.js";
import { canonicalJson, pricesOf } from "../../src/mapping/project.js";
import type { Product } from "../../src/model/product.js";
import type { RunIssue } from "../../src/model/report.js";
import type { RunEvent } from "../../src/pipeline/events.js";
import { connectionName, destinationName, type RunOptions, type RunParts } from "../../src/pipeline/parts.js";
import { exitCodeOf } from "../../src/pipeline/report.js";
import { runPass, type RunRequest, type RunResult } from "../../src/pipeline/run.js";
import { builtinTables } from "../../src/runtime.js";
import type { SandboxShop } from "../../src/sandbox/sandbox.js";
import { thisProcess } from "../../src/state/holder.js";
import { openStateStore } from "../../src/state/open.js";
import type { StateStore } from "../../src/state/store.js";
import { createChannelMemory } from "../support/channel-memory.js";
import { createFakeClock, type FakeClock } from "../support/fake-clock.js";

/** A run of the whole program, with all that it told. */
export interface Imported extends RunResult {
  /** The exit code. */
  readonly exit: number;
  readonly list: readonly RunIssue[];
  readonly events: readonly RunEvent[];
}

/** What one import changes about the rig. */
export interface ImportOptions {
  readonly request?: Partial<RunRequest>;
  readonly options?: Partial<RunOptions>;
  readonly priceSync?: boolean;
  readonly omit?: readonly string[];
  /** Changes to the source's settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly http?: Partial<ClientOptions>;
  readonly openFile?: OpenFile;
  readonly openStore?: (url: string) => Promise<StateStore>;
  readonly wrap?: (parts: RunParts) => Partial<RunParts>;
}

/** What a rig has to know of a kind of cart. */
export interface Cart<Shop> {
  /** The built-in mapping table. */
  readonly table: string;
  /** Opens the channel on a sandbox shop as the runtime does; waiting takes no time, traces and warnings go to `logs`. */
  open(
    shop: Shop,
    how: Pick<ImportOptions, "settings" | "http"> & {
      readonly clock: FakeClock;
      readonly memory: ChannelMemory;
      readonly logs: string[];
    },
  ): SourceChannel;
  /** What no output may hold. */
  secrets(shop: Shop): readonly string[];
  /**
   * The SKUs that an import has to write, by key of the record; worked out from the shop's own rows and by the rules of
   * the manual alone.
   */
  importable(shop: Shop): ReadonlyMap<string, string>;
}

/** psync without its command line, between a sandbox shop and a file, each import as a process of its own has it. */
export interface Rig<Shop extends FaultyShop = FaultyShop> {
  readonly shop: Shop;
  readonly folder: string;
  readonly file: string;
  readonly state: string;
  /** The machine's clock; waiting takes no time. */
  readonly clock: FakeClock;
  /** Everything that was logged or warned so far. */
  readonly logs: string[];
  /** What the channel keeps between runs; every import has the same. */
  readonly kept: Map<string, string>;
  readonly secrets: readonly string[];
  importable(): Map<string, string>;
  import(how?: ImportOptions): Promise<Imported>;
  /** The products in the file, as they stand. */
  products(): Product[];
  skus(): string[];
  /** The bytes of the file; empty where there is none. */
  text(): string;
  /** Asks the state of the connection. */
  ask<T>(question: (store: StateStore, stage: Stage) => Promise<T>): Promise<T>;
  close(): void;
}

type Stage = { connection: string; records: string; run: string; destination: string };

/** A sandbox shop whose faults can be switched off. */
export type FaultyShop = SandboxShop & { readonly faults: { clear(): void } };

export interface RigOptions {
  readonly format?: "jsonl" | "csv";
  readonly clock?: FakeClock;
}

/** One import as `psync import --yes` carries it out, with its exit code and its issues. */
export async function carryOut(
  parts: RunParts,
  request: Partial<RunRequest> = {},
): Promise<RunResult & Pick<Imported, "exit" | "list">> {
  const result = await runPass(parts, {
    command: "import",
    dryRun: false,
    fresh: false,
    force: false,
    holder: thisProcess("import", connectionName(parts.channel, parts.destination)),
    emit: () => undefined,
    confirm: () => Promise.resolve(true),
    signal: new AbortController().signal,
    ...request,
  });
  const list: RunIssue[] = [];
  for await (const issue of result.issues()) list.push(issue);
  await result.finish();
  return { ...result, exit: exitCodeOf(result), list };
}

/** A rig on a shop. The shop lives on; the folder goes with `close`. */
export function openCartRig<Shop extends FaultyShop>(
  cart: Cart<Shop>,
  shop: Shop,
  options: RigOptions = {},
): Rig<Shop> {
  const table = loadTable(cart.table, ".", builtinTables);
  const mapper = table.then(compileTable);
  const kept = new Map<string, string>();
  const folder = mkdtempSync(join(tmpdir(), "psync-fault-"));
  const format = options.format ?? "jsonl";
  const file = join(folder, `products.${format}`);
  const state = join(folder, "state.sqlite");
  const clock = options.clock ?? createFakeClock({ autoAdvance: true, now: Date.UTC(2026, 10, 24, 8) });
  const logs: string[] = [];

  function parts(how: ImportOptions): { channel: SourceChannel; destination: Destination } {
    const channel = cart.open(shop, {
      clock,
      logs,
      memory: createChannelMemory(kept),
      ...(how.settings === undefined ? {} : { settings: how.settings }),
      ...(how.http === undefined ? {} : { http: how.http }),
    });
    const place = { path: file, format, content: "catalogue", formulaGuard: false } as const;
    return { channel, destination: createFileDestination(place, { openFile: how.openFile ?? open }) };
  }

  async function run(how: ImportOptions = {}): Promise<Imported> {
    const { channel, destination } = parts(how);
    const url = `sqlite:${state}`;
    const store = await (how.openStore ?? openStateStore)(url);
    const events: RunEvent[] = [];
    const projection = {
      prices: pricesOf((await table).rows),
      priceSync: how.priceSync ?? false,
      omit: how.omit ?? [],
      fields: destination.features.fields,
    };
    const none = { sent: 0, retried: 0, throttled: 0 };
    const own: RunParts = {
      channel,
      destination,
      store,
      mapper: await mapper,
      projection,
      options: { updates: true, onDuplicateSku: "fail", includeDigital: false, ...how.options },
      setup: JSON.stringify([projection.priceSync, projection.omit, how.options]),
      requests: () => ({ source: none, destination: none }),
      now: () => new Date(clock.now()),
    };
    try {
      const request = { ...how.request, emit: (event: RunEvent) => void events.push(event) };
      return { ...(await carryOut({ ...own, ...how.wrap?.(own) }, request)), events };
    } finally {
      await store.close();
    }
  }

  const text = (): string => {
    try {
      return readFileSync(file, "utf8");
    } catch {
      return "";
    }
  };
  const products = (): Product[] =>
    text()
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Product);
  return {
    shop,
    folder,
    file,
    state,
    clock,
    logs,
    kept,
    get secrets() {
      return cart.secrets(shop);
    },
    importable: () => new Map(cart.importable(shop)),
    import: run,
    products,
    skus: () => products().map(({ sku }) => sku),
    text,
    async ask(question) {
      const { channel, destination } = parts({});
      const connection = connectionName(channel, destination);
      const stage = {
        connection,
        records: connection,
        run: "none",
        destination: destinationName(destination),
      };
      const store = await openStateStore(`sqlite:${state}`);
      try {
        return await question(store, stage);
      } finally {
        await store.close();
      }
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** After each test closes the bed, and before it what was put into the list. */
export function closeAfterEach(bed: { close(): Promise<void> }): { close(): void }[] {
  const rigs: { close(): void }[] = [];
  afterEach(async () => {
    for (const rig of rigs.splice(0)) rig.close();
    await bed.close();
  });
  return rigs;
}

/** In order of the UTF-8 bytes, as the file has them. */
export function inOrder(skus: Iterable<string>): string[] {
  return [...skus].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/**
 * The invariants that hold after every run, whatever happened: no SKU twice (I2), what the state calls written stands
 * in the file so (I3), each record read has one outcome (I4), exit 0 says that all is well (I5), no secret anywhere (I6).
 */
export async function expectSound(rig: Rig, run: Imported): Promise<void> {
  const skus = rig.skus();
  expect(new Set(skus).size).toBe(skus.length);

  const standing = new Map(rig.products().map((product) => [product.sku, canonicalJson(product)]));
  await rig.ask(async (store, stage) => {
    for await (const { known } of store.catalogue(stage)) {
      if (known !== undefined) expect(standing.get(known.sku)).toBe(canonicalJson(known.product));
    }
  });

  const { read, missing: _, ...outcomes } = run.report.counts;
  const { status } = run.report;
  // A run that stopped has records without an outcome yet.
  if (status === "ok" || status === "partial")
    expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(read);
  if (run.exit === 0) expect({ status, error: run.error }).toEqual({ status: "ok", error: undefined });
  else expect(status).not.toBe("ok");
  if (run.exit !== 0 && run.exit !== 3) expect(run.error).toBeInstanceOf(PsyncError);

  expectNoSecret(rig, run);
}

function expectNoSecret(rig: Rig, run: Imported): void {
  const told = [
    JSON.stringify([run.report, run.list, run.events]),
    rig.logs.join("\n"),
    ...chain(run.error),
    ...readdirSync(rig.folder).map((name) => readFileSync(join(rig.folder, name), "latin1")),
  ];
  for (const secret of rig.secrets) expect(told.some((text) => text.includes(secret))).toBe(false);
  expect(told.some((text) => /oauth_signature=(?!\*)/.test(text))).toBe(false);
}

function chain(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const hint = error instanceof PsyncError ? (error.hint ?? "") : "";
  return [error.message, hint, error.stack ?? "", ...chain(error.cause)];
}

/** Nothing lost (I1): the file holds exactly what the shop has to offer, but for what the run rejected by name. */
export function expectWhole(rig: Rig, run: Pick<Imported, "list">): void {
  const wanted = rig.importable();
  for (const { outcome, key } of run.list) if (outcome === "rejected") wanted.delete(key);
  expect(rig.skus()).toEqual(inOrder(wanted.values()));
}

/** All is well: nothing lost, nothing twice. */
export async function expectDone(rig: Rig, run: Imported): Promise<void> {
  expect({ exit: run.exit, error: run.error }).toEqual({ exit: 0, error: undefined });
  await expectSound(rig, run);
  expectWhole(rig, run);
}

/** The next plain run repairs (I7), and the one after it finds nothing left to do. */
export async function expectRepaired(rig: Rig): Promise<Imported> {
  rig.shop.faults.clear();
  const repaired = await rig.import();
  await expectDone(rig, repaired);
  const before = statSync(rig.file);
  const idle = await rig.import();
  expect(idle.report.counts).toMatchObject({ created: 0, updated: 0, failed: 0 });
  expect(statSync(rig.file)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  return repaired;
}
