import { failure, type EtsyAnswer } from "./answer.js";

export interface RateLimits {
  readonly perSecond: number;
  /** In any 24 hours. */
  readonly perDay: number;
}

const secondMs = 1000;
const hourMs = 3_600_000;
const dayHours = 24;

/** Counts the calls of one key. */
export interface Meter {
  /** Counts one call and says which headers its answer has, or what it is refused with. */
  take(): { readonly headers: Readonly<Record<string, string>>; readonly refused?: EtsyAnswer };
}

/**
 * Makes a meter: calls in the running second, and calls in the last 24 hours by buckets of an hour (the real size of
 * the buckets is not published). The second is looked at first. A refused call is not counted. `now` is in
 * milliseconds.
 */
export function createMeter(limits: RateLimits, now: () => number): Meter {
  let second = { start: 0, count: 0 };
  const hours = new Map<number, number>();

  function used(at: number): number {
    let sum = 0;
    for (const [hour, count] of hours) {
      if (hour <= at - dayHours) hours.delete(hour);
      else sum += count;
    }
    return sum;
  }

  return {
    take() {
      const at = now();
      const start = Math.floor(at / secondMs);
      if (second.start !== start) second = { start, count: 0 };
      const hour = Math.floor(at / hourMs);
      const today = used(hour);
      const left = { second: limits.perSecond - second.count, day: limits.perDay - today };
      const headersOf = (spent: number): Record<string, string> => ({
        "x-limit-per-second": String(limits.perSecond),
        "x-remaining-this-second": String(Math.max(0, left.second - spent)),
        "x-limit-per-day": String(limits.perDay),
        "x-remaining-today": String(Math.max(0, left.day - spent)),
      });
      if (left.second <= 0) return { headers: headersOf(0), refused: tooMany(1, headersOf(0), "second") };
      if (left.day <= 0) {
        const oldest = Math.min(...hours.keys());
        const wait = Math.max(1, Math.ceil(((oldest + dayHours) * hourMs - at) / 1000));
        return { headers: headersOf(0), refused: tooMany(wait, headersOf(0), "day") };
      }
      second.count += 1;
      hours.set(hour, (hours.get(hour) ?? 0) + 1);
      return { headers: headersOf(1) };
    },
  };
}

/** The answer to a call too many. `seconds` is how long to wait. */
export function tooMany(
  seconds: number,
  headers: Readonly<Record<string, string>>,
  kind: "second" | "day",
): EtsyAnswer {
  const text = kind === "second" ? "Exceeded per second rate limit" : "Exceeded daily rate limit";
  return failure(429, text, undefined, { ...headers, "retry-after": String(seconds) });
}
