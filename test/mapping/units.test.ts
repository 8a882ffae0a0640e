import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { convertUnit, findUnit, unitNames, type Unit, type UnitFamily } from "../../src/mapping/units.js";

function unit(family: UnitFamily, word: string): Unit {
  const found = findUnit(family, word);
  if (found === undefined) throw new Error(`no unit ${word}`);
  return found;
}

/** Digits of a decimal with its number of decimals, so that a test can reckon with whole numbers only. */
const decimals = fc
  .record({ digits: fc.bigInt({ min: 1n, max: 10n ** 9n }), scale: fc.integer({ min: 0, max: 9 }) })
  .map(({ digits, scale }) => {
    const text = digits.toString().padStart(scale + 1, "0");
    const point = text.length - scale;
    return { digits, scale, text: scale === 0 ? text : `${text.slice(0, point)}.${text.slice(point)}` };
  });

const pairs = fc.constantFrom(
  ...(["weight", "length"] as const).flatMap((family) =>
    unitNames(family).flatMap((from) =>
      unitNames(family).map((to) => [unit(family, from), unit(family, to)] as const),
    ),
  ),
);

describe("src/mapping/units.ts", () => {
  test.each<[UnitFamily, string, string, string, number]>([
    ["weight", "1", "lb", "kg", 0.4536],
    ["weight", "1", "kg", "lb", 2.2046],
    ["weight", "16", "oz", "lb", 1],
    ["weight", "14.5", "oz", "lb", 0.9063],
    ["weight", "250", "g", "lb", 0.5512],
    ["weight", "1", "mg", "g", 0.001],
    ["length", "1", "in", "cm", 2.54],
    ["length", "2.54", "cm", "in", 1],
    ["length", "25.4", "mm", "in", 1],
    ["length", "1", "m", "in", 39.3701],
    ["length", "1", "yd", "in", 36],
    ["length", "1", "ft", "cm", 30.48],
    ["length", "10.49999998929", "in", "in", 10.5],
    ["length", "0.00005", "in", "in", 0.0001],
    ["length", "0.000049999999999999", "in", "in", 0],
    ["weight", ".5", "lb", "lb", 0.5],
    ["weight", "0.00125", "oz", "lb", 0.0001],
  ])("%s: %s %s in %s is %d", (family, value, from, to, expected) => {
    expect(convertUnit(value, unit(family, from), unit(family, to))).toBe(expected);
  });

  test.each(["KILOGRAMS", "GRAMS", "OUNCES", "POUNDS", "lbs", "lb", "oz", "g", "kg", " Pounds "])(
    "%s is a weight",
    (word) => expect(findUnit("weight", word)).toBeDefined(),
  );

  test.each(["in", "inches", "ft", "mm", "cm", "m", "yd", "centimeters", "Feet", "millimetres"])(
    "%s is a length",
    (word) => expect(findUnit("length", word)).toBeDefined(),
  );

  test.each(["", "stone", "__proto__", "constructor", "lbs.", "kg/m"])("%j is no unit", (word) => {
    expect(findUnit("weight", word)).toBeUndefined();
    expect(findUnit("length", word)).toBeUndefined();
  });

  test("every conversion is the exact value rounded half up", () => {
    fc.assert(
      fc.property(decimals, pairs, ({ digits, scale, text }, [from, to]) => {
        // Ten-thousandths of the target unit, as a fraction of whole numbers.
        const above = digits * BigInt(from.parts) * 10_000n;
        const below = BigInt(to.parts) * 10n ** BigInt(scale);
        const rounded = (2n * above + below) / (2n * below);
        expect(convertUnit(text, from, to)).toBe(Number(`${rounded}e-4`));
      }),
      { numRuns: 2_000 },
    );
  });

  test("a value that was converted is not changed by the same unit again", () => {
    fc.assert(
      fc.property(decimals, pairs, ({ text }, [from, to]) => {
        const once = convertUnit(text, from, to);
        // JSON writes very large and small numbers with an exponent, which no cart does.
        fc.pre(!String(once).includes("e"));
        expect(convertUnit(String(once), to, to)).toBe(once);
      }),
    );
  });

  test("there and back comes to the same value where the unit in between is the finer one", () => {
    const finer = fc.constantFrom(
      ["weight", "kg", "lb"],
      ["weight", "lb", "oz"],
      ["weight", "kg", "g"],
      ["length", "in", "cm"],
      ["length", "m", "in"],
    ) as fc.Arbitrary<[UnitFamily, string, string]>;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), finer, (units, [family, coarse, fine]) => {
        const value = units / 10_000;
        fc.pre(!String(value).includes("e"));
        const there = convertUnit(String(value), unit(family, coarse), unit(family, fine));
        expect(convertUnit(String(there), unit(family, fine), unit(family, coarse))).toBe(value);
      }),
    );
  });
});
