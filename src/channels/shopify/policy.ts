import type { ClientPolicy, RetryVerdict } from "../../http/client.js";
import type { Clock, HttpResponse } from "../../http/contract.js";
import { createPacer, type Observation } from "../../http/pacing.js";
import { envelopeSchema, throttleSchema } from "./schema.js";

const bucket = "cost";
/** What the smallest plan was seen to have; the first answer tells the shop's own. */
const firstCapacity = 2000;
const firstRatePerSec = 100;
/** A refusal carries no data. A longer answer that speaks of throttling has it in a product's text. */
const longestRefusal = 16 * 1024;
const passingStatuses = new Set([429, 500, 502, 503, 504, 520, 521, 522, 523, 524]);

/**
 * How the HTTP room treats this vendor: one bucket of cost points, whose size and rate every answer tells; a 200 that
 * says THROTTLED is waited for as long as the missing points take. A page above 16 MiB is read in smaller parts.
 */
export function shopifyHttpPolicy(clock: Clock, concurrency = 2): ClientPolicy {
  return {
    who: "Shopify",
    concurrency,
    maxBodyBytes: 16 * 2 ** 20,
    pacer: createPacer({
      clock,
      maxConcurrent: concurrency,
      buckets: [{ name: bucket, capacity: firstCapacity, refillPerSec: firstRatePerSec }],
    }),
    observe: observeCost,
    shouldRetry: judgeShopify,
  };
}

/** What an answer tells of the shop's bucket. */
export function observeCost(response: HttpResponse): Observation | undefined {
  // Behind the data; in a text inside of it the quotation marks would be escaped.
  const found = /"throttleStatus"\s*:\s*(\{[^{}]*\})/.exec(response.text.slice(-longestRefusal));
  const status = found === null ? undefined : throttleSchema.safeParse(tryJson(found[1] ?? "")).data;
  if (status === undefined) return undefined;
  const { maximumAvailable, currentlyAvailable, restoreRate } = status;
  return {
    bucket,
    ...(maximumAvailable === undefined ? {} : { capacity: maximumAvailable }),
    ...(currentlyAvailable === undefined ? {} : { remaining: currentlyAvailable }),
    ...(restoreRate === undefined ? {} : { refillPerSec: restoreRate }),
  };
}

/** Which answers deserve another attempt, and when. */
export function judgeShopify(response: HttpResponse): RetryVerdict {
  if (passingStatuses.has(response.status)) return true;
  if (response.status !== 200 || !isThrottled(response)) return false;
  const { remaining = 0, refillPerSec = firstRatePerSec } = observeCost(response) ?? {};
  const cost = envelopeSchema.safeParse(tryJson(response.text)).data?.extensions?.cost;
  const lacking = (cost?.requestedQueryCost ?? 0) - remaining;
  return { throttled: true, retryAfterMs: Math.max(1000, Math.ceil((lacking / refillPerSec) * 1000)) };
}

function isThrottled({ text }: HttpResponse): boolean {
  if (text.length > longestRefusal || !text.includes("THROTTLED")) return false;
  const { errors } = envelopeSchema.safeParse(tryJson(text)).data ?? {};
  return Array.isArray(errors) && errors.some(({ extensions }) => extensions?.code === "THROTTLED");
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
