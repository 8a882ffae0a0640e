import { isSeq, type Node } from "yaml";
import type { Fault } from "../errors.js";
import type { MappingRow } from "./contract.js";
import { joinPath, YamlFile, type Placed } from "./document.js";
import { checkRow, didYouMean } from "./rules.js";
import { suggestTarget, targetKind } from "./targets.js";

/** One file of a table, before the table that it extends is known. */
export interface ParsedTable {
  readonly file: string;
  /** The channel that a built-in table is for. */
  readonly channel?: string;
  /** The table that this one extends. */
  readonly extends?: Placed;
  readonly rows: readonly MappingRow[];
  readonly beyond: readonly MappingRow[];
  /** Targets of the extended table that are not mapped. */
  readonly drop: readonly Placed[];
  /** Everything that is wrong with the file by itself. Rows with a fault are among the rows as far as readable. */
  readonly faults: readonly Fault[];
}

const tableKeys = ["channel", "extends", "rows", "beyond", "drop"] as const;
const rowKeys = ["from", "to", "convert"] as const;
const maxRows = 1000;

/** Reads a table file's text. Nothing is thrown: what is wrong is in `faults`, each with line and column. */
export function parseTable(text: string, file: string): ParsedTable {
  const yaml = new YamlFile(text, file);
  const empty = { file, rows: [], beyond: [], drop: [], faults: yaml.faults };
  if (yaml.faults.length > 0) return empty;
  const root = yaml.map(yaml.root, "");
  if (root === undefined) return empty;
  const entries = yaml.entries(root, "", tableKeys);
  const channel = entries.has("channel") ? yaml.text(entries.get("channel"), "channel") : undefined;
  const base = entries.has("extends") ? yaml.text(entries.get("extends"), "extends") : undefined;
  const rows = entries.has("rows") ? readRows(yaml, entries.get("rows"), "rows") : [];
  const beyond = entries.has("beyond") ? readRows(yaml, entries.get("beyond"), "beyond") : [];
  const drop = entries.has("drop") ? readDrop(yaml, entries.get("drop")) : [];
  if (!entries.has("extends")) {
    if (entries.has("drop")) {
      yaml.fault(entries.get("drop"), "drop", "there is nothing to drop from", "name a table with extends");
    }
    if (rows.length === 0 && yaml.faults.length === 0) {
      yaml.fault(root, "rows", "the table has no rows", "list them under rows, or name a table with extends");
    }
  }
  return {
    file,
    ...(channel === undefined ? {} : { channel: channel.text }),
    ...(base === undefined ? {} : { extends: base }),
    rows,
    beyond,
    drop,
    faults: yaml.faults,
  };
}

function readRows(yaml: YamlFile, node: Node | null | undefined, path: string): readonly MappingRow[] {
  const rows: MappingRow[] = [];
  for (const [index, item] of yaml.items(node, path).entries()) {
    if (index === maxRows) {
      yaml.fault(item, `${path}[${index}]`, `a table may have at most ${maxRows} rows`);
      break;
    }
    const row = readRow(yaml, item, `${path}[${index}]`);
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

function readRow(yaml: YamlFile, node: Node | null, path: string): MappingRow | undefined {
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
  for (const { key, message, hint } of checkRow(row)) {
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

function readDrop(yaml: YamlFile, node: Node | null | undefined): readonly Placed[] {
  const drop: Placed[] = [];
  for (const [index, item] of yaml.items(node, "drop").entries()) {
    const target = yaml.text(item, `drop[${index}]`);
    if (target === undefined) continue;
    if (targetKind(target.text) === undefined) {
      const { hint } = didYouMean(suggestTarget(target.text));
      yaml.fault(item, `drop[${index}]`, `unknown target "${target.text}"`, hint);
    } else drop.push(target);
  }
  return drop;
}
