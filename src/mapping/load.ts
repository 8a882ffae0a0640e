import { open, readdir } from "node:fs/promises";
import path from "node:path";
import { MappingError, type Fault } from "../errors.js";
import type { MappingRow, MappingTable } from "./contract.js";
import { maxFileBytes, type Placed } from "./document.js";
import { didYouMean, findDoubledTargets } from "./rules.js";
import { findSuggestion } from "../model/suggest.js";
import { parseTable, type ParsedTable } from "./table.js";

/** A checked table with what people want to know of it. */
export interface LoadedTable extends MappingTable {
  /** The file that was named, or the built-in one. */
  readonly file: string;
  /** The channel that it is for, as far as it or a table that it extends says so. */
  readonly channel?: string;
  /** How many of `rows` stand for rows of the article; those behind are beyond it. */
  readonly articleRows: number;
}

/** A table as far as it could be read, and everything that is wrong with it. */
export interface TableCheck {
  readonly table: LoadedTable;
  readonly faults: readonly Fault[];
}

const maxExtends = 10;
const builtinName = /^[a-z0-9][a-z0-9-]*$/i;

/**
 * Loads a table: a built-in one by its name, or a file, relative to `baseDir`. `extends` is resolved, a file there
 * being relative to the file that names it. Throws `MappingError` with every fault of every file.
 */
export async function loadTable(
  nameOrFile: string,
  baseDir: string,
  builtinDir: string,
): Promise<LoadedTable> {
  const { table, faults } = await checkTable(nameOrFile, baseDir, builtinDir);
  if (faults.length === 0) return table;
  const count = faults.length === 1 ? "a fault" : `${faults.length} faults`;
  throw new MappingError("mapping-invalid", `mapping table ${nameOrFile} has ${count}`, faults, {
    hint: `run "psync mapping check" after the repair`,
  });
}

/** Loads a table as `loadTable` does, giving the faults instead of throwing them. */
export async function checkTable(
  nameOrFile: string,
  baseDir: string,
  builtinDir: string,
): Promise<TableCheck> {
  const faults: Fault[] = [];
  const table = await resolve(nameOrFile, baseDir, { builtinDir, faults, seen: [] });
  faults.push(...findDoubledTargets(table.rows));
  return { table: { ...table, name: nameOrFile }, faults };
}

/** The rows of a table in the two groups in which they are shown. */
export function groupRows(table: LoadedTable): {
  readonly rows: readonly MappingRow[];
  readonly beyond: readonly MappingRow[];
} {
  return { rows: table.rows.slice(0, table.articleRows), beyond: table.rows.slice(table.articleRows) };
}

/** Names of the built-in tables in a folder, sorted. */
export async function listTables(builtinDir: string): Promise<readonly string[]> {
  const files = await readdir(builtinDir);
  return files
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => file.slice(0, -".yaml".length))
    .filter((name) => builtinName.test(name))
    .sort();
}

interface Resolving {
  readonly builtinDir: string;
  readonly faults: Fault[];
  /** The files on the way here, so that a circle is noticed. */
  readonly seen: readonly string[];
  /** The `extends` that led here. */
  readonly at?: { readonly file: string; readonly extends: Placed };
}

async function resolve(nameOrFile: string, baseDir: string, way: Resolving): Promise<LoadedTable> {
  const builtin = builtinName.test(nameOrFile);
  const file = builtin ? path.join(way.builtinDir, `${nameOrFile}.yaml`) : path.resolve(baseDir, nameOrFile);
  const nothing: LoadedTable = { name: nameOrFile, file, rows: [], articleRows: 0 };
  if (way.seen.includes(file) || way.seen.length === maxExtends) {
    way.faults.push(faultAt(way, file, `tables extend each other in a circle: ${nameOrFile}`));
    return nothing;
  }
  const text = await readText(file);
  if (typeof text !== "string") {
    const names = builtin ? await listTables(way.builtinDir).catch(() => []) : [];
    const hint = builtin
      ? didYouMean(
          findSuggestion(nameOrFile, names),
          `built-in tables: ${names.join(", ")}; a file is named with .yaml`,
        )
      : {};
    const message = builtin ? `there is no built-in table "${nameOrFile}"` : text.message;
    way.faults.push({ ...faultAt(way, file, message), ...hint });
    return nothing;
  }
  const parsed = parseTable(text, file);
  way.faults.push(...parsed.faults);
  const own = { ...nothing, ...(parsed.channel === undefined ? {} : { channel: parsed.channel }) };
  if (parsed.extends === undefined) {
    return { ...own, rows: [...parsed.rows, ...parsed.beyond], articleRows: parsed.rows.length };
  }
  const base = await resolve(parsed.extends.text, path.dirname(file), {
    builtinDir: way.builtinDir,
    faults: way.faults,
    seen: [...way.seen, file],
    at: { file, extends: parsed.extends },
  });
  // Where the base could not be read, every drop would seem to be wrong.
  if (base.rows.length > 0) way.faults.push(...findIdleDrops(parsed, base));
  return { ...base, ...own, ...mergeRows(base, parsed) };
}

function mergeRows(base: LoadedTable, own: ParsedTable): Pick<LoadedTable, "rows" | "articleRows"> {
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

function findIdleDrops(own: ParsedTable, base: LoadedTable): readonly Fault[] {
  const targets = new Set(base.rows.map((row) => row.to));
  return own.drop
    .filter(({ text }) => !targets.has(text))
    .map(({ text, line, column }) => ({
      file: own.file,
      path: "drop",
      line,
      column,
      message: `${base.name} maps nothing to "${text}"`,
      ...didYouMean(findSuggestion(text, targets)),
    }));
}

function faultAt(way: Resolving, file: string, message: string): Fault {
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
