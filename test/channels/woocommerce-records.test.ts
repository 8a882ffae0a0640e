import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { toFieldsParameter } from "../../src/channels/woocommerce/fields.js";
import { toProductRecord, toVariationRecord } from "../../src/channels/woocommerce/records.js";
import { toGmtMs, toId } from "../../src/channels/woocommerce/schema.js";

const frame = { site: "https://shop.example", statuses: ["publish"], weightUnit: "lbs", dimensionUnit: "in" };
const parent = {
  id: 7,
  type: "variable",
  status: "publish",
  sku: "P",
  name: "Salt & Pepper",
  description: "long",
  short_description: "short",
  weight: "2",
  dimensions: { length: "1", width: "2", height: "3" },
  tags: [{ id: 1, name: "R&amp;D" }],
  categories: [],
  images: [{ id: 1, src: "https://shop.example/p.jpg" }],
};
const child = { id: 8, type: "variation", parent_id: 7, status: "publish", sku: "C", attributes: [] };

const codesOf = (record: { readonly unfit?: readonly { readonly code: string }[] }): string[] =>
  (record.unfit ?? []).map(({ code }) => code);

describe("src/channels/woocommerce/records.ts", () => {
  test.each([
    [{ type: "simple", status: "publish" }, []],
    [{ type: "simple", status: "draft" }, ["status"]],
    [{ type: "variable", status: "publish" }, ["not-sellable"]],
    [{ type: "grouped", status: "private" }, ["status", "not-sellable"]],
    [{ type: "external" }, ["not-sellable"]],
    [{ type: "gift-card", virtual: true }, ["not-sellable", "not-shippable"]],
    [{ type: "subscription", status: "publish" }, []],
    [{ type: "simple", downloadable: true }, ["not-shippable"]],
    [{ type: "simple", sku: "" }, []],
    [{ type: 7, status: null, virtual: "yes" }, []],
  ])("a product %j is unfit for %j", (product, codes) => {
    expect(codesOf(toProductRecord({ id: 1, ...product }, 1, frame))).toEqual(codes);
  });

  test.each([
    [{}, {}, []],
    [{ status: "private" }, {}, ["status"]],
    [{}, { status: "draft" }, ["status"]],
    [{ virtual: true }, {}, ["not-shippable"]],
    [{ sku: "" }, {}, ["no-sku"]],
    [{ sku: " P " }, {}, ["no-sku"]],
    [{ sku: "  " }, { sku: "" }, ["no-sku"]],
    [{ sku: "p" }, {}, []],
    [{ sku: 12 }, {}, []],
  ])("a variation %j of %j is unfit for %j", (own, theirs, codes) => {
    const record = toVariationRecord({ ...child, ...own }, 8, { ...parent, ...theirs }, frame);
    expect(codesOf(record)).toEqual(codes);
  });

  test("every wanted status is fit", () => {
    const wanted = { ...frame, statuses: ["publish", "private"] };
    expect(codesOf(toVariationRecord({ ...child, status: "private" }, 8, parent, wanted))).toEqual([]);
  });

  test("a variation takes only what it leaves empty", () => {
    const { fields } = toVariationRecord(
      { ...child, description: "own", weight: "0", dimensions: { length: "9", width: "", height: "" } },
      8,
      parent,
      frame,
    );
    expect(fields).toMatchObject({
      description: "own",
      short_description: "short",
      weight: "0",
      dimensions: { length: "9", width: "2", height: "3" },
      tags: parent.tags,
      categories: [],
      images: parent.images,
      name: "Salt & Pepper",
    });
    expect("shared_quantity" in fields).toBe(false);
  });

  test("its own image comes first, its options behind the name", () => {
    const image = { id: 2, src: "https://shop.example/c.jpg" };
    const attributes = [
      { name: "Color", option: "Rust &amp; Bone" },
      { name: "Any" },
      { name: "Size", option: "S" },
    ];
    const { fields } = toVariationRecord(
      { ...child, image, attributes, manage_stock: "parent" },
      8,
      parent,
      frame,
    );
    expect(fields["images"]).toEqual([image, ...parent.images]);
    expect(fields["name"]).toBe("Salt & Pepper - Rust &amp; Bone, S");
    expect(fields["attributes"]).toBe(attributes);
    expect(fields["shared_quantity"]).toBe(true);
  });

  test("meta data becomes an object by key, harmless whatever the keys are", () => {
    const meta_data = [
      { id: 1, key: "hs_code", value: "6404" },
      { id: 2, key: "hs_code", value: "second" },
      { id: 3, key: "__proto__", value: { x: 1 } },
      { id: 4, value: 1 },
      "nonsense",
    ];
    const { fields } = toProductRecord({ id: 1, meta_data }, 1, frame);
    const meta = fields["meta_data"] as Record<string, unknown>;
    expect(meta["hs_code"]).toBe("6404");
    expect(Object.keys(meta)).toEqual(["hs_code", "__proto__"]);
    expect("x" in {}).toBe(false);
    expect(toProductRecord({ id: 1, meta_data: "text" }, 1, frame).fields["meta_data"]).toBe("text");
  });

  test("no shape of an item makes it throw", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.keys({ ...parent, ...child })), fc.jsonValue()),
        (item) => {
          expect(toProductRecord(item, 1, frame).key).toBe("1");
          expect(toVariationRecord(item, 2, parent, frame).key).toBe("2");
          expect(toVariationRecord(child, 8, item, frame).key).toBe("8");
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("src/channels/woocommerce/schema.ts", () => {
  test.each([
    [12, 12],
    ["12", 12],
    [0, undefined],
    [-1, undefined],
    [1.5, undefined],
    ["1e3", undefined],
    [null, undefined],
  ])("the id %j is %j", (value, id) => expect(toId(value)).toBe(id));

  test("dates have no zone; null and others are none", () => {
    expect(toGmtMs("2026-01-02T03:04:05")).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
    for (const value of [null, "2026-01-02", "2026-13-02T03:04:05", 5])
      expect(toGmtMs(value)).toBeUndefined();
  });
});

describe("src/channels/woocommerce/fields.ts", () => {
  test("asks for everything where nothing is said, otherwise by top-level name", () => {
    expect(toFieldsParameter(undefined, "product")).toBeUndefined();
    const product = toFieldsParameter(["images", "weight_unit", "a.b"], "product")?.split(",") ?? [];
    expect(product).toEqual(expect.arrayContaining(["id", "variations", "images"]));
    expect(product).not.toContain("weight_unit");
    expect(product.some((name) => name.includes("."))).toBe(false);
    const variation = toFieldsParameter(["images", "name"], "variation")?.split(",") ?? [];
    expect(variation).toEqual(expect.arrayContaining(["parent_id", "image", "attributes"]));
  });
});
