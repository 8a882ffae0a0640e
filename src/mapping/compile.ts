import { maxImages, productFields, type JsonValue, type ProductDraft } from "../model/product.js";
import type {
  Mapped,
  MappingFault,
  MappingRow,
  MappingTable,
  RecordMapper,
  RecordPlace,
} from "./contract.js";
import { converters, defaultConverter, type Convert } from "./converters.js";
import { compilePath, namesOf, parsePath, type Path, rootOf, type Reader } from "./path.js";
import { Refusal, showValue } from "./refusal.js";
import { channelRules, pathsOf, refuseFaults } from "./rules.js";
import { customName, imageRank, targetKind } from "./targets.js";

type Fields = Readonly<Record<string, unknown>>;
type Draft = Record<string, unknown>;

/** Reads and converts one row's value; a refusal is noted among the faults and gives undefined. */
type RowReader = (fields: Fields, faults: MappingFault[]) => JsonValue | undefined;

/** Fills one field of a draft. */
type Step = (fields: Fields, draft: Draft, faults: MappingFault[]) => void;

/**
 * Compiles a table to a list of closures, one for each field that it fills, in canonical order. Throws
 * `MappingError` with every fault when the rows are not those of a checked table.
 */
export function compileTable(table: MappingTable): RecordMapper {
  refuseFaults(table, channelRules);
  const byField = new Map<string, MappingRow[]>();
  for (const row of table.rows) {
    const field = fieldOf(row.to);
    byField.set(field, [...(byField.get(field) ?? []), row]);
  }
  const steps: Step[] = [];
  for (const field of productFields) {
    const rows = byField.get(field);
    if (rows !== undefined) steps.push(compileField(field, rows));
  }
  const paths = table.rows
    .flatMap(pathsOf)
    .map(parsePath)
    .filter((path) => typeof path !== "string");
  return {
    roots: [...new Set(paths.map(rootOf))],
    places: findPlaces(paths),
    map: (fields) => mapRecord(steps, fields),
  };
}

/** All image rows fill one list, which begins at the first image field; all custom rows fill one object. */
const imagesField = "image_url_1";
const customField = "custom_fields";

function fieldOf(target: string): string {
  const kind = targetKind(target);
  if (kind === "images") return imagesField;
  return kind === "custom" || kind === "custom-all" ? customField : target;
}

function compileField(field: string, rows: readonly MappingRow[]): Step {
  if (field === imagesField) return compileImages(rows);
  if (field === customField) return compileCustomFields(rows);
  const readers = rows.map(compileRow);
  if (targetKind(field) === "list") {
    return (fields, draft, faults) => {
      const joined = joinLists(readers, fields, faults);
      if (joined.size > 0) draft[field] = [...joined];
    };
  }
  const [read] = readers;
  return (fields, draft, faults) => {
    const value = read?.(fields, faults);
    if (value !== undefined) draft[field] = value;
  };
}

const imageFields = Array.from({ length: maxImages }, (_, index) => `image_url_${index + 1}`);

function compileImages(rows: readonly MappingRow[]): Step {
  const ordered = rows.toSorted((one, other) => byRank(imageRank(one.to), imageRank(other.to)));
  const readers = ordered.map(compileRow);
  return (fields, draft, faults) => {
    let index = 0;
    for (const url of joinLists(readers, fields, faults)) {
      const field = imageFields[index];
      if (field === undefined) return;
      draft[field] = url;
      index += 1;
    }
  };
}

// Two infinities have no difference.
function byRank(one: number, other: number): number {
  return one === other ? 0 : one - other;
}

function joinLists(readers: readonly RowReader[], fields: Fields, faults: MappingFault[]): Set<string> {
  const joined = new Set<string>();
  for (const read of readers) {
    const value = read(fields, faults);
    if (Array.isArray(value)) for (const item of value as readonly string[]) joined.add(item);
  }
  return joined;
}

function compileCustomFields(rows: readonly MappingRow[]): Step {
  const readers = rows.map((row) => ({ name: customName(row.to), read: compileRow(row) }));
  // Rows that name their field come first, so that an option of the cart's cannot take the place of one of them.
  const ordered = [
    ...readers.filter(({ name }) => name !== undefined),
    ...readers.filter(({ name }) => name === undefined),
  ];
  return (fields, draft, faults) => {
    let custom: Record<string, JsonValue> | undefined;
    for (const { name, read } of ordered) {
      const value = read(fields, faults);
      if (value === undefined) continue;
      if (name !== undefined) {
        custom ??= emptyFields();
        custom[name] = value;
        continue;
      }
      for (const [option, chosen] of Object.entries(value as Readonly<Record<string, JsonValue>>)) {
        custom ??= emptyFields();
        if (!(option in custom)) custom[option] = chosen;
      }
    }
    if (custom !== undefined) draft[customField] = custom;
  };
}

/** Names of custom fields are the cart's text: without a prototype "__proto__" is a name like any other. */
function emptyFields(): Record<string, JsonValue> {
  return Object.create(null) as Record<string, JsonValue>;
}

function compileRow(row: MappingRow): RowReader {
  const paths = pathsOf(row);
  const [first = missing, second = missing, third = missing] = paths.map(compileReader);
  const convert: Convert = converters.get(row.convert ?? defaultConverter)?.bind(row.to) ?? refuseAll;
  return (fields, faults) => {
    const one = first(fields);
    const two = second(fields);
    const three = third(fields);
    if (one instanceof Refusal) return note(faults, row, paths, one, 0);
    if (two instanceof Refusal) return note(faults, row, paths, two, 1);
    if (three instanceof Refusal) return note(faults, row, paths, three, 2);
    const value = convert(one, two, three);
    if (value instanceof Refusal) return note(faults, row, paths, value, value.index);
    return value;
  };
}

const missing: Reader = () => undefined;
const refuseAll: Convert = (value) => new Refusal("no converter", value);

function compileReader(text: string): Reader {
  const path = parsePath(text);
  return typeof path === "string" ? missing : compilePath(path);
}

function note(
  faults: MappingFault[],
  row: MappingRow,
  paths: readonly string[],
  refusal: Refusal,
  index: number,
): undefined {
  faults.push({
    field: row.to,
    path: paths[index] ?? paths[0] ?? "",
    value: showValue(refusal.value),
    message: refusal.message,
  });
  return undefined;
}

function mapRecord(steps: readonly Step[], fields: Fields): Mapped {
  const draft: Draft = {};
  const faults: MappingFault[] = [];
  for (const step of steps) step(fields, draft, faults);
  if (faults.length === 0) return { ok: true, draft };
  const { sku }: ProductDraft = draft;
  return { ok: false, ...(sku === undefined ? {} : { sku }), faults };
}

function findPlaces(paths: readonly Path[]): readonly RecordPlace[] {
  const places = new Map<string, RecordPlace>();
  for (const path of paths) {
    const names = namesOf(path);
    const name = names.join(".");
    if (!places.has(name)) places.set(name, { name, isThere: (fields) => isThere(fields, names) });
  }
  return [...places.values()];
}

function isThere(fields: Fields, names: readonly string[]): boolean {
  let at: unknown = fields;
  for (const name of names) {
    // Nothing, a text or a list where an object could stand: the cart says that there is none, which is no gap.
    if (typeof at !== "object" || at === null || Array.isArray(at)) return true;
    if (!Object.hasOwn(at, name)) return false;
    at = (at as Record<string, unknown>)[name];
  }
  return true;
}
