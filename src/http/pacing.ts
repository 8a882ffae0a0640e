import { setMaxListeners } from "node:events";
import type { Clock } from "./contract.js";

/** A limit in a server's terms: so much at once, so much more a second. A request needs room in every bucket. */
export interface Bucket {
  /** By which an observation names it. Needed where there are several. */
  readonly name?: string;
  readonly capacity: number;
  readonly refillPerSec: number;
  /** What is in it at first. Default: `capacity`. */
  readonly level?: number;
}

/** What an answer tells about the server's limits. Values that are not finite, or out of range, are ignored. */
export interface Observation {
  /** The bucket that is meant. Default: each one. */
  readonly bucket?: string;
  /** What the server says is left. */
  readonly remaining?: number;
  readonly capacity?: number;
  readonly refillPerSec?: number;
  /** No request at all before so many milliseconds have passed. */
  readonly retryAfterMs?: number;
  /** True: the server refused because it was asked too fast. False: it did answer. Absent: neither is known. */
  readonly throttled?: boolean;
}

export interface PacerOptions {
  readonly clock: Clock;
  readonly buckets?: readonly Bucket[];
  /** How many requests may be under way at a time. */
  readonly maxConcurrent: number;
}

export interface Pacer {
  readonly maxConcurrent: number;
  /**
   * Resolves, first come first served, when `cost` points may be spent; a cost above a bucket's capacity waits for
   * the full bucket. The function that it gives is called once the request has ended; what its answer tells is
   * observed right after, in the same turn, before the next request may go. Rejects with the signal's reason.
   */
  acquire(cost: number, signal: AbortSignal): Promise<() => void>;
  /**
   * Takes an answer into account. Where the server publishes no rate, a throttled answer halves ours and each good
   * one raises it by a hundredth of the configured rate, up to that rate.
   */
  observe(observation: Observation): void;
}

interface Level {
  readonly name: string | undefined;
  capacity: number;
  /** Configured, or published by the server: never exceeded. */
  ceiling: number;
  /** Points a second at present. */
  rate: number;
  points: number;
  /** When `points` was right; in the future while a throttled bucket must not fill up. */
  at: number;
  /** Whether the server told its rate. */
  published: boolean;
  /** Whether the server told its level. */
  measured: boolean;
}

interface Waiter {
  readonly cost: number;
  readonly grant: () => void;
}

const smallestShare = 1 / 100;
const raiseShare = 1 / 100;
/** Sums of fractions miss a whole number by less than this. */
const tolerance = 1e-9;

/** A pacer that keeps to the limits it is told and learns from answers. */
export function createPacer({ clock, buckets = [], maxConcurrent }: PacerOptions): Pacer {
  let seenAt = clock.now();
  let blockedUntil = Number.NEGATIVE_INFINITY;
  let inFlight = 0;
  let inFlightCost = 0;
  /** Requests under way that began before the rate was last halved: their refusals say nothing new. */
  let staleInFlight = 0;
  let generation = 0;
  let alarm: AbortController | undefined;
  const queue: Waiter[] = [];
  const levels = buckets.map((bucket): Level => ({
    name: bucket.name,
    capacity: bucket.capacity,
    ceiling: bucket.refillPerSec,
    rate: bucket.refillPerSec,
    points: bucket.level ?? bucket.capacity,
    at: seenAt,
    published: false,
    measured: false,
  }));

  function refill(): number {
    const now = clock.now();
    // Somebody set the machine's clock back: what was near stays near.
    const back = seenAt - now;
    if (back > 0) {
      blockedUntil -= back;
      for (const level of levels) level.at -= back;
    }
    seenAt = now;
    for (const level of levels) {
      if (now <= level.at) continue;
      level.points = Math.min(level.capacity, level.points + ((now - level.at) / 1000) * level.rate);
      level.at = now;
    }
    return now;
  }

  function waitMs(cost: number): number {
    const now = refill();
    let until = blockedUntil;
    for (const level of levels) {
      const lacking = Math.min(cost, level.capacity) - level.points;
      if (lacking > tolerance) until = Math.max(until, level.at + (lacking / level.rate) * 1000);
    }
    return Math.max(0, Math.ceil(until - now - tolerance));
  }

  function pump(): void {
    alarm?.abort();
    alarm = undefined;
    for (;;) {
      const first = queue[0];
      if (first === undefined || inFlight >= maxConcurrent) return;
      const wait = waitMs(first.cost);
      if (wait > 0) {
        alarm = new AbortController();
        void ring(wait, alarm);
        return;
      }
      queue.shift();
      first.grant();
    }
  }

  async function ring(wait: number, own: AbortController): Promise<void> {
    try {
      await clock.sleep(wait, own.signal);
    } catch {
      return;
    }
    if (alarm === own) pump();
  }

  function take(cost: number): () => void {
    inFlight += 1;
    inFlightCost += cost;
    for (const level of levels) level.points -= cost;
    const born = generation;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      inFlight -= 1;
      inFlightCost -= cost;
      const stale = born < generation;
      // Later, so that what the answer tells is observed before the next request goes.
      queueMicrotask(() => {
        if (stale) staleInFlight -= 1;
        pump();
      });
    };
  }

  function learn(level: Level, seen: Observation): void {
    if (isPositive(seen.capacity)) level.capacity = seen.capacity;
    if (isPositive(seen.refillPerSec)) {
      level.ceiling = seen.refillPerSec;
      level.rate = seen.refillPerSec;
      level.published = true;
    }
    if (seen.remaining !== undefined && Number.isFinite(seen.remaining)) {
      level.measured = true;
      // The server may or may not have counted what is under way: our own figure holds between the two readings.
      level.points = Math.min(seen.remaining, Math.max(seen.remaining - inFlightCost, level.points));
    }
    level.points = Math.min(level.points, level.capacity);
  }

  function slowDown(): void {
    const news = staleInFlight === 0;
    for (const level of levels) {
      if (!level.measured) level.points = Math.min(level.points, 1);
      if (level.published) continue;
      // It does not fill up while the server is refusing: the next requests would all come at once.
      level.at = Math.max(level.at, blockedUntil);
      if (news) level.rate = Math.max(level.ceiling * smallestShare, level.rate / 2);
    }
    if (!news) return;
    generation += 1;
    staleInFlight = inFlight;
  }

  return {
    maxConcurrent,
    acquire(cost, signal) {
      // Everybody in the queue listens to the run's one signal; Node would take more than ten for a leak.
      setMaxListeners(0, signal);
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        const onAbort = (): void => {
          queue.splice(queue.indexOf(waiter), 1);
          reject(signal.reason);
          pump();
        };
        const waiter: Waiter = {
          cost,
          grant() {
            signal.removeEventListener("abort", onAbort);
            resolve(take(cost));
          },
        };
        signal.addEventListener("abort", onAbort, { once: true });
        queue.push(waiter);
        if (queue.length === 1) pump();
      });
    },
    observe(seen) {
      const now = refill();
      for (const level of levels) {
        if (seen.bucket === undefined || seen.bucket === level.name) learn(level, seen);
      }
      if (isPositive(seen.retryAfterMs)) blockedUntil = Math.max(blockedUntil, now + seen.retryAfterMs);
      if (seen.throttled === true) slowDown();
      if (seen.throttled === false) {
        for (const level of levels) {
          level.rate = Math.min(level.ceiling, level.rate + level.ceiling * raiseShare);
        }
      }
      queueMicrotask(pump);
    },
  };
}

function isPositive(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value) && value > 0;
}
