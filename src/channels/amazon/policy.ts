import type { ClientPolicy } from "../../http/client.js";
import type { Clock, HttpRequest } from "../../http/contract.js";
import { createPacer, type Pacer } from "../../http/pacing.js";

const operationNames = [
  "getReports",
  "createReport",
  "getReport",
  "getReportDocument",
  "searchCatalogItems",
  "searchListingsItems",
  "getInventorySummaries",
  "getMarketplaceParticipations",
] as const;
export type OperationName = (typeof operationNames)[number];

interface Limit {
  /** Requests a second that the bucket fills by. */
  readonly rate: number;
  readonly burst: number;
}

/** Published limits, for each operation by itself. Source: the models of the Selling Partner API, 2026-08-05. */
const limits: Readonly<Record<OperationName, Limit>> = {
  getReports: { rate: 0.0222, burst: 10 },
  createReport: { rate: 0.0167, burst: 15 },
  getReport: { rate: 2, burst: 15 },
  getReportDocument: { rate: 0.0167, burst: 15 },
  searchCatalogItems: { rate: 2, burst: 2 },
  searchListingsItems: { rate: 5, burst: 5 },
  getInventorySummaries: { rate: 2, burst: 2 },
  getMarketplaceParticipations: { rate: 0.016, burst: 15 },
};

/** Share of a rate that is used: two clocks never run alike, and a refused request costs a whole period. */
const slack = 0.97;

/** The rest of what is asked: the token endpoint. */
const otherLimit: Limit = { rate: 1, burst: 5 };

const reportsPath = "/reports/2021-06-30";
const paths: Readonly<Record<Exclude<OperationName, "createReport">, RegExp>> = {
  getReports: new RegExp(`^${reportsPath}/reports$`),
  getReport: new RegExp(`^${reportsPath}/reports/[^/]+$`),
  getReportDocument: new RegExp(`^${reportsPath}/documents/[^/]+$`),
  searchCatalogItems: /^\/catalog\/2022-04-01\/items$/,
  searchListingsItems: /^\/listings\/2021-08-01\/items\/[^/]+$/,
  getInventorySummaries: /^\/fba\/inventory\/v1\/summaries$/,
  getMarketplaceParticipations: /^\/sellers\/v1\/marketplaceParticipations$/,
};

/** Which operation a request is; undefined for the token endpoint. */
function findOperation(request: Pick<HttpRequest, "method" | "url">): OperationName | undefined {
  if (!URL.canParse(request.url)) return undefined;
  const { pathname } = new URL(request.url);
  if (request.method === "POST") return paths.getReports.test(pathname) ? "createReport" : undefined;
  return operationNames.find((name) => name !== "createReport" && paths[name].test(pathname));
}

/** The slowest operations fill by one a minute: a refused one is worth some minutes of waiting. */
const maxRetryAfterMs = 5 * 60_000;

/** A rate that differs more than this from the published one is a misprint. */
const rateSpread = 1000;

/**
 * How the HTTP room treats Amazon: a token bucket for each operation, with the rates of the models until an answer's
 * x-amzn-RateLimit-Limit tells this seller's. A request that is not answered is repeated only where that is safe.
 */
export function amazonHttpPolicy(clock: Clock, concurrency = 4): ClientPolicy {
  const pacers = new Map<OperationName | "other", Pacer>();
  const limitOf = (request: HttpRequest): Limit => {
    const operation = findOperation(request);
    return operation === undefined ? otherLimit : limits[operation];
  };
  const pacerOf = (request: HttpRequest): Pacer => {
    const name = findOperation(request) ?? "other";
    const known = pacers.get(name);
    if (known !== undefined) return known;
    const { rate, burst } = limitOf(request);
    const made = createPacer({
      clock,
      // One less than there is: requests that leave at an even pace may arrive together.
      buckets: [{ capacity: Math.max(1, burst - 1), refillPerSec: rate * slack }],
      maxConcurrent: concurrency,
    });
    pacers.set(name, made);
    return made;
  };
  const toldRate = (headers: Readonly<Record<string, string>>, request: HttpRequest): number | undefined => {
    const told = Number(headers["x-amzn-ratelimit-limit"]);
    const { rate } = limitOf(request);
    return told >= rate / rateSpread && told <= rate * rateSpread ? told : undefined;
  };
  return {
    who: "Amazon",
    concurrency,
    pacer: pacerOf,
    maxRetryAfterMs,
    observe: ({ headers }, request) => {
      const rate = toldRate(headers, request);
      return rate === undefined ? undefined : { refillPerSec: rate * slack };
    },
    shouldRetry: ({ status, headers }, request) => {
      if (status !== 429) return status >= 500 && status !== 501 && status !== 505;
      // Amazon names no time as a rule: the bucket holds the next request after one period of its rate.
      if (headers["retry-after"] !== undefined) return { throttled: true };
      const rate = toldRate(headers, request) ?? limitOf(request).rate;
      return { throttled: true, retryAfterMs: Math.ceil(1000 / rate) };
    },
  };
}
