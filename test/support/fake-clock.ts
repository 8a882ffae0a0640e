import type { Clock } from "../../src/http/contract.js";

export interface FakeClock extends Clock {
  /** Moves the time on and wakes, in order, every sleeper whose time has come. */
  advance(ms: number): Promise<void>;
  /** Sets the time without waking anybody, as an operator does who corrects the machine's clock. */
  jump(ms: number): void;
  /** How many sleep. */
  pending(): number;
  /** The length of every sleep that was asked for, in order. */
  readonly sleeps: readonly number[];
}

export interface FakeClockOptions {
  /** Milliseconds since 1970. Default: 2026-01-01T00:00:00Z. */
  readonly now?: number;
  /** Moves on to the next sleeper's time by itself as soon as the event loop has nothing else to do. */
  readonly autoAdvance?: boolean;
  /** With `autoAdvance`: time stands still as long as it says so, because a request is under way. */
  readonly busy?: () => boolean;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** A clock for tests: an hour takes no time. */
export function createFakeClock(options: FakeClockOptions = {}): FakeClock {
  let now = options.now ?? Date.UTC(2026, 0, 1);
  let stepPlanned = false;
  const sleepers: Sleeper[] = [];
  const sleeps: number[] = [];

  function add(sleeper: Sleeper): void {
    const place = sleepers.findIndex((other) => other.at > sleeper.at);
    sleepers.splice(place < 0 ? sleepers.length : place, 0, sleeper);
    planStep();
  }

  function planStep(): void {
    if (options.autoAdvance !== true || stepPlanned || sleepers.length === 0) return;
    stepPlanned = true;
    setImmediate(() => {
      stepPlanned = false;
      if (options.busy?.() !== true) wakeFirst();
      planStep();
    });
  }

  function wakeFirst(): void {
    const first = sleepers.shift();
    if (first === undefined) return;
    now = Math.max(now, first.at);
    first.wake();
  }

  return {
    sleeps,
    now: () => now,
    pending: () => sleepers.length,
    jump(ms) {
      now += ms;
    },
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason);
          return;
        }
        sleeps.push(ms);
        const onAbort = (): void => {
          sleepers.splice(sleepers.indexOf(sleeper), 1);
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          at: now + Math.max(0, ms),
          wake() {
            signal?.removeEventListener("abort", onAbort);
            resolve();
          },
        };
        signal?.addEventListener("abort", onAbort, { once: true });
        add(sleeper);
      });
    },
    async advance(ms) {
      const target = now + ms;
      await idle();
      while ((sleepers[0]?.at ?? Number.POSITIVE_INFINITY) <= target) {
        wakeFirst();
        await idle();
      }
      now = target;
    },
  };
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
