import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, beforeEach, expect } from "@jest/globals";

import type { TrytonSettings } from "../../src/destinations/tryton/index.js";
import type { PacedClient } from "../../src/http/client.js";
import type { RecordMapper } from "../../src/mapping/contract.js";
import { pricesOf } from "../../src/mapping/project.js";
import type { Product, ProductDraft } from "../../src/model/product.js";
import type { RunIssue } from "../../src/model/report.js";
import { connectionName, destinationName, type RunOptions, type RunParts } from "../../src/pipeline/parts.js";
import type { RunRequest, RunResult } from "../../src/pipeline/run.js";
import { openStateStore } from "../../src/state/open.js";
import type { StateStore } from "../../src/state/store.js";
import { methods, startTrytonBed, type TrytonBed, type TrytonClient } from "../destinations/tryton-bed.js";
import { createMemoryChannel } from "../support/memory-channel.js";
import type { TrytonProduct } from "../support/tryton.js";
import { expectedInTryton } from "../support/warehouse-expected.js";
import { carryOut } from "./rig.js";

/** A run of the whole program, with all that it told. */
export interface Imported extends RunResult {
  readonly exit: number;
  readonly list: readonly RunIssue[];
  /** How many calls reached the warehouse's door. */
  readonly calls: number;
  readonly client: TrytonClient;
}

export interface ImportOptions {
  readonly request?: Partial<RunRequest>;
  readonly options?: Partial<RunOptions>;
  readonly settings?: Partial<TrytonSettings>;
  readonly priceSync?: boolean;
  /** Changes per call. Default: the destination's own. */
  readonly maxBatch?: number;
  /** False where an operator's values stand in psync's places, or Tryton rounds: the test looks by itself. */
  readonly ledger?: boolean;
  /** Hears of the client before the run begins: of its clock, say. */
  readonly onClient?: (client: TrytonClient) => void;
  readonly wrapHttp?: (http: PacedClient) => PacedClient;
  readonly wrapStore?: (store: StateStore) => StateStore;
}

/** psync without its command line, between a cart in memory and a real Tryton; each import as a process of its own has it. */
export interface TrytonRig {
  /** What the cart holds, by SKU; a test may change it between imports. */
  readonly shop: Map<string, Product>;
  import(how?: ImportOptions): Promise<Imported>;
  /** What stands in the warehouse under the cart's SKUs, inactive products too. */
  standing(): Promise<readonly TrytonProduct[]>;
  /** The state file is gone. */
  forget(): void;
  /** How often the cart was asked. */
  asked(): number;
  readonly folder: string;
  close(): void;
}

/** A record is the product already. */
const mapper: RecordMapper = {
  roots: ["product"],
  places: [{ name: "product", isThere: () => true }],
  map: ({ product }) => ({ ok: true, draft: product as ProductDraft }),
};

/** Products of every kind, in fives. */
export function sampleProducts(prefix: string, count: number): Product[] {
  return Array.from({ length: count }, (_, index): Product => {
    const sku = `${prefix}-${String(index).padStart(3, "0")}`;
    const more: readonly Partial<Product>[] = [
      { description: `<p>The <b>${index}</b>th.</p><p>Blue &amp; white.</p>`, UPC: "4006381333931" },
      { weight_lbs: 0.7496, length_in: 3.5, width_cm: 10.12, height_in: 4 },
      { weight_kg: 1.25, retail_price: "19.995", UPC: "12345-ODD" },
      { retail_price: "7.50", description_short: "short" },
      {},
    ];
    return { sku, name: `Product ${index}`, ...more[index % more.length] };
  });
}

let accounts = 0;

function openTrytonRig(bed: TrytonBed, products: readonly Product[]): TrytonRig {
  const folder = mkdtempSync(join(tmpdir(), "psync-tryton-fault-"));
  const state = join(folder, "state.sqlite");
  const shop = new Map(products.map((product) => [product.sku, product]));
  const account = `memory:cart-${(accounts += 1)}`;
  let asked = 0;
  return {
    shop,
    folder,
    asked: () => asked,
    async import(how = {}) {
      const client = bed.open(how.settings, how.wrapHttp);
      const { destination: own, clock } = client;
      how.onClient?.(client);
      const { maxBatch = own.features.maxBatch } = how;
      const destination = { ...own, features: { ...own.features, maxBatch } };
      const records = [...shop.values()].map((product) => ({ key: product.sku, fields: { product } }));
      const channel = createMemoryChannel({ records, clock, account, pageSize: 250, updatedSince: false });
      const open = await openStateStore(`sqlite:${state}`);
      const store = how.wrapStore?.(open) ?? open;
      const before = bed.relay.calls.length;
      const none = { sent: 0, retried: 0, throttled: 0 };
      const parts: RunParts = {
        channel,
        destination,
        store,
        mapper,
        projection: {
          priceSync: how.priceSync ?? true,
          prices: pricesOf([]),
          omit: [],
          fields: destination.features.fields,
          shape: destination.shape,
        },
        options: { updates: true, onDuplicateSku: "fail", includeDigital: false, ...how.options },
        setup: JSON.stringify([how.priceSync, how.options]),
        requests: () => ({ source: none, destination: none }),
        now: () => new Date(clock.now()),
      };
      try {
        const result = await carryOut(parts, { force: true, ...how.request });
        const calls = bed.relay.calls.length - before;
        const run = { ...result, calls, client };
        const standing = await expectSound(this, run);
        if (how.ledger !== false)
          await expectLedger(standing, this, run, open, {
            connection: connectionName(channel, destination),
            records: connectionName(channel, destination),
            run: "none",
            destination: destinationName(destination),
          });
        expectNoSecret(bed, folder, run);
        return run;
      } finally {
        asked += channel.calls();
        await open.close();
      }
    },
    standing: () => bed.tryton.products([...shop.keys()]),
    forget: () => rmSync(state, { force: true }),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Places that a product of psync's fills; what it does not know is not looked at. */
function expectedPlaces(product: Product): Readonly<Record<string, unknown>> {
  const all = Object.entries(expectedInTryton(product, true));
  return Object.fromEntries(all.filter(([name, value]) => value !== null && name !== "identifiers"));
}

function isAsExpected(found: TrytonProduct, product: Product): boolean {
  try {
    expect(found).toMatchObject(expectedPlaces(product));
    return true;
  } catch {
    return false;
  }
}

/**
 * The invariants after every run, whatever happened: no SKU twice, each record has one outcome, exit 0 only when all is
 * well, and stock is nobody's to change. Gives what stands there.
 */
async function expectSound(
  rig: TrytonRig,
  run: Imported,
): Promise<ReadonlyMap<string | null, TrytonProduct>> {
  const products = (await rig.standing()).filter(({ active }) => active);
  const bySku = new Map(products.map((product) => [product.code, product]));
  expect(bySku.size).toBe(products.length);
  expect(products.every(({ quantity }) => quantity === 0)).toBe(true);
  const { status, counts } = run.report;
  const { read, missing: _, ...outcomes } = counts;
  if (status === "ok" || status === "partial")
    expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(read);
  if (run.exit === 0) expect({ status, error: run.error }).toEqual({ status: "ok", error: undefined });
  else expect(status).not.toBe("ok");
  return bySku;
}

/** What the state calls written stands in the warehouse so. */
async function expectLedger(
  bySku: ReadonlyMap<string | null, TrytonProduct>,
  rig: TrytonRig,
  { report: { status } }: Imported,
  store: StateStore,
  stage: Parameters<StateStore["catalogue"]>[0],
): Promise<void> {
  for await (const { known } of store.catalogue(stage)) {
    if (known === undefined || (known.reserved ?? []).length > 0) continue;
    const found = bySku.get(known.sku);
    expect(found).toBeDefined();
    const wanted = rig.shop.get(known.sku);
    if (found === undefined || wanted === undefined) continue;
    // Where an answer was lost and the run ended, the warehouse may already hold what the state does not yet know.
    if (!(status === "failed" && isAsExpected(found, wanted)))
      expect(found).toMatchObject(expectedPlaces(known.product));
  }
}

function expectNoSecret(bed: TrytonBed, folder: string, run: Imported): void {
  const { error } = run;
  const told = [
    JSON.stringify([run.report, run.list, run.client.logs]),
    error instanceof Error ? `${error.message} ${error.stack ?? ""} ${JSON.stringify(error)}` : "",
    ...readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1")),
  ].join("\n");
  expect(told).not.toContain(bed.password);
  for (const answer of bed.relay.logins.values()) {
    const { result } = JSON.parse(answer) as { result: [number, string] };
    expect(told).not.toContain(result[1]);
  }
}

/** Everything is there, right in every place that psync knows. */
async function expectWhole(rig: TrytonRig): Promise<void> {
  const standing = (await rig.standing()).filter(({ active }) => active);
  expect(standing).toHaveLength(rig.shop.size);
  for (const found of standing) {
    const wanted = rig.shop.get(found.code ?? "");
    expect(wanted).toBeDefined();
    if (wanted !== undefined) expect(found).toMatchObject(expectedInTryton(wanted, true));
  }
}

/** All is well, and every product is there. */
export async function expectDone(rig: TrytonRig, { exit, error }: Imported): Promise<void> {
  expect({ exit, error }).toEqual({ exit: 0, error: undefined });
  await expectWhole(rig);
}

/** With the faults gone, a plain run makes everything good, and the one behind it asks nothing. */
export async function expectRepaired(bed: TrytonBed, rig: TrytonRig): Promise<Imported> {
  bed.relay.decide = () => "pass";
  const repaired = await rig.import();
  await expectDone(rig, repaired);
  const idle = await rig.import();
  expect(idle).toMatchObject({ exit: 0, calls: 0 });
  return repaired;
}

/** Whether a call changes something. */
export function isWrite({ method }: { readonly method: string }): boolean {
  return method === methods.create || method === methods.update;
}

/** Rigs in one file of tests, all with one server, which is there from the first test on. */
interface TrytonRigs {
  readonly bed: () => TrytonBed;
  /** A cart of so many sample products whose SKUs no other has, or of these. */
  readonly open: (products: number | readonly Product[]) => TrytonRig;
}

/** Starts a Tryton before the tests and ends it behind them; before each test, every call passes again. */
export function createTrytonRigs(): TrytonRigs {
  let bed: TrytonBed;
  const rigs: TrytonRig[] = [];
  beforeAll(async () => {
    bed = await startTrytonBed();
  }, 60_000);
  afterAll(async () => {
    for (const rig of rigs) rig.close();
    await bed.close();
  });
  beforeEach(() => {
    bed.relay.decide = () => "pass";
    bed.relay.calls.length = 0;
  });
  return {
    bed: () => bed,
    open(products) {
      const own = typeof products === "number" ? sampleProducts(`T${rigs.length}`, products) : products;
      const rig = openTrytonRig(bed, own);
      rigs.push(rig);
      return rig;
    },
  };
}

/** The server breaks at every write that holds one of these texts, and works otherwise. */
export function breakAt({ relay }: TrytonBed, ...marks: readonly string[]): void {
  relay.decide = (call) => {
    if (!isWrite(call)) return "pass";
    const text = JSON.stringify(call.params);
    return marks.some((mark) => text.includes(JSON.stringify(mark))) ? { status: 502, body: "" } : "pass";
  };
}

/** Changes a product in the cart. */
export function edit({ shop }: TrytonRig, sku: string, fields: Partial<Product>): void {
  const product = shop.get(sku);
  if (product !== undefined) shop.set(sku, { ...product, ...fields });
}
