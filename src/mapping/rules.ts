import { MappingError, type Fault } from "../errors.js";
import type { MappingRow, MappingTable } from "./contract.js";
import { converters, defaultConverter, type Converter } from "./converters.js";
import { parsePath } from "./path.js";
import { findSuggestion } from "../model/suggest.js";
import { mayRepeat, suggestTarget, targetKind, type TargetKind } from "./targets.js";

/** One thing that is wrong with a row, and the key of the row that it is about. */
export interface RowFault {
  readonly key: "from" | "to" | "convert";
  readonly message: string;
  readonly hint?: string;
}

/** What holds for the rows of one kind of table. */
export interface RowRules {
  /** Everything that is wrong with a row taken by itself. */
  readonly check: (row: Pick<MappingRow, "from" | "to" | "convert">) => readonly RowFault[];
  readonly isTarget: (target: string) => boolean;
  /** The target that was probably meant. */
  readonly suggest: (target: string) => string | undefined;
  /** True where several rows may fill one target together. */
  readonly mayRepeat: (target: string) => boolean;
}

/** The rules of the rows of a channel's table. */
export const channelRules: RowRules = {
  check: checkRow,
  isTarget: (target) => targetKind(target) !== undefined,
  suggest: suggestTarget,
  mayRepeat,
};

/** The paths of a row as a list. */
export function pathsOf(row: Pick<MappingRow, "from">): readonly string[] {
  return typeof row.from === "string" ? [row.from] : row.from;
}

/** Everything that is wrong with a row taken by itself. */
function checkRow(row: Pick<MappingRow, "from" | "to" | "convert">): readonly RowFault[] {
  const faults: RowFault[] = [];
  const plural: string[] = [];
  for (const text of pathsOf(row)) {
    const path = parsePath(text);
    if (typeof path === "string") faults.push({ key: "from", message: `unreadable path: ${path}` });
    else if (path.plural) plural.push(text);
  }
  const kind = targetKind(row.to);
  if (kind === undefined) {
    faults.push({
      key: "to",
      message: `unknown target "${row.to}"`,
      ...didYouMean(suggestTarget(row.to)),
    });
  }
  const name = row.convert ?? defaultConverter;
  const converter = converters.get(name);
  if (converter === undefined) {
    faults.push({
      key: "convert",
      message: `unknown converter "${name}"`,
      ...didYouMean(findSuggestion(name, converters.keys()), `known: ${[...converters.keys()].join(", ")}`),
    });
    return faults;
  }
  if (kind !== undefined && !converter.targets.includes(kind)) {
    const message =
      row.convert === undefined
        ? `"${row.to}" needs a converter`
        : `converter "${name}" does not fit "${row.to}"`;
    faults.push({ key: "convert", message, hint: `fitting: ${fitting(kind).join(", ")}` });
    return faults;
  }
  const count = pathsOf(row).length;
  const [fewest, most] = converter.paths;
  if (count < fewest || count > most) {
    const takes = fewest === most ? String(fewest) : `${fewest} to ${most}`;
    faults.push({
      key: "from",
      message: `converter "${name}" takes ${takes} path${most === 1 ? "" : "s"}, not ${count}`,
      hint: `${name}: ${converter.about}`,
    });
  }
  if (!converter.lists && plural.length > 0) {
    faults.push({ key: "from", message: `path "${plural[0]}" gives a list; "${name}" takes one value` });
  }
  return faults;
}

function fitting(kind: TargetKind): readonly string[] {
  const fits = (converter: Converter): boolean => converter.targets.includes(kind);
  return [...converters].filter(([, converter]) => fits(converter)).map(([name]) => name);
}

/** A fault for each row whose target an earlier row fills already, unless the target may repeat. */
export function findDoubledTargets(
  rows: readonly MappingRow[],
  rules: Pick<RowRules, "mayRepeat">,
): readonly Fault[] {
  const first = new Map<string, MappingRow>();
  const faults: Fault[] = [];
  for (const row of rows) {
    const earlier = first.get(row.to);
    if (earlier === undefined) first.set(row.to, row);
    else if (!rules.mayRepeat(row.to)) {
      faults.push({
        file: row.file,
        path: row.to,
        line: row.line,
        message: `target "${row.to}" is mapped twice; the first row is in line ${earlier.line}`,
      });
    }
  }
  return faults;
}

/** Throws `MappingError` with every fault of a table's rows, and `others`, unless there is none. */
export function refuseFaults(table: MappingTable, rules: RowRules, others: readonly Fault[] = []): void {
  const faults: Fault[] = table.rows.flatMap((row) =>
    rules.check(row).map(({ message, hint }) => ({
      file: row.file,
      path: row.to,
      line: row.line,
      message,
      ...(hint === undefined ? {} : { hint }),
    })),
  );
  faults.push(...findDoubledTargets(table.rows, rules), ...others);
  if (faults.length > 0) {
    throw new MappingError("mapping-invalid", `mapping table ${table.name} is invalid`, faults);
  }
}

/** The `hint` of a fault: the word that was meant, or else another help. */
export function didYouMean(word: string | undefined, otherwise?: string): { readonly hint?: string } {
  if (word !== undefined) return { hint: `did you mean "${word}"?` };
  return otherwise === undefined ? {} : { hint: otherwise };
}
