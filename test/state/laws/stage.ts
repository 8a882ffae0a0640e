import { describe, expect, test } from "@jest/globals";

import type { Product } from "../../../src/model/product.js";
import { awkward, candidate, collect, numbered, stage, type Subject } from "./kit.js";

/** What becomes of pages. */
export function stageLaws(subject: Subject): void {
  describe("stage", () => {
    test("candidates come back as they were staged", async () => {
      const product: Product = {
        sku: "S-1",
        name: "\u0000 \ud800 \u2028 😀",
        weight_lbs: 0.5,
        tags: ["a", "b"],
        custom_fields: { Color: "Red", n: 1, none: null, list: [1, { deep: true }], __proto: "x" },
      };
      const json = JSON.stringify(product);
      await subject.put([{ ...candidate("k1", "S-1"), product: json, address: "https://shop.example/1" }]);
      const [item] = await (await subject.again()).staged(stage, {}, undefined, 10);
      expect(item).toEqual({
        key: "k1",
        sku: "S-1",
        skuKey: "S-1",
        product,
        fingerprint: "fp Name of S-1",
        adopted: false,
      });
      expect(JSON.stringify(item?.product)).toBe(json);
    });

    test("a record staged again is replaced, within a page too", async () => {
      await subject.put([candidate("k1", "A"), candidate("k1", "B"), candidate("k2", "C")]);
      await subject.store.noteRemote(stage, [{ key: "k2", known: { sku: "C", product: { sku: "C" } } }]);
      await subject.put([candidate("k2", "D")]);
      const items = await subject.staged();
      expect(items.map((item) => [item.key, item.sku, item.adopted])).toEqual([
        ["k1", "B", false],
        ["k2", "D", false],
      ]);
    });

    test("a second look forgets what the first one rejected, and nothing else", async () => {
      const rejected = (key: string) => ({ key, outcome: "rejected", code: "unreadable" }) as const;
      await subject.put([candidate("k1", "A"), rejected("place 7"), rejected("k2")]);
      await subject.put([rejected("place 7")], {
        ...stage,
        run: "run-2",
        records: "else",
        connection: "else",
      });
      await subject.store.dropRejected(stage);
      await subject.put([candidate("k2", "B")]);
      expect((await subject.staged()).map(({ key }) => key)).toEqual(["k1", "k2"]);
      expect((await subject.store.counts(stage)).rejected).toBe(0);
      const other = { ...stage, run: "run-2", records: "else", connection: "else" };
      expect((await subject.store.counts(other)).rejected).toBe(1);
    });

    test("runs, connections and dry runs do not see each other's records", async () => {
      const dry = { ...stage, records: "dry run 1", run: "dry-1" };
      await subject.put([candidate("k1", "A")]);
      await subject.put([candidate("k1", "A dry")], dry);
      await subject.put([candidate("k2", "B")], { ...stage, run: "run-2" });
      await subject.put([candidate("k1", "C")], { ...stage, connection: "else", records: "else" });
      expect((await subject.staged()).map((item) => item.sku)).toEqual(["A"]);
      expect((await subject.store.staged(dry, {}, undefined, 9)).map((item) => item.sku)).toEqual(["A dry"]);
      await subject.store.discard("dry run 1");
      expect(await subject.store.staged(dry, {}, undefined, 9)).toEqual([]);
      expect(await subject.staged()).toHaveLength(1);
    });

    test("any text is an SKU, compared exactly and ordered by its bytes", async () => {
      await subject.put(awkward.map((sku, index) => candidate(`key ${index} ${sku}`, sku)));
      const byBytes = [...awkward].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect((await subject.staged()).map((item) => item.sku)).toEqual(byBytes);
      expect((await subject.staged()).map((item) => item.product.sku)).toEqual(byBytes);
      const paged: string[] = [];
      let after: string | undefined;
      for (;;) {
        const page = await subject.store.unknown(stage, after, 5);
        if (page.length === 0) break;
        paged.push(...page.map((item) => item.sku));
        after = page.at(-1)?.skuKey;
      }
      expect(paged).toEqual(byBytes);
      const slot = await subject.takeSlot();
      await subject.store.settleCreated(stage, slot);
      const known = await collect(subject.store.catalogue(stage));
      expect(known.map((entry) => entry.known?.sku)).toEqual(byBytes);
    });

    test("pages of candidates join without gap or overlap", async () => {
      await subject.put(numbered(230));
      const seen: string[] = [];
      let after: string | undefined;
      for (;;) {
        const page = await subject.store.staged(stage, {}, after, 100);
        seen.push(...page.map((item) => item.key));
        if (page.length < 100) break;
        after = page.at(-1)?.skuKey;
      }
      expect(seen).toEqual(numbered(230).map((record) => record.key));
    });
  });
}
