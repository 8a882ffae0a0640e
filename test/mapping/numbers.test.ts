import { describe, expect, test } from "@jest/globals";
import { toInteger, toMeasure, toMeasureAsIs, toQuantity } from "../../src/mapping/numbers.js";
import { Refusal } from "../../src/mapping/refusal.js";
import { findUnit, type Unit } from "../../src/mapping/units.js";

const pounds = findUnit("weight", "lb") as Unit;

function outcome(value: unknown): unknown {
  return value instanceof Refusal ? null : value;
}

describe("src/mapping/numbers.ts", () => {
  test.each<[unknown, unknown, unknown]>([
    ["125", "lbs", 125],
    [".5", "lbs", 0.5],
    ["0.3333333", "lbs", 0.3333],
    [14.5, "oz", 0.9063],
    ["0", "stones", undefined],
    ["0.000", undefined, undefined],
    [0, null, undefined],
    ["", "kg", undefined],
    [null, "kg", undefined],
    ["0.00001", "g", undefined],
    ["-1", "kg", null],
    [-0.5, "kg", null],
    ["1,5 kg", "kg", null],
    ["n/a", "kg", null],
    ["10 x 5", "kg", null],
    ["1e3", "kg", null],
    [Number.NaN, "kg", null],
    ["999999999999", "kg", null],
    ["1", "stones", null],
    ["1", 5, null],
    ["1", "constructor", null],
  ])("weight %j %j in pounds is %j", (value, unit, expected) => {
    expect(outcome(toMeasure(value, unit, "weight", pounds))).toBe(expected);
  });

  test.each(["", null, undefined])(
    "a number with the unit %j is unknown; a negative one is refused",
    (unit) => {
      expect(toMeasure("2", unit, "weight", pounds)).toBeUndefined();
      expect(toMeasure("-2", unit, "weight", pounds)).toMatchObject({ message: "negative", index: 0 });
    },
  );

  test("a number in the field's own unit is only rounded", () => {
    expect(toMeasureAsIs("1.00005", pounds)).toBe(1.0001);
    expect(toMeasureAsIs("0", pounds)).toBeUndefined();
    expect(toMeasureAsIs("-1", pounds)).toBeInstanceOf(Refusal);
  });

  test.each<[unknown, unknown]>([
    [12, 12],
    ["118", 118],
    [0, 0],
    ["0", 0],
    ["-0", 0],
    [-3, -3],
    [2.5, 2.5],
    [2 ** 53, 2 ** 53],
    ["9007199254740992", 2 ** 53],
    ["9007199254740993", null],
    [2 ** 53 + 2, null],
    ["", undefined],
    [null, undefined],
    ["1e3", null],
    ["unlimited", null],
    [true, null],
  ])("quantity %j is %j", (value, expected) => {
    expect(outcome(toQuantity(value))).toBe(expected);
  });

  test.each<[unknown, unknown]>([
    [1, 1],
    ["7", 7],
    [0, 0],
    [-0, 0],
    [-2, -2],
    ["2.0", 2],
    [1.5, null],
    ["9007199254740993", null],
    ["x", null],
    [null, undefined],
  ])("integer %j is %j", (value, expected) => {
    expect(outcome(toInteger(value))).toBe(expected);
  });
});
