import { describe, expect, test } from "@jest/globals";

import { LockHeldError } from "../../../src/errors.js";
import type { SettledItem, StagedRecord } from "../../../src/state/store.js";
import { candidate, collect, earlier, holder, numbered, settled, stage, type Subject } from "./kit.js";

/** What becomes of results. */
export function settleLaws(subject: Subject): void {
  describe("settle", () => {
    test("results are kept as they come", async () => {
      const records = ["k1", "k2", "k3", "k4", "k5"].map((key) => candidate(key, key.toUpperCase()));
      await subject.write(records.slice(1, 3), earlier);
      await subject.put(records);
      const slot = await subject.takeSlot();
      const [one, two, three, four] = records as [StagedRecord, StagedRecord, StagedRecord, StagedRecord];
      await subject.store.settle(stage, slot, [
        settled(one, "created", "r1"),
        settled({ ...two, product: '{"sku":"K2","name":"Newer"}', fingerprint: "f2" }, "updated"),
        settled(three, "unchanged"),
        { key: four.key, skuKey: "K4", outcome: "failed", code: "refused", message: "no such unit" },
      ]);
      expect((await subject.staged()).map((item) => item.key)).toEqual(["k5"]);
      expect(await subject.store.counts(stage)).toEqual({
        created: 1,
        updated: 1,
        unchanged: 1,
        skipped: 0,
        rejected: 0,
        failed: 1,
      });
      const outcomes = await subject.store.outcomesOf(stage.records, ["k1", "k2", "k3", "k4", "k5", "k6"]);
      expect([...outcomes].sort()).toEqual([
        ["k1", "created"],
        ["k2", "updated"],
        ["k3", "unchanged"],
        ["k4", "failed"],
      ]);
      const other = await subject.again();
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

    test("what the destination's operator has reserved is kept, and forgotten when it is reserved no more", async () => {
      await subject.put([candidate("k1", "A"), candidate("k2", "B")]);
      const slot = await subject.takeSlot();
      const reserved = (names: readonly string[]): SettledItem[] =>
        ["A", "B"].map((sku, index) => ({
          ...settled(candidate(`k${index + 1}`, sku), "updated", sku),
          known: { sku, product: { sku }, remoteId: sku, ...(names.length === 0 ? {} : { reserved: names }) },
        }));
      await subject.store.settle(stage, slot, reserved(["weight_lbs", "custom_fields.hs_code"]));
      const kept = async (): Promise<unknown[]> =>
        (await collect((await subject.again()).catalogue(stage))).map((entry) => entry.known?.reserved);
      expect(await kept()).toEqual(Array.from({ length: 2 }, () => ["weight_lbs", "custom_fields.hs_code"]));
      await subject.store.settle(stage, slot, reserved([]));
      expect(await kept()).toEqual([undefined, undefined]);
    });

    test("nothing is kept under a slot that somebody else has by now", async () => {
      await subject.put([candidate("k1", "A"), candidate("k2", "B")]);
      const old = await subject.store.acquireSlot("wms", holder("sync"), 0);
      const taker = await subject.store.acquireSlot("wms", holder("import"), 60_000);
      await expect(
        subject.store.settle(stage, old, [settled(candidate("k1", "A"), "created")]),
      ).rejects.toThrow(LockHeldError);
      await expect(subject.store.settleCreated(stage, old)).rejects.toThrow(/was lost to psync import/);
      expect(await subject.staged()).toHaveLength(2);
      expect(await subject.store.countKnown(stage)).toBe(0);
      await subject.store.settle(stage, taker, [settled(candidate("k1", "A"), "created")]);
      expect(await subject.store.countKnown(stage)).toBe(1);
    });

    test("nothing is kept under a slot that was given back", async () => {
      await subject.put([candidate("k1", "A")]);
      const slot = await subject.takeSlot();
      await slot.release();
      await expect(
        subject.store.settle(stage, slot, [settled(candidate("k1", "A"), "created")]),
      ).rejects.toThrow(LockHeldError);
      expect(await subject.store.countKnown(stage)).toBe(0);
    });

    test("adopting needs no slot, and the next run finds it unchanged", async () => {
      const records = numbered(130);
      await subject.put(records);
      await subject.store.settle(
        stage,
        undefined,
        records.map((record) => settled(record, "unchanged", "r")),
      );
      await subject.store.settle(stage, undefined, []);
      expect(await subject.store.countKnown(stage)).toBe(130);
      const next = { ...stage, run: "run-2" };
      await subject.put(records, next);
      await subject.store.markUnchanged(next);
      expect((await subject.store.counts(next)).unchanged).toBe(130);
    });

    test("a result without known products leaves what is known", async () => {
      await subject.write([candidate("k1", "A")], earlier);
      await subject.put([candidate("k1", "A", "New")]);
      await subject.store.settle(stage, undefined, [{ key: "k1", skuKey: "A", outcome: "unchanged" }]);
      expect((await collect(subject.store.catalogue(stage)))[0]?.known?.product.name).toBe("Name of A");
    });

    test("settling twice is the same as once", async () => {
      const items = [
        settled(candidate("k1", "A"), "created", "r"),
        settled(candidate("k1", "A"), "created", "r"),
      ];
      await subject.put([candidate("k1", "A")]);
      const slot = await subject.takeSlot();
      await subject.store.settle(stage, slot, items);
      await subject.store.settle(stage, slot, items);
      expect(await subject.store.countKnown(stage)).toBe(1);
      expect((await subject.store.counts(stage)).created).toBe(1);
    });

    test("all that nothing is known of is created at once", async () => {
      await subject.write([candidate("k0", "S-00000", "Old")], earlier);
      await subject.put(numbered(130));
      const known = { sku: "S-00001", product: { sku: "S-00001" } };
      await subject.store.noteRemote(stage, [{ key: "k1", known }]);
      const slot = await subject.takeSlot();
      await subject.store.settleCreated(stage, slot);
      expect((await subject.store.counts(stage)).created).toBe(128);
      expect((await subject.staged()).map((item) => item.key)).toEqual(["k0", "k1"]);
      expect(await subject.store.countKnown(stage)).toBe(129);
      await subject.store.settleCreated(stage, slot);
      expect((await subject.store.counts(stage)).created).toBe(128);
      const next = { ...stage, run: "run-2" };
      await subject.put(numbered(130), next);
      await subject.store.markUnchanged(next);
      expect((await subject.store.counts(next)).unchanged).toBe(128);
    });
  });
}
