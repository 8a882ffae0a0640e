import { isScalar, isSeq, type Node } from "yaml";
import type { Fault } from "../errors.js";
import { placeKinds, type PlaceKind } from "../model/item.js";
import { findSuggestion } from "../model/suggest.js";
import type { MappingRow } from "./contract.js";
import { joinPath, YamlFile, type Placed } from "./document.js";
import { forbiddenNames } from "./path.js";
import { didYouMean, type RowRules } from "./rules.js";

/** What one file of a table says before its rows: what they may be depends on it and on the table that it extends. */
export interface TableFile {
  readonly file: string;
  /** The channel that a built-in table is for. */
  readonly channel?: string;
  /** The destination that a built-in table is for. */
  readonly destination?: string;
  /** The table that this one extends. */
  readonly extends?: Placed;
  /** Every place of the destination's item. A table that extends another one has those of that one. */
  readonly places?: ReadonlyMap<string, PlaceKind>;
  /** Everything that is wrong with the file by itself, so far. */
  readonly faults: readonly Fault[];
  /** Reads the rows, adding to the faults. Without rules, as what they extend is unreadable, they are not judged. */
  readonly readRows: (rules: RowRules | undefined) => TableRows;
}

/** The rows of one file. Rows with a fault are among them as far as readable. */
export interface TableRows {
  readonly rows: readonly MappingRow[];
  readonly beyond: readonly MappingRow[];
  /** Targets of the extended table that are not mapped. */
  readonly drop: readonly Placed[];
}

const tableKeys = ["channel", "destination", "extends", "places", "rows", "beyond", "drop"] as const;
const rowKeys = ["from", "to", "convert"] as const;
const maxRows = 1000;
const maxPlaces = 1000;

type Entries = ReadonlyMap<string, Node | null>;

/**
 * Reads a table file's text, but for its rows. Nothing is thrown: what is wrong is in `faults`, each with line and
 * column.
 */
export function openTable(text: string, file: string): TableFile {
  const yaml = new YamlFile(text, file);
  const root = yaml.faults.length > 0 ? undefined : yaml.map(yaml.root, "");
  if (root === undefined) {
    return { file, faults: yaml.faults, readRows: () => ({ rows: [], beyond: [], drop: [] }) };
  }
  const entries = yaml.entries(root, "", tableKeys);
  const read = (key: string): Placed | undefined =>
    entries.has(key) ? yaml.text(entries.get(key), key) : undefined;
  const channel = read("channel")?.text;
  const destination = read("destination")?.text;
  const base = read("extends");
  const places = entries.has("places") ? readPlaces(yaml, entries.get("places")) : undefined;
  faultHead(yaml, entries);
  return {
    file,
    ...(channel === undefined ? {} : { channel }),
    ...(destination === undefined ? {} : { destination }),
    ...(base === undefined ? {} : { extends: base }),
    ...(places === undefined ? {} : { places }),
    faults: yaml.faults,
    readRows: (rules) => {
      const rows = entries.has("rows") ? readRows(yaml, entries.get("rows"), "rows", rules) : [];
      const beyond = entries.has("beyond") ? readRows(yaml, entries.get("beyond"), "beyond", rules) : [];
      const drop = entries.has("drop") ? readDrop(yaml, entries.get("drop"), rules) : [];
      if (!entries.has("extends")) faultAlone(yaml, root, entries, rows);
      return { rows, beyond, drop };
    },
  };
}

/** Faults of keys that do not go together. */
function faultHead(yaml: YamlFile, entries: Entries): void {
  const fault = (key: string, message: string, hint?: string): void =>
    yaml.fault(entries.get(key), key, message, hint);
  if (entries.has("channel") && (entries.has("destination") || entries.has("places"))) {
    fault("channel", "a table is for a channel or for a destination, not for both");
  } else if (entries.has("extends")) {
    if (entries.has("places")) fault("places", "the places are those of the table that this one extends");
  } else if (entries.has("destination") !== entries.has("places")) {
    const [there, missing] = entries.has("places") ? ["places", "destination"] : ["destination", "places"];
    fault(there, `the table has no "${missing}"`, "a table of your own names a built-in one with extends");
  }
  if (entries.has("destination") && entries.has("beyond")) {
    fault("beyond", "a destination's table has no rows beyond the article", "list them under rows");
  }
}

/** Faults of a table that extends nothing. */
function faultAlone(yaml: YamlFile, root: Node, entries: Entries, rows: readonly MappingRow[]): void {
  if (entries.has("drop")) {
    yaml.fault(entries.get("drop"), "drop", "there is nothing to drop from", "name a table with extends");
  }
  if (rows.length === 0 && yaml.faults.length === 0) {
    yaml.fault(root, "rows", "the table has no rows", "list them under rows, or name a table with extends");
  }
}

function readPlaces(yaml: YamlFile, node: Node | null | undefined): ReadonlyMap<string, PlaceKind> {
  const places = new Map<string, PlaceKind>();
  for (const { key, value } of yaml.map(node, "places")?.items ?? []) {
    const name = isScalar(key) && typeof key.value === "string" ? key.value : String(key);
    const path = joinPath("places", name);
    const kind = isScalar(value) ? value.value : undefined;
    const known = placeKinds.find((one) => one === kind);
    if (places.size === maxPlaces) {
      yaml.fault(key as Node, path, `a table may have at most ${maxPlaces} places`);
      break;
    }
    if (name.split(".").some((part) => part === "" || part !== part.trim() || forbiddenNames.has(part))) {
      yaml.fault(key as Node, path, `"${name}" cannot be the name of a place`);
    } else if (known === undefined) {
      const hint = didYouMean(
        findSuggestion(String(kind), placeKinds),
        `known: ${placeKinds.join(", ")}`,
      ).hint;
      yaml.fault((value as Node | null) ?? (key as Node), path, `unknown kind "${String(kind)}"`, hint);
    } else places.set(name, known);
  }
  return places;
}

function readRows(
  yaml: YamlFile,
  node: Node | null | undefined,
  path: string,
  rules: RowRules | undefined,
): readonly MappingRow[] {
  const rows: MappingRow[] = [];
  for (const [index, item] of yaml.items(node, path).entries()) {
    if (index === maxRows) {
      yaml.fault(item, `${path}[${index}]`, `a table may have at most ${maxRows} rows`);
      break;
    }
    const row = readRow(yaml, item, `${path}[${index}]`, rules);
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

function readRow(
  yaml: YamlFile,
  node: Node | null,
  path: string,
  rules: RowRules | undefined,
): MappingRow | undefined {
  const map = yaml.map(node, path);
  if (map === undefined) return undefined;
  const entries = yaml.entries(map, path, rowKeys);
  for (const key of ["from", "to"]) {
    if (!entries.has(key)) yaml.fault(map, joinPath(path, key), `the row has no "${key}"`);
  }
  const from = entries.has("from") ? readFrom(yaml, entries.get("from"), joinPath(path, "from")) : undefined;
  const to = entries.has("to") ? yaml.text(entries.get("to"), joinPath(path, "to")) : undefined;
  const convert = entries.has("convert")
    ? yaml.text(entries.get("convert"), joinPath(path, "convert"))
    : undefined;
  if (from === undefined || to === undefined) return undefined;
  if (entries.has("convert") && convert === undefined) return undefined;
  const row: MappingRow = {
    from,
    to: to.text,
    ...(convert === undefined ? {} : { convert: convert.text }),
    file: yaml.file,
    line: yaml.lineOf(map),
  };
  for (const { key, message, hint } of rules?.check(row) ?? []) {
    yaml.fault(entries.get(key) ?? map, joinPath(path, key), message, hint);
  }
  return row;
}

function readFrom(
  yaml: YamlFile,
  node: Node | null | undefined,
  path: string,
): string | readonly string[] | undefined {
  if (!isSeq(node)) return yaml.text(node, path)?.text;
  const texts = yaml.items(node, path).map((item, index) => yaml.text(item, `${path}[${index}]`)?.text);
  const read = texts.filter((text) => text !== undefined);
  if (read.length === 0 && texts.length === 0) yaml.fault(node, path, "no path is named");
  return read.length === texts.length && read.length > 0 ? read : undefined;
}

function readDrop(
  yaml: YamlFile,
  node: Node | null | undefined,
  rules: RowRules | undefined,
): readonly Placed[] {
  const drop: Placed[] = [];
  for (const [index, item] of yaml.items(node, "drop").entries()) {
    const target = yaml.text(item, `drop[${index}]`);
    if (target === undefined) continue;
    if (rules !== undefined && !rules.isTarget(target.text)) {
      const { hint } = didYouMean(rules.suggest(target.text));
      yaml.fault(item, `drop[${index}]`, `unknown target "${target.text}"`, hint);
    } else drop.push(target);
  }
  return drop;
}
