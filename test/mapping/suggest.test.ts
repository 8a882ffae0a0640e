import { describe, expect, test } from "@jest/globals";
import { suggest } from "../../src/mapping/suggest.js";

const words = ["weight_lbs", "weight_kg", "tags", "sku", "retail_price"];

describe("src/mapping/suggest.ts", () => {
  test.each([
    ["wieght_lbs", "weight_lbs"],
    ["WEIGHT_KG", "weight_kg"],
    ["tag", "tags"],
    ["skU", "sku"],
    ["retails_price", "retail_price"],
  ])("%s means %s", (word, meant) => {
    expect(suggest(word, words)).toBe(meant);
  });

  test.each(["colour", "xyz", "", "s".repeat(100_000)])("nothing is near %#", (word) => {
    expect(suggest(word, words)).toBeUndefined();
  });

  test("the nearest wins, the first of two that are equally near", () => {
    expect(suggest("weight_l", ["weight_xx", "weight_lb"])).toBe("weight_lb");
    expect(suggest("aac", ["aab", "aad"])).toBe("aab");
  });
});
