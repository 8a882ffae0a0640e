import { failure, type AmazonAnswer, type OperationName } from "./answer.js";

interface Plan {
  /** Requests per second. */
  readonly rate: number;
  readonly burst: number;
}

/** The usage plans of the models. */
const plans: Partial<Readonly<Record<OperationName, Plan>>> = {
  getReports: { rate: 0.0222, burst: 10 },
  createReport: { rate: 0.0167, burst: 15 },
  getReport: { rate: 2, burst: 15 },
  getReportDocument: { rate: 0.0167, burst: 15 },
  searchCatalogItems: { rate: 2, burst: 2 },
  searchListingsItems: { rate: 5, burst: 5 },
  getMarketplaceParticipations: { rate: 0.016, burst: 15 },
  getInventorySummaries: { rate: 2, burst: 2 },
};

/** A bucket of requests for each operation. */
export interface Limits {
  /** Takes one request out of its bucket; the answer when there is none. */
  take(operation: OperationName): AmazonAnswer | undefined;
  /** The headers that tell an operation's rate. */
  headers(operation: OperationName): Readonly<Record<string, string>>;
}

/** The answer to a request too many. */
export function quotaExceeded(): AmazonAnswer {
  return failure(429, "QuotaExceeded", "You exceeded your quota for the requested resource.");
}

/** `now` is in milliseconds since 1970. Without `counting` nothing is ever too much. */
export function createLimits(now: () => number, counting: boolean): Limits {
  const buckets = new Map<OperationName, { left: number; at: number }>();
  return {
    take(operation) {
      const plan = plans[operation];
      if (plan === undefined || !counting) return undefined;
      const at = now();
      const before = buckets.get(operation) ?? { left: plan.burst, at };
      const left = Math.min(plan.burst, before.left + ((at - before.at) / 1000) * plan.rate);
      // A client that waits a whole interval by a clock of milliseconds has earned its request.
      const isEmpty = left < 1 - 1e-6;
      buckets.set(operation, { left: isEmpty ? left : left - 1, at });
      return isEmpty ? quotaExceeded() : undefined;
    },
    headers(operation) {
      const plan = plans[operation];
      return plan === undefined ? {} : { "x-amzn-RateLimit-Limit": String(plan.rate) };
    },
  };
}
