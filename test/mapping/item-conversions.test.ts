import { describe, expect, test } from "@jest/globals";
import { createConversion } from "../../src/mapping/item-conversions.js";
import {
  findItemConverter,
  itemConverters,
  type ItemConverterName,
} from "../../src/mapping/item-converters.js";
import { targetKind } from "../../src/mapping/targets.js";

describe("src/mapping/item-conversions.ts", () => {
  test.each<[ItemConverterName, string, unknown, unknown]>([
    ["same", "vendor", " x ", " x "],
    ["line", "name", " Cedar \n\u0000\u009b & \u2028 Oak\u00a0\u00a0Mug\t", "Cedar & Oak\u00a0\u00a0Mug"],
    ["line", "name", "<b>&amp;</b>", "<b>&amp;</b>"],
    ["line", "quantity", 5, "5"],
    ["line", "tags", ["a"], undefined],
    ["plain", "description", "<p>a</p>b &lt; c", "a\n\nb < c"],
    ["plain-line", "description", "<p>a</p>b\u0007 &lt; c", "a b < c"],
    ["pounds", "weight_kg", 1, 2.2046],
    ["pounds", "weight_lbs", 1.00005, 1.0001],
    ["pounds", "weight_kg", 0, undefined],
    ["pounds", "weight_kg", -1, undefined],
    ["pounds", "weight_kg", 0.00001, undefined],
    ["pounds", "weight_kg", 999_999_999, undefined],
    ["kilograms", "weight_lbs", 1, 0.4536],
    ["inches", "width_cm", 2.54, 1],
    ["centimetres", "width_in", 1, 2.54],
    ["join", "tags", ["a", " b ", "", "c, d"], "a, b, c, d"],
    ["join", "custom_fields.x", [1, true, null, { a: 1 }], "1, true"],
    ["join", "custom_fields.x", "a", "a"],
    ["first", "tags", [" ", "a, b", "c"], "a, b"],
    ["first", "tags", [], undefined],
  ])("%s of %s %j", (name, field, value, expected) => {
    expect(createConversion(name).convert(value, field)).toEqual(expected);
  });

  test.each<[ItemConverterName, string, string | number, unknown]>([
    ["plain", "description", "<b>", "<b>"],
    ["plain", "description", "<b> &", "<b> &"],
    ["pounds", "weight_kg", 2.2046, 1],
    ["pounds", "weight_lbs", "0.8300000001", 0.83],
    ["centimetres", "width_in", 2.54, 1],
    ["centimetres", "width_in", "wide", undefined],
    ["centimetres", "width_in", 999_999_999, undefined],
    ["first", "tags", "a, b", ["a, b"]],
  ])("%s back to %s from %j", (name, field, value, expected) => {
    const restored = createConversion(name).restore(value, field);
    // What stands there as text is HTML in the field.
    expect(name === "plain" ? createConversion(name).convert(restored, field) : restored).toEqual(expected);
  });
});

describe("src/mapping/item-converters.ts", () => {
  test("each converter is for fields that there are, and has a sentence", () => {
    const example = { any: "name", text: "name", list: "tags", weight: "weight_kg", length: "width_in" };
    for (const [name, { about, takes, kinds }] of itemConverters) {
      expect(findItemConverter(name)).toBe(name);
      expect(about.length).toBeGreaterThan(10);
      expect(targetKind(example[takes])).toBeDefined();
      expect(kinds.length).toBeGreaterThan(0);
    }
    expect(findItemConverter("toString")).toBeUndefined();
  });
});
