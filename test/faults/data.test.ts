import { describe, expect, test } from "@jest/globals";

import type { Answer } from "../../src/sandbox/woocommerce/answer.js";
import type { Body } from "../../src/sandbox/woocommerce/model.js";
import { vanishLaw } from "./laws.js";
import { expectDone, expectRepaired, expectSound, inOrder } from "./rig.js";
import { script } from "./script.js";
import { commonSkus, expectSkus, type SkuCase } from "./skus.js";
import { createWooRigs, isProducts } from "./woo-rig.js";

const { openShopOf } = createWooRigs();

/** SKUs as they stand in a shop. */
const skus: readonly SkuCase[] = [...commonSkus, ["A-bom", "A-bom"], [0, "0"]];

describe("SKUs", () => {
  test.each(["jsonl", "csv"] as const)(
    "R50: more than 60 SKUs go from the shop into a %s file and are found there, or are rejected by name",
    async (format) => {
      const { rig, ids } = await openShopOf(
        skus.map(([sku]) => ({ sku })),
        { format },
      );
      const run = await rig.import();
      const told = /^sku: .*\(sku: .*see http/;
      const found = await expectSkus(rig, run, skus, { keys: ids.map(String), told, format });
      const id = (sku: string): string => String(ids[skus.findIndex(([, becomes]) => becomes === sku)]);
      for (const [sku, item] of found) expect(item.values).toMatchObject({ sku, product_id: id(sku) });
    },
  );

  test("R50: SKUs that differ in case, accents, composition or invisible signs only are different SKUs in a file", async () => {
    const twins = ["abc", "ABC", "Äbc", "A\u0308bc", "a\u200bbc", "a\u00adbc", "01", "1"];
    const { rig } = await openShopOf(twins.map((sku) => ({ sku })));
    const run = await rig.import();
    expect(run.exit).toBe(0);
    await expectSound(rig, run);
    expect(rig.skus()).toEqual(inOrder(twins));
  });
});

describe("content", () => {
  test("R52: a description of 1 MB, 10,000 tags, 250 images, 100 options and 2,048 variations pass by the rules", async () => {
    const text = `<p>${"Größe 😀 & <b>more</b> ".repeat(40_000)}</p>`;
    const { shop, rig } = await openShopOf([
      { sku: "LONG", description: text },
      {
        sku: "TAGS",
        tags: Array.from({ length: 10_000 }, (_, index) => ({ id: index + 1, name: `tag ${index}` })),
      },
      {
        sku: "IMAGES",
        images: Array.from({ length: 250 }, (_, index) => ({ src: `https://cdn.example/${index}.jpg` })),
      },
      {
        sku: "OPTIONS",
        attributes: Array.from({ length: 100 }, (_, index) => ({
          name: `Option ${index}`,
          options: ["a", "b"],
        })),
      },
    ]);
    const parent = shop.add({ name: "Many", sku: "", type: "variable" });
    for (let nth = 0; nth < 2048; nth += 1)
      shop.add({ parent_id: parent, sku: `MANY-${nth}`, attributes: [{ name: "No", option: `${nth}` }] });
    const run = await rig.import();
    await expectDone(rig, run);
    expect(run.report.counts.created).toBe(4 + 2048);
    const [images, long, options, tags] = ["IMAGES", "LONG", "OPTIONS", "TAGS"].map((sku) =>
      rig.products().find((product) => product.sku === sku),
    );
    expect(long?.description).toBe(text);
    expect(tags?.tags).toHaveLength(10_000);
    expect(images).toMatchObject({ image_url_20: "https://cdn.example/19.jpg" });
    expect(options?.attribute_names).toHaveLength(100);
    await expectRepaired(rig);
  });

  test("R52: text of every kind arrives as the manual says: halves of pairs become U+FFFD, the rest stays", async () => {
    const odd = "a\u2028b\u2029c\u202ed\ufeffe\u0007f\u001b[31mg";
    const { rig } = await openShopOf([
      { sku: "ODD", description: odd, name: odd },
      { sku: "HALF", description: "x\ud83dy", name: "\udc00" },
      { sku: "BOM", description: "\ufeffbegins", name: "\ufeffname" },
    ]);
    const run = await rig.import();
    expect(run.exit).toBe(0);
    await expectSound(rig, run);
    const of = (sku: string): object | undefined => rig.products().find((product) => product.sku === sku);
    expect(of("ODD")).toMatchObject({ description: odd });
    expect(of("HALF")).toMatchObject({ description: "x\ufffdy", name: "\ufffd" });
    await expectRepaired(rig);
  });

  test("R57: HTML stays HTML in descriptions, entities are decoded once in names, and nothing of it is run or lost", async () => {
    const html = `<p>a &amp; b</p><script>alert("1")</script><![CDATA[x]]><b>never closed<img src=x onerror=y>`;
    const { rig } = await openShopOf([
      {
        sku: "HTML",
        name: "Salt &amp;amp; <em>Pepper</em>\r\n&#8211; big",
        description: html,
        short_description: html,
      },
    ]);
    const run = await rig.import();
    await expectSound(rig, run);
    expect(rig.products()).toMatchObject([
      { name: "Salt &amp; <em>Pepper</em> – big", description: html, description_short: html },
    ]);
  });
});

describe("what comes and goes", () => {
  test("R56: drafts, private ones, the trash, deletion and return: nothing is ever deleted, and each is counted", async () => {
    const { shop, rig, ids } = await openShopOf(["A", "B", "C", "D"].map((sku) => ({ sku })));
    await rig.import();
    const [a = 0, b = 0, c = 0, d = 0] = ids;
    shop.edit(a, { status: "draft" });
    shop.edit(b, { status: "private" });
    shop.trash(c);
    shop.remove(d);
    const gone = await rig.import();
    expect(gone.report.counts).toMatchObject({ read: 2, skipped: 2, missing: 2, updated: 0 });
    expect(gone.list.map(({ code }) => code)).toEqual(["status", "status"]);
    expect(rig.skus()).toEqual(["A", "B", "C", "D"]);
    await expectSound(rig, gone);
    shop.edit(a, { status: "publish" });
    shop.edit(c, { status: "publish" });
    const back = await rig.import({ settings: { statuses: ["publish", "private"] } });
    expect(back.report.counts).toMatchObject({ read: 3, created: 0, missing: 1, skipped: 0 });
    expect(rig.skus()).toEqual(["A", "B", "C", "D"]);
    await expectSound(rig, back);
  });

  test("R56: a product that is deleted in the middle of a read is no loss and no fault", async () => {
    const { shop, rig } = await openShopOf(
      Array.from({ length: 250 }, (_, index) => ({ sku: `S-${1000 + index}` })),
    );
    let lists = 0;
    shop.faults.add({
      onRequest: (_n, { path }) => {
        if (path.endsWith("/wc/v3/products") && ++lists === 3) shop.remove(shop.store.rows[240]?.id ?? 0);
        return undefined;
      },
    });
    const run = await rig.import();
    expect(run.exit).toBe(0);
    expect(rig.skus()).toHaveLength(249);
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test("R58: a new field is ignored; one of another type is rejected with its path; neighbours pass", async () => {
    const { rig, ids } = await openShopOf([
      { sku: "A", brand_new_field: { deeply: ["new"] } },
      { sku: "B", weight: { value: "2", unit: "kg" } },
      { sku: "C", images: "https://cdn.example/one.jpg" },
      { sku: "D", dimensions: ["1", "2", "3"] },
      { sku: "E", name: ["a", "b"] },
      { sku: "F" },
    ]);
    const run = await rig.import();
    expect(run.exit).toBe(3);
    await expectSound(rig, run);
    expect(rig.skus()).toEqual(["A", "F"]);
    const messages = ids.slice(1, 5).map((id) => run.list.find(({ key }) => key === String(id))?.message);
    expect(messages).toEqual([
      expect.stringContaining("(weight: "),
      expect.stringContaining("images"),
      expect.stringContaining("(dimensions"),
      expect.stringContaining("(name: "),
    ]);
  });

  vanishLaw(
    () => openShopOf(Array.from({ length: 20 }, (_, index) => ({ sku: `V-${10 + index}`, weight: "2" }))),
    (count) => {
      const answer = (given: Answer): Answer => ({
        ...given,
        json: (given.json as Body[]).map((row, index) => {
          const { weight: _, ...rest } = row;
          return index < count ? rest : row;
        }),
      });
      return script({ name: "vanished", answer }, isProducts);
    },
    '"weight"',
  );
});
