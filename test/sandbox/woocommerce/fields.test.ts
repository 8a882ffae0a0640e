import { describe, expect, test } from "@jest/globals";
import { pickNames, pickPaths, readFields } from "../../../src/sandbox/woocommerce/fields.js";

const body = {
  id: 1,
  dimensions: { length: "2", width: "3" },
  image: null,
  attributes: [{ name: "a", option: "b" }],
  _links: {},
};

describe("src/sandbox/woocommerce/fields.ts", () => {
  test("names are apart by commas or spaces", () => {
    expect(readFields(" id,sku  name,,")).toEqual(["id", "sku", "name"]);
  });

  test("products know top-level names, in the order asked for", () => {
    expect(Object.keys(pickNames(body, ["dimensions", "id", "price"], false))).toEqual(["dimensions", "id"]);
    expect(pickNames(body, ["id", "dimensions.length"], false)).toEqual({ id: 1 });
  });

  test("variations know dotted names, in their own order", () => {
    const picked = pickPaths(body, ["image.src", "attributes.option", "dimensions.length", "id"], false);
    expect(picked).toEqual({
      id: 1,
      dimensions: { length: "2" },
      image: null,
      attributes: [{ option: "b" }],
    });
    expect(Object.keys(picked)).toEqual(["id", "dimensions", "image", "attributes"]);
  });

  test("links stay on single records only", () => {
    for (const pick of [pickNames, pickPaths]) {
      expect(pick(body, ["id"], true)).toEqual({ id: 1, _links: {} });
      expect(pick(body, ["id"], false)).toEqual({ id: 1 });
      expect(pick(body, [], false)).toBe(body);
    }
  });
});
