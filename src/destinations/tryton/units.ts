import { ConfigError } from "../../errors.js";
import { findSuggestion } from "../../model/suggest.js";
import type { UnitRow } from "./schema.js";

/**
 * A family's two units: the one that the mapping table counts in, and a fine one that takes over where so few decimals
 * do not do. `factor` is how many of the family's base unit (kilogram, metre) it is.
 */
interface Family {
  readonly coarse: UnitShape;
  readonly fine: UnitShape;
}

interface UnitShape {
  readonly symbol: string;
  readonly factor: number;
  /** Decimals that a value in it may have: Tryton refuses more. */
  readonly digits: number;
}

/** Of every unit that Tryton ships, but for pieces. Source: product.uom of Tryton 6.0. */
const shippedDigits = 2;

/** Pounds and grams, inches and millimetres, as Tryton ships them. Pure: it asks no server. */
export const families: Readonly<Record<FamilyName, Family>> = {
  weight: {
    coarse: { symbol: "lb", factor: 0.453_592_37, digits: shippedDigits },
    fine: { symbol: "g", factor: 0.001, digits: shippedDigits },
  },
  length: {
    coarse: { symbol: "in", factor: 0.0254, digits: shippedDigits },
    fine: { symbol: "mm", factor: 0.001, digits: shippedDigits },
  },
};

export type FamilyName = "weight" | "length";

/** A family as a database has it. */
export interface FamilyUnits {
  readonly category: number;
  readonly coarse: UnitRow;
  readonly fine: UnitRow;
}

/** A value with the unit that it is written in. */
interface Measure<Unit> {
  readonly value: number;
  readonly unit: Unit;
}

/** Decimals of a canonical weight or size. */
const measureDecimals = 4;

/**
 * How a weight in pounds or a size in inches is written: in its own unit where two decimals hold it, else in grams or
 * millimetres with as few decimals as give it back (0.7496 lb are 340 g), for Tryton refuses what has more decimals
 * than its unit. Undefined for what would be nothing.
 */
export function toMeasure<Unit extends { readonly factor: number; readonly digits: number }>(
  value: number,
  { coarse, fine }: { readonly coarse: Unit; readonly fine: Unit },
): Measure<Unit> | undefined {
  const wanted = round(value, measureDecimals);
  if (!(wanted > 0)) return undefined;
  const shorter = round(wanted, mostDigits(coarse));
  if (shorter === wanted) return { value: shorter, unit: coarse };
  const exact = (wanted * coarse.factor) / fine.factor;
  const most = mostDigits(fine);
  for (let digits = 0; digits < most; digits += 1) {
    const tried = round(exact, digits);
    if (fromUnit(tried, fine, coarse) === wanted) return { value: tried, unit: fine };
  }
  const nearest = round(exact, most);
  return nearest > 0 ? { value: nearest, unit: fine } : undefined;
}

/** Never more than shipped, whatever an operator allows: what is written must not depend on the server. */
function mostDigits({ digits }: { readonly digits: number }): number {
  return Math.max(0, Math.min(digits, shippedDigits));
}

/** A value in one unit told in another of its family, rounded to four decimals. */
export function fromUnit(
  value: number,
  from: { readonly factor: number },
  to: { readonly factor: number },
): number {
  return round(from.factor === to.factor ? value : (value * from.factor) / to.factor, measureDecimals);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/**
 * Finds a family's units in a database: by their factors, as symbols may be translated, and the symbol where several
 * fit. Undefined where one of them is gone.
 */
export function findFamily(name: FamilyName, units: readonly UnitRow[]): FamilyUnits | undefined {
  const { coarse, fine } = families[name];
  const coarseUnit = pick(coarse, units);
  if (coarseUnit === undefined) return undefined;
  // A thousandth is a gram, a millimetre and a millilitre alike.
  const fineUnit = pick(
    fine,
    units.filter(({ category }) => category === coarseUnit.category),
  );
  return fineUnit && { category: coarseUnit.category, coarse: coarseUnit, fine: fineUnit };
}

function pick({ symbol, factor }: UnitShape, units: readonly UnitRow[]): UnitRow | undefined {
  const fitting = units.filter((unit) => unit.active && Math.abs(unit.factor / factor - 1) < 1e-9);
  return fitting.find((unit) => unit.symbol === symbol) ?? fitting[0];
}

/**
 * The unit that the config names by name or symbol; case counts only where two differ in nothing else. Throws
 * ConfigError that lists what there is.
 */
export function findUnit(wanted: string, units: readonly UnitRow[]): UnitRow {
  const active = units.filter((unit) => unit.active);
  const lower = wanted.toLowerCase();
  const found =
    active.find(({ name, symbol }) => name === wanted || symbol === wanted) ??
    active.find(({ name, symbol }) => name.toLowerCase() === lower || symbol.toLowerCase() === lower);
  if (found !== undefined) return found;
  const names = active.map(({ name, symbol }) => (name === symbol ? name : `${name} (${symbol})`)).sort();
  const meant = findSuggestion(
    wanted,
    active.flatMap(({ name, symbol }) => [name, symbol]),
  );
  const message = `Tryton has no unit ${wanted}`;
  const hint = `${meant === undefined ? "" : `Did you mean ${meant}? `}There are: ${names.slice(0, 40).join(", ")}.`;
  const fault = { path: "destination.unitOfMeasure", message, hint };
  throw new ConfigError("no-such-unit", message, [fault], { hint });
}
