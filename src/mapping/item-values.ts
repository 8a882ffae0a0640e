import type { PlaceKind } from "../model/item.js";
import { listFields } from "../model/product.js";
import { isZero, toDecimal, toMoney } from "./decimal.js";
import { toInteger, toMeasureAsIs, toQuantity } from "./numbers.js";
import { Refusal } from "./refusal.js";
import { toYesNo } from "./shapes.js";
import { targetKind, unitOfTarget } from "./targets.js";
import { toWellFormed } from "./text.js";

/**
 * A value as a place of a kind holds it: text as it is, a decimal as prices are written, a number. Undefined for what
 * the place cannot hold and for text of spaces only; zero stays.
 */
export function toPlaceValue(value: unknown, kind: PlaceKind): string | number | undefined {
  if (kind === "text") return toPlaceText(value);
  const decimal = known(toDecimal(value));
  if (decimal === undefined) return undefined;
  if (kind === "number") return isZero(decimal) ? 0 : Number(decimal);
  // A price is never negative, but a temperature may be.
  const amount = known(toMoney(decimal.replace("-", "")));
  if (amount === undefined) return undefined;
  return decimal.startsWith("-") && !isZero(decimal) ? `-${amount}` : amount;
}

function toPlaceText(value: unknown): string | undefined {
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return known(toDecimal(value));
  if (typeof value !== "string" || value.trim() === "") return undefined;
  return toWellFormed(value);
}

/** True for a number or a decimal that says nothing: a warehouse's zero is "not known". */
export function isNothing(value: string | number, kind: PlaceKind): boolean {
  return kind !== "text" && isZero(String(value));
}

export type FieldValue = string | number | readonly string[];

/**
 * What a place's value says of a field, in the field's own form: a price, a measure in the field's unit, a list, a
 * text without spaces at its ends. Undefined where it says nothing, or nothing that the field can be.
 */
export function toFieldValue(field: string, value: unknown): FieldValue | undefined {
  if (listFields.has(field)) return toFieldList(value);
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const kind = targetKind(field);
  if (kind === "money") {
    const money = known(toMoney(value));
    return money === undefined || isZero(money) ? undefined : money;
  }
  const unit = unitOfTarget(field)?.unit;
  if (unit !== undefined) return known(toMeasureAsIs(value, unit));
  if (kind === "quantity") return known(toQuantity(value)) || undefined;
  if (kind === "integer") return known(toInteger(value)) || undefined;
  if (kind === "yes-no") return known(toYesNo(value));
  // A custom field is a text too, as one that has several places must be the same in each.
  return toPlaceText(value)?.trim();
}

/** Texts of a list are joined by ", " in a place. */
export const listSeparator = ", ";

function toFieldList(value: unknown): readonly string[] | undefined {
  const items: readonly unknown[] = Array.isArray(value)
    ? value
    : (toPlaceText(value)?.split(listSeparator) ?? []);
  const texts = items.map((item) => toPlaceText(item)?.trim()).filter((text) => text !== undefined);
  return texts.length === 0 ? undefined : [...new Set(texts)];
}

function known<T extends string | number>(value: T | Refusal | undefined): T | undefined {
  return value instanceof Refusal ? undefined : value;
}
