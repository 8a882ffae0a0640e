import { loadConfig, type LoadedConfig } from "../config/load.js";
import { ConfigError, exitCodes, type Fault, UsageError } from "../errors.js";
import { casesFileOf, runCases } from "../mapping/cases.js";
import { checkTable, groupRows, listTables, loadTable, type LoadedTable } from "../mapping/load.js";
import { builtinTables } from "../runtime.js";
import type { Output } from "../ui/output.js";
import { renderTable } from "../ui/table.js";
import { toJson, visible } from "../ui/text.js";
import { type GlobalFlags, outputFor } from "./flags.js";

/** `psync mapping show`: a table as the article prints it. */
export async function mappingShowCommand(flags: GlobalFlags, name: string | undefined): Promise<number> {
  const output = outputFor(flags);
  const [table, dir] = name === undefined ? await configuredTable(flags) : [name, process.cwd()];
  if (table === undefined) {
    throw new UsageError("table-missing", "no table is named, and the config names none of its own", {
      hint: `psync mapping show ${(await listTables(builtinTables)).join("|")}`,
    });
  }
  const loaded = await loadTable(table, dir, builtinTables);
  if (output.json) {
    const rows = loaded.rows.map(({ from, to, convert }) => ({ from, to, convert: convert ?? "text" }));
    await output.print(`${toJson({ command: "mapping show", table: loaded.name, rows })}\n`);
    return exitCodes.ok;
  }
  const { rows, beyond } = groupRows(loaded);
  const head = [loaded.channel ?? loaded.name, "psync", "converter"];
  await output.print(renderTable(head, rows.map(toCells)));
  if (beyond.length > 0) {
    await output.print(`\nBeyond the article:\n${renderTable(head, beyond.map(toCells))}`);
  }
  return exitCodes.ok;
}

/** `psync mapping check`: all faults of tables. */
export async function mappingCheckCommand(flags: GlobalFlags, names: readonly string[]): Promise<number> {
  const output = outputFor(flags);
  const faults: Fault[] = [];
  const told: string[] = [];
  for (const { table, dir } of await tablesToLookAt(flags, names)) {
    const check = await checkTable(table, dir, builtinTables);
    faults.push(...check.faults);
    told.push(
      `${table}: ${check.faults.length === 0 ? `${check.table.rows.length} rows, no fault` : count(check.faults.length, "fault")}`,
    );
  }
  return tellFaults(output, "mapping check", told, faults);
}

/** `psync mapping test`: the cases beside tables. */
export async function mappingTestCommand(flags: GlobalFlags, names: readonly string[]): Promise<number> {
  const output = outputFor(flags);
  const faults: Fault[] = [];
  const told: string[] = [];
  for (const { table, dir } of await tablesToLookAt(flags, names)) {
    const check = await checkTable(table, dir, builtinTables);
    faults.push(...check.faults);
    if (check.faults.length > 0) continue;
    const run = await runCases(check.table, casesOf(check.table));
    faults.push(...run.faults);
    told.push(
      `${table}: ${count(run.count, "case")}, ${run.faults.length === 0 ? "all as expected" : count(run.faults.length, "fault")}`,
    );
  }
  return tellFaults(output, "mapping test", told, faults);
}

async function tellFaults(
  output: Output,
  command: string,
  told: readonly string[],
  faults: readonly Fault[],
): Promise<number> {
  const status = faults.length === 0 ? "ok" : "failed";
  if (output.json) {
    await output.print(`${toJson({ command, status, faults })}\n`);
  } else {
    for (const line of told) await output.print(`${visible(line)}\n`);
    for (const fault of faults) {
      const place = [fault.file, fault.line, fault.column].filter((part) => part !== undefined).join(":");
      const hint = fault.hint === undefined ? "" : ` (${fault.hint})`;
      await output.print(
        `${output.paint.red("fault")} ${visible(`${place}  ${fault.path}: ${fault.message}${hint}`)}\n`,
      );
    }
  }
  return faults.length === 0 ? exitCodes.ok : exitCodes.config;
}

interface TableName {
  readonly table: string;
  readonly dir: string;
}

/** The named ones; otherwise all built-in ones and, where there is a config, its own. */
async function tablesToLookAt(flags: GlobalFlags, names: readonly string[]): Promise<readonly TableName[]> {
  const dir = process.cwd();
  if (names.length > 0) return names.map((table) => ({ table, dir }));
  const builtin = (await listTables(builtinTables)).map((table) => ({ table, dir }));
  const own = await ownTable(flags);
  return own === undefined ? builtin : [...builtin, own];
}

/** The config's own table. Without a config there is none; a config that is named must be there. */
async function ownTable(flags: GlobalFlags): Promise<TableName | undefined> {
  const loaded = await findConfigFor(flags);
  const table = loaded?.config.mapping.channel;
  return loaded === undefined || table === undefined ? undefined : { table, dir: loaded.dir };
}

async function configuredTable(flags: GlobalFlags): Promise<readonly [string | undefined, string]> {
  const loaded = await findConfigFor(flags);
  if (loaded === undefined) return [undefined, process.cwd()];
  return [loaded.config.mapping.channel ?? loaded.config.source.channel, loaded.dir];
}

async function findConfigFor(flags: GlobalFlags): Promise<LoadedConfig | undefined> {
  try {
    return await loadConfig({ file: flags.config });
  } catch (error) {
    if (flags.config === undefined && error instanceof ConfigError && error.code === "config-not-found")
      return undefined;
    throw error;
  }
}

function casesOf(table: LoadedTable): string {
  return casesFileOf(table.file);
}

function toCells(row: LoadedTable["rows"][number]): string[] {
  return [[row.from].flat().join(", "), row.to, row.convert ?? "text"];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
