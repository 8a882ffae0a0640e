import type { ItemMapper } from "../../model/item.js";
import type { ProductDraft } from "../../model/product.js";
import { plainBarcode } from "./barcode.js";
import { families, type FamilyName, fromUnit, toMeasure } from "./units.js";
import { cleanLine, cleanText, roundDecimal } from "./values.js";

/** Values by place of the mapping table: texts, decimals as texts, pounds and inches as numbers. */
export type Item = ReadonlyMap<string, string | number | undefined>;

/** The measures of a template, each with the family of its unit. */
export const measurePlaces = {
  weight: "weight",
  length: "length",
  width: "length",
  height: "length",
} as const satisfies Readonly<Record<string, FamilyName>>;

export type MeasurePlace = keyof typeof measurePlaces;

export const measureNames = Object.keys(measurePlaces) as readonly MeasurePlace[];

/** What a template keeps, for all its variants together. */
export const templatePlaces: readonly string[] = ["name", "list_price", ...measureNames];

/** Decimals of a price that Tryton does not refuse. Source: product.price_decimal of trytond.conf, where nobody set it. */
const priceDigits = 4;

/** Gives one value the form in which Tryton keeps it; undefined for what it has no place for, or would be nothing. */
const forms: Readonly<Record<string, (value: string | number) => string | number | undefined>> = {
  code: (value) => value,
  name: (value) => cleanLine(String(value)),
  description: (value) => cleanText(String(value)),
  list_price: (value) => roundDecimal(String(value), priceDigits),
  weight: measureForm("weight"),
  length: measureForm("length"),
  width: measureForm("length"),
  height: measureForm("length"),
  barcode: (value) => plainBarcode(cleanLine(String(value))),
};

function measureForm(family: FamilyName): (value: string | number) => number | undefined {
  const { coarse } = families[family];
  return (value) => {
    const measure = toMeasure(Number(value), families[family]);
    return measure && fromUnit(measure.value, measure.unit, coarse);
  };
}

/** The item that will stand there when this one was written. Pure; twice is the same as once. */
export function shapeItem(item: ReadonlyMap<string, string | number>): ReadonlyMap<string, string | number> {
  const shaped = new Map<string, string | number>();
  for (const [place, value] of item) {
    const form = Object.hasOwn(forms, place) ? forms[place] : undefined;
    const kept = form?.(value);
    if (kept !== undefined && kept !== "") shaped.set(place, kept);
  }
  return shaped;
}

/** A product as `find` would tell it once it was written. */
export function shapeProduct(product: ProductDraft, mapper: ItemMapper): ProductDraft {
  const { sku } = product;
  const values = mapper.toProduct(shapeItem(mapper.toItem(product)));
  return sku === undefined ? values : { sku, ...values };
}

/** The canonical fields that fill some of these places; the SKU is not among them. */
export function fieldsOf(mapper: ItemMapper, places: ReadonlySet<string>): readonly string[] {
  const fields = mapper.places.filter(({ to }) => places.has(to)).map(({ field }) => field);
  return [...new Set(fields)].filter((field) => field !== "sku");
}
