import { describe, expect, test } from "@jest/globals";

import type { StagedRecord } from "../../../src/state/store.js";
import { candidate, collect, earlier, numbered, report, runRow, stage, type Subject } from "./kit.js";

/** What is told, and what is forgotten. */
export function tellLaws(subject: Subject): void {
  describe("tell", () => {
    test("the catalogue joins what is known with what is staged", async () => {
      await subject.write(numbered(1100), earlier);
      await subject.write([candidate("x", "X")], { ...earlier, destination: "other" });
      await subject.write([candidate("y", "Y")], { ...earlier, connection: "else", records: "else" });
      await subject.put([
        candidate("k3", "S-00003", "New"),
        candidate("n1", "S-00500b"),
        candidate("n2", "Z"),
      ]);
      const entries = await collect(subject.store.catalogue(stage));
      const skus = entries.map((entry) => entry.staged?.sku ?? entry.known?.sku ?? "");
      const expected: string[] = [...numbered(1100).map((record) => record.sku ?? ""), "S-00500b", "Y", "Z"];
      expected.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(skus).toEqual(expected);
      expect(entries[3]).toMatchObject({
        known: { sku: "S-00003", product: { name: "Name of S-00003" } },
        staged: { key: "k3", product: { name: "New" } },
      });
      expect(entries.filter((entry) => entry.staged !== undefined)).toHaveLength(3);
      expect(entries.at(-1)?.known).toBeUndefined();
    });

    test("missing are those of the connection that no record of the run carries", async () => {
      await subject.write(numbered(5), earlier);
      await subject.write([candidate("y", "Y")], { ...earlier, connection: "else", records: "else" });
      const [first, second, third] = numbered(3) as [StagedRecord, StagedRecord, StagedRecord];
      const skip: StagedRecord = { ...second, outcome: "skipped", code: "status", message: "a draft" };
      const reject: StagedRecord = { ...third, outcome: "rejected", code: "invalid", message: "weight" };
      await subject.put([first, skip, reject, { key: "u", outcome: "rejected", code: "unreadable" }]);
      expect(await subject.store.countMissing(stage)).toBe(2);
      expect(await subject.store.countKnown(stage)).toBe(5);
      const dry = { ...stage, records: "dry run 9", run: "dry-9" };
      await subject.put([first], dry);
      expect(await subject.store.countMissing(dry)).toBe(4);
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
      await subject.store.startRun(runRow("run-1"));
      await subject.put(records);
      expect(await collect(subject.store.issues(stage))).toEqual(expected);
      await subject.store.finishRun(stage, report("run-1"), undefined);
      await subject.put([candidate("s", "S")], { ...stage, run: "run-2" });
      expect(await collect((await subject.again()).issues(stage))).toEqual(expected);
    });

    test("many issues come one by one, in order of key", async () => {
      const keys = Array.from({ length: 1203 }, (_, index) => `k${String(index).padStart(5, "0")}`);
      await subject.store.startRun(runRow("run-1"));
      await subject.put(keys.map((key) => ({ key, outcome: "rejected", code: "invalid", message: "m" })));
      expect((await collect(subject.store.issues(stage))).map((issue) => issue.key)).toEqual(keys);
      await subject.store.finishRun(stage, report("run-1"), undefined);
      expect((await collect(subject.store.issues(stage))).map((issue) => issue.key)).toEqual(keys);
    });

    test("a complete full read forgets records that were not seen, a partial one does not", async () => {
      const state = { completedRun: "run-2", completedAt: "2026-11-23T08:00:00.000Z" };
      const next = { ...stage, run: "run-2" };
      await subject.put(numbered(3));
      await subject.put([candidate("k1", "S-00001")], next);
      await subject.store.finishRun(next, report("run-2"), { state, full: false });
      expect(await subject.staged()).toHaveLength(2);
      await subject.store.finishRun(next, report("run-2"), { state, full: true });
      expect(await subject.staged()).toEqual([]);
      expect(await subject.store.staged(next, {}, undefined, 9)).toHaveLength(1);
    });

    test("the oldest runs are forgotten", async () => {
      const broken: StagedRecord = { key: "r", outcome: "rejected", code: "unreadable", message: "m" };
      const ids = Array.from({ length: 203 }, (_, index) => `run-${String(index).padStart(4, "0")}`);
      for (const id of ids) {
        await subject.store.startRun(runRow(id));
        if (id.endsWith("000")) await subject.put([broken], { ...stage, run: id });
      }
      const first = { ...stage, run: "run-0000" };
      await subject.store.finishRun({ ...stage, run: "run-0001" }, report("run-0001"), undefined);
      // 200 are kept, so of those that were left open the first three are gone, with the issues of the first.
      expect((await subject.store.unfinishedRun("shop", "sync"))?.id).toBe("run-0202");
      for (const id of ids.slice(3).reverse()) {
        await subject.store.finishRun({ ...stage, run: id }, report(id), undefined);
      }
      expect(await subject.store.unfinishedRun("shop", "sync")).toBeUndefined();
      await subject.store.startRun({ ...runRow("run-0000"), phase: "done" });
      expect(await collect(subject.store.issues(first))).toEqual([]);
    });
  });
}
