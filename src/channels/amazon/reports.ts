import { PsyncError, RemoteError, TransientError } from "../../errors.js";
import { pause } from "../../http/storm.js";
import type { AmazonContext } from "./context.js";
import { type OpenDocument, openDocument, readDocumentHead } from "./document.js";
import { quoted } from "./errors.js";
import { createdSchema, type ReportRow, reportSchema, reportsSchema } from "./schema.js";

/** A finished report with its document open. */
export interface OpenReport extends OpenDocument {
  /** When Amazon was asked for it, ISO 8601, UTC. */
  readonly createdTime: string;
}

const reportType = "GET_MERCHANT_LISTINGS_ALL_DATA";
const reportsPath = "/reports/2021-06-30/reports";

/**
 * A finished report that is not older is as good as a new one: Amazon answers from a cache of one to six hours, and
 * refuses who asks for new ones too often.
 */
const reuseMs = 30 * 60_000;
/** How far back the list is asked for: a little more than both limits above and below. */
const listMs = 40 * 60_000;
const waitLimitMs = 30 * 60_000;
const firstPollMs = 5_000;
const pollFactor = 1.5;
const longestPollMs = 60_000;
/** What is better than nothing when Amazon makes no new report. */
const fallbackMs = 24 * 3_600_000;
const afterCancelMs = 30 * 60_000;
/** Before a second asking: what the first one made is in the list by then, and no minute sees two of them. */
const afterUnknownMs = 60_000;
/** Under these names are kept: the ids of the last reports that psync asked for, and a document that was no good. */
const ownName = "reports";
const badName = "bad-document";
const mostOwn = 5;
/** How many older ones are looked at: each costs one of few requests for documents. */
const mostOlder = 3;
const inTheMaking = ["IN_QUEUE", "IN_PROGRESS"];

/** Why there is no new report. */
const [cancelled, fatal, slow] = ["report-cancelled", "report-fatal", "report-slow"] as const;
const unmade: ReadonlySet<string> = new Set([cancelled, fatal, slow]);

/**
 * Opens a listings report: a fresh one that exists, one that is being made, a new one, or, where Amazon makes none, the
 * last one of a day. One of somebody else's, whose options nobody knows, counts only when it has every column in
 * `wanted`. Throws TransientError when Amazon does not finish it or cancels it twice, RemoteError when it fails.
 */
export async function openListingsReport(
  context: AmazonContext,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<OpenReport> {
  const { parts } = context;
  const own = (await recall(context, ownName))?.split(" ") ?? [];
  const bad = await recall(context, badName);
  const known = await listReports(context, listMs, ["DONE", ...inTheMaking], signal);
  const isOwn = ({ reportId }: ReportRow): boolean => own.includes(reportId);
  const open = async (report: ReportRow | undefined): Promise<OpenReport | undefined> => {
    if (report === undefined || !isDone(report) || report.reportDocumentId === bad) return undefined;
    return openIfFit(context, report, isOwn(report) ? [] : wanted, signal);
  };
  const now = parts.clock.now();
  // Both ways: for a clock that is far behind Amazon's, what is old comes from the future.
  const fresh = known.filter(
    (each) => isDone(each) && Math.abs(now - Date.parse(each.createdTime)) <= reuseMs,
  );
  const ready = await open(fresh.find(isOwn) ?? fresh[0]);
  if (ready !== undefined) return ready;

  const underWay = known.filter(isUnderWay);
  let begun = underWay.find(isOwn) ?? underWay[0];
  for (let round = 1; ; round += 1) {
    try {
      const finished = begun === undefined ? undefined : await open(await waitFor(context, begun, signal));
      return finished ?? (await makeReport(context, own, known, signal));
    } catch (error) {
      if (!(error instanceof PsyncError) || !unmade.has(error.code)) throw error;
      for (const older of (await listReports(context, fallbackMs, ["DONE"], signal)).slice(0, mostOlder)) {
        const opened = await open(older);
        if (opened === undefined) continue;
        parts.warn(`${error.message}; the one of ${opened.createdTime} is used in its place`);
        return opened;
      }
      if (error.code !== cancelled || round > 1) throw error;
      parts.warn(
        `${error.message}, as it does when asked too often; psync waits 30 minutes and asks once more`,
      );
      begun = undefined;
      await pause(context.parts.clock, afterCancelMs, signal);
    }
  }
}

/** Asks for a new report and opens it once it is done. `known`: reports that were there before. */
async function makeReport(
  context: AmazonContext,
  own: readonly string[],
  known: readonly ReportRow[],
  signal: AbortSignal,
): Promise<OpenReport> {
  const asked = await createReport(context, known, signal);
  await keep(context, ownName, [...own, asked.reportId].slice(-mostOwn).join(" "));
  const report = await waitFor(context, asked, signal);
  if (isDone(report)) return openReport(context, report, signal);
  if (report.processingStatus !== "CANCELLED") throw await fatalError(context, report, signal);
  throw new TransientError(cancelled, "Amazon cancelled the listings report", {
    hint:
      "It does so when there is nothing to report, when somebody cancels it in Seller Central, and when reports are " +
      "asked for too often, by any app. Try again in some hours; check source.marketplaceId if it stays so.",
  });
}

/**
 * The account's listings reports of this marketplace of the last `ageMs`, newest first. It is also the cheapest proof of
 * the right to reports.
 */
export async function listReports(
  { api, settings, parts }: AmazonContext,
  ageMs: number,
  statuses: readonly string[],
  signal: AbortSignal,
): Promise<ReportRow[]> {
  const query = {
    reportTypes: [reportType],
    marketplaceIds: [settings.marketplaceId],
    processingStatuses: statuses,
    createdSince: new Date(parts.clock.now() - ageMs).toISOString(),
    pageSize: 100,
  };
  const { reports } = await api.get("getReports", reportsPath, query, reportsSchema, signal);
  return (
    reports
      .flatMap((each) => reportSchema.safeParse(each).data ?? [])
      .filter((each) => each.reportType === reportType)
      // A report over several marketplaces holds one of them, nobody knows which.
      .filter(
        ({ marketplaceIds: ids }) =>
          ids === undefined || (ids.length === 1 && ids[0] === settings.marketplaceId),
      )
      .sort((a, b) => Date.parse(b.createdTime) - Date.parse(a.createdTime))
  );
}

/** Asks for a report. When it is not known whether the asking arrived, its twin is looked for before a second try. */
async function createReport(
  context: AmazonContext,
  known: readonly ReportRow[],
  signal: AbortSignal,
): Promise<ReportRow> {
  const { api, settings, parts } = context;
  const before = new Set(known.map(({ reportId }) => reportId));
  const body = {
    reportType,
    marketplaceIds: [settings.marketplaceId],
    // Wishful: Amazon's cache ignores it, so headers in other languages still come.
    reportOptions: { preferredReportDocumentLocale: "en_US" },
  };
  for (let tries = 1; ; tries += 1) {
    try {
      const { reportId } = await api.post("createReport", reportsPath, body, createdSchema, signal);
      const createdTime = new Date(parts.clock.now()).toISOString();
      return { reportId, reportType, processingStatus: "IN_QUEUE", createdTime };
    } catch (error) {
      if (!(error instanceof TransientError) || error.code !== "unknown-outcome" || tries > 1) throw error;
      await pause(context.parts.clock, afterUnknownMs, signal);
      const there = await listReports(context, listMs, ["DONE", ...inTheMaking], signal);
      const twin = there.find(({ reportId }) => !before.has(reportId));
      if (twin !== undefined) return twin;
    }
  }
}

/** Asks for a report's state until it is a final one. */
async function waitFor(context: AmazonContext, report: ReportRow, signal: AbortSignal): Promise<ReportRow> {
  const { api, parts } = context;
  const path = `${reportsPath}/${encodeURIComponent(report.reportId)}`;
  const startedMs = parts.clock.now();
  let last = report;
  for (let waitMs = firstPollMs; isUnderWay(last); waitMs *= pollFactor) {
    if (parts.clock.now() - startedMs >= waitLimitMs) {
      throw new TransientError(slow, "Amazon has not finished the listings report in 30 minutes", {
        hint: "It may still do so: the next run takes up the same report.",
      });
    }
    await pause(context.parts.clock, Math.ceil(Math.min(waitMs, longestPollMs)), signal);
    last = await api.get("getReport", path, {}, reportSchema, signal);
  }
  return last;
}

async function openReport(
  context: AmazonContext,
  report: ReportRow,
  signal: AbortSignal,
): Promise<OpenReport> {
  const { reportDocumentId, createdTime } = report;
  if (reportDocumentId === undefined) {
    const message = "Amazon finished the listings report without a document";
    throw new RemoteError("report-without-document", message);
  }
  const opened = await openDocument(context, reportDocumentId, signal);
  return { ...opened, createdTime: new Date(createdTime).toISOString() };
}

async function openIfFit(
  context: AmazonContext,
  report: ReportRow,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<OpenReport | undefined> {
  let opened: OpenReport;
  try {
    opened = await openReport(context, report, signal);
  } catch (error) {
    // Somebody else's may be in any form; a new one of ours is asked for instead.
    if (error instanceof RemoteError && wanted.length > 0) return undefined;
    throw error;
  }
  if (wanted.every((name) => opened.header.names.has(name))) return opened;
  await opened.discard();
  return undefined;
}

async function fatalError(
  context: AmazonContext,
  report: ReportRow,
  signal: AbortSignal,
): Promise<RemoteError> {
  const { reportDocumentId, processingStatus } = report;
  const head =
    reportDocumentId === undefined ? "" : await readDocumentHead(context, reportDocumentId, signal);
  const state = quoted(processingStatus, context.parts.redact);
  const words = quoted(head.replace(/\s+/g, " "), context.parts.redact);
  return new RemoteError(fatal, `Amazon failed to make the listings report${state}${words}`, {
    hint: "Ask for the All Listings Report in Seller Central (Inventory > Inventory Reports). If that fails too, Amazon's support has to help.",
  });
}

function isDone({ processingStatus }: ReportRow): boolean {
  return processingStatus === "DONE";
}

function isUnderWay({ processingStatus }: ReportRow): boolean {
  return inTheMaking.includes(processingStatus);
}

/** Notes that a document ends inside of a row, or holds none, so that the next read asks for another report. */
export async function noteBad(context: AmazonContext, documentId: string): Promise<void> {
  await keep(context, badName, documentId);
}

async function recall({ parts, settings }: AmazonContext, what: string): Promise<string | undefined> {
  const name = `${what}:${settings.marketplaceId}`;
  return (await parts.memory.get([name])).get(name);
}

async function keep({ parts, settings }: AmazonContext, what: string, value: string): Promise<void> {
  await parts.memory.set(new Map([[`${what}:${settings.marketplaceId}`, value]]));
}
