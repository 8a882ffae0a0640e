import { Big } from "big.js";
import { isZero, toDecimal } from "./decimal.js";
import { Refusal } from "./refusal.js";
import { convertUnit, findUnit, unitNames, type Unit, type UnitFamily } from "./units.js";

/** No item weighs or measures more than this in any unit; and four decimals of it are still exact. */
const maxMeasure = 999_999_999;

/** A weight or size in its own unit, converted to `wanted`. Zero is how carts write "unknown". */
export function toMeasure(
  value: unknown,
  unitWord: unknown,
  family: UnitFamily,
  wanted: Unit,
): number | Refusal | undefined {
  const decimal = toDecimal(value);
  if (typeof decimal !== "string") return decimal;
  if (isZero(decimal)) return undefined;
  if (unitWord === undefined || unitWord === null || unitWord === "") {
    // A number without its unit tells nothing: unknown, unless it can be no measure at all.
    return decimal.startsWith("-") ? new Refusal("negative", value) : undefined;
  }
  const unit = typeof unitWord === "string" ? findUnit(family, unitWord) : undefined;
  if (unit === undefined) {
    return new Refusal(`no unit of ${family} (known: ${unitNames(family).join(", ")})`, unitWord, 1);
  }
  return measure(decimal, value, unit, wanted);
}

/** A weight or size that already is in the unit of its field. */
export function toMeasureAsIs(value: unknown, unit: Unit): number | Refusal | undefined {
  const decimal = toDecimal(value);
  if (typeof decimal !== "string") return decimal;
  return isZero(decimal) ? undefined : measure(decimal, value, unit, unit);
}

function measure(decimal: string, value: unknown, from: Unit, to: Unit): number | Refusal | undefined {
  if (decimal.startsWith("-")) return new Refusal("negative", value);
  const converted = convertUnit(decimal, from, to);
  if (converted > maxMeasure) return new Refusal("out of range", value);
  // Rounded to nothing: a zero would tell the warehouse that the item weighs nothing.
  return converted === 0 ? undefined : converted;
}

/** The digits of 2^53. */
const safeDigits = 16;
const maxSafe = new Big(2 ** 53);

/** A stock: whole or not, above or below zero, as the cart counts; at most 2^53, so that it is exact. */
export function toQuantity(value: unknown): number | Refusal | undefined {
  const decimal = toDecimal(value, safeDigits);
  if (typeof decimal !== "string") return decimal;
  // A short text cannot reach the limit.
  const large = decimal.length >= safeDigits && new Big(decimal).abs().gt(maxSafe);
  return large ? new Refusal("out of range", value) : toNumber(decimal);
}

/** A whole number. */
export function toInteger(value: unknown): number | Refusal | undefined {
  const decimal = toDecimal(value, safeDigits);
  if (typeof decimal !== "string") return decimal;
  const integer = toNumber(decimal);
  return Number.isSafeInteger(integer) ? integer : new Refusal("no whole number", value);
}

function toNumber(decimal: string): number {
  // "-0" is no other number than "0".
  return isZero(decimal) ? 0 : Number(decimal);
}
