import { afterEach, beforeEach } from "@jest/globals";

import type { Product } from "../../../src/model/product.js";
import type { RunReport } from "../../../src/model/report.js";
import type {
  Holder,
  RunRow,
  SettledItem,
  Slot,
  StagedItem,
  StagedRecord,
  StageKey,
  StageProgress,
  StateStore,
} from "../../../src/state/store.js";

/** A store under test. `reopen` opens the same place once more, beside it; a store in memory has none. */
export interface OpenedStore {
  readonly store: StateStore;
  readonly reopen?: () => Promise<StateStore>;
}

export const stage: StageKey = { connection: "shop", records: "shop", run: "run-1", destination: "wms" };

export const progress: StageProgress = { absent: {}, recordsRead: 0 };

export function holder(command: string): Holder {
  return { host: "here", pid: process.pid, command, connection: "shop" };
}

/** A candidate whose fingerprint is made of its name. */
export function candidate(key: string, sku: string, name = `Name of ${sku}`): StagedRecord {
  const product = JSON.stringify({ sku, name });
  return { key, sku, skuKey: sku, product, fingerprint: `fp ${name}`, outcome: "staged" };
}

/** What writing a candidate comes to. */
export function settled(
  record: StagedRecord,
  outcome: "created" | "updated" | "unchanged",
  remoteId?: string,
): SettledItem {
  const { key, sku = "", skuKey = "", product = "{}", fingerprint = "" } = record;
  const known = {
    sku,
    product: JSON.parse(product) as Product,
    ...(remoteId === undefined ? {} : { remoteId }),
  };
  return { key, skuKey, outcome, known, fingerprint };
}

export function runRow(id: string, command = "sync", connection = "shop"): RunRow {
  return { id, connection, command, startedAt: "2026-11-23T08:00:00.000Z", setup: "s", phase: "read" };
}

export function report(run: string): RunReport {
  const requests = { sent: 0, retried: 0, throttled: 0 };
  return {
    command: "sync",
    run,
    status: "ok",
    dryRun: false,
    source: { channel: "etsy", account: "7" },
    destination: { type: "file", account: "f" },
    startedAt: "2026-11-23T08:00:00.000Z",
    finishedAt: "2026-11-23T08:01:00.000Z",
    reconcile: true,
    counts: { read: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0, failed: 0, missing: 0 },
    requests: { source: requests, destination: requests },
  };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Candidates k0, k1, … whose SKUs are in their order. */
export function numbered(count: number): StagedRecord[] {
  return Array.from({ length: count }, (_, index) =>
    candidate(`k${index}`, `S-${String(index).padStart(5, "0")}`),
  );
}

/** Texts that trip those who count characters or trust a driver. Each is an SKU. */
export const awkward = [
  "0007",
  "1E5",
  " padded ",
  "it's",
  'say "so"',
  "back\\slash",
  "50%_off",
  "?",
  "$1",
  "a\u0000b",
  "a\u0000",
  "a\u0001b",
  "a\u0001\u0001",
  "a\u0001\u0002",
  "a",
  "A",
  "Ä",
  "é",
  "e\u0301",
  "z",
  "ﬀ",
  "\uFFFD",
  "😀",
  "日本",
];

/** The run before that of `stage`. */
export const earlier: StageKey = { ...stage, run: "run-0" };

/** A store that is opened anew for each test of the describe block in which this is made. */
export class Subject {
  readonly #others: StateStore[] = [];
  #opened: OpenedStore | undefined;

  constructor(open: () => Promise<OpenedStore>) {
    beforeEach(async () => {
      this.#opened = await open();
    });
    afterEach(async () => {
      for (const other of this.#others.splice(0)) await other.close();
      await this.store.close();
    });
  }

  get store(): StateStore {
    if (this.#opened === undefined) throw new Error("asked outside a test");
    return this.#opened.store;
  }

  /** The same place, opened again: what it tells is what was kept. In memory: the store itself. */
  async again(): Promise<StateStore> {
    if (this.#opened?.reopen === undefined) return this.store;
    const other = await this.#opened.reopen();
    this.#others.push(other);
    return other;
  }

  takeSlot(): Promise<Slot> {
    return this.store.acquireSlot(stage.destination, holder("sync"), 60_000);
  }

  put(records: readonly StagedRecord[], key: StageKey = stage): Promise<void> {
    return this.store.stage(key, records, progress);
  }

  /** Stages and settles, as an earlier run did. */
  async write(records: readonly StagedRecord[], key: StageKey = earlier): Promise<void> {
    const slot = await this.takeSlot();
    await this.put(records, key);
    const items = records.map((record) => settled(record, "created", `id ${record.key}`));
    await this.store.settle(key, slot, items);
    await slot.release();
  }

  staged(filter: { readonly contested?: boolean } = {}): Promise<readonly StagedItem[]> {
    return this.store.staged(stage, filter, undefined, 10_000);
  }
}
