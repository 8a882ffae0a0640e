import type { Clock } from "./contract.js";

/** The longest delay that a timer takes; a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The clock of the machine. A sleep never ends early, leaves no listener behind and ends at once on abort. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    signal?.throwIfAborted();
    // A timer may fire up to a millisecond before its time.
    let left = Number.isFinite(ms) ? Math.ceil(Math.max(0, ms)) + 1 : longestTimerMs;
    while (left > 0) {
      const part = Math.min(left, longestTimerMs);
      await delay(part, signal);
      left -= part;
    }
  },
};

function delay(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
