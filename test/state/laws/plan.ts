import { describe, expect, test } from "@jest/globals";

import type { StagedRecord } from "../../../src/state/store.js";
import { candidate, collect, earlier, numbered, stage, type Subject } from "./kit.js";

/** What the plan asks. */
export function planLaws(subject: Subject): void {
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
      await subject.put([...twins, candidate("b1", "B"), skipped]);
      await subject.put([candidate("c1", "A")], { ...stage, run: "run-2" });
      const groups = await collect(subject.store.skuGroups(stage));
      expect(groups.map((group) => group.skuKey)).toEqual(["A"]);
      expect([...(groups[0]?.rows ?? [])].sort((x, y) => (x.key < y.key ? -1 : 1))).toEqual([
        { key: "a1", sku: "A" },
        { key: "a2", sku: "A" },
        { key: "a3", sku: "a" },
      ]);
    });

    test("groups may be marked while they are read", async () => {
      const pairs = numbered(130).flatMap((record) => [record, { ...record, key: `${record.key}b` }]);
      await subject.put(pairs);
      let groups = 0;
      for await (const group of subject.store.skuGroups(stage)) {
        groups += 1;
        const keys = group.rows.map((row) => row.key);
        await subject.store.mark(stage, keys, {
          outcome: "skipped",
          code: "duplicate-sku",
          message: keys.join(),
        });
      }
      expect(groups).toBe(130);
      expect(await subject.staged()).toEqual([]);
      expect((await subject.store.counts(stage)).skipped).toBe(260);
      expect(await collect(subject.store.skuGroups(stage))).toEqual([]);
    });

    test("what was last written is unchanged; what differs is contested; the rest is unknown", async () => {
      await subject.write([candidate("k1", "A"), candidate("k2", "B")], earlier);
      await subject.put([candidate("k1", "A"), candidate("k2", "B", "New name"), candidate("k3", "C")]);
      await subject.store.markUnchanged(stage);
      expect(await subject.store.unknown(stage, undefined, 9)).toEqual([
        { key: "k3", sku: "C", skuKey: "C" },
      ]);
      expect(await subject.staged({ contested: true })).toEqual([
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
      expect((await subject.staged()).map((item) => item.key)).toEqual(["k2", "k3"]);
      expect(await subject.store.countStaged(stage, { contested: true })).toBe(1);
      expect(await subject.store.countStaged(stage, { contested: false })).toBe(1);
      expect((await subject.store.counts(stage)).unchanged).toBe(1);
    });

    test("what is as it was last written is no candidate for a write, and still a duplicate", async () => {
      const twins = [candidate("k1", "A"), candidate("k2", "B"), candidate("k3", "B", "Other")];
      await subject.write(twins.slice(0, 2), earlier);
      await subject.put(twins);
      expect((await subject.staged()).map((item) => item.key)).toEqual(["k3"]);
      const groups = await collect(subject.store.skuGroups(stage));
      expect(groups.map((group) => group.rows.map((row) => row.key).sort())).toEqual([["k2", "k3"]]);
      const mark = { outcome: "skipped", code: "duplicate-sku", message: "twice" } as const;
      await subject.store.mark(stage, ["k2", "k3"], mark);
      expect(await subject.store.counts(stage)).toMatchObject({ unchanged: 1, skipped: 2 });
      const outcomes = await subject.store.outcomesOf(stage.records, ["k1", "k2"]);
      expect([...outcomes]).toEqual([
        ["k1", "unchanged"],
        ["k2", "skipped"],
      ]);
    });

    test("what somebody else has written since it was staged is unchanged too", async () => {
      await subject.put([candidate("k1", "A"), candidate("k2", "B")]);
      await subject.write([candidate("y", "A")], { ...stage, connection: "else", records: "else" });
      await subject.store.markUnchanged(stage);
      expect((await subject.store.counts(stage)).unchanged).toBe(1);
      expect((await subject.staged()).map((item) => item.key)).toEqual(["k2"]);
    });

    test("what another destination holds is not known here", async () => {
      await subject.write([candidate("k1", "A")], { ...earlier, destination: "other" });
      await subject.put([candidate("k1", "A")]);
      await subject.store.markUnchanged(stage);
      expect(await subject.store.unknown(stage, undefined, 9)).toHaveLength(1);
    });

    test("what the destination holds under an unknown SKU is adopted", async () => {
      await subject.put([candidate("k1", "abc"), candidate("k2", "xyz")]);
      const known = { sku: "ABC", product: { sku: "ABC", name: "There before" }, remoteId: "77" };
      await subject.store.noteRemote(stage, [{ key: "k1", known }]);
      expect((await subject.store.unknown(stage, undefined, 9)).map((item) => item.key)).toEqual(["k2"]);
      const items = await subject.staged();
      expect(items.map((item) => [item.key, item.adopted, item.known])).toEqual([
        ["k1", true, known],
        ["k2", false, undefined],
      ]);
      expect(await subject.store.countKnown(stage)).toBe(0);
    });

    test("a mark is an outcome with its words", async () => {
      await subject.put(numbered(131));
      const keys = numbered(130).map((record) => record.key);
      await subject.store.mark(stage, keys, { outcome: "skipped", code: "updates-off", message: "off" });
      await subject.store.mark(stage, [], { outcome: "unchanged" });
      await subject.store.mark({ ...stage, run: "run-2" }, ["k130"], { outcome: "unchanged" });
      expect((await subject.staged()).map((item) => item.key)).toEqual(["k130"]);
      const issues = await collect(subject.store.issues(stage));
      expect(issues).toHaveLength(130);
      expect(issues[0]).toMatchObject({ outcome: "skipped", code: "updates-off", message: "off" });
    });
  });
}
