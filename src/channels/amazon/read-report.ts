import { ConfigError, IncompleteError, InterruptedError } from "../../errors.js";
import type { RecordReject, SourceRecord } from "../../model/record.js";
import type { RecordPage } from "../channel.js";
import { toBatches } from "./batches.js";
import type { Catalog } from "./catalog.js";
import type { AmazonContext } from "./context.js";
import type { Enricher } from "./enrich.js";
import { asinOf, channelOf, toFrame, toRecord } from "./records.js";
import { noteBad, type OpenReport } from "./reports.js";
import { toResumeToken } from "./resume.js";
import { type ReadRow, readRows } from "./rows.js";
import { createSeenRows, type SeenRows } from "./seen.js";
import { locationOf, merchantStock } from "./settings.js";
import { readStock } from "./stock.js";

/** What a read through a report has at hand. */
export interface ReportRead {
  readonly report: OpenReport;
  /** The last line that an earlier process kept; 1 is the header. */
  readonly afterLine: number;
  readonly pass: string;
  readonly basis: string;
  readonly enricher?: Enricher;
}

interface Books {
  readonly seen: SeenRows;
  /** How often a SKU came that came before. Few do. */
  readonly times: Map<string, number>;
  names: number;
  /** Names in which a question mark stands between letters. */
  spoilt: number;
  /** The line that the file ends inside of. */
  torn?: number;
}

/**
 * Reads the rows of an open report, page by page. Throws ConfigError for an inventory location that no row has,
 * IncompleteError after the last page when the file ends inside of a row.
 */
export async function* readByReport(
  context: AmazonContext,
  read: ReportRead,
  signal: AbortSignal,
): AsyncGenerator<RecordPage> {
  const { report, basis, pass } = read;
  const { createdTime: cursor, header, charset } = report;
  const facts = { cursor, basis, declared: report.rowCount };
  if (report.rowCount === 0) {
    warnOfNothing(context);
    // Should there have been rows before, the second look is at another report.
    await noteBad(context, report.id);
    yield { ...facts, records: [], rejects: [] };
    return;
  }
  await checkChannels(context, report, signal);
  const usesStock = locationOf(context.settings) !== merchantStock;
  const frame = toFrame(context.settings, usesStock ? await readStock(context, signal) : undefined);
  const books: Books = { seen: createSeenRows(), times: new Map(), names: 0, spoilt: 0 };
  const rows = keyed(readRows(report.lines(), header, charset), books, read.afterLine);
  for await (const batch of toBatches(rows, read.enricher, signal)) {
    const records: SourceRecord[] = [];
    const rejects: RecordReject[] = [];
    for (const each of batch.rows as readonly KeyedRow[]) {
      const { row, key, line } = each;
      if (row === undefined) {
        const message = `line ${line} of the report: ${each.problem ?? "it cannot be read"}`;
        rejects.push({ key: `report, line ${line}`, code: "unreadable", message });
      } else records.push(toRecord(row, key, catalogOf(each, batch.catalog), frame));
    }
    const line = batch.rows.at(-1)?.line ?? read.afterLine;
    const resume = toResumeToken({ v: 1, kind: "report", pass, cursor, document: report.id, line });
    yield { ...facts, records, rejects, resume };
    if (signal.aborted) throw new InterruptedError();
  }
  if (charset === "win1252") warnOfLoss(context, books);
  if (books.torn !== undefined) {
    await noteBad(context, report.id);
    throw new IncompleteError(
      "report-torn",
      `Amazon's report ends in the middle of line ${books.torn}: what follows is missing`,
      {
        hint: "The next look asks for a new report.",
      },
    );
  }
}

interface KeyedRow extends ReadRow {
  readonly key: string;
}

/**
 * Gives each row a key: its SKU. A second row of one SKU that says something else gets "#2" behind it, so that the run
 * sees both and reports them; one that repeats the first word for word is none. Lines that were kept are only noted.
 */
async function* keyed(
  rows: AsyncIterable<ReadRow>,
  books: Books,
  afterLine: number,
): AsyncGenerator<KeyedRow> {
  for await (const each of rows) {
    // No reject, for the row is whole in the report that the second look gets.
    if (each.torn === true) {
      books.torn = each.line;
      continue;
    }
    if (each.row === undefined) {
      if (each.line > afterLine) yield { ...each, key: "" };
      continue;
    }
    const sku = each.row["seller-sku"] ?? "";
    const text = Object.values(each.row).join("\t");
    noteName(each.row["item-name"] ?? "", books);
    let key = sku;
    for (
      let sighting = books.seen.note(key, text);
      sighting !== "new";
      sighting = books.seen.note(key, text)
    ) {
      if (sighting === "repeat") {
        key = "";
        break;
      }
      const times = (books.times.get(sku) ?? 1) + 1;
      books.times.set(sku, times);
      key = `${sku}#${times}`;
    }
    if (key !== "" && each.line > afterLine) yield { ...each, key };
  }
}

function catalogOf({ row }: ReadRow, catalog: ReadonlyMap<string, Catalog | undefined>): Catalog | undefined {
  const asin = row === undefined ? undefined : asinOf(row);
  return asin === undefined ? undefined : catalog.get(asin);
}

/** A location of Amazon's has to be one that some row has: its channels are named nowhere else. */
async function checkChannels(
  { settings }: AmazonContext,
  report: OpenReport,
  signal: AbortSignal,
): Promise<void> {
  const location = locationOf(settings);
  if (location === merchantStock) return;
  const channels = new Set<string>();
  for await (const { row } of readRows(report.lines(), report.header, report.charset)) {
    if (signal.aborted) throw new InterruptedError();
    if (row !== undefined) channels.add(channelOf(row));
    if (channels.has(location)) return;
  }
  channels.delete("");
  const message = `no listing is fulfilled by ${location}`;
  throw new ConfigError("unknown-location", message, [{ path: "options.inventoryLocation", message }], {
    hint:
      channels.size === 0 ? "The report names no channel." : `There are ${[...channels].sort().join(", ")}.`,
  });
}

function warnOfNothing({ settings, parts }: AmazonContext): void {
  parts.warn(
    `Amazon's listings report for ${settings.marketplaceId} has a header and no rows. Either nothing is listed there, or ` +
      "source.marketplaceId is another one than the seller sells in, or the account is not a seller's.",
  );
}

function noteName(name: string, books: Books): void {
  books.names += 1;
  if (/\p{L}\?\p{L}/u.test(name)) books.spoilt += 1;
}

const fewestSpoilt = 3;
const spoiltShare = 1 / 100;

/** Letters outside of windows-1252 are question marks in the file itself: no decoder brings them back. */
function warnOfLoss({ parts, settings }: AmazonContext, { names, spoilt }: Books): void {
  if (spoilt < fewestSpoilt || spoilt < names * spoiltShare) return;
  const way =
    settings.sellerId === undefined
      ? "set source.sellerId: shops of up to 1,000 SKUs are then read without a report"
      : "shops of more than 1,000 SKUs have no other way";
  parts.warn(
    `Amazon's report lost letters in ${spoilt} of ${names} names (a question mark in their place); ${way}`,
  );
}

/** The columns that the record is made of, as far as the mapping table reads them. */
export function wantedColumns(fields: readonly string[] | undefined): readonly string[] {
  return reportColumns.filter((name) => fields === undefined || fields.includes(name));
}

/** Images come from the catalogue: the report's column is blank for everybody, and missing for many. */
const reportColumns = [
  "seller-sku",
  "item-name",
  "item-description",
  "price",
  "quantity",
  "product-id",
  "product-id-type",
  "asin1",
  "fulfillment-channel",
  "status",
] as const;
