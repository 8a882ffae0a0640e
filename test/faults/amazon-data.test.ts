import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";

import type { AmazonListing } from "../../src/sandbox/amazon/model.js";
import { createRandom } from "../../src/sandbox/random.js";
import { at, changed, createAmazonRigs } from "./amazon-rig.js";
import { expectRepaired, expectSound, inOrder, type Rig } from "./rig.js";
import { script } from "./script.js";

const { open, openShopOf, later } = createAmazonRigs();

const noEnrichment = { settings: { enrich: false } };
const named = (rig: Rig, sku: string) => rig.products().find((product) => product.sku === sku);

/** SKUs as sellers have them, and what becomes of each; null: rejected. */
const skus: readonly (readonly [given: string, becomes: string | null])[] = [
  ...[
    "ABC-1",
    "A B",
    "A  B",
    "00",
    "000123",
    "123",
    "0123",
    "1E5",
    "1e5",
    "0x10",
    "1.0",
    "1.00",
    "1,000",
  ].map(same),
  ...[
    "-5",
    "+5",
    "Infinity",
    "NaN",
    "null",
    "undefined",
    "true",
    "__proto__",
    "constructor",
    "A/B",
    "A\\B",
  ].map(same),
  ...["A?B=1", "A#B", "A%20B", "A%B", "A&B", "A&amp;B", 'A"B', '"AB', "A'B", "A`B", "A;B", "A,B", "A|B"].map(
    same,
  ),
  ...["<b>A</b>", "=A1", "@A", "-A1", "../A", "~A", "CHAÎNE", "CHAI\u0302NE", "日本-1", "SKU-😀"].map(same),
  ...[
    "A\u200bB",
    "AB",
    "A\u202eB",
    "A\u2028B",
    "abc-1",
    "ß",
    "İ",
    "Äbc",
    "A\u0308bc",
    "A#2",
    "lost \ufffd",
  ].map(same),
  ...["S".repeat(300), "\u0130stanbul"].map(same),
  ["  PADDED  ", "PADDED"],
  ["\u00a0NBSP\u00a0", "NBSP"],
  ["A\u0000NUL", null],
  ["A\u001b[2JESC", null],
  ["", null],
  ["   ", null],
  ["A\nBREAK", null],
  ["A\tTAB", null],
];

function same(sku: string): readonly [string, string] {
  return [sku, sku];
}

describe("SKUs", () => {
  test("R50: 70 SKUs go from the shop's report into a file as they are, or are rejected by name or line", async () => {
    const { shop, rig } = await openShopOf(skus.map(([sku]) => ({ sku })));
    const run = await rig.import(noEnrichment);
    const wanted = inOrder(skus.flatMap(([, sku]) => (sku === null ? [] : [sku])));
    expect(wanted.length).toBeGreaterThanOrEqual(60);
    expect(rig.skus()).toEqual(wanted);
    const rows = new Map([...shop.rows()].map((row) => [row.sku.trim(), row.productId]));
    for (const { sku, product_id: id } of rig.products()) expect([sku, id]).toEqual([sku, rows.get(sku)]);
    const rejected = run.list.map(({ outcome, message }) => `${outcome}: ${message}`);
    // NUL and ESC by their SKU; two blank ones; a tab; the two halves of a line feed.
    expect(rejected).toHaveLength(7);
    for (const line of rejected)
      expect(line).toMatch(/^rejected: (sku: .*see http|line \d+ of the report: )/);
    expect(run.exit).toBe(3);
    await expectSound(rig, run);
    expect((await rig.import(noEnrichment)).report.counts).toMatchObject({ created: 0, updated: 0 });
  });

  test("R51: duplicates are judged over the whole report: 20 orders of its rows, one result", async () => {
    const rows: Partial<AmazonListing>[] = [
      "ONE",
      "TWO",
      "TWO",
      "THREE",
      "THREE",
      "THREE",
      " PAD",
      "PAD",
      "#2",
      "TWO#2",
    ].map((sku, index) => ({
      sku,
      name: `Row ${index}`,
      asin: `B0ROW0000${index}`,
      productId: `B0ROW0000${index}`,
    }));
    // Word for word the same: one record.
    rows.push({ ...rows[0], created: 0 }, { ...rows[0], created: 0 });
    rows[0] = { ...rows[0], created: 0 };
    const listed = { listingId: "L", created: 0, updated: 0 };
    const results = new Set<string>();
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = createRandom(seed);
      const order = rows.map((row) => ({ row: { ...row, ...listed }, place: random.next() }));
      order.sort((a, b) => a.place - b.place);
      const { rig } = await openShopOf(order.map(({ row }) => row));
      const run = await rig.import(noEnrichment);
      expect(rig.skus()).toEqual(["#2", "ONE", "TWO#2"]);
      const told = run.list.map(({ outcome, code, sku }) => [outcome, code, sku].join()).sort();
      results.add(JSON.stringify([run.report.counts, told, rig.text()]));
    }
    expect([...results]).toHaveLength(1);
  });
});

describe("text", () => {
  test("R52: text of every kind, 1 MB of it, 250 images: kept, cut by a rule, or rejected with the line", async () => {
    const odd = "a\u2028b\u202ed\ufeffe\u0007f\u001b[31mg \ufffd\u200b😀";
    const { shop, rig } = await openShopOf([
      { name: odd, description: odd },
      { description: `<p>${"Größe 😀 & <b>more</b> ".repeat(30_000)}</p>` },
      { description: "x".repeat(1_100_000) },
      { name: "" },
    ]);
    const link = (index: number): string => `https://images.example/${index}.jpg`;
    const images = Array.from({ length: 250 }, (_, index) => ({
      variant: `PT${100 + index}`,
      link: link(index),
      width: 9,
      height: 9,
    }));
    const many = changed("many", (json) => ({
      ...json,
      items: (json["items"] as readonly object[]).map((item) => ({
        ...item,
        images: [{ marketplaceId: "ATVPDKIKX0DER", images }],
      })),
    }));
    const off = shop.faults.add(script(many, at("searchCatalogItems")));
    const run = await rig.import();
    expect(run.exit).toBe(3);
    expect(run.list).toMatchObject([
      { outcome: "rejected", message: expect.stringMatching(/^line 4 .*longer than 1 MiB/) },
    ]);
    expect(named(rig, "S-100")).toMatchObject({
      name: odd.replace("\u2028", " "),
      description: odd,
      image_url_20: link(19),
    });
    expect(named(rig, "S-101")?.description).toMatch(/^<p>Größe 😀 & <b>/);
    expect(named(rig, "S-103")).not.toHaveProperty("name");
    expect(run.report.counts).toMatchObject({ read: 4, created: 3 });
    off();
  });

  test("R52: bytes that are not UTF-8 spoil their row only; a report of fuzz is read to its end, each row accounted for", async () => {
    const { shop, rig } = await openShopOf(
      Array.from({ length: 40 }, () => ({})),
      { gzip: false },
    );
    shop.faults.add(
      script(
        {
          name: "bytes",
          answer: (answer) => {
            const bytes = Buffer.from(answer.bytes ?? Buffer.alloc(0));
            const place = bytes.indexOf("New listing 7");
            bytes[place] = 0xe9;
            return { ...answer, bytes };
          },
        },
        at("document"),
      ),
    );
    const run = await rig.import(noEnrichment);
    expect(run.list.map(({ message }) => message)).toEqual([
      "line 9 of the report: it holds bytes that are not utf8",
    ]);
    expect(rig.skus()).toHaveLength(39);
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test("R52: a report that ends in fuzz is read to its end, each row accounted for", async () => {
    const { shop, rig } = await openShopOf([{}, {}], { gzip: false });
    const line = fc.string({ unit: "binary", maxLength: 200 });
    const fuzz = fc.sample(fc.array(line, { minLength: 1, maxLength: 35 }), { seed: 52, numRuns: 300 });
    const body = Buffer.from(fuzz.map((cells) => `${cells.join("\t")}\n`).join(""));
    shop.faults.add(
      script(
        {
          name: "fuzz",
          answer: (answer) => ({ ...answer, bytes: Buffer.concat([answer.bytes ?? body, body]) }),
        },
        at("document"),
      ),
    );
    const fuzzed = await rig.import(noEnrichment);
    expect(fuzzed.exit).toBe(3);
    const lines = body.toString("utf8").split("\n");
    expect(fuzzed.report.counts.read).toBe(2 + lines.filter((each) => each.trim() !== "").length);
    await expectSound(rig, fuzzed);
    expect(rig.skus()).toEqual(expect.arrayContaining([...rig.importable().values()]));
  });

  test("R57: HTML stays HTML in descriptions, entities are decoded once in names, and quotes are data", async () => {
    const html = `<p>a &amp; b</p><script>alert("1")</script><![CDATA[x]]><b>never closed<img src=x onerror=y>`;
    const { rig } = await openShopOf([
      { name: 'Salt &amp;amp; <em>Pepper</em> &#8211; 15" big', description: html },
    ]);
    const run = await rig.import(noEnrichment);
    await expectSound(rig, run);
    expect(rig.products()).toMatchObject([
      { name: 'Salt &amp; <em>Pepper</em> – 15" big', description: html },
    ]);
  });
});

describe("what comes and goes", () => {
  test("R56: listings that become inactive, go, and come back: nothing is ever deleted", async () => {
    const { shop, rig } = await openShopOf(["A", "B", "C"].map((sku) => ({ sku })));
    await rig.import(noEnrichment);
    shop.edit("A", { status: "Inactive" });
    shop.remove("B");
    await later();
    const gone = await rig.import(noEnrichment);
    expect(gone.report.counts).toMatchObject({ read: 2, updated: 1, missing: 1 });
    expect(rig.products().map(({ sku, status }) => [sku, status])).toEqual([
      ["A", "Inactive"],
      ["B", "Active"],
      ["C", "Active"],
    ]);
    await expectSound(rig, gone);
    shop.add({ sku: "B", asin: "B0BACK0001" });
    await later();
    expect((await rig.import(noEnrichment)).report.counts).toMatchObject({ read: 3, created: 0, missing: 0 });
  });

  test("R56: a listing that is removed while the report is read is no loss and no fault", async () => {
    const { shop, rig } = await open();
    shop.faults.add({
      onRequest: (_n, { operation }) => {
        if (operation === "document") shop.remove([...shop.rows()][30]?.sku ?? "");
        return undefined;
      },
    });
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 0, report: { counts: { created: 45 } } });
    await expectSound(rig, run);
  });

  test("R58: new columns are ignored; a mapped one that is gone is code 8 and warned of, and no value of it is lost", async () => {
    const { shop, rig } = await open();
    shop.setDocument("b2b");
    expect((await rig.import({ priceSync: true })).exit).toBe(0);
    const before = rig.text();
    shop.setDocument("us");
    await later();
    expect((await rig.import({ priceSync: true })).report.counts).toMatchObject({ unchanged: 45 });
    await later();
    shop.faults.add("missing-columns");
    const run = await rig.import({ priceSync: true });
    expect(run).toMatchObject({ exit: 8, error: { code: "field-vanished" } });
    expect(rig.logs.filter((line) => line.includes("no column price")).length).toBeGreaterThan(0);
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    await later();
    await expectRepaired(rig);
  });

  test("R58: listings whose parts have another type keep what can be read; neighbours pass", async () => {
    const { shop, rig } = await openShopOf([{}, { description: "old" }, {}], { withSellerId: true });
    const spoilt = changed("spoilt", (json) => ({
      ...json,
      items: (json["items"] as readonly object[]).map((item, index) =>
        index === 1
          ? {
              ...item,
              summaries: "none",
              attributes: [1],
              offers: { price: 1 },
              relationships: null,
              brandNew: {},
            }
          : item,
      ),
    }));
    shop.faults.add(script(spoilt, at("searchListingsItems")));
    const run = await rig.import({ settings: { enrich: false } });
    expect(run.exit).toBe(0);
    expect(named(rig, "S-101")).toEqual({
      sku: "S-101",
      quantity: 5,
      custom_fields: { fulfillment_channel: "DEFAULT" },
    });
    expect(named(rig, "S-102")?.name).toBe("New listing 2");
    await expectSound(rig, run);
  });
});
