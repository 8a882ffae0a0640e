import { loadConfig, type LoadedConfig } from "../config/load.js";
import { ConfigError, exitCodes, type Fault, UsageError } from "../errors.js";
import { casesFileOf, runCases } from "../mapping/cases.js";
import type { MappingRow } from "../mapping/contract.js";
import { defaultConverter } from "../mapping/converters.js";
import { sameConverter } from "../mapping/item-converters.js";
import {
  checkTable,
  groupRows,
  isItemTable,
  listTables,
  type LoadedTable,
  mappingError,
  type TableCheck,
} from "../mapping/load.js";
import { builtinItemTables, builtinTables } from "../runtime.js";
import type { Output } from "../ui/output.js";
import { renderTable } from "../ui/table.js";
import { toJson, visible } from "../ui/text.js";
import { type GlobalFlags, outputFor } from "./flags.js";

const builtinDirs = [builtinTables, builtinItemTables];

/** `psync mapping show`: a table as the article prints it. */
export async function mappingShowCommand(flags: GlobalFlags, name: string | undefined): Promise<number> {
  const output = outputFor(flags);
  const [table, dir] = name === undefined ? await configuredTable(flags) : [name, process.cwd()];
  if (table === undefined) {
    throw new UsageError("table-missing", "no table is named, and the config names none of its own", {
      hint: `psync mapping show ${(await listTables(builtinDirs)).join("|")}`,
    });
  }
  const { table: loaded, faults } = await checkTable(table, dir, builtinDirs);
  if (faults.length > 0) throw mappingError(table, faults);
  const isItems = isItemTable(loaded);
  const unnamed = isItems ? sameConverter : defaultConverter;
  if (output.json) {
    const rows = loaded.rows.map(({ from, to, convert }) => ({ from, to, convert: convert ?? unnamed }));
    await output.print(`${toJson({ command: "mapping show", table: loaded.name, rows })}\n`);
    return exitCodes.ok;
  }
  const toCells = ({ from, to, convert }: MappingRow): string[] => [
    [from].flat().join(", "),
    to,
    convert ?? unnamed,
  ];
  const { rows, beyond } = groupRows(loaded);
  const [left, right] = isItems ? ["psync", loaded.destination] : [loaded.channel ?? loaded.name, "psync"];
  const head = [left, right, "converter"];
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
  for (const { table, check } of await checkTables(flags, names)) {
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
  for (const { table, check } of await checkTables(flags, names)) {
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
  /** What it must be for. */
  readonly wanted?: "channel" | "destination";
}

/** The named ones; otherwise all built-in ones and, where there is a config, its own. */
async function tablesToLookAt(flags: GlobalFlags, names: readonly string[]): Promise<readonly TableName[]> {
  const dir = process.cwd();
  if (names.length > 0) return names.map((table) => ({ table, dir }));
  const builtin = (await listTables(builtinDirs)).map((table) => ({ table, dir }));
  return [...builtin, ...(await ownTables(flags))];
}

/** The config's own tables. Without a config there are none; a config that is named must be there. */
async function ownTables(flags: GlobalFlags): Promise<readonly TableName[]> {
  const loaded = await findConfigFor(flags);
  if (loaded === undefined) return [];
  return (["channel", "destination"] as const).flatMap((wanted) => {
    const table = loaded.config.mapping[wanted];
    return table === undefined ? [] : [{ table, dir: loaded.dir, wanted }];
  });
}

async function checkTables(
  flags: GlobalFlags,
  names: readonly string[],
): Promise<readonly { readonly table: string; readonly check: TableCheck }[]> {
  const tables = await tablesToLookAt(flags, names);
  return Promise.all(
    tables.map(async ({ table, dir, wanted }) => ({
      table,
      check: await checkTable(table, dir, builtinDirs, wanted),
    })),
  );
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

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
