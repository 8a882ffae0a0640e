import { describe, expect, test } from "@jest/globals";

import { createRandom } from "../../src/sandbox/random.js";
import { vanishLaw } from "./laws.js";
import { expectRepaired, expectSound, expectWhole, inOrder } from "./rig.js";
import { script } from "./script.js";
import { bend, createShopifyRigs, isPage, keysOf, numbered, smallPages } from "./shopify-rig.js";

const { openShopOf } = createShopifyRigs();

describe("SKUs", () => {
  const kept = [
    "ABC-1",
    "abc-1",
    "A B",
    "00",
    "000123",
    "123",
    "1E5",
    "0x10",
    "1.00",
    "-5",
    "NaN",
    "null",
    "__proto__",
    "A/B",
    "A?B=1",
    "A#B",
    "A%20B",
    "A&amp;B",
    'A"B',
    "A'B",
    "A;B",
    "A,B",
    "A|B",
    "=A1",
    "@A",
    "../A",
    "CHAÎNE",
    "CHAI\u0302NE",
    "日本-1",
    "SKU-😀",
    "A\u200bB",
    "A\u202eB",
    "A\u2028B",
    "S".repeat(300),
    "9007199254740993",
  ];
  const rejected = ["A\u0000NUL", "A\nBREAK", "A\u001b[2JESC"];
  const none = [null, "", "   "];

  test("R50: odd SKUs go from the shop into the file, or are rejected by name, or are none", async () => {
    const padded = ["  PADDED  ", "\u00a0NBSP\u00a0"];
    const all = [...kept, ...padded, ...rejected, ...none];
    const { rig, ids } = await openShopOf(all.map((sku) => ({ sku })));
    const run = await rig.import();
    expect(run.exit).toBe(3);
    await expectSound(rig, run);
    expectWhole(rig, run);
    expect(rig.skus()).toEqual(inOrder([...kept, "PADDED", "NBSP"]));
    const from = kept.length + padded.length;
    expect(keysOf(run, "rejected")).toEqual(ids.slice(from, from + rejected.length));
    expect(keysOf(run, "skipped")).toEqual(ids.slice(from + rejected.length));
    for (const { message } of run.list.filter(({ outcome }) => outcome === "rejected"))
      expect(message).toMatch(/^sku: .*see http.*\/variants\//);
    expect((await rig.import()).report.counts).toMatchObject({ created: 0, updated: 0 });
  });

  test("R51: duplicates, within a product and over pages: the same result in 20 shuffles, under each policy", async () => {
    const base = ["A", "B", "B", "C", "D", "D", "D", "E", "e", " E ", "F"];
    const random = createRandom(51);
    for (let shuffle = 0; shuffle < 20; shuffle += 1) {
      const skus = [...base];
      for (let at = skus.length - 1; at > 0; at -= 1) {
        const other = random.int(0, at);
        [skus[at], skus[other]] = [skus[other] ?? "", skus[at] ?? ""];
      }
      const { shop, rig, ids } = await openShopOf(skus.map((sku) => ({ sku })));
      const [first] = shop.store.products;
      shop.add({ sku: "F" }, { productId: first?.id ?? "" });
      shop.faults.add(smallPages(4));
      const run = await rig.import();
      expect(run.exit).toBe(0);
      expectWhole(rig, run);
      expect(rig.skus()).toEqual(["A", "C", "e"]);
      if (shuffle > 3) continue;
      const taken = await rig.import({ options: { onDuplicateSku: "first" } });
      expect(rig.skus()).toEqual(["A", "B", "C", "D", "E", "F", "e"]);
      const d = rig.products().find(({ sku }) => sku === "D");
      expect(d?.custom_fields).toMatchObject({ variant_id: ids[skus.indexOf("D")] });
      await expectSound(rig, taken);
    }
  });
});

describe("content", () => {
  test("R52: 1 MB of description, 10,000 tags, 250 images, 100 options and 2,048 variants pass by the rules", async () => {
    const text = `<p>${"Größe 😀 & <b>more</b> ".repeat(40_000)}</p>`;
    const images = Array.from({ length: 250 }, (_, nth) => ({
      kind: "MediaImage" as const,
      url: `https://cdn.shopify.com/${nth}.jpg?v=1`,
    }));
    const { shop, rig } = await openShopOf([
      { sku: "LONG", product: { descriptionHtml: text } },
      { sku: "TAGS", product: { tags: Array.from({ length: 10_000 }, (_, nth) => `tag ${nth}`) } },
      { sku: "IMAGES", media: [249], product: { media: images } },
      {
        sku: "OPTIONS",
        values: Array.from({ length: 100 }, (_, nth) => `${nth}`),
        product: { options: Array.from({ length: 100 }, (_, nth) => `Option ${nth}`) },
      },
      { sku: "MANY-0", values: ["0"], product: { options: ["No"] } },
    ]);
    const many = shop.store.products.at(-1)?.id ?? "";
    for (let nth = 1; nth < 2048; nth += 1)
      shop.add({ sku: `MANY-${nth}`, values: [`${nth}`] }, { productId: many });
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 0, report: { counts: { created: 4 + 2048 } } });
    await expectSound(rig, run);
    expectWhole(rig, run);
    const of = (sku: string) => rig.products().find((product) => product.sku === sku);
    expect(of("LONG")?.description).toBe(text);
    expect(of("TAGS")?.tags).toHaveLength(10_000);
    expect(of("IMAGES")).toMatchObject({ image_url_1: images[249]?.url, image_url_20: images[18]?.url });
    expect(of("OPTIONS")?.attribute_names).toHaveLength(100);
    expect((await rig.import()).report.counts).toMatchObject({ created: 0, updated: 0 });
  });

  test("R52, R57: text of every kind arrives as the manual says; HTML stays HTML, names are decoded once", async () => {
    const odd = "a\u2028b\u202ed\ufeffe\u0007f\u001b[31mg";
    const html = `<p>a &amp; b</p><script>alert("1")</script><![CDATA[x]]><b>never closed<img src=x onerror=y>`;
    const { rig } = await openShopOf([
      { sku: "ODD", product: { descriptionHtml: odd, vendor: odd } },
      { sku: "HALF", product: { descriptionHtml: "x\ud83dy", title: "\udc00" } },
      {
        sku: "HTML",
        product: { descriptionHtml: html, title: "Salt &amp;amp; <em>Pepper</em>\r\n&#8211; big" },
      },
    ]);
    const run = await rig.import();
    expect(run.exit).toBe(0);
    await expectSound(rig, run);
    const of = (sku: string) => rig.products().find((product) => product.sku === sku);
    expect(of("ODD")).toMatchObject({ description: odd, vendor: odd });
    expect(of("HALF")).toMatchObject({ description: "x\ufffdy", name: "\ufffd" });
    expect(of("HTML")).toMatchObject({ description: html, name: "Salt &amp; <em>Pepper</em> – big" });
    expect((await rig.import()).report.counts).toMatchObject({ created: 0, updated: 0 });
  });

  test("R58: a new field is ignored; one of another type is rejected with its path; neighbours pass", async () => {
    const { shop, rig, ids } = await openShopOf(numbered(6));
    const patches = [
      { brandNew: { deeply: ["new"] } },
      { price: { amount: "1" } },
      { selectedOptions: "none", product: { status: "ACTIVE", hasOnlyDefaultVariant: false } },
      { barcode: ["a"] },
      { product: "gone" },
    ];
    shop.faults.add(
      script(
        bend((variant, index) => ({ ...variant, ...patches[index] })),
        isPage,
      ),
    );
    const run = await rig.import({ priceSync: true });
    expect(run.exit).toBe(3);
    await expectSound(rig, run);
    expect(rig.skus()).toEqual(["S-1000", "S-1005"]);
    expect(keysOf(run, "rejected")).toEqual(ids.slice(1, 5));
    const messageOf = (index: number) => run.list.find(({ key }) => key === ids[index])?.message;
    expect(messageOf(1)).toContain("(price: ");
    expect(messageOf(2)).toContain("(selectedOptions: ");
    expect(messageOf(3)).toContain("(barcode: ");
    expect(run.list.find(({ key }) => key === ids[4])).toMatchObject({ code: "unreadable" });
    await expectRepaired(rig);
  });

  vanishLaw(
    () => openShopOf(numbered(20)),
    (count) => {
      const without = bend((variant, index) => {
        const { inventoryItem: _, ...rest } = variant;
        return index < count ? rest : variant;
      });
      return script(without, isPage);
    },
    '"inventory',
  );
});
