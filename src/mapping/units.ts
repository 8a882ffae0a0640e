import { Big } from "big.js";

/** A unit as a whole number of its family's smallest part, so that every factor is exact. */
export interface Unit {
  readonly name: string;
  readonly parts: number;
}

export type UnitFamily = "weight" | "length";

// Parts of 1/16 of 10^-8 kg: 1 lb = 0.45359237 kg, 1 oz = 1/16 lb (international yard and pound agreement, 1959).
const weights: readonly [Unit, readonly string[]][] = [
  [{ name: "kg", parts: 1_600_000_000 }, ["kgs", "kilogram", "kilograms"]],
  [{ name: "g", parts: 1_600_000 }, ["gram", "grams"]],
  [{ name: "mg", parts: 1_600 }, ["milligram", "milligrams"]],
  [{ name: "lb", parts: 725_747_792 }, ["lbs", "pound", "pounds"]],
  [{ name: "oz", parts: 45_359_237 }, ["ounce", "ounces"]],
];

// Parts of a tenth of a millimetre: 1 in = 2.54 cm.
const lengths: readonly [Unit, readonly string[]][] = [
  [{ name: "m", parts: 10_000 }, ["meter", "meters", "metre", "metres"]],
  [{ name: "cm", parts: 100 }, ["centimeter", "centimeters", "centimetre", "centimetres"]],
  [{ name: "mm", parts: 10 }, ["millimeter", "millimeters", "millimetre", "millimetres"]],
  [{ name: "in", parts: 254 }, ["inch", "inches"]],
  [{ name: "ft", parts: 3_048 }, ["foot", "feet"]],
  [{ name: "yd", parts: 9_144 }, ["yard", "yards"]],
];

const units: Readonly<Record<UnitFamily, ReadonlyMap<string, Unit>>> = {
  weight: byEveryName(weights),
  length: byEveryName(lengths),
};

function byEveryName(family: readonly [Unit, readonly string[]][]): ReadonlyMap<string, Unit> {
  return new Map(
    family.flatMap(([unit, names]) => [unit.name, ...names].map((name) => [name, unit] as const)),
  );
}

/** The unit of a family that a cart means by a word, case apart: `lbs`, `POUNDS`, `inches`. */
export function findUnit(family: UnitFamily, word: string): Unit | undefined {
  return units[family].get(word.trim().toLowerCase());
}

/** The words that a family knows. */
export function unitNames(family: UnitFamily): readonly string[] {
  return [...units[family].keys()];
}

/** Decimals of a weight or a size. */
const measureDecimals = 4;

/** A constructor of its own, so that its settings reach nobody else's numbers. */
const Measure = Big();
Measure.DP = measureDecimals;
Measure.RM = 1; // half up

/**
 * A plain decimal converted from one unit to another, rounded once, half up, to four decimals. Both units are of
 * one family.
 */
export function convertUnit(decimal: string, from: Unit, to: Unit): number {
  return convertSmall(decimal, from, to) ?? convertLarge(decimal, from, to);
}

function convertLarge(decimal: string, from: Unit, to: Unit): number {
  const value = new Measure(decimal);
  const converted = from === to ? value.round(measureDecimals, 1) : value.times(from.parts).div(to.parts);
  return Number(converted.toFixed());
}

const measureScale = 10 ** measureDecimals;

/**
 * The same for the common short values, several times faster: all steps are on whole numbers below 2^53, so they
 * are exact. Undefined where they would not be.
 */
function convertSmall(decimal: string, from: Unit, to: Unit): number | undefined {
  const point = decimal.indexOf(".");
  if (point !== -1 && decimal.length - point - 1 > measureDecimals) return undefined;
  const value = Number(decimal);
  if (from === to) return value;
  // With at most four decimals the product is next to a whole number of ten-thousandths, and that is the value.
  const rounded = 2 * Math.round(value * measureScale) * from.parts + to.parts;
  if (value < 0 || !Number.isSafeInteger(rounded)) return undefined;
  return (rounded - (rounded % (2 * to.parts))) / (2 * to.parts) / measureScale;
}
