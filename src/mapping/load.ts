import { open, readdir } from "node:fs/promises";
import path from "node:path";
import { MappingError, type Fault } from "../errors.js";
import { findSuggestion } from "../model/suggest.js";
import type { ItemTable, MappingRow, MappingTable } from "./contract.js";
import { maxFileBytes, type Placed } from "./document.js";
import { findItemFaults, isSkuRow, itemRules } from "./item-rules.js";
import { channelRules, didYouMean, findDoubledTargets, type RowRules } from "./rules.js";
import { openTable, type TableFile, type TableRows } from "./table.js";

/** A checked table with what people want to know of it. */
export interface LoadedTable extends MappingTable, Partial<Pick<ItemTable, "places">> {
  /** The file that was named, or the built-in one. */
  readonly file: string;
  /** The channel that it is for, as far as it or a table that it extends says so. */
  readonly channel?: string;
  /** The destination that it is for; absent for a channel's table. */
  readonly destination?: string;
  /** How many of `rows` stand for rows of the article; those behind are beyond it. */
  readonly articleRows: number;
}

/** A checked table of a destination. */
export interface LoadedItemTable extends LoadedTable, ItemTable {
  readonly places: ItemTable["places"];
  readonly destination: string;
}

/** A table as far as it could be read, and everything that is wrong with it. */
export interface TableCheck {
  readonly table: LoadedTable;
  readonly faults: readonly Fault[];
}

/** Where built-in tables stand: one folder, or several, whose names are all different. */
export type BuiltinDirs = string | readonly string[];

const maxExtends = 10;
const builtinName = /^[a-z0-9][a-z0-9-]*$/i;

/**
 * Loads a channel's table: a built-in one by its name, or a file, relative to `baseDir`. `extends` is resolved, a file
 * there being relative to the file that names it. Throws `MappingError` with every fault of every file, and for a
 * table of a destination.
 */
export async function loadTable(
  nameOrFile: string,
  baseDir: string,
  builtin: BuiltinDirs,
): Promise<LoadedTable> {
  const { table, faults } = await checkTable(nameOrFile, baseDir, builtin, "channel");
  if (faults.length > 0) throw mappingError(nameOrFile, faults);
  return table;
}

/** Loads a destination's table as `loadTable` does a channel's; throws for a table of a channel. */
export async function loadItemTable(
  nameOrFile: string,
  baseDir: string,
  builtin: BuiltinDirs,
): Promise<LoadedItemTable> {
  const { table, faults } = await checkTable(nameOrFile, baseDir, builtin, "destination");
  if (faults.length > 0 || !isItemTable(table)) throw mappingError(nameOrFile, faults);
  return table;
}

/** Loads a table of either kind, or of the wanted one, giving the faults instead of throwing them. */
export async function checkTable(
  nameOrFile: string,
  baseDir: string,
  builtin: BuiltinDirs,
  wanted?: "channel" | "destination",
): Promise<TableCheck> {
  const builtinDirs = typeof builtin === "string" ? [builtin] : builtin;
  const { table, faults } = await resolve(nameOrFile, baseDir, { builtinDirs, seen: [] });
  const doubled = findDoubledTargets(table.rows, rulesOf(table));
  // Where something is unreadable, this may be what is missing.
  const whole = faults.length > 0 ? [] : findFaultsAsWhole(table, wanted);
  return { table: { ...table, name: nameOrFile }, faults: [...faults, ...doubled, ...whole] };
}

function findFaultsAsWhole(
  table: LoadedTable,
  wanted: "channel" | "destination" | undefined,
): readonly Fault[] {
  const isItems = isItemTable(table);
  if (wanted !== undefined && isItems !== (wanted === "destination")) return [wrongKind(table)];
  return isItems ? findItemFaults(table.rows, table.file) : [];
}

/** True for a destination's table. */
export function isItemTable(table: LoadedTable): table is LoadedItemTable {
  return table.places !== undefined && table.destination !== undefined;
}

/** The error of a table with faults. */
export function mappingError(nameOrFile: string, faults: readonly Fault[]): MappingError {
  const count = faults.length === 1 ? "a fault" : `${faults.length} faults`;
  return new MappingError("mapping-invalid", `mapping table ${nameOrFile} has ${count}`, faults, {
    hint: `run "psync mapping check" after the repair`,
  });
}

function wrongKind(table: LoadedTable): Fault {
  const [is, due, key] = isItemTable(table)
    ? [`the destination ${table.destination}`, "a channel", "mapping.destination"]
    : [
        table.channel === undefined ? "a channel" : `the channel ${table.channel}`,
        "a destination",
        "mapping.channel",
      ];
  return {
    file: table.file,
    path: "",
    message: `the table is for ${is}, and one for ${due} is wanted`,
    hint: `its place in the config is ${key}`,
  };
}

function rulesOf(table: Pick<LoadedTable, "places">): RowRules {
  return table.places === undefined ? channelRules : itemRules(table.places);
}

/** The rows of a table in the two groups in which they are shown. */
export function groupRows(table: LoadedTable): {
  readonly rows: readonly MappingRow[];
  readonly beyond: readonly MappingRow[];
} {
  return { rows: table.rows.slice(0, table.articleRows), beyond: table.rows.slice(table.articleRows) };
}

/** Names of the built-in tables, sorted within each folder. */
export async function listTables(builtin: BuiltinDirs): Promise<readonly string[]> {
  const names: string[] = [];
  for (const dir of typeof builtin === "string" ? [builtin] : builtin) {
    const files = (await readdir(dir))
      .filter((file) => file.endsWith(".yaml"))
      .map((file) => file.slice(0, -".yaml".length))
      .filter((name) => builtinName.test(name));
    names.push(...files.sort());
  }
  return names;
}

interface Way {
  readonly builtinDirs: readonly string[];
  /** The files on the way here, so that a circle is noticed. */
  readonly seen: readonly string[];
  /** The `extends` that led here. */
  readonly at?: { readonly file: string; readonly extends: Placed };
}

async function resolve(nameOrFile: string, baseDir: string, way: Way): Promise<TableCheck> {
  const { file, text } = await findFile(nameOrFile, baseDir, way.builtinDirs);
  const nothing: LoadedTable = { name: nameOrFile, file, rows: [], articleRows: 0 };
  if (way.seen.includes(file) || way.seen.length === maxExtends) {
    const message = `tables extend each other in a circle: ${nameOrFile}`;
    return { table: nothing, faults: [faultAt(way, file, message)] };
  }
  if (typeof text !== "string") {
    return { table: nothing, faults: [await missingFault(nameOrFile, way, file, text.message)] };
  }
  const opened = openTable(text, file);
  if (opened.extends === undefined) {
    const table = { ...nothing, ...headOf(opened) };
    const isWhole = (table.destination === undefined) === (table.places === undefined);
    const { rows, beyond } = opened.readRows(isWhole ? rulesOf(table) : undefined);
    return {
      table: { ...table, rows: [...rows, ...beyond], articleRows: rows.length },
      faults: opened.faults,
    };
  }
  const base = await resolve(opened.extends.text, path.dirname(file), {
    builtinDirs: way.builtinDirs,
    seen: [...way.seen, file],
    at: { file, extends: opened.extends },
  });
  const isRead = base.table.rows.length > 0;
  const table = { ...base.table, ...nothing, ...headOf(opened) };
  // What a row may be is known from the table that this one extends.
  const own = opened.readRows(isRead ? rulesOf(base.table) : undefined);
  // Where the base could not be read, every drop would seem to be wrong.
  const drops = isRead ? findDropFaults(opened, own, base.table) : [];
  return {
    table: { ...table, ...mergeRows(base.table, own) },
    faults: [...opened.faults, ...base.faults, ...drops, ...findForeignHead(opened, base.table)],
  };
}

/** A built-in name is looked for in each folder; a file is a path. */
async function findFile(
  nameOrFile: string,
  baseDir: string,
  builtinDirs: readonly string[],
): Promise<{ readonly file: string; readonly text: Awaited<ReturnType<typeof readText>> }> {
  const files = builtinName.test(nameOrFile)
    ? builtinDirs.map((dir) => path.join(dir, `${nameOrFile}.yaml`))
    : [path.resolve(baseDir, nameOrFile)];
  let found;
  for (const file of files) {
    const text = await readText(file);
    if (typeof text === "string") return { file, text };
    found ??= { file, text };
  }
  return found ?? { file: nameOrFile, text: { message: `there is no file ${nameOrFile}` } };
}

async function missingFault(nameOrFile: string, way: Way, file: string, message: string): Promise<Fault> {
  if (!builtinName.test(nameOrFile)) return faultAt(way, file, message);
  const names = await listTables(way.builtinDirs).catch(() => []);
  const hint = `built-in tables: ${names.join(", ")}; a file is named with .yaml`;
  return {
    ...faultAt(way, file, `there is no built-in table "${nameOrFile}"`),
    ...didYouMean(findSuggestion(nameOrFile, names), hint),
  };
}

function headOf({ channel, destination, places }: TableFile): Partial<LoadedTable> {
  return {
    ...(channel === undefined ? {} : { channel }),
    ...(destination === undefined ? {} : { destination }),
    ...(places === undefined ? {} : { places }),
  };
}

/** A table that says to be for something else than the table that it extends. */
function findForeignHead(
  { file, extends: base, channel, destination }: TableFile,
  table: LoadedTable,
): readonly Fault[] {
  const is = isItemTable(table) ? `the destination ${table.destination}` : `a channel`;
  const foreign = isItemTable(table)
    ? channel !== undefined || (destination !== undefined && destination !== table.destination)
    : destination !== undefined && table.rows.length > 0;
  if (!foreign || base === undefined) return [];
  const { text, line, column } = base;
  return [{ file, path: "extends", line, column, message: `"${text}" is a table for ${is}` }];
}

function mergeRows(base: LoadedTable, own: TableRows): Pick<LoadedTable, "rows" | "articleRows"> {
  const dropped = new Set(own.drop.map(({ text }) => text));
  const left = new Map<string, MappingRow[]>();
  for (const row of [...own.rows, ...own.beyond]) left.set(row.to, [...(left.get(row.to) ?? []), row]);
  const replaced = new Set(left.keys());
  const merge = (rows: readonly MappingRow[]): MappingRow[] => {
    const merged: MappingRow[] = [];
    for (const row of rows) {
      if (dropped.has(row.to)) continue;
      if (!replaced.has(row.to)) {
        merged.push(row);
        continue;
      }
      // All rows with this target stand where the first of the replaced ones stood.
      merged.push(...(left.get(row.to) ?? []));
      left.delete(row.to);
    }
    return merged;
  };
  const rows = merge(base.rows.slice(0, base.articleRows));
  const beyond = merge(base.rows.slice(base.articleRows));
  return { rows: [...rows, ...beyond, ...[...left.values()].flat()], articleRows: rows.length };
}

function findDropFaults(file: TableFile, own: TableRows, base: LoadedTable): readonly Fault[] {
  const targets = new Set(base.rows.map((row) => row.to));
  const skus = new Set(base.places === undefined ? [] : base.rows.filter(isSkuRow).map((row) => row.to));
  return own.drop.flatMap(({ text, line, column }) => {
    const at = { file: file.file, path: "drop", line, column };
    if (skus.has(text)) return [{ ...at, message: `"${text}" is the item's SKU, which cannot be dropped` }];
    if (targets.has(text)) return [];
    const hint = didYouMean(findSuggestion(text, targets));
    return [{ ...at, message: `${base.name} maps nothing to "${text}"`, ...hint }];
  });
}

function faultAt(way: Way, file: string, message: string): Fault {
  if (way.at === undefined) return { file, path: "", message };
  const { line, column } = way.at.extends;
  return { file: way.at.file, path: "extends", line, column, message };
}

/** The text of a small UTF-8 file, or why there is none. Never more than the limit is read. */
export async function readText(file: string): Promise<string | { readonly message: string }> {
  try {
    const handle = await open(file, "r");
    try {
      if (!(await handle.stat()).isFile()) return { message: `${file} is no file` };
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxFileBytes + 1), 0, maxFileBytes + 1, 0);
      if (bytesRead > maxFileBytes) return { message: `${file} is larger than 256 KiB` };
      return new TextDecoder("utf-8", { fatal: true }).decode(buffer.subarray(0, bytesRead));
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return { message: `${file} is not UTF-8` };
    return { message: code === "ENOENT" ? `there is no file ${file}` : `${file} cannot be read (${code})` };
  }
}

function codeOf(error: unknown): string | undefined {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
