import { InterruptedError, TransientError } from "../../errors.js";
import type { ChannelParts } from "../channel.js";

/** Errors of a server that fails at everything; one that names the time has said when to come back. */
const stormCodes: ReadonlySet<string> = new Set(["etsy-down", "throttled"]);
const firstPauseMs = 15_000;
const longestPauseMs = 60_000;
/** How long a storm in the middle of a read is waited for. */
const patienceMs = 15 * 60_000;
/** Of each request after the first, so that a storm does not cost the day's requests. */
const attemptsInStorm = 2;

/**
 * Does `work` again while Etsy fails at everything: what was read before is worth waiting until that has passed.
 * `work` gets the number of attempts for its requests, undefined at first. Throws what `work` throws in the end.
 */
export async function outlastStorm<Result>(
  { clock, warn }: Pick<ChannelParts, "clock" | "warn">,
  signal: AbortSignal,
  work: (attempts: number | undefined) => Promise<Result>,
): Promise<Result> {
  let waitedMs = 0;
  let pauseMs = firstPauseMs;
  let attempts: number | undefined;
  for (;;) {
    try {
      return await work(attempts);
    } catch (error) {
      const isStorm = error instanceof TransientError && stormCodes.has(error.code);
      if (!isStorm || waitedMs >= patienceMs) throw error;
      if (waitedMs === 0)
        warn(`${error.message}: psync waits and asks again, for ${patienceMs / 60_000} minutes`);
      await pause(clock, pauseMs, signal);
      waitedMs += pauseMs;
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
      attempts = attemptsInStorm;
    }
  }
}

/** Sleeps. Throws InterruptedError on abort. */
export async function pause(clock: ChannelParts["clock"], ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (signal.aborted) throw new InterruptedError();
    throw error;
  }
}
