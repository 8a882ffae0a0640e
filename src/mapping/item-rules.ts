import type { Fault } from "../errors.js";
import type { PlaceKind } from "../model/item.js";
import { productFields } from "../model/product.js";
import { findSuggestion } from "../model/suggest.js";
import type { MappingRow } from "./contract.js";
import { itemConverters, sameConverter, type ItemConverter } from "./item-converters.js";
import { didYouMean, pathsOf, type RowFault, type RowRules } from "./rules.js";
import { customName, targetKind, unitOfTarget } from "./targets.js";

/** The rules of the rows of a destination's table with these places. */
export function itemRules(places: ReadonlyMap<string, PlaceKind>): RowRules {
  return {
    check: (row) => checkItemRow(row, places),
    isTarget: (target) => places.has(target),
    suggest: (target) => findSuggestion(target, places.keys()),
    mayRepeat: () => false,
  };
}

/** Whether a row is what gives the item its SKU. */
export function isSkuRow(row: Pick<MappingRow, "from">): boolean {
  const [first, ...others] = pathsOf(row);
  return first === "sku" && others.length === 0;
}

/** What is wrong with the rows of a destination's table taken together, doubled targets apart. */
export function findItemFaults(rows: readonly MappingRow[], file: string): readonly Fault[] {
  if (rows.some(isSkuRow)) return [];
  const message = "no row gives the item its SKU";
  return [{ file, path: "rows", message, hint: "add { from: sku, to: PLACE }" }];
}

function checkItemRow(
  row: Pick<MappingRow, "from" | "to" | "convert">,
  places: ReadonlyMap<string, PlaceKind>,
): readonly RowFault[] {
  const fields = pathsOf(row);
  const faults: RowFault[] = fields.filter((field) => !isField(field)).map(unknownField);
  const kind = places.get(row.to);
  if (kind === undefined) {
    const hint = didYouMean(
      findSuggestion(row.to, places.keys()),
      `places of this destination: ${[...places.keys()].join(", ")}`,
    );
    faults.push({ key: "to", message: `unknown target "${row.to}"`, ...hint });
  }
  const name = row.convert ?? sameConverter;
  const converter = itemConverters.get(name);
  if (converter === undefined) {
    const known = [...itemConverters.keys()];
    const hint = didYouMean(findSuggestion(name, known), `known: ${known.join(", ")}`);
    return [...faults, { key: "convert", message: `unknown converter "${name}"`, ...hint }];
  }
  if (kind === undefined || faults.length > 0) return faults;
  if (isSkuRow(row) && (name !== sameConverter || kind !== "text")) {
    const hint = "use no converter, and a place for text";
    return [{ key: "convert", message: "a SKU is sent as it is", hint }];
  }
  return checkFit(fields, kind, name, converter);
}

function isField(field: string): boolean {
  return (
    customName(field) !== undefined || (field !== "custom_fields" && productFields.includes(field as never))
  );
}

function unknownField(field: string): RowFault {
  const word = findSuggestion(
    field,
    productFields.map((known) => (known === "custom_fields" ? "custom_fields.<name>" : known)),
  );
  const hint = didYouMean(word, "a field of the product, or custom_fields.<name>");
  return { key: "from", message: `unknown field "${field}"`, ...hint };
}

function checkFit(
  fields: readonly string[],
  kind: PlaceKind,
  name: string,
  converter: ItemConverter,
): readonly RowFault[] {
  const hint = `fitting: ${fitting(fields, kind).join(", ") || "none"}`;
  const misfit = fields.find((field) => !takes(converter, field));
  if (misfit !== undefined) {
    const message =
      name === sameConverter
        ? `"${misfit}" needs a converter`
        : `converter "${name}" does not take "${misfit}"`;
    return [{ key: "convert", message, hint }];
  }
  if (!converter.kinds.includes(kind)) {
    return [{ key: "convert", message: `converter "${name}" does not fit a place for a ${kind}`, hint }];
  }
  const [one, other] = findMixed(fields, converter);
  if (one === undefined || other === undefined) return [];
  return [{ key: "from", message: `"${other}" cannot stand in for "${one}" as it is`, hint }];
}

function takes({ takes: taken }: ItemConverter, field: string): boolean {
  const kind = targetKind(field);
  if (taken === "list") return kind === "list" || kind === "custom";
  return taken === "any" || taken === "text" ? kind !== "list" : kind === taken;
}

/** Two fields of a row that measure different things, or in different units where nothing converts them. */
function findMixed(fields: readonly string[], { takes: taken }: ItemConverter): readonly string[] {
  const converts = taken === "weight" || taken === "length";
  const measures = fields.filter((field) => unitOfTarget(field) !== undefined);
  const [first = ""] = measures;
  const other = measures.find((field) => (converts ? sizeOf(field) !== sizeOf(first) : field !== first));
  return other === undefined ? [] : [first, other];
}

/** What a measure is of: `length_in` and `length_cm` are both `length`. */
function sizeOf(field: string): string {
  return field.slice(0, field.lastIndexOf("_"));
}

function fitting(fields: readonly string[], kind: PlaceKind): readonly string[] {
  return [...itemConverters]
    .filter(
      ([, converter]) => converter.kinds.includes(kind) && fields.every((field) => takes(converter, field)),
    )
    .filter(([, converter]) => findMixed(fields, converter).length === 0)
    .map(([name]) => name);
}
