import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import type { Projection } from "../../src/mapping/contract.js";
import {
  canonicalJson,
  fingerprint,
  isSameImage,
  pricesOf,
  projectProduct,
} from "../../src/mapping/project.js";
import { productFields, type JsonValue, type Product, type ProductDraft } from "../../src/model/product.js";

const prices = pricesOf([{ to: "custom_fields.price" }]);
const everything: Projection = { priceSync: true, prices, omit: [], fields: new Set(productFields) };
const mug: Product = {
  sku: "MUG",
  name: "Mug",
  quantity: 0,
  retail_price: "7.50",
  regular_price: "9.00",
  image_url_1: "https://a.example/1",
  image_url_2: "https://a.example/2",
  tags: ["a"],
  custom_fields: { price: { amount: 750, divisor: 100 }, Color: "Navy" },
};

function isPlain(value: JsonValue): boolean {
  return typeof value !== "object" || value === null;
}

describe("src/mapping/project.ts", () => {
  test("what loses nothing stays the same object", () => {
    expect(projectProduct(mug, everything)).toBe(mug);
  });

  test("without price sync every price goes", () => {
    const { retail_price: _retail, regular_price: _regular, ...rest } = mug;
    expect(projectProduct(mug, { ...everything, priceSync: false })).toEqual({
      ...rest,
      custom_fields: { Color: "Navy" },
    });
  });

  test("an option that somebody called price is none", () => {
    const optional = { ...everything, priceSync: false, prices: pricesOf([{ to: "custom_fields.*" }]) };
    const { retail_price: _retail, regular_price: _regular, ...rest } = mug;
    expect(projectProduct(mug, optional)).toEqual(rest);
  });

  test("an image is the same with another number in ?v=, and only then", () => {
    const one = { ...mug, image_url_1: "https://cdn.example/a.jpg?v=17&w=1", description: "x?v=1" };
    const two = { ...one, image_url_1: "https://cdn.example/a.jpg?v=18&w=1" };
    expect(fingerprint(two)).toBe(fingerprint(one));
    expect(fingerprint({ ...one, image_url_1: "https://cdn.example/b.jpg?v=17&w=1" })).not.toBe(
      fingerprint(one),
    );
    expect(fingerprint({ ...one, description: "x?v=2" })).not.toBe(fingerprint(one));
    expect(isSameImage("https://c.example/a?v=1", "https://c.example/a?v=2")).toBe(true);
    expect(isSameImage("https://c.example/a?v=1", "https://c.example/b?v=1")).toBe(false);
    expect(isSameImage("https://c.example/a?dv=1", "https://c.example/a?dv=2")).toBe(false);
  });

  test("custom fields that lose their last entry go as a whole", () => {
    const priced: Product = { sku: "A", custom_fields: { price: "1.00" } };
    expect(projectProduct(priced, { ...everything, priceSync: false })).toEqual({ sku: "A" });
  });

  test.each<[readonly string[], readonly string[]]>([
    [
      ["tags", "quantity"],
      ["tags", "quantity"],
    ],
    [["custom_fields"], ["custom_fields"]],
    [["image_url_2"], ["image_url_2"]],
    [["image_url_*"], ["image_url_1", "image_url_2"]],
    [["sku"], []],
    [["nonsense"], []],
  ])("omitting %j", (omit, gone) => {
    const kept = Object.keys(mug).filter((field) => !gone.includes(field));
    expect(Object.keys(projectProduct(mug, { ...everything, omit }))).toEqual(kept);
  });

  test("a custom field can be omitted by itself", () => {
    const projected = projectProduct(mug, { ...everything, omit: ["custom_fields.Color"] });
    expect(projected.custom_fields).toEqual({ price: { amount: 750, divisor: 100 } });
  });

  test("fields without a place in the destination go, the SKU stays", () => {
    const fields = new Set(["name", "custom_fields.Color"]);
    expect(projectProduct(mug, { ...everything, fields })).toEqual({
      sku: "MUG",
      name: "Mug",
      custom_fields: { Color: "Navy" },
    });
  });

  test("the product that was given is not changed", () => {
    const before = structuredClone(mug);
    projectProduct(mug, { priceSync: false, prices, omit: ["tags"], fields: new Set(["name"]) });
    expect(mug).toEqual(before);
  });

  test("canonical JSON is JSON in canonical order, custom fields sorted at every depth", () => {
    const product: Product = {
      status: "on",
      custom_fields: { b: { z: 1, a: [{ y: 1, x: 2 }] }, a: "é" },
      name: 'Mug "x"',
      sku: "A",
    };
    expect(canonicalJson(product)).toBe(
      '{"sku":"A","name":"Mug \\"x\\"","custom_fields":{"a":"é","b":{"a":[{"x":2,"y":1}],"z":1}},"status":"on"}',
    );
    expect(canonicalJson({})).toBe("{}");
  });

  test("the fingerprint is that of the canonical JSON", () => {
    expect(fingerprint(mug)).toBe(fingerprint(canonicalJson(mug)));
    // printf '{"sku":"A"}' | openssl dgst -sha256 -binary | basenc --base64url
    expect(fingerprint({ sku: "A" })).toBe("gjl0LVEphMqmZ49SX-emp4Md9ryJaiyvAVHXl4-A6wY");
  });

  const json = fc.jsonValue() as fc.Arbitrary<JsonValue>;
  const customFields = fc.dictionary(fc.string(), json, { minKeys: 1, noNullPrototype: false });

  test("the order in which custom fields came does not count", () => {
    fc.assert(
      fc.property(customFields, (custom) => {
        const reversed = Object.fromEntries(Object.entries(custom).toReversed());
        const one: Product = { sku: "A", custom_fields: custom };
        const other: Product = { custom_fields: reversed, sku: "A" };
        expect(fingerprint(one)).toBe(fingerprint(other));
        expect(JSON.parse(canonicalJson(one))).toEqual(JSON.parse(JSON.stringify(one)));
      }),
    );
  });

  test("any field that differs makes another fingerprint", () => {
    fc.assert(
      fc.property(fc.constantFrom(...productFields), json, json, (field, one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        fc.pre(isPlain(one) && isPlain(other));
        const value = (content: JsonValue): ProductDraft => ({
          ...mug,
          [field]: field === "custom_fields" ? { x: content } : content,
        });
        expect(fingerprint(value(one))).not.toBe(fingerprint(value(other)));
      }),
    );
    for (const field of Object.keys(mug)) {
      const without = Object.fromEntries(Object.entries(mug).filter(([name]) => name !== field));
      expect(fingerprint(without)).not.toBe(fingerprint(mug));
    }
  });
});
