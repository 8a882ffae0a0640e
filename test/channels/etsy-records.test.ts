import { describe, expect, test } from "@jest/globals";
import { mergeOfferings } from "../../src/channels/etsy/offerings.js";
import { type RecordFrame, toListingRecords } from "../../src/channels/etsy/records.js";

const usd = (amount: number, divisor = 100) => ({ amount, divisor, currency_code: "USD" });

function product(id: number, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    product_id: id,
    sku: `SKU-${id}`,
    is_deleted: false,
    offerings: [{ offering_id: id + 1, quantity: 4, is_enabled: true, is_deleted: false, price: usd(2800) }],
    property_values: [],
    ...changes,
  };
}

const listing = {
  listing_id: 1740011223,
  title: "Mug &quot;Harbor&quot;",
  state: "active",
  listing_type: "physical",
  is_private: false,
  updated_timestamp: 1779000123,
  images: [{ rank: 2, url_fullxfull: "b" }, { url_fullxfull: "c" }, { rank: 1, url_fullxfull: "a" }],
  inventory: { products: [] },
};

function make(
  changes: Record<string, unknown>,
  products: readonly unknown[] | undefined,
  states: readonly string[] = ["active"],
  onProperty: Record<string, unknown> = { quantity_on_property: [200], price_on_property: [] },
) {
  const warnings: string[] = [];
  const frame: RecordFrame = { states, warnOnce: (topic) => warnings.push(topic) };
  const inventory = products === undefined ? undefined : { products, ...onProperty };
  const made = toListingRecords({ ...listing, ...changes }, 1740011223, inventory, "no inventory", frame);
  const [record] = made.records;
  return { ...made, record, codes: record?.unfit?.map(({ code }) => code) ?? [], warnings };
}

describe("src/channels/etsy/records.ts", () => {
  test("makes a record of each product, in four parts", () => {
    const { records, rejects, record } = make({}, [product(20), product(21)]);
    expect(rejects).toEqual([]);
    expect(records.map(({ key }) => key)).toEqual(["1740011223:20", "1740011223:21"]);
    expect(record).toMatchObject({
      updatedAt: "2026-05-17T06:42:03.000Z",
      address: "https://www.etsy.com/listing/1740011223",
      fields: { product: product(20), offering: { offering_id: 21, quantity: 4, price: usd(2800) } },
    });
    expect(record?.fields["listing"]).toEqual({
      ...listing,
      inventory: undefined,
      images: [{ rank: 1, url_fullxfull: "a" }, { rank: 2, url_fullxfull: "b" }, { url_fullxfull: "c" }],
    });
    expect(record?.fields["inventory"]).toEqual({ quantity_on_property: [200], price_on_property: [] });
    expect(record).not.toHaveProperty("unfit");
  });

  test.each([
    ["several products on one stock", [product(1), product(2)], [], true],
    ["one product", [product(1)], [], undefined],
    ["one live product", [product(1), product(2, { is_deleted: true })], [], undefined],
    ["a stock each", [product(1), product(2)], [200], undefined],
  ])("a shared stock is told of: %s", (_name, products, quantity_on_property, shared) => {
    const { record } = make({}, products, ["active"], { quantity_on_property });
    expect(record?.fields["shared_quantity"]).toBe(shared);
  });

  test.each([
    ["a good one", {}, {}, ["active"], []],
    ["another state", { state: "draft" }, {}, ["active"], ["status"]],
    ["an unknown state", { state: "removed" }, {}, ["active"], ["status"]],
    ["edit is an old name of inactive", { state: "edit" }, {}, ["inactive"], []],
    ["a private one", { is_private: true }, {}, ["active"], ["not-sellable"]],
    ["a download", { listing_type: "download" }, {}, ["active"], ["not-shippable"]],
    ["both", { listing_type: "both" }, {}, ["active"], []],
    ["no SKU", {}, { sku: "" }, ["active"], ["no-sku"]],
    ["a blank SKU", {}, { sku: " \t" }, ["active"], ["no-sku"]],
    ["a null SKU", {}, { sku: null }, ["active"], ["no-sku"]],
    [
      "all of it",
      { state: "expired", is_private: true, listing_type: "download" },
      { sku: "" },
      ["active"],
      ["status", "not-sellable", "not-shippable", "no-sku"],
    ],
  ])("says what speaks against a record: %s", (_name, changes, ofProduct, states, codes) => {
    expect(make(changes, [product(1, ofProduct)], states).codes).toEqual(codes);
  });

  test.each([
    ["no inventory", undefined, "no inventory"],
    ["no product", [], "without a product"],
    ["no object", ["x"], "no product"],
    ["no offerings", [product(7, { offerings: null })], "without offerings"],
    ["an object for an id", [product(7, { product_id: { id: 7 } })], "id"],
    ["an id beyond 2^53", [product(7, { product_id: 2 ** 53 + 2 })], "exactly"],
  ])("rejects what cannot be read, and says why: %s", (_name, products, words) => {
    const { records, rejects } = make({}, products);
    expect(records).toEqual([]);
    expect(rejects).toHaveLength(1);
    expect(rejects[0]?.message).toContain(words);
    expect(rejects[0]?.key).toMatch(/^1740011223/);
  });

  test("a bad product spares its neighbours, a deleted one is no record", () => {
    const products = [
      product(1),
      product(2, { product_id: "x" }),
      product(3, { is_deleted: true }),
      product(4),
    ];
    const { records, rejects } = make({}, products);
    expect(records.map(({ key }) => key)).toEqual(["1740011223:1", "1740011223:4"]);
    expect(rejects).toHaveLength(1);
    expect(make({ is_deleted: true }, products)).toMatchObject({ records: [], rejects: [] });
  });

  test("what is no item anyway is skipped also without an inventory", () => {
    const { record, rejects, codes } = make({ listing_type: "download" }, undefined);
    expect(rejects).toEqual([]);
    expect(record?.key).toBe("1740011223");
    expect(codes).toEqual(["not-shippable"]);
  });

  test("two currencies in one shop are told of", () => {
    const yen = {
      offering_id: 9,
      quantity: 1,
      is_deleted: false,
      price: { ...usd(5, 1), currency_code: "JPY" },
    };
    expect(make({}, [product(1), product(2)]).warnings).toEqual([]);
    expect(make({}, [product(1), product(2, { offerings: [yen] })]).warnings).toEqual(["currency"]);
  });

  test("money, odd divisors and unknown fields pass untouched", () => {
    const offerings = [{ offering_id: 1, quantity: 1, price: usd(100, 0), extra: { deep: [1.5] } }];
    const { record } = make({ item_weight: 14.5, brand_new: null }, [product(1, { offerings })]);
    expect(record?.fields["offering"]).toEqual(offerings[0]);
    expect(record?.fields["listing"]).toMatchObject({ item_weight: 14.5, brand_new: null });
  });
});

describe("src/channels/etsy/offerings.ts", () => {
  const offer = (quantity: unknown, price: unknown, changes = {}) => ({
    quantity,
    price,
    is_enabled: true,
    is_deleted: false,
    ...changes,
  });
  const gone = { is_deleted: true };
  const hidden = { is_enabled: false };

  test.each([
    ["none", [], undefined],
    ["only a deleted one", [offer(1, usd(1), gone)], undefined],
    ["one", [offer(3, usd(5))], offer(3, usd(5))],
    ["one that is hidden", [offer(3, usd(5), hidden)], offer(3, usd(5), hidden)],
    ["one alive", [offer(9, usd(1), gone), offer(3, usd(5))], offer(3, usd(5))],
    ["two alive", [offer(3, usd(500)), offer(4, usd(49, 10))], offer(7, usd(49, 10))],
    ["one of them hidden", [offer(3, usd(500)), offer(4, usd(100), hidden)], offer(3, usd(500))],
    ["all hidden", [offer(3, usd(2), hidden), offer(4, usd(1), hidden)], offer(7, usd(1), hidden)],
    ["a price without a divisor", [offer(1, usd(500)), offer(1, usd(1, 0))], offer(2, usd(500))],
    [
      "a price beyond 2^53 is compared with nothing",
      [offer(1, usd(2 ** 60)), offer(1, usd(5))],
      offer(2, usd(2 ** 60)),
    ],
  ])("comes to one offering: %s", (_name, offerings, expected) => {
    expect(mergeOfferings(offerings).offering).toEqual(expected);
  });

  test("a quantity that is unknown makes the sum unknown", () => {
    const { offering, alive } = mergeOfferings([offer(3, usd(5)), offer(null, usd(4))]);
    expect(alive).toBe(2);
    expect(offering).not.toHaveProperty("quantity");
    expect(offering).toMatchObject({ price: usd(4) });
  });
});
