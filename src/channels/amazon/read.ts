import { randomUUID } from "node:crypto";
import { AuthError, InterruptedError, RemoteError } from "../../errors.js";
import type { ReadRequest, RecordPage } from "../channel.js";
import type { AmazonContext } from "./context.js";
import { openDocument } from "./document.js";
import { createEnricher, type Enricher } from "./enrich.js";
import { fetchListings, type ListingsStart, mostListings, readByListings } from "./listings.js";
import { checkLocation, endpointOf, findMarketplace } from "./marketplaces.js";
import { readByReport, wantedColumns } from "./read-report.js";
import { type OpenReport, openListingsReport } from "./reports.js";
import { type ListingsResume, parseResumeToken, type ReportResume, type ResumeState } from "./resume.js";

/**
 * Reads the whole catalogue of one marketplace: a shop of at most 1,000 listings through the Listings API where the
 * seller id is known, any other through the listings report. `since` makes the read cheaper, not shorter: an unchanged
 * pass costs a token, the list of reports, one document and its download, and asks the catalogue only for ASINs that no
 * read before asked for.
 */
export async function* readShop(
  context: AmazonContext,
  request: ReadRequest,
  signal: AbortSignal,
): AsyncGenerator<RecordPage> {
  if (signal.aborted) throw new InterruptedError();
  endpointOf(context.settings);
  checkLocation(context.settings);
  const resume = request.resume === undefined ? undefined : parseResumeToken(request.resume);
  const begun = resume === undefined ? undefined : await continueRead(context, resume, signal);
  if (begun?.kind === "report") {
    yield* readReport(context, request, begun, signal);
    return;
  }
  const listings = begun ?? (await beginListings(context, signal));
  if (listings === undefined) {
    const report = await openListingsReport(context, wantedColumns(request.fields), signal);
    yield* readReport(context, request, { kind: "report", report, afterLine: 1, pass: randomUUID() }, signal);
    return;
  }
  const pass = listings.resume?.pass ?? randomUUID();
  const cursor = listings.resume?.cursor ?? new Date(context.parts.clock.now()).toISOString();
  const enricher = enricherFor(context, request, pass);
  const read = { pass, cursor, basis: basisOf(context) };
  yield* readByListings(context, listings.start, read, enricher, signal);
}

interface BegunReport {
  readonly kind: "report";
  readonly report: OpenReport;
  readonly afterLine: number;
  readonly pass: string;
}

interface BegunListings {
  readonly kind: "listings";
  readonly start: ListingsStart;
  readonly resume?: ListingsResume;
}

async function* readReport(
  context: AmazonContext,
  request: ReadRequest,
  { report, afterLine, pass }: BegunReport,
  signal: AbortSignal,
): AsyncGenerator<RecordPage> {
  try {
    warnOfMissing(context, report, request);
    const enricher = enricherFor(context, request, pass);
    const read = { report, afterLine, pass, basis: basisOf(context) };
    yield* readByReport(context, { ...read, ...(enricher === undefined ? {} : { enricher }) }, signal);
  } finally {
    await report.discard();
  }
}

/** Undefined when what the token leads to is gone: the read then starts anew. */
async function continueRead(
  context: AmazonContext,
  resume: ResumeState,
  signal: AbortSignal,
): Promise<BegunReport | BegunListings | undefined> {
  try {
    if (resume.kind === "report") return await continueReport(context, resume, signal);
    const first = await fetchListings(context, resume.pageToken, signal);
    const { seen, declared } = resume;
    return { kind: "listings", start: { first, seen, declared }, resume };
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    context.parts.warn("what the interrupted read was reading is gone at Amazon; it starts anew");
    return undefined;
  }
}

async function continueReport(
  context: AmazonContext,
  { document, cursor, line, pass }: ReportResume,
  signal: AbortSignal,
): Promise<BegunReport> {
  const opened = await openDocument(context, document, signal);
  return { kind: "report", report: { ...opened, createdTime: cursor }, afterLine: line, pass };
}

/** The first page of the listings tells how many there are. Undefined when the report has to be used. */
async function beginListings(
  context: AmazonContext,
  signal: AbortSignal,
): Promise<BegunListings | undefined> {
  if (context.settings.sellerId === undefined) return undefined;
  if (!context.trust.listings) {
    context.trust.listings = true;
    return undefined;
  }
  try {
    const first = await fetchListings(context, undefined, signal);
    if (first.numberOfResults > mostListings) return undefined;
    return { kind: "listings", start: { first, seen: 0, declared: 0 } };
  } catch (error) {
    const isRefused =
      error instanceof RemoteError || (error instanceof AuthError && error.code === "not-allowed");
    if (!isRefused) throw error;
    context.parts.warn(`${error.message}; the listings report is used in place of the Listings API`);
    return undefined;
  }
}

function enricherFor(context: AmazonContext, request: ReadRequest, pass: string): Enricher | undefined {
  if (context.settings.enrich === false) return undefined;
  if (request.fields !== undefined && !request.fields.includes("catalog")) return undefined;
  return createEnricher(context, pass, request.since !== undefined);
}

/** Every price is in the marketplace's currency, and no row says so. */
function basisOf({ settings: { marketplaceId } }: AmazonContext): string {
  const currency = findMarketplace(marketplaceId)?.currency;
  return currency === undefined ? marketplaceId : `${marketplaceId} ${currency}`;
}

function warnOfMissing({ parts }: AmazonContext, { header }: OpenReport, request: ReadRequest): void {
  for (const name of wantedColumns(request.fields)) {
    if (!header.names.has(name)) {
      parts.warn(`Amazon's report has no column ${name}: what is mapped from it stays as it is`);
    }
  }
}
