import type { JsonValue } from "../model/product.js";
import { toMoney } from "./decimal.js";
import { toInteger, toMeasure, toMeasureAsIs, toQuantity } from "./numbers.js";
import { Refusal } from "./refusal.js";
import { toJson, toList, toOptionNames, toOptions, toUrls, toVariantName, toYesNo } from "./shapes.js";
import { unitOfTarget, type TargetKind } from "./targets.js";
import { toId, toRaw, toSku, toText, toUpc } from "./text.js";

/** What a converter makes of the values that a row's paths found. Undefined: nothing is known. */
type Converted = JsonValue | Refusal | undefined;
export type Convert = (first: unknown, second: unknown, third: unknown) => Converted;

export interface Converter {
  /** One sentence for people. */
  readonly about: string;
  /** Fewest and most paths of a row. */
  readonly paths: readonly [fewest: number, most: number];
  readonly targets: readonly TargetKind[];
  /** True where a path with `[]` makes sense. */
  readonly lists: boolean;
  /** The function for one target: a weight is converted to the unit of its field. */
  readonly bind: (target: string) => Convert;
}

const textTargets = ["text", "custom"] as const;
const idTargets = ["sku", "text", "custom"] as const;

function simple(about: string, targets: readonly TargetKind[], convert: Convert): Converter {
  return { about, paths: [1, 1], targets, lists: false, bind: () => convert };
}

function measure(about: string, kind: "weight" | "length"): Converter {
  return {
    about,
    paths: [2, 2],
    targets: [kind],
    lists: false,
    bind: (target) => {
      const wanted = unitOfTarget(target)?.unit;
      if (wanted === undefined) return noUnit;
      return (value, unit) => toMeasure(value, unit, kind, wanted);
    },
  };
}

const noUnit: Convert = (value) => new Refusal("no unit in the name of its field", value);

/**
 * ASIN of a row of Amazon's listings report: the column of its own, or the product id where its type says that it
 * is one. Japan's report has no column asin1.
 */
const toAsin: Convert = (asin, productId, type) => {
  const own = toId(asin);
  if (own !== undefined) return own;
  return typeOf(type) === "1" ? at(toId(productId), 1) : undefined;
};

/** UPC of a row of Amazon's listings report: the product id where its type is 3 (UPC) or 4 (EAN), else another. */
const toTypedUpc: Convert = (productId, type, other) => {
  const kind = typeOf(type);
  const own = kind === "3" || kind === "4" ? toUpc(productId) : undefined;
  return own ?? at(toUpc(other), 2);
};

function typeOf(type: unknown): string {
  return typeof type === "string" || typeof type === "number" ? String(type).trim() : "";
}

function at(result: string | Refusal | undefined, index: number): string | Refusal | undefined {
  return result instanceof Refusal ? new Refusal(result.message, result.value, index) : result;
}

/** The closed list of converters, by the name that a table uses. */
export const converters: ReadonlyMap<string, Converter> = new Map<string, Converter>([
  ["text", simple("text on one line, entities decoded", textTargets, toText)],
  ["raw", simple("text exactly as the cart keeps it", textTargets, toRaw)],
  ["sku", simple("trimmed, otherwise untouched", idTargets, toSku)],
  ["id", simple("an identifier as text; 0 is none", idTargets, toId)],
  ["upc", simple("a barcode; spaces and hyphens of a GTIN go", idTargets, toUpc)],
  ["money", simple("a price, two decimals at least", ["money", "custom"], toMoney)],
  ["quantity", simple("a number of units", ["quantity", "custom"], toQuantity)],
  ["integer", simple("a whole number", ["integer", "quantity", "custom"], toInteger)],
  ["yes-no", simple("Y or N", ["yes-no", "custom"], toYesNo)],
  ["json", { ...simple("any value in the cart's own form", ["custom"], toJson), lists: true }],
  ["list", { ...simple("texts, or the names of objects", ["list", "custom"], toList), lists: true }],
  ["url", { ...simple("absolute addresses of images", ["images"], toUrls), lists: true }],
  ["weight", measure("[value, unit] in the unit of the field", "weight")],
  ["length", measure("[value, unit] in the unit of the field", "length")],
  [
    "number",
    {
      ...simple("a weight or size already in the unit of the field", ["weight", "length"], noUnit),
      bind: (target) => {
        const wanted = unitOfTarget(target)?.unit;
        return wanted === undefined ? noUnit : (value) => toMeasureAsIs(value, wanted);
      },
    },
  ],
  [
    "options",
    {
      about: "[options, has none]: a variant's options, by name; their names where the field is a list",
      paths: [1, 2],
      targets: ["custom-all", "list"],
      lists: true,
      bind: (target) => (target.startsWith("custom_fields") ? toOptions : toOptionNames),
    },
  ],
  [
    "variant-name",
    {
      about: "[product, variant, is the only one]: product - variant",
      paths: [3, 3],
      targets: textTargets,
      lists: false,
      bind: () => toVariantName,
    },
  ],
  [
    "asin",
    {
      about: "[asin, product id, its type]: the product id counts where its type is 1",
      paths: [3, 3],
      targets: textTargets,
      lists: false,
      bind: () => toAsin,
    },
  ],
  [
    "typed-upc",
    {
      about: "[product id, its type, another code]: the product id counts where its type is 3 or 4",
      paths: [3, 3],
      targets: textTargets,
      lists: false,
      bind: () => toTypedUpc,
    },
  ],
]);

/** The converter of a row that names none. */
export const defaultConverter = "text";
