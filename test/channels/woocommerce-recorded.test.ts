import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { RecordPage } from "../../src/channels/channel.js";
import type { SourceRecord } from "../../src/model/record.js";
import { readPages, recordsOf } from "../conformance/channel.js";
import { describeContract } from "../support/contracts.js";
import { type ReplayShop, startReplayShop } from "../support/replay-woo.js";
import { openWoo, type WooClient } from "../support/woo-bed.js";

describeContract("src/channels/woocommerce/read.ts on a recorded shop", (dir) => {
  let shop: ReplayShop;
  let client: WooClient;
  let pages: RecordPage[];
  let records: Map<string, SourceRecord>;

  beforeAll(async () => {
    shop = await startReplayShop(dir);
    client = openWoo(shop.url);
    pages = await readPages(client.channel);
    records = new Map(recordsOf(pages).map((record) => [record.key, record]));
  });

  afterAll(() => shop.close());

  const codesOf = (key: number | string): string[] =>
    (records.get(String(key))?.unfit ?? []).map(({ code }) => code);
  const count = (code: string): number =>
    [...records.values()].filter(({ unfit }) => unfit?.some((each) => each.code === code)).length;
  const bySku = (sku: string): SourceRecord | undefined =>
    [...records.values()].find(({ fields }) => fields["sku"] === sku && fields["type"] !== "variable");

  test("gives all 254 products and 263 variations, each once", () => {
    expect(recordsOf(pages)).toHaveLength(517);
    expect(records.size).toBe(517);
    expect(pages.flatMap(({ rejects }) => rejects)).toEqual([]);
    expect(client.warnings.filter((line) => !line.includes("Date"))).toEqual([]);
  });

  test("takes nine requests: the site, three pages of each kind, two units", () => {
    expect(shop.calls).toHaveLength(9);
    expect(client.http.counts()).toEqual({ sent: 9, retried: 0, throttled: 0 });
    expect(shop.calls.filter((call) => call.includes("/products?"))).toHaveLength(3);
    expect(shop.calls.filter((call) => call.includes("/variations?"))).toHaveLength(3);
  });

  test("says which records are no items, and why", () => {
    // 1 variable, 4 + 3 + 3 + 2 simple, 1 disabled variation, 1 child of the draft parent.
    expect(count("status")).toBe(15);
    // 25 variable, 3 grouped, 3 external.
    expect(count("not-sellable")).toBe(31);
    expect(codesOf(417).sort()).toEqual(["not-sellable", "status"]);
    expect(codesOf(418)).toContain("status");
    expect(count("no-sku")).toBe(
      shop.variations.filter((row) => {
        const parent = shop.products.find(({ id }) => id === row["parent_id"]);
        return row["sku"] === "" || row["sku"] === parent?.["sku"];
      }).length,
    );
    expect(count("no-sku")).toBeGreaterThan(0);
  });

  test("leaves the parent's fields to a variation that has none of its own", () => {
    const record = bySku("SHIRT-00-OLI-S");
    const parent = records.get("253");
    expect(record?.fields).toMatchObject({
      name: "Rugged Field Shirt - Olive, S",
      parent_id: 253,
      description: parent?.fields["description"],
      short_description: "",
      tags: parent?.fields["tags"],
      categories: parent?.fields["categories"],
      weight: "0.8",
      dimensions: { length: "12", width: "9", height: "1.5" },
      weight_unit: "lbs",
      dimension_unit: "in",
      attributes: [{ option: "Olive" }, { option: "S" }],
    });
    expect(record?.updatedAt).toBe("2025-08-11T20:46:40Z");
    expect(record?.address).toBe(`${shop.url}/wp-admin/post.php?post=253&action=edit`);
    const images = record?.fields["images"] as { readonly src: string }[];
    expect(images[0]).toEqual(shop.variations.find(({ id }) => id === 254)?.["image"]);
    expect(images.slice(1)).toEqual(parent?.fields["images"]);
  });

  test("leaves any attributes out of a name, and marks shared stock", () => {
    const poncho = [...records.values()].filter(({ fields }) => fields["parent_id"] === 406);
    expect(poncho.map(({ fields }) => fields["name"])).toEqual([
      "Any-size poncho - Olive",
      "Any-size poncho",
    ]);
    const shared = [...records.values()].filter(({ fields }) => fields["shared_quantity"] === true);
    expect(shared).toHaveLength(15);
    expect(shared.every(({ fields }) => fields["manage_stock"] === "parent")).toBe(true);
  });

  test("leaves every value of a product as it was sent", () => {
    for (const product of shop.products) {
      const fields = records.get(String(product["id"]))?.fields ?? {};
      for (const [name, value] of Object.entries(product)) {
        if (name !== "meta_data") expect(fields[name]).toEqual(value);
      }
    }
  });

  test("declares as many as there are, and names units and time zone as its basis", () => {
    expect(pages.at(-1)?.declared).toBe(517);
    expect(new Set(pages.map(({ basis }) => basis))).toEqual(new Set(["lbs in America/New_York"]));
  });

  test("asks for no more than the mapping table reads", async () => {
    shop.calls.length = 0;
    await readPages(openWoo(shop.url).channel, {
      fields: ["name", "images", "weight", "weight_unit", "shared_quantity"],
    });
    const list = shop.calls.map((call) => new URL(call, shop.url).searchParams.get("_fields") ?? "");
    const names = list.flatMap((each) => each.split(","));
    expect(names).toEqual(expect.arrayContaining(["images", "image", "variations", "attributes"]));
    for (const costly of ["price_html", "related_ids", "weight_unit", "shared_quantity", "images.src"]) {
      expect(names).not.toContain(costly);
    }
  });
});
