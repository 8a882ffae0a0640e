import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";

import { LockHeldError } from "../../src/errors.js";
import type { Product } from "../../src/model/product.js";
import type { RunReport } from "../../src/model/report.js";
import type {
  ConnectionState,
  Holder,
  RunRow,
  SettledItem,
  Slot,
  StagedItem,
  StagedRecord,
  StageKey,
  StageProgress,
  StateStore,
} from "../../src/state/store.js";

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
  return { key, sku, skuKey: sku, product: { sku, name }, fingerprint: `fp ${name}`, outcome: "staged" };
}

/** What writing a candidate comes to. */
export function settled(
  record: StagedRecord,
  outcome: "created" | "updated" | "unchanged",
  remoteId?: string,
): SettledItem {
  const { key, sku = "", skuKey = "", product = {}, fingerprint = "" } = record;
  const known = { sku, product: { ...product, sku }, ...(remoteId === undefined ? {} : { remoteId }) };
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

const numbered = (count: number): StagedRecord[] =>
  Array.from({ length: count }, (_, index) => candidate(`k${index}`, `S-${String(index).padStart(5, "0")}`));

/** Texts that trip those who count characters or trust a driver. Each is an SKU. */
const awkward = [
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

/** The laws of StateStore. */
export function stateStoreSuite(name: string, open: () => Promise<OpenedStore>): void {
  describe(`state store: ${name}`, () => {
    let opened: OpenedStore;
    let store: StateStore;
    const others: StateStore[] = [];

    beforeEach(async () => {
      opened = await open();
      ({ store } = opened);
    });

    afterEach(async () => {
      for (const other of others.splice(0)) await other.close();
      await store.close();
    });

    /** The same place, opened again: what it tells is what was kept. In memory: the store itself. */
    const again = async (): Promise<StateStore> => {
      if (opened.reopen === undefined) return store;
      const other = await opened.reopen();
      others.push(other);
      return other;
    };

    const takeSlot = (): Promise<Slot> => store.acquireSlot(stage.destination, holder("sync"), 60_000);

    const putRecords = (records: readonly StagedRecord[], key: StageKey = stage): Promise<void> =>
      store.stage(key, records, progress);

    /** What an earlier run has written. */
    const write = async (records: readonly StagedRecord[], key: StageKey): Promise<void> => {
      const slot = await takeSlot();
      await putRecords(records, key);
      await store.settle(
        key,
        slot,
        records.map((record) => settled(record, "created", `id ${record.key}`)),
      );
      await slot.release();
    };

    const earlier: StageKey = { ...stage, run: "run-0" };
    const allStaged = (filter: { contested?: boolean } = {}): Promise<readonly StagedItem[]> =>
      store.staged(stage, filter, undefined, 10_000);

    describe("slots", () => {
      test("a held slot is refused, and the refusal names its holder", async () => {
        await store.acquireSlot("wms", holder("import"), 60_000);
        const refused = store.acquireSlot("wms", holder("sync"), 60_000);
        await expect(refused).rejects.toThrow(LockHeldError);
        await expect(refused).rejects.toThrow(
          new RegExp(`^wms is held by psync import of shop on here, process ${process.pid}, since 20\\d\\d-`),
        );
      });

      test("another destination is free, a released one too", async () => {
        const first = await store.acquireSlot("wms", holder("import"), 60_000);
        await store.acquireSlot("other", holder("sync"), 60_000);
        await first.release();
        const next = await (await again()).acquireSlot("wms", holder("sync"), 60_000);
        expect(next.destination).toBe("wms");
      });

      test("the fence grows with every holder, also behind a release", async () => {
        const fences: number[] = [];
        for (let round = 0; round < 3; round += 1) {
          const slot = await store.acquireSlot("wms", holder("sync"), 60_000);
          fences.push(slot.fence);
          await slot.release();
        }
        expect(fences[1]).toBeGreaterThan(fences[0] ?? Infinity);
        expect(fences[2]).toBeGreaterThan(fences[1] ?? Infinity);
      });

      test("a lease that has run out is taken over, and its old holder notices", async () => {
        const old = await store.acquireSlot("wms", holder("import"), 0);
        const taker = await (await again()).acquireSlot("wms", holder("sync"), 60_000);
        expect(taker.fence).toBeGreaterThan(old.fence);
        await expect(old.renew()).rejects.toThrow(/^the slot of wms was lost to psync sync of shop/);
        await expect(old.assertHeld()).rejects.toThrow(LockHeldError);
        // Its release does not free what is no longer its own.
        await old.release();
        await taker.renew();
        await expect(store.acquireSlot("wms", holder("import"), 60_000)).rejects.toThrow(LockHeldError);
      });

      test("a lease that has run out and was not taken is renewed", async () => {
        const slot = await store.acquireSlot("wms", holder("import"), 0);
        await slot.assertHeld();
        await slot.renew();
      });

      test("a released slot is not renewed", async () => {
        const slot = await takeSlot();
        await slot.release();
        await expect(slot.renew()).rejects.toThrow(LockHeldError);
        await slot.release();
      });

      test("of many that ask at once one gets it", async () => {
        const stores = [store, await again(), await again()];
        const asked = Array.from({ length: 12 }, (_, index) =>
          (stores[index % 3] ?? store).acquireSlot("wms", holder(`sync ${index}`), 60_000),
        );
        const answers = await Promise.allSettled(asked);
        expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(1);
        for (const answer of answers) {
          if (answer.status === "rejected") expect(answer.reason).toBeInstanceOf(LockHeldError);
        }
      });
    });

    describe("runs", () => {
      test("a run is found again until it is done, the latest one first", async () => {
        await store.startRun(runRow("run-1"));
        await store.startRun(runRow("run-2"));
        await store.startRun(runRow("run-3", "import"));
        await store.startRun(runRow("run-4", "sync", "elsewhere"));
        expect(await (await again()).unfinishedRun("shop", "sync")).toEqual(runRow("run-2"));
        await store.finishRun({ ...stage, run: "run-2" }, report("run-2"), undefined);
        expect(await store.unfinishedRun("shop", "sync")).toEqual(runRow("run-1"));
        expect(await store.unfinishedRun("shop", "test")).toBeUndefined();
      });

      test("a patch changes what it names", async () => {
        await store.startRun({ ...runRow("run-1"), cursor: "c1", basis: "b" });
        await store.saveRun("run-1", { phase: "write", incomplete: "3 are missing" });
        await store.saveRun("run-1", { resume: "r", report: report("run-1") });
        expect(await (await again()).unfinishedRun("shop", "sync")).toEqual({
          ...runRow("run-1"),
          phase: "write",
          cursor: "c1",
          basis: "b",
          incomplete: "3 are missing",
          resume: "r",
          report: report("run-1"),
        });
      });

      test("a page and its progress are kept together", async () => {
        await store.startRun(runRow("run-1"));
        const first = { resume: "p2", cursor: "c", basis: "b", absent: { weight: 2 }, recordsRead: 3 };
        await store.stage(stage, numbered(3), first);
        expect(await (await again()).unfinishedRun("shop", "sync")).toEqual({ ...runRow("run-1"), ...first });
        const last = { cursor: "c", basis: "b", absent: { weight: 2 }, recordsRead: 4 };
        await store.stage(stage, [candidate("k9", "S-9")], last);
        expect(await (await again()).unfinishedRun("shop", "sync")).toEqual({ ...runRow("run-1"), ...last });
        expect(await allStaged()).toHaveLength(4);
      });

      test("a page that cannot be kept leaves no progress", async () => {
        await store.startRun(runRow("run-1"));
        const broken: StagedRecord = { key: "k", outcome: "staged" };
        await expect(
          store.stage(stage, [candidate("a", "A"), broken], { ...progress, resume: "p2" }),
        ).rejects.toThrow(TypeError);
        expect(await store.unfinishedRun("shop", "sync")).toEqual(runRow("run-1"));
        expect(await allStaged()).toEqual([]);
      });

      test("a connection's state moves on when a run completes", async () => {
        const state: ConnectionState = {
          cursor: "c",
          completedRun: "run-1",
          completedAt: "2026-11-23T08:01:00.000Z",
          absent: { weight: 0.5 },
          recordsRead: 12,
        };
        expect(await store.connection("shop")).toBeUndefined();
        await store.startRun(runRow("run-1"));
        await store.finishRun(stage, report("run-1"), undefined);
        expect(await store.connection("shop")).toBeUndefined();
        await store.finishRun(stage, report("run-1"), { state, full: false });
        expect(await (await again()).connection("shop")).toEqual(state);
        const next = { completedRun: "run-2", completedAt: "2026-11-23T09:00:00.000Z" };
        await store.finishRun({ ...stage, run: "run-2" }, report("run-2"), { state: next, full: false });
        expect(await store.connection("shop")).toEqual(next);
        expect(await store.connection("elsewhere")).toBeUndefined();
      });
    });

    describe("stage", () => {
      test("candidates come back as they were staged", async () => {
        const product: Product = {
          sku: "S-1",
          name: "\u0000 \ud800 \u2028 😀",
          weight_lbs: 0.5,
          tags: ["a", "b"],
          custom_fields: { Color: "Red", n: 1, none: null, list: [1, { deep: true }], __proto: "x" },
        };
        await putRecords([{ ...candidate("k1", "S-1"), product, address: "https://shop.example/1" }]);
        const [item] = await (await again()).staged(stage, {}, undefined, 10);
        expect(item).toEqual({
          key: "k1",
          sku: "S-1",
          skuKey: "S-1",
          product,
          fingerprint: "fp Name of S-1",
          adopted: false,
        });
        expect(JSON.stringify(item?.product)).toBe(JSON.stringify(product));
      });

      test("a record staged again is replaced, within a page too", async () => {
        await putRecords([candidate("k1", "A"), candidate("k1", "B"), candidate("k2", "C")]);
        await store.noteRemote(stage, [{ key: "k2", known: { sku: "C", product: { sku: "C" } } }]);
        await putRecords([candidate("k2", "D")]);
        const items = await allStaged();
        expect(items.map((item) => [item.key, item.sku, item.adopted])).toEqual([
          ["k1", "B", false],
          ["k2", "D", false],
        ]);
      });

      test("runs, connections and dry runs do not see each other's records", async () => {
        const dry = { ...stage, records: "dry run 1", run: "dry-1" };
        await putRecords([candidate("k1", "A")]);
        await putRecords([candidate("k1", "A dry")], dry);
        await putRecords([candidate("k2", "B")], { ...stage, run: "run-2" });
        await putRecords([candidate("k1", "C")], { ...stage, connection: "else", records: "else" });
        expect((await allStaged()).map((item) => item.sku)).toEqual(["A"]);
        expect((await store.staged(dry, {}, undefined, 9)).map((item) => item.sku)).toEqual(["A dry"]);
        await store.discard("dry run 1");
        expect(await store.staged(dry, {}, undefined, 9)).toEqual([]);
        expect(await allStaged()).toHaveLength(1);
      });

      test("any text is an SKU, compared exactly and ordered by its bytes", async () => {
        await putRecords(awkward.map((sku, index) => candidate(`key ${index} ${sku}`, sku)));
        const byBytes = [...awkward].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect((await allStaged()).map((item) => item.sku)).toEqual(byBytes);
        expect((await allStaged()).map((item) => item.product.sku)).toEqual(byBytes);
        const paged: string[] = [];
        let after: string | undefined;
        for (;;) {
          const page = await store.unknown(stage, after, 5);
          if (page.length === 0) break;
          paged.push(...page.map((item) => item.sku));
          after = page.at(-1)?.skuKey;
        }
        expect(paged).toEqual(byBytes);
        const slot = await takeSlot();
        await store.settleCreated(stage, slot);
        const known = await collect(store.catalogue(stage));
        expect(known.map((entry) => entry.known?.sku)).toEqual(byBytes);
      });

      test("pages of candidates join without gap or overlap", async () => {
        await putRecords(numbered(230));
        const seen: string[] = [];
        let after: string | undefined;
        for (;;) {
          const page = await store.staged(stage, {}, after, 100);
          seen.push(...page.map((item) => item.key));
          if (page.length < 100) break;
          after = page.at(-1)?.skuKey;
        }
        expect(seen).toEqual(numbered(230).map((record) => record.key));
      });
    });

    describe("plan", () => {
      test("SKUs with several candidates are found, others are not", async () => {
        const twins = [candidate("a1", "A"), candidate("a2", "A"), { ...candidate("a3", "a"), skuKey: "A" }];
        const skipped: StagedRecord = {
          key: "b2",
          sku: "B",
          skuKey: "B",
          outcome: "skipped",
          code: "status",
        };
        await putRecords([...twins, candidate("b1", "B"), skipped]);
        await putRecords([candidate("c1", "A")], { ...stage, run: "run-2" });
        const groups = await collect(store.skuGroups(stage));
        expect(groups.map((group) => group.skuKey)).toEqual(["A"]);
        expect([...(groups[0]?.rows ?? [])].sort((x, y) => (x.key < y.key ? -1 : 1))).toEqual([
          { key: "a1", sku: "A" },
          { key: "a2", sku: "A" },
          { key: "a3", sku: "a" },
        ]);
      });

      test("groups may be marked while they are read", async () => {
        const pairs = numbered(130).flatMap((record) => [record, { ...record, key: `${record.key}b` }]);
        await putRecords(pairs);
        let groups = 0;
        for await (const group of store.skuGroups(stage)) {
          groups += 1;
          const keys = group.rows.map((row) => row.key);
          await store.mark(stage, keys, { outcome: "skipped", code: "duplicate-sku", message: keys.join() });
        }
        expect(groups).toBe(130);
        expect(await allStaged()).toEqual([]);
        expect((await store.counts(stage)).skipped).toBe(260);
        expect(await collect(store.skuGroups(stage))).toEqual([]);
      });

      test("what was last written is unchanged; what differs is contested; the rest is unknown", async () => {
        await write([candidate("k1", "A"), candidate("k2", "B")], earlier);
        await putRecords([candidate("k1", "A"), candidate("k2", "B", "New name"), candidate("k3", "C")]);
        await store.markUnchanged(stage);
        expect(await store.unknown(stage, undefined, 9)).toEqual([{ key: "k3", sku: "C", skuKey: "C" }]);
        expect(await allStaged({ contested: true })).toEqual([
          {
            key: "k2",
            sku: "B",
            skuKey: "B",
            product: { sku: "B", name: "New name" },
            fingerprint: "fp New name",
            known: { sku: "B", product: { sku: "B", name: "Name of B" }, remoteId: "id k2" },
            adopted: false,
          },
        ]);
        expect((await allStaged()).map((item) => item.key)).toEqual(["k2", "k3"]);
        expect(await store.countStaged(stage, { contested: true })).toBe(1);
        expect(await store.countStaged(stage, { contested: false })).toBe(1);
        expect((await store.counts(stage)).unchanged).toBe(1);
      });

      test("what another destination holds is not known here", async () => {
        await write([candidate("k1", "A")], { ...earlier, destination: "other" });
        await putRecords([candidate("k1", "A")]);
        await store.markUnchanged(stage);
        expect(await store.unknown(stage, undefined, 9)).toHaveLength(1);
      });

      test("what the destination holds under an unknown SKU is adopted", async () => {
        await putRecords([candidate("k1", "abc"), candidate("k2", "xyz")]);
        const known = { sku: "ABC", product: { sku: "ABC", name: "There before" }, remoteId: "77" };
        await store.noteRemote(stage, [{ key: "k1", known }]);
        expect((await store.unknown(stage, undefined, 9)).map((item) => item.key)).toEqual(["k2"]);
        const items = await allStaged();
        expect(items.map((item) => [item.key, item.adopted, item.known])).toEqual([
          ["k1", true, known],
          ["k2", false, undefined],
        ]);
        expect(await store.countKnown(stage)).toBe(0);
      });

      test("a mark is an outcome with its words", async () => {
        await putRecords(numbered(131));
        const keys = numbered(130).map((record) => record.key);
        await store.mark(stage, keys, { outcome: "skipped", code: "updates-off", message: "off" });
        await store.mark(stage, [], { outcome: "unchanged" });
        await store.mark({ ...stage, run: "run-2" }, ["k130"], { outcome: "unchanged" });
        expect((await allStaged()).map((item) => item.key)).toEqual(["k130"]);
        const issues = await collect(store.issues(stage));
        expect(issues).toHaveLength(130);
        expect(issues[0]).toMatchObject({ outcome: "skipped", code: "updates-off", message: "off" });
      });
    });

    describe("settle", () => {
      test("results are kept as they come", async () => {
        const records = ["k1", "k2", "k3", "k4", "k5"].map((key) => candidate(key, key.toUpperCase()));
        await write(records.slice(1, 3), earlier);
        await putRecords(records);
        const slot = await takeSlot();
        const [one, two, three, four] = records as [StagedRecord, StagedRecord, StagedRecord, StagedRecord];
        await store.settle(stage, slot, [
          settled(one, "created", "r1"),
          settled({ ...two, product: { sku: "K2", name: "Newer" }, fingerprint: "f2" }, "updated"),
          settled(three, "unchanged"),
          { key: four.key, skuKey: "K4", outcome: "failed", code: "refused", message: "no such unit" },
        ]);
        expect((await allStaged()).map((item) => item.key)).toEqual(["k5"]);
        expect(await store.counts(stage)).toEqual({
          created: 1,
          updated: 1,
          unchanged: 1,
          skipped: 0,
          rejected: 0,
          failed: 1,
        });
        const other = await again();
        expect((await collect(other.catalogue(stage))).map((entry) => entry.known)).toEqual([
          { sku: "K1", product: { sku: "K1", name: "Name of K1" }, remoteId: "r1" },
          // The destination's id stays when a result does not repeat it.
          { sku: "K2", product: { sku: "K2", name: "Newer" }, remoteId: "id k2" },
          { sku: "K3", product: { sku: "K3", name: "Name of K3" }, remoteId: "id k3" },
          undefined,
          undefined,
        ]);
        expect(await other.countKnown(stage)).toBe(3);
        expect(await collect(other.issues(stage))).toEqual([
          { outcome: "failed", code: "refused", key: "k4", sku: "K4", message: "no such unit" },
        ]);
      });

      test("nothing is kept under a slot that somebody else has by now", async () => {
        await putRecords([candidate("k1", "A"), candidate("k2", "B")]);
        const old = await store.acquireSlot("wms", holder("sync"), 0);
        const taker = await store.acquireSlot("wms", holder("import"), 60_000);
        await expect(store.settle(stage, old, [settled(candidate("k1", "A"), "created")])).rejects.toThrow(
          LockHeldError,
        );
        await expect(store.settleCreated(stage, old)).rejects.toThrow(/was lost to psync import/);
        expect(await allStaged()).toHaveLength(2);
        expect(await store.countKnown(stage)).toBe(0);
        await store.settle(stage, taker, [settled(candidate("k1", "A"), "created")]);
        expect(await store.countKnown(stage)).toBe(1);
      });

      test("nothing is kept under a slot that was given back", async () => {
        await putRecords([candidate("k1", "A")]);
        const slot = await takeSlot();
        await slot.release();
        await expect(store.settle(stage, slot, [settled(candidate("k1", "A"), "created")])).rejects.toThrow(
          LockHeldError,
        );
        expect(await store.countKnown(stage)).toBe(0);
      });

      test("adopting needs no slot, and the next run finds it unchanged", async () => {
        const records = numbered(130);
        await putRecords(records);
        await store.settle(
          stage,
          undefined,
          records.map((record) => settled(record, "unchanged", "r")),
        );
        await store.settle(stage, undefined, []);
        expect(await store.countKnown(stage)).toBe(130);
        const next = { ...stage, run: "run-2" };
        await putRecords(records, next);
        await store.markUnchanged(next);
        expect((await store.counts(next)).unchanged).toBe(130);
      });

      test("a result without known products leaves what is known", async () => {
        await write([candidate("k1", "A")], earlier);
        await putRecords([candidate("k1", "A", "New")]);
        await store.settle(stage, undefined, [{ key: "k1", skuKey: "A", outcome: "unchanged" }]);
        expect((await collect(store.catalogue(stage)))[0]?.known?.product.name).toBe("Name of A");
      });

      test("settling twice is the same as once", async () => {
        const items = [
          settled(candidate("k1", "A"), "created", "r"),
          settled(candidate("k1", "A"), "created", "r"),
        ];
        await putRecords([candidate("k1", "A")]);
        const slot = await takeSlot();
        await store.settle(stage, slot, items);
        await store.settle(stage, slot, items);
        expect(await store.countKnown(stage)).toBe(1);
        expect((await store.counts(stage)).created).toBe(1);
      });

      test("all that nothing is known of is created at once", async () => {
        await write([candidate("k0", "S-00000", "Old")], earlier);
        await putRecords(numbered(130));
        const known = { sku: "S-00001", product: { sku: "S-00001" } };
        await store.noteRemote(stage, [{ key: "k1", known }]);
        const slot = await takeSlot();
        await store.settleCreated(stage, slot);
        expect((await store.counts(stage)).created).toBe(128);
        expect((await allStaged()).map((item) => item.key)).toEqual(["k0", "k1"]);
        expect(await store.countKnown(stage)).toBe(129);
        await store.settleCreated(stage, slot);
        expect((await store.counts(stage)).created).toBe(128);
        const next = { ...stage, run: "run-2" };
        await putRecords(numbered(130), next);
        await store.markUnchanged(next);
        expect((await store.counts(next)).unchanged).toBe(128);
      });
    });

    describe("tell", () => {
      test("the catalogue joins what is known with what is staged", async () => {
        await write(numbered(1100), earlier);
        await write([candidate("x", "X")], { ...earlier, destination: "other" });
        await write([candidate("y", "Y")], { ...earlier, connection: "else", records: "else" });
        await putRecords([
          candidate("k3", "S-00003", "New"),
          candidate("n1", "S-00500b"),
          candidate("n2", "Z"),
        ]);
        const entries = await collect(store.catalogue(stage));
        const skus = entries.map((entry) => entry.staged?.sku ?? entry.known?.sku);
        const expected = [...numbered(1100).map((record) => record.sku), "S-00500b", "Y", "Z"].sort();
        expect(skus).toEqual(expected);
        expect(entries[3]).toMatchObject({
          known: { sku: "S-00003", product: { name: "Name of S-00003" } },
          staged: { key: "k3", product: { name: "New" } },
        });
        expect(entries.filter((entry) => entry.staged !== undefined)).toHaveLength(3);
        expect(entries.at(-1)?.known).toBeUndefined();
      });

      test("missing are those of the connection that no record of the run carries", async () => {
        await write(numbered(5), earlier);
        await write([candidate("y", "Y")], { ...earlier, connection: "else", records: "else" });
        const [first, second, third] = numbered(3) as [StagedRecord, StagedRecord, StagedRecord];
        const skip: StagedRecord = { ...second, outcome: "skipped", code: "status", message: "a draft" };
        const reject: StagedRecord = { ...third, outcome: "rejected", code: "invalid", message: "weight" };
        await putRecords([first, skip, reject, { key: "u", outcome: "rejected", code: "unreadable" }]);
        expect(await store.countMissing(stage)).toBe(2);
        expect(await store.countKnown(stage)).toBe(5);
        const dry = { ...stage, records: "dry run 9", run: "dry-9" };
        await putRecords([first], dry);
        expect(await store.countMissing(dry)).toBe(4);
      });

      test("issues outlive the records they are about", async () => {
        const records: StagedRecord[] = [
          candidate("ok", "A"),
          { key: "s", sku: "S", skuKey: "S", outcome: "skipped", code: "status", message: "a draft" },
          { key: "r", outcome: "rejected", code: "unreadable", message: "page 3" },
        ];
        const expected = [
          { outcome: "rejected", code: "unreadable", key: "r", sku: null, message: "page 3" },
          { outcome: "skipped", code: "status", key: "s", sku: "S", message: "a draft" },
        ];
        await store.startRun(runRow("run-1"));
        await putRecords(records);
        expect(await collect(store.issues(stage))).toEqual(expected);
        await store.finishRun(stage, report("run-1"), undefined);
        await putRecords([candidate("s", "S")], { ...stage, run: "run-2" });
        expect(await collect((await again()).issues(stage))).toEqual(expected);
      });

      test("many issues come one by one, in order of key", async () => {
        const keys = Array.from({ length: 1203 }, (_, index) => `k${String(index).padStart(5, "0")}`);
        await store.startRun(runRow("run-1"));
        await putRecords(keys.map((key) => ({ key, outcome: "rejected", code: "invalid", message: "m" })));
        expect((await collect(store.issues(stage))).map((issue) => issue.key)).toEqual(keys);
        await store.finishRun(stage, report("run-1"), undefined);
        expect((await collect(store.issues(stage))).map((issue) => issue.key)).toEqual(keys);
      });

      test("a complete full read forgets records that were not seen, a partial one does not", async () => {
        const state = { completedRun: "run-2", completedAt: "2026-11-23T08:00:00.000Z" };
        const next = { ...stage, run: "run-2" };
        await putRecords(numbered(3));
        await putRecords([candidate("k1", "S-00001")], next);
        await store.finishRun(next, report("run-2"), { state, full: false });
        expect(await allStaged()).toHaveLength(2);
        await store.finishRun(next, report("run-2"), { state, full: true });
        expect(await allStaged()).toEqual([]);
        expect(await store.staged(next, {}, undefined, 9)).toHaveLength(1);
      });

      test("the oldest runs are forgotten", async () => {
        const broken: StagedRecord = { key: "r", outcome: "rejected", code: "unreadable", message: "m" };
        const ids = Array.from({ length: 203 }, (_, index) => `run-${String(index).padStart(4, "0")}`);
        for (const id of ids) {
          await store.startRun(runRow(id));
          if (id.endsWith("000")) await putRecords([broken], { ...stage, run: id });
        }
        const first = { ...stage, run: "run-0000" };
        await store.finishRun({ ...stage, run: "run-0001" }, report("run-0001"), undefined);
        // 200 are kept, so of those that were left open the first three are gone, with the issues of the first.
        expect((await store.unfinishedRun("shop", "sync"))?.id).toBe("run-0202");
        for (const id of ids.slice(3).reverse()) {
          await store.finishRun({ ...stage, run: id }, report(id), undefined);
        }
        expect(await store.unfinishedRun("shop", "sync")).toBeUndefined();
        await store.startRun({ ...runRow("run-0000"), phase: "done" });
        expect(await collect(store.issues(first))).toEqual([]);
      });
    });
  });
}
