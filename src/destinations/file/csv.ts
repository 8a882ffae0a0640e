import { pipeline } from "node:stream";
import type { CsvError, InfoRecord, Options } from "csv-parse";
import { listFields, numberFields, productFields, type Product } from "../../model/product.js";
import { foreignError } from "./errors.js";
import type { DocumentFormat, StoredRow } from "./format.js";
import { guardCell, unguardCell } from "./formula-guard.js";
import { maxRowBytes, readLines } from "./lines.js";
import { allFields, overlay } from "./overlay.js";
import { parseProduct } from "./schema.js";

const numberForm = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/;

function quote(cell: string): string {
  return /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function toLine(cells: readonly string[]): string {
  return `${cells.map(quote).join(",")}\n`;
}

function toCell(product: Product, field: (typeof productFields)[number]): string {
  const value = product[field];
  if (value === undefined) return "";
  if (Array.isArray(value)) return value.join("|");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function fromCell(field: string, cell: string): unknown {
  if (listFields.has(field)) return cell.split("|");
  // What does not look like its kind stays a text, which parseProduct then refuses.
  if (numberFields.has(field)) return numberForm.test(cell) ? Number(cell) : cell;
  if (field !== "custom_fields") return cell;
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
}

async function* withLineFeeds(lines: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  for await (const line of lines) yield `${line}\n`;
}

interface ParsedRecord {
  readonly record: readonly string[];
  readonly info: InfoRecord;
}

const parserOptions: Options = {
  bom: true,
  info: true,
  max_record_size: maxRowBytes,
  record_delimiter: ["\n", "\r\n"],
  relax_column_count: true,
};

/** Records with the lines on which they begin. */
async function* readRecords(
  path: string,
): AsyncGenerator<{ readonly cells: readonly string[]; readonly line: number }, void, undefined> {
  // Loaded here, so that a run that reads no CSV does without.
  const { CsvError: csvError, parse } = await import("csv-parse");
  let line = 1;
  // The parser runs ahead of the loop below, and at a fault drops the records in between.
  let parserLine = 1;
  const parser = parse({
    ...parserOptions,
    on_record: (record, { lines }) => {
      parserLine = lines + 1;
      return record;
    },
  });
  // The parser is destroyed with the source's error, and the loop below throws it.
  pipeline(withLineFeeds(readLines(path)), parser, () => {});
  try {
    const records: AsyncIterable<ParsedRecord> = parser;
    for await (const { record, info } of records) {
      yield { cells: record, line };
      line = info.lines + 1;
    }
  } catch (error) {
    if (error instanceof csvError) throw foreignError(path, parserLine, csvFault(error));
    throw error;
  } finally {
    parser.destroy();
  }
}

function csvFault(error: CsvError): string {
  return error.code === "CSV_MAX_RECORD_SIZE" ? "the row is too long" : "its quotes do not match";
}

/**
 * CSV after RFC 4180, but with a line feed at the end of a row: a header of all fields of the canonical product in
 * order, lists joined by `|`, `custom_fields` as JSON, an empty cell for an absent field. With `formulaGuard` cells
 * that a spreadsheet may run as a formula carry a `'`; columns of numbers do without, a negative number is no formula.
 */
export function csvFormat(formulaGuard: boolean): DocumentFormat {
  const guarded = productFields.map((field) => formulaGuard && !numberFields.has(field));
  const isGuarded = (index: number): boolean => guarded[index] === true;
  const head = toLine(productFields);

  function parseRow(path: string, cells: readonly string[], line: number): StoredRow {
    if (cells.length !== productFields.length) {
      throw foreignError(path, line, `it has ${cells.length} cells instead of ${productFields.length}`);
    }
    const values: Record<string, unknown> = {};
    for (const [index, field] of productFields.entries()) {
      const cell = cells[index] ?? "";
      if (cell === "") continue;
      values[field] = fromCell(field, isGuarded(index) ? unguardCell(cell) : cell);
    }
    const parsed = parseProduct(values);
    if (!parsed.ok) throw foreignError(path, line, parsed.why);
    // A cell written before the guard was switched on gets its mark here.
    const kept = cells.map((cell, index) => (isGuarded(index) ? guardCell(unguardCell(cell)) : cell));
    return { product: parsed.product, text: toLine(kept), line };
  }

  return {
    fields: allFields,
    head,
    toRow(product, standing) {
      const whole = overlay(standing, product);
      const cells = productFields.map((field, index) => {
        const cell = toCell(whole, field);
        return isGuarded(index) ? guardCell(cell) : cell;
      });
      return toLine(cells);
    },
    async *read(path) {
      let headSeen = false;
      for await (const { cells, line } of readRecords(path)) {
        if (headSeen) {
          yield parseRow(path, cells, line);
        } else {
          if (toLine(cells) !== head) throw foreignError(path, line, "its header is not that of a product");
          headSeen = true;
        }
      }
    },
  };
}
