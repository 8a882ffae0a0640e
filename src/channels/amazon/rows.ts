import type { Line } from "../../http/lines.js";
import { type Charset, decodeLine } from "./charset.js";
import type { ReportHeader } from "./header.js";

/** One row of a report under the English names of its columns; every value is text. */
export type Row = Readonly<Record<string, string>>;

/** A row, or why there is none. */
export interface ReadRow {
  /** Where it stands in the file; the header is line 1. */
  readonly line: number;
  readonly row?: Row;
  readonly problem?: string;
  /** The file ends inside of this row. */
  readonly torn?: true;
}

interface Parsed extends ReadRow {
  readonly cells: number;
}

/** Longer than any row with its description. A longer line is the sign of a file that is something else. */
export const longestLineBytes = 2 ** 20;

/**
 * Reads the rows behind the header. Cells are parted by tabs and nothing is quoted: a quote is data. Short rows are
 * padded (some files drop what is empty at the end). A row that cannot be right is told by its problem, and so are
 * both halves of one that a line feed in a text broke in two.
 */
export async function* readRows(
  lines: AsyncIterable<Line>,
  header: ReportHeader,
  charset: Charset,
): AsyncGenerator<ReadRow> {
  const width = header.columns.length;
  let shortest = width;
  let held: Parsed | undefined;
  for await (const line of lines) {
    if (line.number === 1) continue;
    let parsed = parseLine(line, header, charset);
    if (parsed === undefined) continue;
    // Without a line feed at its end the file may have been cut, unless the row is as long as others are.
    if (!line.ended && parsed.cells < shortest) {
      parsed = toProblem(parsed, "the file ends in the middle of it", true);
    } else if (held !== undefined && areHalves(held, parsed, width)) {
      held = toProblem(held, "a line feed inside of it breaks it in two");
      parsed = toProblem(parsed, `it is the rest of line ${held.line}`);
    } else if (parsed.row !== undefined) shortest = Math.min(shortest, parsed.cells);
    if (held !== undefined) yield held;
    held = parsed;
  }
  if (held !== undefined) yield held;
}

/**
 * Two rows that make a whole one together, and one of which cannot be right. The second may look whole: a line feed in
 * the first cell leaves all others to it.
 */
function areHalves(first: Parsed, second: Parsed, width: number): boolean {
  if (first.cells >= width || first.cells + second.cells - 1 !== width) return false;
  return first.problem !== undefined || second.problem !== undefined;
}

function toProblem({ line, cells }: Parsed, problem: string, torn = false): Parsed {
  return { line, cells, problem, ...(torn ? { torn: true } : {}) };
}

/** Undefined for an empty line. */
function parseLine(line: Line, header: ReportHeader, charset: Charset): Parsed | undefined {
  const place = () => ({ line: line.number, cells: countCells(line.bytes) });
  if (line.tooLong) return { ...place(), problem: "it is longer than 1 MiB" };
  const text = decodeLine(line.bytes, charset);
  if (text === undefined) return { ...place(), problem: `it holds bytes that are not ${charset}` };
  const plain = text.endsWith("\r") ? text.slice(0, -1) : text;
  if (plain.trim() === "") return undefined;
  return parseCells(plain.split("\t"), line.number, header);
}

/** A tab is never a part of another character in any charset that is read. */
function countCells(bytes: Buffer): number {
  let cells = 1;
  for (let at = bytes.indexOf(0x09); at >= 0; at = bytes.indexOf(0x09, at + 1)) cells += 1;
  return cells;
}

function parseCells(cells: readonly string[], line: number, { columns }: ReportHeader): Parsed {
  const place = { line, cells: cells.length };
  if (cells.length > columns.length) {
    return { ...place, problem: `it has ${cells.length} cells, the header has ${columns.length}` };
  }
  const row: Record<string, string> = {};
  for (const [index, name] of columns.entries()) {
    if (name !== undefined) row[name] = cells[index] ?? "";
  }
  if ((row["seller-sku"] ?? "").trim() === "") return { ...place, problem: "it has no SKU" };
  const type = (row["product-id-type"] ?? "").trim();
  if (type !== "" && !/^\d$/.test(type)) {
    return { ...place, problem: "its product-id-type is no digit: its cells are out of place" };
  }
  return { ...place, row };
}
