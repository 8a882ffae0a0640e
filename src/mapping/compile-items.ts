import type { ItemMapper, ItemPlace } from "../model/item.js";
import { productFields, type JsonValue, type Product, type ProductDraft } from "../model/product.js";
import type { ItemTable, MappingRow } from "./contract.js";
import { createConversion } from "./item-conversions.js";
import { findItemConverter, sameConverter } from "./item-converters.js";
import { findItemFaults, itemRules } from "./item-rules.js";
import { isNothing, toFieldValue, toPlaceValue, type FieldValue } from "./item-values.js";
import { pathsOf, refuseFaults } from "./rules.js";
import { customName } from "./targets.js";

type Item = ReadonlyMap<string, JsonValue | undefined>;

/** One row at work. */
interface CompiledPlace extends ItemPlace {
  /** What the place gets of a product. */
  readonly fill: (product: ProductDraft) => string | number | undefined;
  /** What the place's value says of the place's field. */
  readonly tell: (value: unknown) => FieldValue | undefined;
}

/** The places of one field, in the table's order. */
interface CompiledField {
  readonly field: string;
  readonly places: readonly CompiledPlace[];
}

/**
 * Compiles a destination's table. Throws `MappingError` with every fault when the rows are not those of a checked
 * table.
 */
export function compileItemTable(table: ItemTable): ItemMapper {
  refuseFaults(table, itemRules(table.places), findItemFaults(table.rows, table.name));
  const places = table.rows.map((row) => compileRow(row, table));
  const fields = groupByField(places);
  const settles = needsSettling(table);
  return {
    places: places.map(({ to, kind, field }) => ({ to, kind, field })),
    fields: new Set(table.rows.flatMap(pathsOf)),
    toItem: (product) => {
      const item = fillPlaces(places, product);
      return settles ? settle(places, fields, item, product) : item;
    },
    toProduct: (item) => toProduct(fields, item),
  };
}

/**
 * True where a product that is read back could fill other places than it did at first: a field that stands in has
 * places of its own, or the places of one field hold it in different forms.
 */
function needsSettling({ rows, places }: ItemTable): boolean {
  const forms = new Map<string, string>();
  for (const row of rows) {
    const [field = ""] = pathsOf(row);
    const form = JSON.stringify([pathsOf(row), row.convert, places.get(row.to)]);
    if ((forms.get(field) ?? form) !== form) return true;
    forms.set(field, form);
  }
  return rows.some((row) =>
    pathsOf(row)
      .slice(1)
      .some((field) => forms.has(field)),
  );
}

/** A chain of fields that stand in for each other is not longer in any table that makes sense. */
const maxRounds = 10;

/** Fills the places anew with what the item tells, until it tells of nothing else than it was filled with. */
function settle(
  places: readonly CompiledPlace[],
  fields: readonly CompiledField[],
  filled: ReadonlyMap<string, string | number>,
  { sku }: ProductDraft,
): ReadonlyMap<string, string | number> {
  let item = filled;
  let last = "";
  for (let round = 0; round < maxRounds; round += 1) {
    const product = toProduct(fields, item);
    const told = JSON.stringify(product);
    if (told === last) break;
    last = told;
    item = fillPlaces(places, sku === undefined ? product : { ...product, sku });
  }
  return item;
}

function fillPlaces(
  places: readonly CompiledPlace[],
  product: ProductDraft,
): ReadonlyMap<string, string | number> {
  const item = new Map<string, string | number>();
  for (const { to, fill } of places) {
    const value = fill(product);
    if (value !== undefined) item.set(to, value);
  }
  return item;
}

function compileRow(row: MappingRow, { places }: ItemTable): CompiledPlace {
  const kind = places.get(row.to) ?? "text";
  const conversion = createConversion(findItemConverter(row.convert ?? sameConverter) ?? sameConverter);
  const readers = pathsOf(row).map((field) => ({ field, read: fieldReader(field) }));
  const field = readers[0]?.field ?? "";
  const tell = (value: unknown): FieldValue | undefined => {
    const held = toPlaceValue(value, kind);
    if (held === undefined || isNothing(held, kind)) return undefined;
    return toFieldValue(field, conversion.restore(held, field));
  };
  return {
    to: row.to,
    kind,
    field,
    tell,
    fill: (product) => {
      for (const { field: from, read } of readers) {
        const value = toPlaceValue(conversion.convert(read(product), from), kind);
        // What could not be told of the item afterwards would be written without a word in the plan.
        if (value !== undefined && tell(value) !== undefined) return value;
      }
      return undefined;
    },
  };
}

function fieldReader(field: string): (product: ProductDraft) => JsonValue | undefined {
  const name = customName(field);
  if (name === undefined) {
    return (product) => (product as Readonly<Record<string, JsonValue | undefined>>)[field];
  }
  return ({ custom_fields: custom }) =>
    custom !== undefined && Object.hasOwn(custom, name) ? custom[name] : undefined;
}

/** Fields in canonical order, custom fields among themselves in the table's. The SKU is left to the caller. */
function groupByField(places: readonly CompiledPlace[]): readonly CompiledField[] {
  const groups = new Map<string, CompiledPlace[]>();
  for (const place of places) groups.set(place.field, [...(groups.get(place.field) ?? []), place]);
  const ordered = productFields.flatMap((field) =>
    field === "custom_fields" ? [...groups.keys()].filter((name) => customName(name) !== undefined) : [field],
  );
  return ordered.flatMap((field) => {
    const found = groups.get(field);
    return found === undefined || field === "sku" ? [] : [{ field, places: found }];
  });
}

function toProduct(fields: readonly CompiledField[], item: Item): Omit<Product, "sku"> {
  const product: Record<string, unknown> = {};
  let custom: Record<string, JsonValue> | undefined;
  for (const { field, places } of fields) {
    const value = toAgreed(places, item);
    if (value === undefined) continue;
    const name = customName(field);
    if (name === undefined) {
      product[field] = value;
      continue;
    }
    // Names of custom fields are the operator's text: without a prototype "__proto__" is a name like any other.
    product["custom_fields"] = custom ??= Object.create(null) as Record<string, JsonValue>;
    custom[name] = value;
  }
  return product;
}

/** What all places of a field say; undefined where they differ. */
function toAgreed(places: readonly CompiledPlace[], item: Item): FieldValue | undefined {
  const told = places
    .filter(({ to }) => item.has(to))
    .map((place) => ({ place, says: place.tell(item.get(place.to)) }));
  const [first, ...others] = told;
  if (first === undefined || others.length === 0) return first?.says;
  // One place may hold less of the field than another, as a line of a longer text: it agrees with the value that would
  // have filled it so.
  const agreed = told.find(
    ({ says }) => says !== undefined && told.every((other) => agrees(other.place, other.says, says)),
  );
  return agreed?.says;
}

function agrees(place: CompiledPlace, says: FieldValue | undefined, value: FieldValue): boolean {
  if (isSame(says, value)) return true;
  const custom = customName(place.field);
  const product = custom === undefined ? { [place.field]: value } : { custom_fields: { [custom]: value } };
  return isSame(place.tell(place.fill(product)), says);
}

function isSame(one: FieldValue | undefined, other: FieldValue | undefined): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
