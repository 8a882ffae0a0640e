import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { MappingError } from "../../src/errors.js";
import { compileItemTable } from "../../src/mapping/compile-items.js";
import type { ItemTable } from "../../src/mapping/contract.js";
import { itemConverters } from "../../src/mapping/item-converters.js";
import { itemRules } from "../../src/mapping/item-rules.js";
import { placeKinds, type ItemMapper, type PlaceKind } from "../../src/model/item.js";
import {
  isCanonical,
  type JsonValue,
  listFields,
  numberFields,
  type Product,
  type ProductDraft,
  productFields,
} from "../../src/model/product.js";

type Row = readonly [from: string | readonly string[], to: string, convert?: string];

function tableOf(places: Readonly<Record<string, PlaceKind>>, ...rows: readonly Row[]): ItemTable {
  return {
    name: "t",
    places: new Map(Object.entries({ sku: "text", ...places })),
    rows: [["sku", "sku"] as Row, ...rows].map(([from, to, convert], index) => ({
      from,
      to,
      ...(convert === undefined ? {} : { convert }),
      file: "t.yaml",
      line: index + 1,
    })),
  };
}

const mapperOf = (...args: Parameters<typeof tableOf>): ItemMapper => compileItemTable(tableOf(...args));

function fill(mapper: ItemMapper, product: Omit<ProductDraft, "sku">): Record<string, string | number> {
  const item = Object.fromEntries(mapper.toItem({ ...product, sku: "A" }));
  delete item["sku"];
  return item;
}

function tell(
  mapper: ItemMapper,
  item: Readonly<Record<string, JsonValue | undefined>>,
): Omit<Product, "sku"> {
  return mapper.toProduct(new Map(Object.entries(item)));
}

describe("src/mapping/compile-items.ts", () => {
  test("places and fields tell what the table is about", () => {
    const mapper = mapperOf(
      { a: "text", b: "number", c: "text" },
      [["description_short", "description"], "a", "plain-line"],
      [["weight_lbs", "weight_kg"], "b", "pounds"],
      ["custom_fields.hs_code", "c"],
    );
    expect(mapper.places).toEqual([
      { to: "sku", kind: "text", field: "sku" },
      { to: "a", kind: "text", field: "description_short" },
      { to: "b", kind: "number", field: "weight_lbs" },
      { to: "c", kind: "text", field: "custom_fields.hs_code" },
    ]);
    expect([...mapper.fields]).toEqual([
      "sku",
      "description_short",
      "description",
      "weight_lbs",
      "weight_kg",
      "custom_fields.hs_code",
    ]);
  });

  test("of several fields the first counts that gives something, which a zero is not", () => {
    const mapper = mapperOf(
      { a: "text", p: "decimal" },
      [["description_short", "description"], "a", "plain-line"],
      [["retail_price", "regular_price"], "p"],
    );
    expect(fill(mapper, { description: "<p>long</p>" })).toEqual({ a: "long" });
    expect(fill(mapper, { description: "long", description_short: "<p></p>" })).toEqual({ a: "long" });
    expect(fill(mapper, { description: "long", description_short: "short" })).toEqual({ a: "short" });
    expect(fill(mapper, { regular_price: "9.00" })).toEqual({ p: "9.00" });
    expect(fill(mapper, { retail_price: "0.00", regular_price: "9.00" })).toEqual({ p: "9.00" });
    expect(fill(mapper, { retail_price: "0.00" })).toEqual({});
    expect(tell(mapper, { a: "long", p: 9 })).toEqual({ description_short: "long", retail_price: "9.00" });
  });

  test("a field of several places is there when all that are known agree", () => {
    const mapper = mapperOf(
      { w: "number", v: "number", a: "text", b: "text" },
      [["weight_lbs", "weight_kg"], "w", "pounds"],
      [["weight_lbs", "weight_kg"], "v", "kilograms"],
      ["description", "a", "plain"],
      ["description", "b", "plain-line"],
    );
    expect(tell(mapper, { w: 2.2046, v: 1 })).toEqual({ weight_lbs: 2.2046 });
    expect(tell(mapper, { w: 2.2046, v: 1.1 })).toEqual({});
    expect(tell(mapper, { w: 2.2046 })).toEqual({ weight_lbs: 2.2046 });
    expect(tell(mapper, { w: 2.2046, v: 0 })).toEqual({});
    expect(tell(mapper, { w: 2.2046, v: undefined })).toEqual({});
    expect(tell(mapper, { a: "one\ntwo", b: "one two" })).toEqual({ description: "one\ntwo" });
    expect(tell(mapper, { a: "one\ntwo", b: "one" })).toEqual({});
    expect(tell(mapper, { a: "", b: null })).toEqual({});
  });

  test("money goes through no float, zero and what is no value is nothing", () => {
    const mapper = mapperOf(
      { p: "decimal", u: "text", t: "decimal" },
      ["retail_price", "p"],
      ["UPC", "u"],
      ["custom_fields.temperature", "t"],
    );
    expect(fill(mapper, { retail_price: "999999999999999.123456789" })).toEqual({
      p: "999999999999999.123456789",
    });
    expect(tell(mapper, { p: 19.99, u: 36000291452 })).toEqual({ UPC: "36000291452", retail_price: "19.99" });
    expect(tell(mapper, { p: "19.9900", u: " 036 " })).toEqual({ UPC: "036", retail_price: "19.99" });
    for (const p of [0, "0.0000", "", " ", null, undefined, true, [], {}, "1e5", "12,50", -1]) {
      expect(tell(mapper, { p })).toEqual({});
    }
    expect(fill(mapper, { custom_fields: { temperature: -18.5 } })).toEqual({ t: "-18.50" });
    expect(tell(mapper, { t: -18.5 })).toEqual({ custom_fields: { temperature: "-18.50" } });
  });

  test("lists are joined and read back; custom fields come back under their names", () => {
    const mapper = mapperOf(
      { a: "text", b: "text", c: "text", d: "text" },
      ["tags", "a", "join"],
      ["categories", "b", "first"],
      ["custom_fields.materials", "c", "join"],
      ["custom_fields.__proto", "d"],
    );
    const item = { a: "x, y", b: "p, q", c: "wood, tin", d: "1" };
    const custom_fields = { materials: ["wood", "tin"], __proto: 1 };
    expect(fill(mapper, { tags: ["x", "y"], categories: ["p, q", "r"], custom_fields })).toEqual(item);
    expect(tell(mapper, item)).toEqual({
      tags: ["x", "y"],
      categories: ["p, q"],
      custom_fields: { materials: "wood, tin", __proto: "1" },
    });
  });

  test("where one field stands in for another that stands in for a third, all are filled at once", () => {
    const mapper = mapperOf(
      { a: "text", b: "text" },
      [["product_id", "ASIN"], "a"],
      [["vendor", "product_id"], "b"],
    );
    expect(fill(mapper, { ASIN: "X" })).toEqual({ a: "X", b: "X" });
    expect(mapper.toItem({ sku: "A", ASIN: "X" }).get("sku")).toBe("A");
    expect(tell(mapper, { a: "X", b: "X" })).toEqual({ product_id: "X", vendor: "X" });
  });

  test("a value that could not be read back is not written", () => {
    const mapper = mapperOf({ a: "text" }, [["height_in", "product_id"], "a"]);
    expect(fill(mapper, { product_id: "tall" })).toEqual({});
    expect(fill(mapper, { product_id: "3.5" })).toEqual({ a: "3.5" });
  });

  test("rows that are not those of a checked table are refused, all at once", () => {
    const faulty = tableOf({ a: "text" }, ["nmae", "a"], ["name", "b"], ["vendor", "a"]);
    const alone = { ...faulty, rows: faulty.rows.slice(1) };
    expect(() => compileItemTable(alone)).toThrow(MappingError);
    const failure = ((): unknown => {
      try {
        return compileItemTable(alone);
      } catch (error) {
        return error;
      }
    })();
    expect((failure as MappingError).faults.map(({ message }) => message)).toEqual([
      'unknown field "nmae"',
      'unknown target "b"',
      'target "a" is mapped twice; the first row is in line 2',
      "no row gives the item its SKU",
    ]);
  });
});

const fieldNames = [
  ...productFields.filter((field) => !/^(?:sku|custom_fields|image_url_(?:[3-9]|\d\d))$/.test(field)),
  "custom_fields.a",
  "custom_fields.b",
];

const piece = fc.constantFrom(
  ..."<p>|</p>|<b>|<br>|&amp;|&lt;b&gt;|&nbsp;|&#10;|&amp;lt;|<ul><li>|<td>|, |,|\n|\r| |  |x|Mug|\u2028|\ud800|\u00a0|\u0007|<|>|&|5|.|-|0|Y".split(
    "|",
  ),
);
const text = fc.oneof(
  fc.array(piece, { maxLength: 8 }).map((parts) => parts.join("")),
  fc.string(),
);
const number = fc.oneof(
  fc.integer({ min: -3, max: 100_000 }).map((whole) => whole / 10_000),
  fc.constantFrom(0, -1, 5, 12, 1e-7, 1e21, 999_999_999),
  fc.double(),
);
const price = fc.oneof(
  fc.integer({ min: 0, max: 100_000 }).map((cents) => (cents / 100).toFixed(2)),
  fc.constantFrom("0.00", "0.125"),
);
const json = fc.oneof(
  text,
  number,
  fc.boolean(),
  fc.array(text, { maxLength: 3 }),
  fc.jsonValue({ maxDepth: 2 }),
);

function valueOf(field: string): fc.Arbitrary<unknown> {
  if (field.startsWith("custom_fields.")) return json;
  if (listFields.has(field)) return fc.array(text, { maxLength: 3 });
  if (numberFields.has(field)) return number;
  if (field.endsWith("_price")) return price;
  return field === "allow_backorders" ? fc.constantFrom("Y", "N") : text;
}

const products: fc.Arbitrary<ProductDraft> = fc
  .record(Object.fromEntries(fieldNames.map((field) => [field, valueOf(field)])), { requiredKeys: [] })
  .map((values) => {
    const entries = Object.entries(values);
    const custom = entries.filter(([name]) => name.startsWith("custom_fields."));
    return {
      ...Object.fromEntries(entries.filter(([name]) => !name.startsWith("custom_fields."))),
      custom_fields: Object.fromEntries(custom.map(([name, value]) => [name.slice(14), value])),
    } as ProductDraft;
  });

/** Rows that fit, made of what is drawn: few fields, so that they often stand in for each other. */
const tables: fc.Arbitrary<ItemTable> = fc
  .array(
    fc.record({
      from: fc.array(fc.constantFrom(...fieldNames), { minLength: 1, maxLength: 3 }),
      kind: fc.constantFrom(...placeKinds),
      convert: fc.constantFrom(...itemConverters.keys()),
    }),
    { maxLength: 40 },
  )
  .map((rows) => {
    const places = Object.fromEntries(rows.map(({ kind }, index) => [`p${index}`, kind] as const));
    const { check } = itemRules(new Map(Object.entries(places)));
    const fitting = rows
      .map(({ from, convert }, index): Row => [from, `p${index}`, convert])
      .filter(([from, to, convert = ""]) => check({ from, to, convert }).length === 0);
    return tableOf(places, ...fitting);
  });

const runs = { numRuns: 300 };

describe("src/mapping/compile-items.ts, its laws", () => {
  test("what an item would tell of a product tells the same again", () => {
    fc.assert(
      fc.property(tables, products, (table, product) => {
        const mapper = compileItemTable(table);
        const shape = (of: ProductDraft): ProductDraft => mapper.toProduct(mapper.toItem(of));
        const once = shape(product);
        expect(shape(once)).toEqual(once);
      }),
      runs,
    );
  });

  test("a product is canonical, holds only what places stand for, and nothing that is empty", () => {
    fc.assert(
      fc.property(tables, fc.array(json, { maxLength: 40 }), (table, values) => {
        const mapper = compileItemTable(table);
        const product = mapper.toProduct(
          new Map(values.map((value, index) => [`p${index}`, value as JsonValue])),
        );
        expect(isCanonical(product)).toBe(true);
        const { custom_fields: custom, ...others } = product;
        const told = [
          ...Object.entries(others),
          ...Object.entries(custom ?? {}).map(([name, value]) => [`custom_fields.${name}`, value] as const),
        ];
        const stoodFor = new Set(mapper.places.map(({ field }) => field));
        for (const [field, value] of told) {
          expect(stoodFor.has(field)).toBe(true);
          expect([undefined, "", 0, "0.00"]).not.toContain(value);
          expect(value).not.toEqual([]);
        }
      }),
      runs,
    );
  });

  test("a place holds what its kind allows", () => {
    fc.assert(
      fc.property(tables, products, (table, product) => {
        for (const [to, value] of compileItemTable(table).toItem(product)) {
          const kind = table.places.get(to);
          if (kind === "number") expect(Number.isFinite(value) && value !== 0).toBe(true);
          else if (kind === "decimal") expect(value).toMatch(/^-?\d+\.\d{2,}$/);
          else expect(String(value).trim()).not.toBe("");
        }
      }),
      runs,
    );
  });
});
