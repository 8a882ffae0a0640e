import {
  failure,
  hash,
  invalid,
  lastPart,
  listParameter,
  parameter,
  type AmazonAnswer,
  type AmazonRequest,
  type ReportOutcome,
} from "./answer.js";
import type { AmazonStore, Picture } from "./store.js";
import { numberIn, openToken, sealToken } from "./tokens.js";

/** What a document holds: listings, or the reason why there are none. */
export type DocumentContent =
  | {
      readonly kind: "listings";
      readonly picture: Picture;
      /** When it was gathered, which may be long before its report was asked for. */
      readonly at: number;
      readonly isHome: boolean;
      /** Columns that whoever asked for the report had switched off. */
      readonly without?: readonly string[];
    }
  | { readonly kind: "text"; readonly text: string };

interface Report {
  readonly id: string;
  readonly type: string;
  readonly marketplaceIds: readonly string[];
  readonly created: number;
  readonly outcome: ReportOutcome;
  readonly documentId: string;
  readonly content: DocumentContent;
}

export interface ReportOptions {
  readonly marketplaceId: string;
  /** How long a report takes, by the shop's clock. */
  readonly delayMs: number;
  /** How long the content of a report is used again for the next ones. */
  readonly cacheMs: number;
  /** What an account without listings gets. Both were seen; which one is when is unverified. */
  readonly whenEmpty: "cancelled" | "header-only";
  readonly now: () => number;
}

const allData = "GET_MERCHANT_LISTINGS_ALL_DATA";
const statuses = ["CANCELLED", "DONE", "FATAL", "IN_PROGRESS", "IN_QUEUE"];
const keptMs = 90 * 86_400_000;
// More than this in half an hour is too often: a guess, Amazon publishes no number.
const tooOften = { count: 6, withinMs: 1_800_000 };

/** The Reports API of one seller. */
export interface Reports {
  readonly list: (request: AmazonRequest) => AmazonAnswer;
  readonly create: (request: AmazonRequest) => AmazonAnswer;
  readonly get: (request: AmazonRequest) => AmazonAnswer;
  /** Files a report that somebody else asks for; gives its id. */
  addForeign(without: readonly string[]): string;
  /** The content behind a document id, once its report is ready. */
  content(documentId: string): DocumentContent | undefined;
}

export function createReports(store: AmazonStore, options: ReportOptions): Reports {
  const { now, delayMs } = options;
  const reports: Report[] = [];

  function stateOf(report: Report): string {
    const age = now() - report.created;
    if (age < delayMs / 4) return "IN_QUEUE";
    if (age < delayMs || report.outcome === "stuck") return "IN_PROGRESS";
    return report.outcome;
  }

  function body(report: Report): Readonly<Record<string, unknown>> {
    const state = stateOf(report);
    const iso = (at: number) => new Date(at).toISOString().replace(".000Z", "+00:00");
    const isOver = state !== "IN_QUEUE" && state !== "IN_PROGRESS";
    const hasDocument = state === "DONE" || state === "FATAL";
    return {
      reportType: report.type,
      ...(isOver ? { processingEndTime: iso(report.created + delayMs) } : {}),
      processingStatus: state,
      marketplaceIds: report.marketplaceIds,
      ...(hasDocument ? { reportDocumentId: report.documentId } : {}),
      reportId: report.id,
      dataEndTime: iso(report.created),
      createdTime: iso(report.created),
      ...(state === "IN_QUEUE" ? {} : { processingStartTime: iso(report.created + delayMs / 4) }),
      dataStartTime: iso(report.created),
    };
  }

  function outcomeOf(type: string): ReportOutcome {
    const recent = reports.filter((each) => each.type === type && now() - each.created < tooOften.withinMs);
    if (recent.length >= tooOften.count) return "CANCELLED";
    return store.size === 0 && options.whenEmpty === "cancelled" ? "CANCELLED" : "DONE";
  }

  function contentOf(type: string, marketplaceId: string): DocumentContent {
    // Neither the options nor the locale are part of what the content is kept under.
    const earlier = reports.findLast(
      (each) =>
        each.type === type &&
        each.marketplaceIds[0] === marketplaceId &&
        each.content.kind === "listings" &&
        each.content.without === undefined &&
        now() - each.content.at < options.cacheMs,
    );
    return (
      earlier?.content ?? {
        kind: "listings",
        picture: store.picture(),
        at: now(),
        isHome: marketplaceId === options.marketplaceId,
      }
    );
  }

  function file(asked: Omit<Report, "id" | "documentId" | "created">): string {
    const id = String(50_000_000_000 + reports.length * 7 + 1);
    const documentId = `amzn1.spdoc.1.4.na.${hash(id, 8)}-${hash(`${id} document`, 12)}.T1SANDBOX.47700`;
    reports.push({ ...asked, id, documentId, created: now() });
    return id;
  }

  const find = (id: string) => reports.find((each) => each.id === id && now() - each.created < keptMs);

  return {
    list(request) {
      const token = parameter(request, "nextToken");
      if (token !== undefined && request.query.length > 1)
        return invalid("nextToken cannot be combined with other parameters.");
      const asked = token === undefined ? request : { ...request, query: queryIn(token) };
      const types = listParameter(asked, "reportTypes");
      if (types === undefined || types.length === 0 || types.length > 10)
        return invalid("Either reportTypes, of at most 10 types, or nextToken is required.");
      const pageSize = Number(parameter(asked, "pageSize") ?? 10);
      if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > 100)
        return invalid("pageSize must be between 1 and 100.");
      const wanted = listParameter(asked, "processingStatuses");
      if (wanted?.some((status) => !statuses.includes(status)) === true)
        return invalid("Invalid input in processing status");
      const marketplaces = listParameter(asked, "marketplaceIds");
      const since = Date.parse(parameter(asked, "createdSince") ?? new Date(now() - keptMs).toISOString());
      const until = Date.parse(parameter(asked, "createdUntil") ?? new Date(now()).toISOString());
      if (Number.isNaN(since) || Number.isNaN(until)) return invalid("The date is not in ISO 8601.");
      const found = reports
        .filter(
          (each) =>
            types.includes(each.type) &&
            (wanted?.includes(stateOf(each)) ?? true) &&
            (marketplaces?.some((id) => each.marketplaceIds.includes(id)) ?? true) &&
            each.created >= since &&
            each.created <= until &&
            now() - each.created < keptMs,
        )
        .reverse();
      const from = token === undefined ? 0 : numberIn(openToken(token), "from");
      const page = found.slice(from, from + pageSize).map(body);
      const more = found.length > from + pageSize;
      const nextToken = more ? sealToken({ query: asked.query, from: from + pageSize }) : undefined;
      return { status: 200, headers: {}, json: { reports: page, ...(more ? { nextToken } : {}) } };
    },
    create(request) {
      const spec = readSpecification(request);
      if ("status" in spec) return spec;
      const { reportType, marketplaceIds } = spec;
      const [first = ""] = marketplaceIds;
      const outcome = request.outcome ?? outcomeOf(reportType);
      const content: DocumentContent =
        outcome === "FATAL"
          ? { kind: "text", text: '{"errorDetails":"Report could not be generated: internal data error."}' }
          : contentOf(reportType, first);
      const id = file({ type: reportType, marketplaceIds, outcome, content });
      return { status: 202, headers: {}, json: { reportId: id } };
    },
    get(request) {
      const report = find(lastPart(request));
      if (report === undefined) return failure(404, "NotFound", "The requested report was not found.");
      return { status: 200, headers: {}, json: body(report) };
    },
    addForeign(without) {
      const { marketplaceId } = options;
      const content = { ...contentOf(allData, marketplaceId), without };
      return file({ type: allData, marketplaceIds: [marketplaceId], outcome: "DONE", content });
    },
    content(documentId) {
      const report = reports.find((each) => each.documentId === documentId);
      if (report === undefined || now() - report.created >= keptMs) return undefined;
      return ["DONE", "FATAL"].includes(stateOf(report)) ? report.content : undefined;
    },
  };
}

function queryIn(token: string): AmazonRequest["query"] {
  const query = openToken(token)?.["query"];
  return Array.isArray(query) ? (query as AmazonRequest["query"]) : [];
}

function readSpecification(
  request: AmazonRequest,
): AmazonAnswer | { readonly reportType: string; readonly marketplaceIds: readonly string[] } {
  if (request.headers["content-type"]?.startsWith("application/json") !== true)
    return failure(
      415,
      "UnsupportedMediaType",
      "The entity of the request is in a format that is not supported.",
    );
  let spec: Readonly<Record<string, unknown>>;
  try {
    spec = { ...(JSON.parse(request.body) as object) };
  } catch {
    return invalid("Request body could not be parsed.");
  }
  const { reportType, marketplaceIds, reportOptions } = spec;
  if (reportType !== allData) return invalid(`Report type ${String(reportType)} is not available here.`);
  if (!Array.isArray(marketplaceIds) || marketplaceIds.length === 0 || marketplaceIds.length > 25)
    return invalid("marketplaceIds must have 1 to 25 items.");
  if (!marketplaceIds.every((id) => typeof id === "string")) return invalid("marketplaceIds must be texts.");
  const options = reportOptions === undefined ? {} : reportOptions;
  if (typeof options !== "object" || options === null) return invalid("reportOptions must be an object.");
  if (!Object.values(options).every((value) => typeof value === "string"))
    return invalid("The values of reportOptions must be texts.");
  return { reportType, marketplaceIds };
}
