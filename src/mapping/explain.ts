import type { JsonValue } from "../model/product.js";
import type { MappingRow } from "./contract.js";
import { defaultConverter } from "./converters.js";
import { compilePath, parsePath } from "./path.js";
import { Refusal } from "./refusal.js";
import { pathsOf } from "./rules.js";
import { toJson } from "./shapes.js";

/** Where the values of a target come from in one record. */
export interface ExplainedRow {
  /** The target as the table names it. */
  readonly to: string;
  readonly from: readonly string[];
  readonly convert: string;
  /** What each path found, as the cart has it; null where it found nothing. */
  readonly raw: readonly JsonValue[];
}

/** For each row of a table, in its order, what its paths find in a record. */
export function explainRecord(
  rows: readonly MappingRow[],
  fields: Readonly<Record<string, unknown>>,
): readonly ExplainedRow[] {
  return rows.map((row) => ({
    to: row.to,
    from: pathsOf(row),
    convert: row.convert ?? defaultConverter,
    raw: pathsOf(row).map((path) => readRaw(path, fields)),
  }));
}

function readRaw(text: string, fields: Readonly<Record<string, unknown>>): JsonValue {
  const path = parsePath(text);
  const found = typeof path === "string" ? undefined : compilePath(path)(fields);
  if (found === "" || (Array.isArray(found) && found.length === 0)) return found as JsonValue;
  const value = toJson(found instanceof Refusal ? found.value : found);
  return value === undefined || value instanceof Refusal ? null : value;
}
