import type { ClientPolicy } from "../../http/client.js";
import type { Clock, HttpRequest } from "../../http/contract.js";
import { createPacer, type Observation } from "../../http/pacing.js";
import { parseLimits } from "./limits.js";

const daySec = 86_400;

/** What the smallest app is granted, until an answer tells more. */
const firstPerSecond = 5;
/** How much of a rate is used: requests do not arrive as evenly spaced as they leave. */
const share = 0.95;
/** No limit: what a day allows is known with the first answer. */
const unknownPerDay = 1e9;

/**
 * How the HTTP room treats this vendor: evenly spaced requests a little below the app's rate, which is taken for five a
 * second until Etsy's headers tell it, and no more than the rolling day allows. The token endpoint counts by itself. The last answer is handed back
 * instead of thrown: a page that stays a 500 is read in smaller parts. So is one above 16 MiB.
 */
export function etsyHttpPolicy(clock: Clock, concurrency = 1): ClientPolicy {
  const pacer = createPacer({
    clock,
    maxConcurrent: concurrency,
    buckets: [
      // A capacity of one spaces requests: a full second's worth at once could fall into one of Etsy's seconds twice.
      { name: "second", capacity: 1, refillPerSec: firstPerSecond * share },
      { name: "day", capacity: unknownPerDay, refillPerSec: unknownPerDay },
    ],
  });
  const tokenPacer = createPacer({ clock, maxConcurrent: 1 });
  return {
    who: "Etsy",
    concurrency,
    pacer: (request) => (isTokenRequest(request) ? tokenPacer : pacer),
    observe: ({ headers }, request) => (isTokenRequest(request) ? undefined : observationsOf(headers)),
    maxRetryAfterMs: 120_000,
    maxBodyBytes: 16 * 2 ** 20,
    finalResponse: "return",
  };
}

/** The only requests that psync posts a grant with. */
function isTokenRequest({ method, body }: HttpRequest): boolean {
  return method === "POST" && body?.startsWith("grant_type=") === true;
}

function observationsOf(headers: Readonly<Record<string, string>>): readonly Observation[] {
  const { perSecond, leftThisSecond, perDay, leftToday } = parseLimits(headers);
  return [
    {
      bucket: "second",
      ...(perSecond === undefined ? {} : { refillPerSec: perSecond * share }),
      // More than nothing would let what is left of the second go at once, and the next second begins unseen.
      ...(leftThisSecond === 0 ? { remaining: 0 } : {}),
    },
    {
      bucket: "day",
      ...(perDay === undefined ? {} : { capacity: perDay, refillPerSec: perDay / daySec }),
      ...(leftToday === undefined ? {} : { remaining: leftToday }),
    },
  ];
}
