import { InterruptedError, TransientError } from "../errors.js";
import type { Clock } from "./contract.js";

const firstPauseMs = 15_000;
const longestPauseMs = 2 * 60_000;
/** How long a storm in the middle of a read is waited for. */
const patienceMs = 15 * 60_000;
/** Of each request after the first, so that a storm does not cost the quota. */
const attemptsInStorm = 2;

export interface StormParts {
  readonly clock: Clock;
  /** Told once, when the waiting begins. */
  readonly warn?: (message: string) => void;
}

/** The waiting for one server that fails at everything: what a read has so far is worth it. */
export interface Patience {
  readonly hasWaited: () => boolean;
  /** Waits, each time longer. Throws `error` when the patience is at its end, InterruptedError on abort. */
  readonly wait: (error: Error, signal: AbortSignal) => Promise<void>;
}

export function createPatience({ clock, warn }: StormParts): Patience {
  let waitedMs = 0;
  let pauseMs = firstPauseMs;
  return {
    hasWaited: () => waitedMs > 0,
    async wait(error, signal) {
      if (waitedMs >= patienceMs) throw error;
      if (waitedMs === 0)
        warn?.(`${error.message}: psync waits and asks again, for ${patienceMs / 60_000} minutes`);
      await pause(clock, pauseMs, signal);
      waitedMs += pauseMs;
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    },
  };
}

/**
 * Does `work` again while the server fails at everything, which errors of `codes` say; one that names a long time is
 * none of them, for it has said when to come back. `work` gets the number of attempts for its requests, undefined at
 * first. Throws what `work` throws in the end.
 */
export async function outlastStorm<Result>(
  parts: StormParts,
  codes: ReadonlySet<string>,
  signal: AbortSignal,
  work: (attempts: number | undefined) => Promise<Result>,
): Promise<Result> {
  const patience = createPatience(parts);
  for (let attempts: number | undefined; ; attempts = attemptsInStorm) {
    try {
      return await work(attempts);
    } catch (error) {
      if (!(error instanceof TransientError) || !codes.has(error.code)) throw error;
      await patience.wait(error, signal);
    }
  }
}

/** Sleeps. Throws InterruptedError on abort. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (signal.aborted) throw new InterruptedError();
    throw error;
  }
}
