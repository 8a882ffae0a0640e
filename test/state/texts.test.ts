import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";

import { openDatabase } from "../../src/state/open.js";
import { createCipher } from "../../src/state/cipher.js";
import { createStore } from "../../src/state/store-sql.js";
import type { StageKey, StateStore } from "../../src/state/store.js";
import type { Database } from "../../src/state/database.js";
import { candidate, collect, holder, progress, report, runRow, settled, stage } from "./laws/kit.js";

const senses = {
  processes: { isAlive: () => true, startOf: () => undefined },
  monotonicMs: () => 0,
  wallMs: () => 0,
};

type Step = (store: StateStore, key: StageKey) => Promise<unknown>;

const state = { completedRun: "r", completedAt: "2026-11-23T08:01:00.000Z" };

/** Few records and few SKUs, so that steps meet each other's rows. */
const record = fc
  .tuple(fc.constantFrom("k1", "k2", "k3", "k4"), fc.constantFrom("A", "B", "C"), fc.constantFrom("x", "y"))
  .map(([key, sku, name]) => candidate(key, sku, name));
const records = fc.array(record, { maxLength: 4 });
const outcome = fc.constantFrom("created", "updated", "unchanged");

const step: fc.Arbitrary<Step> = fc.oneof(
  records.map(
    (page): Step =>
      (store, key) =>
        store.stage(key, page, progress),
  ),
  records.map(
    (page): Step =>
      (store, key) =>
        store.mark(
          key,
          page.map((item) => item.key),
          { outcome: "skipped", code: "status" },
        ),
  ),
  fc.constant<Step>((store, key) => store.markUnchanged(key)),
  records.map(
    (page): Step =>
      (store, key) =>
        store.noteRemote(
          key,
          page.map((item) => ({ key: item.key, known: { sku: "A", product: { sku: "A" }, remoteId: "7" } })),
        ),
  ),
  fc.tuple(records, outcome).map(([page, name]): Step => (store, key) => {
    const items = page.map((item) => settled(item, name));
    return store.settle(key, undefined, items);
  }),
  fc.constant<Step>(async (store, key) => {
    const slot = await store.acquireSlot(key.destination, holder("sync"), 60_000);
    await store.settleCreated(key, slot);
    await slot.release();
  }),
  fc.boolean().map(
    (full): Step =>
      (store, key) =>
        store.finishRun(key, report(key.run), { state, full }),
  ),
  fc.constant<Step>((store, key) => store.discard(key.records)),
);

const runs: readonly StageKey[] = [
  stage,
  { ...stage, run: "run-2" },
  { ...stage, records: "dry run 1", run: "dry-1" },
  { ...stage, connection: "else", records: "else", run: "run-3" },
];

/** The numbers of all texts, and of those that a row has, in order. */
async function textsAndOwners(database: Database): Promise<readonly (readonly number[])[]> {
  const numbers = async (text: string): Promise<readonly number[]> => {
    const rows = await database.all<{ readonly id: number }>(`${text} order by id`, []);
    return rows.map((row) => row.id);
  };
  return [
    await numbers("select id from psync_texts"),
    await numbers(`select product as id from psync_records where product is not null
      union all select remote from psync_candidates where remote is not null
      union all select product from psync_products`),
  ];
}

describe("src/state/texts.ts", () => {
  test("whatever happens, each text belongs to one row, and everything that is told can be read", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...runs), step), { minLength: 4, maxLength: 25 }),
        async (steps) => {
          const database = await openDatabase("sqlite::memory:");
          const store = createStore(database, senses, createCipher("here", undefined));
          await store.startRun(runRow("run-1"));
          for (const [key, act] of steps) {
            await act(store, key);
            const [texts, owners] = await textsAndOwners(database);
            expect(owners).toEqual(texts);
          }
          for (const key of runs) {
            const items = await store.staged(key, {}, undefined, 100);
            const contested = await store.countStaged(key, { contested: true });
            const unknown = await store.countStaged(key, { contested: false });
            expect(contested + unknown).toBe(items.length);
            const entries = await collect(store.catalogue(key));
            expect(entries.filter((entry) => entry.staged !== undefined)).toHaveLength(items.length);
          }
          await store.close();
        },
      ),
      { numRuns: 150 },
    );
  });
});
