import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "@jest/globals";

import type { SourceChannel } from "../../src/channels/channel.js";
import type { Destination } from "../../src/destinations/destination.js";
import { createFileDestination } from "../../src/destinations/file/index.js";
import type { OpenFile } from "../../src/destinations/file/replace-file.js";
import { PsyncError } from "../../src/errors.js";
import { compileTable } from "../../src/mapping/compile.js";
import { loadTable } from "../../src/mapping/load.js";
import { canonicalJson } from "../../src/mapping/project.js";
import type { Product } from "../../src/model/product.js";
import type { RunIssue } from "../../src/model/report.js";
import type { RunEvent } from "../../src/pipeline/events.js";
import { connectionName, destinationName, type RunOptions, type RunParts } from "../../src/pipeline/parts.js";
import { exitCodeOf } from "../../src/pipeline/report.js";
import { runPass, type RunRequest, type RunResult } from "../../src/pipeline/run.js";
import { builtinTables } from "../../src/runtime.js";
import { textOf } from "../../src/sandbox/woocommerce/model.js";
import type { WooShop } from "../../src/sandbox/woocommerce/server.js";
import { thisProcess } from "../../src/state/holder.js";
import { openStateStore } from "../../src/state/open.js";
import type { StateStore } from "../../src/state/store.js";
import { openWoo, type WooClientOptions } from "../support/woo-bed.js";
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
  readonly settings?: WooClientOptions["settings"];
  readonly http?: WooClientOptions["http"];
  readonly openFile?: OpenFile;
  readonly openStore?: (url: string) => Promise<StateStore>;
  readonly wrap?: (parts: RunParts) => Partial<RunParts>;
}

/** psync without its command line, between a sandbox shop and a file, each import as a process of its own has it. */
export interface Rig {
  readonly shop: WooShop;
  readonly folder: string;
  readonly file: string;
  readonly state: string;
  /** The machine's clock; waiting takes no time. */
  readonly clock: FakeClock;
  /** Everything that was logged or warned so far. */
  readonly logs: string[];
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

export interface RigOptions {
  readonly format?: "jsonl" | "csv";
  readonly clock?: FakeClock;
}

const mapper = loadTable("woocommerce", ".", builtinTables).then(compileTable);

/** A rig on a shop. The shop lives on; the folder goes with `close`. */
export function openRig(shop: WooShop, options: RigOptions = {}): Rig {
  const folder = mkdtempSync(join(tmpdir(), "psync-fault-"));
  const format = options.format ?? "jsonl";
  const file = join(folder, `products.${format}`);
  const state = join(folder, "state.sqlite");
  const clock = options.clock ?? createFakeClock({ autoAdvance: true, now: Date.UTC(2026, 10, 24, 8) });
  const logs: string[] = [];

  function parts(how: ImportOptions): { channel: SourceChannel; destination: Destination } {
    const { consumerKey, consumerSecret } = shop.key;
    const settings = { consumerKey, consumerSecret, auth: "basic" as const, ...how.settings };
    const http = { trace: (line: string) => logs.push(line), ...how.http };
    const { channel } = openWoo(shop.url, { clock, settings, http });
    const place = { path: file, format, content: "catalogue", formulaGuard: false } as const;
    return { channel, destination: createFileDestination(place, how.openFile ?? open) };
  }

  async function run(how: ImportOptions = {}): Promise<Imported> {
    const { channel, destination } = parts(how);
    const url = `sqlite:${state}`;
    const store = await (how.openStore ?? openStateStore)(url);
    const events: RunEvent[] = [];
    const projection = {
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
      const result = await runPass(
        { ...own, ...how.wrap?.(own) },
        {
          command: "import",
          dryRun: false,
          fresh: false,
          force: false,
          holder: thisProcess("import", connectionName(channel, destination)),
          emit: (event) => events.push(event),
          confirm: () => Promise.resolve(true),
          signal: new AbortController().signal,
          ...how.request,
        },
      );
      const list: RunIssue[] = [];
      for await (const issue of result.issues()) list.push(issue);
      await result.finish();
      return { ...result, exit: exitCodeOf(result), list, events };
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

/** Every body is made anew when it is asked for, so what was worked out is kept while the shop stays the same. */
const offers = new WeakMap<
  WooShop,
  { readonly version: number; readonly fit: ReadonlyMap<string, string> }
>();

const soldElsewhere = new Set(["variable", "grouped", "external"]);

/**
 * The SKUs that an import of the shop has to write, worked out from the shop's own rows and by the rules of the manual
 * alone: published, sellable by itself, shipped, with an SKU of its own that no other such record carries. By key.
 */
export function importable(shop: WooShop): Map<string, string> {
  const { store } = shop;
  const known = offers.get(shop);
  if (known?.version === store.version) return new Map(known.fit);
  const fit = new Map<string, string>();
  for (const row of store.rows) {
    const { body } = store.item(row);
    const parent = row.type === "variation" ? store.find(row.parent) : undefined;
    if (row.type === "variation") {
      const isNamed = parent?.type === "variable" && store.childIds(parent.id).includes(row.id);
      if (!isNamed || parent.status !== "publish") continue;
    }
    if (row.status !== "publish" || soldElsewhere.has(row.type)) continue;
    if (body["virtual"] === true || body["downloadable"] === true) continue;
    const sku = textOf(body["sku"]).trim();
    const parents = parent === undefined ? undefined : textOf(store.item(parent).body["sku"]).trim();
    if (sku === "" || sku === parents) continue;
    fit.set(String(row.id), sku);
  }
  const counts = new Map<string, number>();
  for (const sku of fit.values()) counts.set(sku, (counts.get(sku) ?? 0) + 1);
  const unique = new Map([...fit].filter(([, sku]) => counts.get(sku) === 1));
  offers.set(shop, { version: store.version, fit: unique });
  return new Map(unique);
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
  const { consumerKey, consumerSecret } = rig.shop.key;
  const pair = Buffer.from(`${consumerKey}:${consumerSecret}`).toString("base64");
  const told = [
    JSON.stringify([run.report, run.list, run.events]),
    rig.logs.join("\n"),
    ...chain(run.error),
    ...readdirSync(rig.folder).map((name) => readFileSync(join(rig.folder, name), "latin1")),
  ];
  for (const secret of [consumerKey, consumerSecret, pair])
    expect(told.some((text) => text.includes(secret))).toBe(false);
  expect(told.some((text) => /oauth_signature=(?!\*)/.test(text))).toBe(false);
}

function chain(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const hint = error instanceof PsyncError ? (error.hint ?? "") : "";
  return [error.message, hint, error.stack ?? "", ...chain(error.cause)];
}

/** Nothing lost (I1): the file holds exactly what the shop has to offer, but for what the run rejected by name. */
export function expectWhole(rig: Rig, run: Pick<Imported, "list">): void {
  const wanted = importable(rig.shop);
  for (const { outcome, key } of run.list) if (outcome === "rejected") wanted.delete(key);
  expect(rig.skus()).toEqual(inOrder(wanted.values()));
}

/** The next plain run repairs (I7), and the one after it finds nothing left to do. */
export async function expectRepaired(rig: Rig): Promise<Imported> {
  rig.shop.faults.clear();
  const repaired = await rig.import();
  expect(repaired.exit).toBe(0);
  await expectSound(rig, repaired);
  expectWhole(rig, repaired);
  const before = statSync(rig.file);
  const idle = await rig.import();
  expect(idle.report.counts).toMatchObject({ created: 0, updated: 0, failed: 0 });
  expect(statSync(rig.file)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  return repaired;
}
