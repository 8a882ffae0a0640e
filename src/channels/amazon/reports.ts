import { RemoteError, TransientError } from "../../errors.js";
import { type AmazonContext, pause } from "./context.js";
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
/** Under these names are kept: the ids of the last reports that psync asked for, and a document that was found torn. */
const ownName = "reports";
const tornName = "torn-document";
const mostOwn = 5;

/**
 * Opens a listings report: a fresh one that exists, one that is being made, or a new one. One of somebody else's, whose
 * options nobody knows, counts only when it has every column in `wanted`. Throws TransientError when Amazon does not
 * finish it or cancels it, RemoteError when it fails.
 */
export async function openListingsReport(
  context: AmazonContext,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<OpenReport> {
  const own = (await recall(context, ownName))?.split(" ") ?? [];
  const torn = await recall(context, tornName);
  const isOwn = ({ reportId }: ReportRow): boolean => own.includes(reportId);
  const now = context.parts.clock.now();
  const reports = await listReports(context, now - listMs, ["DONE", "IN_QUEUE", "IN_PROGRESS"], signal);
  const isFresh = (each: ReportRow): boolean =>
    isDone(each) && each.reportDocumentId !== torn && now - Date.parse(each.createdTime) <= reuseMs;
  const fresh = reports.filter(isFresh);
  const under = reports.filter(({ processingStatus }) => isUnderWay(processingStatus));
  for (const group of [fresh, under]) {
    const found = group.find(isOwn) ?? group[0];
    if (found === undefined) continue;
    const done = isDone(found) ? found : await waitFor(context, found, signal);
    const opened = isDone(done)
      ? await openIfFit(context, done, isOwn(done) ? [] : wanted, signal)
      : undefined;
    if (opened !== undefined) return opened;
  }
  return makeReport(context, own, signal);
}

async function makeReport(
  context: AmazonContext,
  own: readonly string[],
  signal: AbortSignal,
): Promise<OpenReport> {
  for (let round = 1; ; round += 1) {
    const asked = await createReport(context, signal);
    await keep(context, ownName, [...own, asked.reportId].slice(-mostOwn).join(" "));
    const report = await waitFor(context, asked, signal);
    if (isDone(report)) return openReport(context, report, signal);
    if (report.processingStatus !== "CANCELLED") throw await fatalError(context, report, signal);
    const older = await listReports(context, context.parts.clock.now() - fallbackMs, ["DONE"], signal);
    const last = older.find(isDone);
    if (last !== undefined) {
      context.parts.warn(
        `Amazon cancelled the listings report; the one of ${last.createdTime} is used in its place`,
      );
      return openReport(context, last, signal);
    }
    if (round > 1) {
      throw new TransientError("report-cancelled", "Amazon cancelled the listings report twice", {
        hint:
          "It does so when there is nothing to report, when somebody cancels it in Seller Central, and when reports are " +
          "asked for too often, by any app. Try again in some hours; check source.marketplaceId if it stays so.",
      });
    }
    context.parts.warn(
      "Amazon cancelled the listings report, as it does when asked too often; psync waits 30 minutes and asks once more",
    );
    await pause(context, afterCancelMs, signal);
  }
}

/**
 * The account's listings reports of this marketplace, newest first. It is also the cheapest proof of the right to
 * reports.
 */
export async function listReports(
  { api, settings }: AmazonContext,
  sinceMs: number,
  statuses: readonly string[],
  signal: AbortSignal,
): Promise<ReportRow[]> {
  const query = {
    reportTypes: [reportType],
    marketplaceIds: [settings.marketplaceId],
    processingStatuses: statuses,
    createdSince: new Date(sinceMs).toISOString(),
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
async function createReport(context: AmazonContext, signal: AbortSignal): Promise<ReportRow> {
  const { api, settings, parts } = context;
  const startedMs = parts.clock.now();
  const body = {
    reportType,
    marketplaceIds: [settings.marketplaceId],
    // Wishful: Amazon's cache ignores it, so headers in other languages still come.
    reportOptions: { preferredReportDocumentLocale: "en_US" },
  };
  for (let tries = 1; ; tries += 1) {
    try {
      const { reportId } = await api.post("createReport", reportsPath, body, createdSchema, signal);
      return {
        reportId,
        reportType,
        processingStatus: "IN_QUEUE",
        createdTime: new Date(parts.clock.now()).toISOString(),
      };
    } catch (error) {
      if (!(error instanceof TransientError) || error.code !== "unknown-outcome" || tries > 1) throw error;
      const statuses = ["IN_QUEUE", "IN_PROGRESS", "DONE"];
      const twin = (await listReports(context, startedMs - 60_000, statuses, signal))[0];
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
  for (let waitMs = firstPollMs; isUnderWay(last.processingStatus); waitMs *= pollFactor) {
    if (parts.clock.now() - startedMs >= waitLimitMs) {
      throw new TransientError("report-slow", "Amazon has not finished the listings report in 30 minutes", {
        hint: "It may still do so: the next run takes up the same report.",
      });
    }
    await pause(context, Math.ceil(Math.min(waitMs, longestPollMs)), signal);
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
    throw new RemoteError(
      "report-without-document",
      "Amazon finished the listings report without a document",
    );
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
  return new RemoteError("report-fatal", `Amazon failed to make the listings report${state}${words}`, {
    hint: "Ask for the All Listings Report in Seller Central (Inventory > Inventory Reports). If that fails too, Amazon's support has to help.",
  });
}

function isDone(report: ReportRow): boolean {
  return report.processingStatus === "DONE";
}

function isUnderWay(status: string): boolean {
  return status === "IN_QUEUE" || status === "IN_PROGRESS";
}

/** Notes that a document ends inside of a row, so that the next read asks for another report. */
export async function noteTorn(context: AmazonContext, documentId: string): Promise<void> {
  await keep(context, tornName, documentId);
}

async function recall({ parts, settings }: AmazonContext, what: string): Promise<string | undefined> {
  const name = `${what}:${settings.marketplaceId}`;
  return (await parts.memory.get([name])).get(name);
}

async function keep({ parts, settings }: AmazonContext, what: string, value: string): Promise<void> {
  await parts.memory.set(new Map([[`${what}:${settings.marketplaceId}`, value]]));
}
