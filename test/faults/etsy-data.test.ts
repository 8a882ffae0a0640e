import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";

import type { SourceChannel } from "../../src/channels/channel.js";
import type { SourceRecord } from "../../src/model/record.js";
import type { EtsyAnswer } from "../../src/sandbox/etsy/answer.js";
import { bodiesOf, type Body } from "../../src/sandbox/etsy/model.js";
import { createRandom } from "../../src/sandbox/random.js";
import { createEtsyRigs, isList, many } from "./etsy-rig.js";
import { expectDone, expectRepaired, expectSound } from "./rig.js";
import { script } from "./script.js";
import { commonSkus, expectSkus, type SkuCase } from "./skus.js";

const { openShopOf } = createEtsyRigs();

/** SKUs as they stand in a shop; some differ in case, accents, composition or invisible signs only. */
const skus: readonly SkuCase[] = [
  ...commonSkus,
  ...["Äbc", "A\u0308bc", "a\u00adbc", "01", "1"].map((sku) => [sku, sku] as const),
  ["\ufeffA-bom", "A-bom"],
];

describe("SKUs", () => {
  test("R50: more than 60 SKUs go from the shop into a file and are found there, or are rejected by name", async () => {
    const { rig, keys } = await openShopOf(skus.map(([sku]) => ({ product: { sku } })));
    const told = /^sku: .*\(product\.sku: .*see https:\/\/www\.etsy\.com\/listing\/\d+/;
    await expectSkus(rig, await rig.import(), skus, { keys, told });
  });

  test.each(["fail", "first"] as const)(
    "R51: duplicates are judged over the whole catalogue, whatever the order of pages: onDuplicateSku %s",
    async (onDuplicateSku) => {
      const twins = ["TWO", "TWO", "THREE", "ONE", "THREE", "OTHER-STATE", "THREE"];
      const { shop, rig } = await openShopOf(twins.map((sku) => ({ product: { sku } })));
      const [, double = 0] = shop.store.listed("active").map(({ id }) => id);
      const item = shop.store.find(double);
      const inventory = item === undefined ? undefined : shop.store.item(item).inventory;
      // A listing whose products all have one SKU, and the SKU of another on a listing that is not wanted.
      const [own] = inventory?.products ?? [];
      const inside = [0, 1, 2].map((nth) => ({
        ...own,
        product_id: Number(own?.["product_id"]) + nth,
        sku: "INSIDE",
      }));
      shop.add({ inventory: { ...inventory, products: inside } });
      const draft = shop.add({ inventory: { ...inventory, products: [{ ...own, sku: "OTHER-STATE" }] } });
      shop.setState(draft, "draft");
      const results = new Set<string>();
      for (let seed = 1; seed <= 5; seed += 1) {
        const run = await rig.import({
          request: { fresh: true, dryRun: true },
          options: { onDuplicateSku },
          wrap: ({ channel }) => ({ channel: shuffled(channel, seed) }),
        });
        expect(run.exit).toBe(0);
        const issues = run.list.map((issue) => JSON.stringify(issue)).toSorted();
        results.add(JSON.stringify([run.report.counts, issues]));
        const of = (sku: string): number =>
          run.list.filter((issue) => issue.code === "duplicate-sku" && issue.sku === sku).length;
        const spared = onDuplicateSku === "first" ? 1 : 0;
        expect([of("TWO"), of("THREE"), of("INSIDE"), of("ONE"), of("OTHER-STATE")]).toEqual([
          2 - spared,
          3 - spared,
          3 - spared,
          0,
          0,
        ]);
      }
      expect(results.size).toBe(1);
    },
  );
});

/** The same records, their order and the borders of the pages drawn by lot. */
function shuffled(channel: SourceChannel, seed: number): SourceChannel {
  return {
    ...channel,
    async *read(request, signal) {
      const random = createRandom(seed);
      const placed: { readonly place: number; readonly record: SourceRecord }[] = [];
      for await (const { records } of channel.read(request, signal))
        for (const record of records) placed.push({ place: random.int(0, 1_000_000), record });
      const records = placed.toSorted((a, b) => a.place - b.place).map(({ record }) => record);
      const size = random.int(1, 4);
      for (let at = 0; at < records.length; at += size)
        yield { records: records.slice(at, at + size), rejects: [], declared: records.length };
    },
  };
}

describe("content", () => {
  test("R52: a description of 1 MB, 10,000 tags, 250 images and 400 products of one listing pass by the rules", async () => {
    const text = "Größe 😀 & more\n".repeat(65_000);
    const { shop, rig, ids } = await openShopOf([
      { listing: { description: text }, product: { sku: "LONG" } },
      {
        listing: { tags: Array.from({ length: 10_000 }, (_, nth) => `tag ${nth}`) },
        product: { sku: "TAGS" },
      },
      {
        listing: {
          images: Array.from({ length: 250 }, (_, nth) => ({
            rank: nth + 1,
            url_fullxfull: `https://i.example/${nth}.jpg`,
          })),
        },
        product: { sku: "IMAGES" },
      },
      {},
    ]);
    const row = shop.store.find(ids[3] ?? 0);
    const inventory = row === undefined ? undefined : shop.store.item(row).inventory;
    const [own] = inventory?.products ?? [];
    const products = Array.from({ length: 400 }, (_, nth) => ({
      ...own,
      product_id: Number(own?.["product_id"]) + nth,
      sku: `MANY-${nth}`,
    }));
    shop.edit(ids[3] ?? 0, { inventory: { ...inventory, products } });
    const run = await rig.import();
    await expectDone(rig, run);
    expect(run.report.counts.created).toBe(403);
    const of = (sku: string) => rig.products().find((product) => product.sku === sku);
    expect(of("LONG")?.description).toBe(text);
    expect(of("TAGS")?.tags).toHaveLength(10_000);
    expect(of("IMAGES")).toMatchObject({ image_url_20: "https://i.example/19.jpg" });
    await expectRepaired(rig);
  });

  test("R52, R57: text of every kind arrives as the manual says, HTML and broken entities included", async () => {
    const odd = "a\u2028b\u2029c\u202ed\ufeffe\u0007f\u001b[31mg";
    const html = `<p>a &amp; b</p><script>alert("1")</script><![CDATA[x]]><b>never closed`;
    const { rig } = await openShopOf([
      { listing: { description: odd, title: odd }, product: { sku: "ODD" } },
      { listing: { description: "x\ud83dy", title: "\udc00" }, product: { sku: "HALF" } },
      {
        listing: { description: html, title: "Salt &amp;amp; <em>Pepper</em>\r\n&#8211; &broken; big" },
        product: { sku: "HTML" },
      },
    ]);
    await expectDone(rig, await rig.import());
    const of = (sku: string) => rig.products().find((product) => product.sku === sku);
    expect(of("ODD")).toMatchObject({ description: odd });
    expect(of("HALF")).toMatchObject({ description: "x\ufffdy", name: "\ufffd" });
    expect(of("HTML")).toMatchObject({
      description: html,
      name: "Salt &amp; <em>Pepper</em> – &broken; big",
    });
    await expectRepaired(rig);
  });

  test("R52: 200 fuzzed listings: no crash, no page lost, each accounted for, and stable afterwards", async () => {
    const nasty = fc.oneof(
      fc.jsonValue(),
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.constantFrom<unknown>(
        "",
        "\u0000",
        "\u2028",
        "__proto__",
        2 ** 60,
        -1,
        1.5,
        null,
        [],
        {},
        [null],
        [[]],
      ),
    );
    const spoil = (names: string) =>
      fc.dictionary(fc.constantFrom(...names.split(" ")), nasty, { maxKeys: 1 });
    const changes = fc.record({
      listing: spoil(
        "listing_id title description tags item_weight item_weight_unit state images inventory is_private",
      ),
      inventory: spoil("products price_on_property quantity_on_property"),
      product: spoil("product_id sku offerings property_values is_deleted"),
      offering: spoil("offering_id quantity is_enabled is_deleted price"),
    });
    const { shop, rig } = await openShopOf(many(200));
    const drawn = fc.sample(changes, { seed: 52, numRuns: 200 });
    const answer = (given: EtsyAnswer): EtsyAnswer => {
      const body = given.json as Body;
      const results = bodiesOf(body["results"]).map((listing) => {
        // The same listing is spoilt in the same way in each run.
        const change = drawn[Number(listing["listing_id"]) % 200];
        const inventory = listing["inventory"] as Body;
        const products = bodiesOf(inventory["products"]).map((product) => ({
          ...product,
          offerings: bodiesOf(product["offerings"]).map((offering) => ({ ...offering, ...change?.offering })),
          ...change?.product,
        }));
        return {
          ...listing,
          inventory: { ...inventory, products, ...change?.inventory },
          ...change?.listing,
        };
      });
      return { ...given, json: { ...body, results } };
    };
    shop.faults.add(script({ name: "fuzz", answer }, isList));
    const run = await rig.import({ priceSync: true });
    expect([0, 3, 8]).toContain(run.exit);
    await expectSound(rig, run);
    const { created, rejected, skipped, read } = run.report.counts;
    expect(created).toBeGreaterThan(40);
    expect(rejected).toBeGreaterThan(40);
    expect(created + rejected + skipped).toBe(read);
    for (const { message } of run.list) expect(message).not.toMatch(/[^\P{Cc}\n]|\p{Cs}/u);
    expect((await rig.import({ priceSync: true })).report.counts).toMatchObject({
      created: 0,
      updated: 0,
      rejected,
    });
  });
});
