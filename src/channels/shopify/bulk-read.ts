import { InterruptedError } from "../../errors.js";
import type { RecordReject, SourceRecord } from "../../model/record.js";
import { pageTitle } from "../../http/body.js";
import type { Download } from "../../http/download.js";
import type { RecordPage } from "../channel.js";
import { cancelExport, type ExportOutcome, orRefused, startExport, waitForExport } from "./bulk.js";
import { countPasses, type ExportRow, joinExport, surveyFile } from "./bulk-result.js";
import { type ListPage } from "./list.js";
import { fullPage, type Read, toPage, toReject } from "./open-read.js";
import * as queries from "./queries.js";
import { toVariantRecord } from "./records.js";
import { type BulkState, ownerSchema, variantCountSchema } from "./schema.js";
import { isFresh } from "./take.js";

/**
 * The time that paging may take before an export is tried, in milliseconds. Below some minutes paging always wins: an
 * export waits in a queue of Shopify's first. At the smallest plan's rate these are some 75,000 variants, if a page
 * costs 100 points.
 */
const exportWorthMs = 5 * 60_000;

/** Whether the pages that are left would take longer than an export is worth, judged by one that came. */
export function isWorthExport({ state }: Read, page: ListPage): boolean {
  if (state.declared === undefined || page.nodes.length === 0) return false;
  const pagesLeft = (state.declared - state.seen) / page.nodes.length;
  return pagesLeft * Math.max(page.tookMs, page.refillMs) > exportWorthMs;
}

/**
 * Reads what pages have not given as an export, which is started here unless the read brought its own along. Returns
 * false, with a warning, where it comes to nothing: then pages go on behind the last one. The id is given away in a page
 * without records before anything is waited for, so that another process goes on with the same export.
 */
export async function* readExport(read: Read, signal: AbortSignal): AsyncGenerator<RecordPage, boolean> {
  const { state } = read;
  const started: ExportOutcome<undefined> =
    state.bulk === undefined ? await startBoth(read, signal) : { result: undefined };
  if ("refused" in started) return giveUp(read, started.refused);
  yield toPage(read, []);
  const files: Download[] = [];
  try {
    const fetched = await fetchFiles(read, files, signal);
    if ("refused" in fetched) return giveUp(read, fetched.refused);
    const [variants, images] = files;
    if (variants !== undefined) {
      const both = { variants, ...(images === undefined ? {} : { images }) };
      yield* givePages(read, joinExport(both, fetched.result, signal), signal);
    }
  } finally {
    for (const file of files) await file.discard();
  }
  state.list.done = true;
  return true;
}

function giveUp(read: Read, why: string): false {
  const { state, context } = read;
  const { redact, warn } = context.parts;
  warn(
    `the export of the catalogue came to nothing (${redact(pageTitle(redact(why)))}): it is read page by page`,
  );
  // What came out of it comes again.
  state.seen -= state.bulk?.given ?? 0;
  state.fresh -= state.bulk?.fresh ?? 0;
  delete state.bulk;
  state.paged = true;
  return false;
}

async function startBoth(read: Read, signal: AbortSignal): Promise<ExportOutcome<undefined>> {
  const { shape, state, context } = read;
  const { withStock, withImages, locationId } = shape;
  const query = queries.bulkVariants({ withImages, ...(withStock ? { locationId } : {}) });
  const variants = await startExport(context.api, query, signal);
  if ("refused" in variants) return variants;
  state.bulk = { variants: variants.result, given: 0, fresh: 0 };
  if (!withImages) return { result: undefined };
  const images = await startExport(context.api, queries.bulkImages, signal);
  if ("refused" in images) {
    await cancelExport(context.api, variants.result, signal);
    return images;
  }
  state.bulk.images = images.result;
  return { result: undefined };
}

/**
 * Waits for the exports, takes their files down into `files` (variants, images; none where the shop is empty) and checks
 * that they are whole before anything is given. Gives the number of passes that they are joined in.
 */
async function fetchFiles(
  read: Read,
  files: Download[],
  signal: AbortSignal,
): Promise<ExportOutcome<number>> {
  const { api, parts } = read.context;
  const { bulk } = read.state;
  if (bulk === undefined) return { refused: "it was not started" };
  const ready = await waitForExport(api, parts.clock, bulk.variants, signal);
  if ("refused" in ready) {
    if (bulk.images !== undefined) await cancelExport(api, bulk.images, signal);
    return ready;
  }
  const states = [ready.result];
  if (bulk.images !== undefined) {
    const pictures = await waitForExport(api, parts.clock, bulk.images, signal);
    if ("refused" in pictures) return pictures;
    states.push(pictures.result);
  }
  if (states.every(isEmpty)) {
    const { data } = await api.ask(queries.variantCount, variantCountSchema, {}, signal);
    if (data.productVariantsCount.count === 0) return { result: 1 };
  }
  // The export of images has a line for each product, also for those without images.
  if (states.some(isEmpty)) return { refused: "Shopify calls it complete and gives nothing" };
  let childBytes = 0;
  for (const state of states) {
    const fetched = await fetchFile(read, state, files, signal);
    if ("refused" in fetched) return fetched;
    childBytes += fetched.result;
  }
  bulk.passes ??= countPasses(childBytes);
  return { result: bulk.passes };
}

function isEmpty({ url }: BulkState): boolean {
  return url === null || url === undefined || url === "";
}

/** Gives the bytes of lines that belong to another one. */
async function fetchFile(
  { context }: Read,
  { url, objectCount }: BulkState,
  files: Download[],
  signal: AbortSignal,
): Promise<ExportOutcome<number>> {
  return orRefused(async () => {
    const address = url !== null && url !== undefined && URL.canParse(url) ? new URL(url) : undefined;
    // The host is another one than the shop's. Without https it may only be a stand-in's, which has none itself.
    if (
      address === undefined ||
      (address.protocol !== "https:" && address.protocol !== new URL(context.api.origin()).protocol)
    ) {
      return { refused: "its address is no https address" };
    }
    const file = await context.parts.http.download({ method: "GET", url: address.href, signal });
    files.push(file);
    const { lines, childBytes, whole } = await surveyFile(file, signal);
    if (!whole) return { refused: "its last line is cut" };
    if (objectCount !== "" && String(lines) !== objectCount) {
      return { refused: `it has ${lines} lines in place of ${objectCount}` };
    }
    return { result: childBytes };
  });
}

async function* givePages(
  read: Read,
  rows: AsyncIterable<ExportRow>,
  signal: AbortSignal,
): AsyncGenerator<RecordPage> {
  const { state } = read;
  const { bulk } = state;
  if (bulk === undefined) return;
  const skip = bulk.given;
  let met = 0;
  let records: SourceRecord[] = [];
  let rejects: RecordReject[] = [];
  const floor = state.ordered ? BigInt(state.floor) : -1n;
  for await (const row of rows) {
    if (signal.aborted) throw new InterruptedError();
    // Pages gave it before the export began.
    if ("id" in row && BigInt(row.id) <= floor) continue;
    met += 1;
    if (met <= skip) continue;
    bulk.given += 1;
    state.seen += 1;
    if ("line" in row) {
      rejects.push(toReject(`variants, line ${row.line} of the export`, "it cannot be read"));
    } else if (!ownerSchema.safeParse(row.variant["product"]).success) {
      rejects.push(toReject(row.id, "the shop sent it in a form that cannot be read"));
    } else {
      if (isFresh(row.variant["createdAt"], state.startedMs)) {
        state.fresh += 1;
        bulk.fresh += 1;
      }
      records.push(toVariantRecord(row.variant, row.id, read.frame, row.images));
    }
    if (records.length + rejects.length < fullPage) continue;
    yield toPage(read, records, rejects);
    records = [];
    rejects = [];
  }
  if (records.length + rejects.length > 0) yield toPage(read, records, rejects);
}
