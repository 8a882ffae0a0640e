import { rmSync, statSync } from "node:fs";

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";

import type { RecordPage, SourceChannel } from "../../src/channels/channel.js";
import type { SourceRecord } from "../../src/model/record.js";
import { createRandom } from "../../src/sandbox/random.js";
import { sampleCatalogue } from "../../src/sandbox/woocommerce/catalogue.js";
import type { WooShopOptions } from "../../src/sandbox/woocommerce/server.js";
import { expectForceNeeded } from "./laws.js";
import { expectRepaired, expectSound, expectWhole } from "./rig.js";
import { createWooRigs } from "./woo-rig.js";

const { bed, rigOn, open } = createWooRigs();

function* inPages(records: readonly SourceRecord[], size: number): Generator<RecordPage> {
  for (let at = 0; at < records.length; at += size) {
    yield { records: records.slice(at, at + size), rejects: [], declared: records.length };
  }
}

describe("the order of pages", () => {
  /** The same records, their order and the borders of the pages drawn by lot. */
  function shuffled(channel: SourceChannel, seed: number): SourceChannel {
    return {
      ...channel,
      async *read(request, signal) {
        const random = createRandom(seed);
        const records: { readonly record: SourceRecord; readonly place: number }[] = [];
        for await (const page of channel.read(request, signal))
          for (const record of page.records) records.push({ record, place: random.int(0, 1_000_000) });
        records.sort((a, b) => a.place - b.place);
        yield* inPages(
          records.map(({ record }) => record),
          random.int(1, 40),
        );
      },
    };
  }

  test.each(["fail", "first"] as const)(
    "R51: duplicates are judged over the whole catalogue: 20 shuffles with onDuplicateSku %s, one result",
    async (onDuplicateSku) => {
      const shop = await bed.openShop({ products: 60 });
      const parents = ["Hat", "Cap"].map((name) =>
        shop.add({ name, sku: `${name}-PARENT`, type: "variable" }),
      );
      const [hat = 0, cap = 0] = parents;
      const option = [{ name: "Size", option: "M" }];
      // Two variations of one parent, of two parents, a variation and a product, three products, a parent and its child.
      for (const [parent, sku] of [
        [hat, "TWO"],
        [hat, "TWO"],
        [hat, "APART"],
        [cap, "APART"],
        [cap, "MIXED"],
      ] as const)
        shop.add({ parent_id: parent, sku, attributes: option });
      shop.add({ parent_id: cap, sku: "Cap-PARENT", attributes: option });
      for (const sku of ["MIXED", "THREE", "THREE", "THREE", "ONE"]) shop.add({ name: sku, sku });
      const results = new Set<string>();
      for (let seed = 1; seed <= 20; seed += 1) {
        const rig = rigOn(shop);
        const run = await rig.import({
          options: { onDuplicateSku },
          wrap: ({ channel }) => ({ channel: shuffled(channel, seed) }),
        });
        expect(run.exit).toBe(0);
        await expectSound(rig, run);
        const issues = run.list.map((issue) => JSON.stringify(issue)).sort();
        results.add(JSON.stringify([run.report.counts, issues, rig.text()]));
        const duplicates = run.list.filter(({ code, sku }) => code === "duplicate-sku" && sku === "THREE");
        expect(duplicates).toHaveLength(onDuplicateSku === "first" ? 2 : 3);
        for (const sku of ["TWO", "APART", "MIXED", "THREE"])
          expect({ sku, written: rig.skus().includes(sku) }).toEqual({
            sku,
            written: onDuplicateSku === "first",
          });
        expect(rig.skus()).toContain("ONE");
        expect(rig.skus()).not.toContain("Cap-PARENT");
      }
      expect(results.size).toBe(1);
    },
  );
});

describe("fuzz", () => {
  const nasty = fc.oneof(
    fc.jsonValue(),
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom<unknown>(
      "",
      " ",
      "\u0000",
      "\ud800",
      "\u2028",
      "\ufeff",
      "\u202e",
      "=1+1",
      "__proto__",
      "-0",
      "1e999",
      "NaN",
      Number.NaN,
      Number.POSITIVE_INFINITY,
      -0,
      2 ** 60,
      undefined,
      null,
      [],
      {},
      [null],
      [[]],
      { name: {} },
      "x".repeat(100_000),
    ),
    fc.array(
      fc.oneof(
        fc.jsonValue(),
        fc.record({ name: fc.jsonValue(), option: fc.jsonValue(), src: fc.jsonValue() }),
      ),
    ),
  );
  const fields =
    "name description sku weight weight_unit price regular_price images tags status stock_quantity id parent_id " +
    "backorders_allowed dimensions dimension_unit categories attributes global_unique_id shared_quantity " +
    "short_description meta_data";
  const spoilt = fc.dictionary(fc.constantFrom(...fields.split(" ")), nasty, { maxKeys: 4 });

  test("R52: 10,000 fuzzed products through mapping, state and file: no crash, each accounted for, and stable afterwards", async () => {
    const records = fc.sample(spoilt, { seed: 52, numRuns: 10_000 }).map((change, index): SourceRecord => {
      const whole = {
        id: index + 1,
        name: `Product ${index}`,
        sku: `F-${index}`,
        weight: "1.5",
        weight_unit: "kg",
        price: "9.99",
        dimensions: { length: "1", width: "2", height: "" },
        dimension_unit: "cm",
        attributes: [{ name: "Color", options: ["red"] }],
        images: [{ src: "https://cdn.example/a.jpg" }],
      };
      return { key: String(index + 1), fields: { ...whole, ...change } };
    });
    const { rig } = await open({ products: 0 });
    const how = {
      priceSync: true,
      wrap: ({ channel }: { readonly channel: SourceChannel }) => ({
        channel: {
          ...channel,
          async *read() {
            yield* inPages(records, 100);
          },
        },
      }),
    };
    const run = await rig.import(how);
    expect([0, 3]).toContain(run.exit);
    await expectSound(rig, run);
    const { read, created, rejected, skipped } = run.report.counts;
    expect(read).toBe(10_000);
    expect(created).toBeGreaterThan(2000);
    expect(rejected).toBeGreaterThan(1000);
    expect(run.list).toHaveLength(rejected + skipped);
    for (const { message } of run.list) expect(message).not.toMatch(/[^\P{Cc}\n]|\p{Cs}/u);
    const before = statSync(rig.file);
    expect((await rig.import(how)).report.counts).toEqual({
      ...run.report.counts,
      created: 0,
      unchanged: created,
    });
    // What was written is read back as it was, so that a lost state changes nothing either.
    rmSync(rig.state);
    expect((await rig.import(how)).report.counts).toEqual({
      ...run.report.counts,
      created: 0,
      unchanged: created,
    });
    expect(statSync(rig.file)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  }, 60_000);
});

describe("one product that is too large", () => {
  test("R12: is rejected by name whatever cart it comes from, and its neighbours are written", async () => {
    const { rig } = await open({ products: 0 });
    const records = ["A", "B", "C"].map((sku) => ({
      key: sku,
      address: `https://shop.example/${sku}`,
      fields: { sku, description: "x".repeat(sku === "B" ? 8 * 1024 * 1024 : 10) },
    }));
    const run = await rig.import({
      wrap: ({ channel }) => ({
        channel: {
          ...channel,
          async *read() {
            yield* inPages(records, 100);
          },
        },
      }),
    });
    expect(run.exit).toBe(3);
    await expectSound(rig, run);
    expect(rig.skus()).toEqual(["A", "C"]);
    const message = "the product is larger than 8 MiB; see https://shop.example/B";
    expect(run.list).toEqual([{ outcome: "rejected", code: "invalid", key: "B", sku: "B", message }]);
  });
});

describe("a catalogue that is not itself any more", () => {
  const plain = (products: number): WooShopOptions => ({
    catalogue: sampleCatalogue({ products, odd: false, variable: false }),
  });

  test.each([
    ["all prices a hundred times as high", (id: number) => ({ price: `${id}00.00` })],
    ["all names equal", () => ({ name: "Товар" })],
  ])("R59: %s: code 7 before the first write; --force writes", async (_name, patch) => {
    const { shop, rig } = await open(plain(120));
    await expectForceNeeded(rig, () => {
      for (const { id } of shop.store.rows) shop.editBySql(id, patch(id));
    });
  });

  test("R59: the limit is half of what is known by default, and the operator's where there is one", async () => {
    const { shop, rig } = await open(plain(120));
    await rig.import();
    const rename = (count: number, name: string): void => {
      for (const { id } of shop.store.rows.slice(0, count)) shop.editBySql(id, { name });
    };
    rename(61, "One");
    expect((await rig.import()).exit).toBe(7);
    const limit = { maxChanges: { kind: "share", share: 0.2 } } as const;
    rename(61, "Two");
    expect((await rig.import({ options: limit })).exit).toBe(7);
    expect((await rig.import({ options: { maxChanges: { kind: "count", count: 61 } } })).exit).toBe(0);
    rename(60, "Three");
    expect((await rig.import()).exit).toBe(0);
    rename(24, "Four");
    expect((await rig.import({ options: limit })).exit).toBe(0);
    rename(25, "Five");
    expect((await rig.import({ options: limit })).exit).toBe(7);
  });

  test("R59: half of the products are gone, or all are others: nothing is deleted, what is missing is counted", async () => {
    const { shop, rig } = await open(plain(120));
    await rig.import();
    const before = rig.skus();
    for (const { id } of shop.store.rows.slice(0, 60)) shop.remove(id);
    const shrunk = await rig.import();
    expect(shrunk).toMatchObject({ exit: 0, report: { counts: { missing: 60, updated: 0, unchanged: 60 } } });
    expect(rig.skus()).toEqual(before);
    for (const { id } of shop.store.rows) shop.editBySql(id, { sku: `OTHER-${id}` });
    const swapped = await rig.import();
    expect(swapped).toMatchObject({ exit: 0, report: { counts: { missing: 120, created: 60, updated: 0 } } });
    expect(rig.skus().filter((sku) => !sku.startsWith("OTHER-"))).toEqual(before);
    await expectSound(rig, swapped);
  });

  test("R59: more than half of the products are gone: code 7 before the first write; --force writes", async () => {
    const { shop, rig } = await open(plain(120));
    await rig.import();
    const rows = shop.store.rows.slice(0, 61);
    for (const { id } of rows) shop.remove(id);
    shop.edit(shop.store.rows[0]?.id ?? 0, { name: "Changed" });
    expect(await rig.import()).toMatchObject({ exit: 7, report: { status: "failed" } });
    expect(rig.text()).not.toContain('"Changed"');
    const forced = await rig.import({ request: { force: true } });
    expect(forced).toMatchObject({ exit: 0, report: { counts: { missing: 61, updated: 1 } } });
    expect((await rig.import()).exit).toBe(0);
  });
});

describe("sizes", () => {
  test.each([0, 1, 99, 100, 101, 200, 201])("R60: %i products", async (products) => {
    const { rig } = await open({ catalogue: sampleCatalogue({ products, odd: false, variable: false }) });
    const run = await rig.import();
    expect(run.exit).toBe(0);
    expect(run.report.counts).toMatchObject({ read: products, created: products });
    expect(rig.skus()).toHaveLength(products);
    await expectSound(rig, run);
    expectWhole(rig, run);
    if (products > 0) await expectRepaired(rig);
    else expect((await rig.import()).exit).toBe(0);
  });
});
