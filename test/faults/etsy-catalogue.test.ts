import { describe, expect, test } from "@jest/globals";

import type { EtsyAnswer } from "../../src/sandbox/etsy/answer.js";
import { bodiesOf, type Body } from "../../src/sandbox/etsy/model.js";
import { createEtsyRigs, isList, many, money } from "./etsy-rig.js";
import { expectForceNeeded, vanishLaw } from "./laws.js";
import { expectDone, expectRepaired, expectSound } from "./rig.js";
import { script } from "./script.js";

const { openShopOf } = createEtsyRigs();

describe("what comes and goes", () => {
  test("R56: drafts, deletion, return and other states: nothing is ever deleted, and each is counted", async () => {
    const { shop, rig, ids } = await openShopOf(many(4));
    await rig.import();
    const all = rig.skus();
    const [a = 0, b = 0, c = 0] = ids;
    shop.setState(a, "draft");
    shop.setState(b, "sold_out");
    shop.remove(c);
    const gone = await rig.import();
    expect(gone.report.counts).toMatchObject({ read: 1, missing: 3, updated: 0, created: 0 });
    expect(rig.skus()).toEqual(all);
    await expectSound(rig, gone);
    shop.setState(a, "active");
    const back = await rig.import({ settings: { states: ["active", "sold_out"] } });
    // Whose state is another one is written anew.
    expect(back.report.counts).toMatchObject({ read: 3, created: 0, updated: 1, unchanged: 2, missing: 1 });
    expect(rig.skus()).toEqual(all);
    await expectSound(rig, back);
  });

  test("R56: a listing that is deleted in the middle of a read, or gets new product ids, is no loss and no fault", async () => {
    const { shop, rig, ids } = await openShopOf(many(150));
    let lists = 0;
    shop.faults.add({
      onRequest: (_n, request) => {
        if (isList(request) && (lists += 1) === 2) shop.remove(ids[3] ?? 0);
        return undefined;
      },
    });
    await expectDone(rig, await rig.import());
    expect(rig.skus()).toHaveLength(149);
    shop.replaceProducts(ids[9] ?? 0);
    const replaced = await rig.import();
    expect(replaced.report.counts).toMatchObject({ created: 0, updated: 1, unchanged: 148 });
    await expectRepaired(rig);
  });

  test("R58: a new field is ignored; one of another type is rejected with its path; neighbours pass", async () => {
    const { rig, keys } = await openShopOf([
      { listing: { brand_new_field: { deeply: ["new"] } }, product: { brand_new: 1 } },
      { listing: { tags: { 0: "a" } } },
      { listing: { item_weight: ["2"], item_weight_unit: "oz" } },
      { listing: { title: ["a", "b"] } },
      { listing: { description: { text: "a" } } },
      {},
    ]);
    const run = await rig.import();
    expect(run.exit).toBe(3);
    await expectSound(rig, run);
    expect(rig.skus()).toEqual(["SKU-100", "SKU-105"]);
    const messages = keys.slice(1, 5).map((key) => run.list.find((issue) => issue.key === key)?.message);
    expect(messages).toEqual([
      expect.stringContaining("(listing.tags"),
      expect.stringContaining("(listing.item_weight"),
      expect.stringContaining("(listing.title"),
      expect.stringContaining("(listing.description"),
    ]);
  });

  vanishLaw(
    () => openShopOf(many(20)),
    (count) => {
      const answer = (given: EtsyAnswer): EtsyAnswer => {
        const body = given.json as Body;
        const results = bodiesOf(body["results"]).map((listing, index) => {
          const inventory = listing["inventory"] as Body;
          const products = bodiesOf(inventory["products"]).map((product) => ({ ...product, offerings: [] }));
          return index < count ? { ...listing, inventory: { ...inventory, products } } : listing;
        });
        return { ...given, json: { ...body, results } };
      };
      return script({ name: "vanished", answer }, isList);
    },
    '"offering.',
  );
});

describe("a catalogue that is not itself any more", () => {
  test.each<readonly [string, Body, Body]>([
    ["all prices a hundred times as high", {}, { price: money(280_000) }],
    ["all titles equal", { title: "Товар" }, {}],
  ])("R59: %s: code 7 before the first write; --force writes", async (_name, ofListing, ofOffering) => {
    const { shop, rig, ids, keys } = await openShopOf(
      many(120, () => ({ offering: { price: money(2800) } })),
    );
    await expectForceNeeded(rig, () => {
      for (const id of ids) shop.edit(id, ofListing);
      for (const key of keys) shop.editProduct(Number(key.split(":")[1]), ofOffering);
    });
  });

  test("R59: SKUs that are blank all at once, as another seller's token shows them: code 7, told of, and the file stays", async () => {
    const { shop, rig } = await openShopOf(many(120));
    await rig.import();
    const before = rig.text();
    shop.faults.add("blank-skus");
    const run = await rig.import();
    expect(run).toMatchObject({
      exit: 7,
      error: { code: "source-shrank" },
      report: { counts: { created: 0, updated: 0, skipped: 120, missing: 0 } },
    });
    expect(rig.logs.join()).toContain("hides SKUs from a token that is not the shop owner's");
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test("R59: half of the listings are gone: nothing is deleted, what is missing is counted; more than half is code 7", async () => {
    const { shop, rig, ids } = await openShopOf(many(120));
    await rig.import();
    const before = rig.skus();
    for (const id of ids.slice(0, 60)) shop.remove(id);
    const half = await rig.import();
    expect(half).toMatchObject({ exit: 0, report: { counts: { missing: 60, unchanged: 60 } } });
    for (const id of ids.slice(60, 91)) shop.remove(id);
    const most = await rig.import();
    expect(most).toMatchObject({ exit: 7, error: { code: "source-shrank" } });
    await expectSound(rig, most);
    expect(rig.skus()).toEqual(before);
  });
});

describe("sizes", () => {
  test.each([0, 1, 99, 100, 101, 200])("R60: %i listings", async (listings) => {
    const { rig } = await openShopOf(many(listings));
    const run = await rig.import();
    await expectDone(rig, run);
    expect(run.report.counts).toMatchObject({ read: listings, created: listings });
  });
});
