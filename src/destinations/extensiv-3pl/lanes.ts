import { setMaxListeners } from "node:events";
import { InterruptedError } from "../../errors.js";

/**
 * Does `work` for each of `jobs`, at most `lanes` at a time, and yields what comes out as it comes. When one fails no
 * further request begins: what the others come to is yielded, then the failure is thrown. On abort it just ends.
 */
export async function* inLanes<Job, Result>(
  jobs: readonly Job[],
  lanes: number,
  signal: AbortSignal,
  work: (job: Job, signal: AbortSignal) => Promise<Result>,
): AsyncGenerator<Result> {
  const stop = new AbortController();
  // Every lane listens to it; Node would take more than ten for a leak.
  setMaxListeners(0, stop.signal);
  const onAbort = (): void => stop.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  const results: Result[] = [];
  let failure: { readonly error: unknown } | undefined;
  let wake: () => void = () => undefined;
  let next = 0;

  async function lane(): Promise<void> {
    while (!stop.signal.aborted) {
      const job = jobs[next];
      if (job === undefined) return;
      next += 1;
      try {
        results.push(await work(job, stop.signal));
      } catch (error) {
        // What an interruption left undone is told by its absence.
        if (!(error instanceof InterruptedError)) failure ??= { error };
        stop.abort();
      }
      wake();
    }
  }

  let done = false;
  const all = Promise.all(Array.from({ length: Math.min(lanes, jobs.length) }, lane)).finally(() => {
    done = true;
    wake();
  });
  try {
    for (;;) {
      const result = results.shift();
      if (result !== undefined) yield result;
      else if (done) break;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    stop.abort();
    signal.removeEventListener("abort", onAbort);
    await all;
  }
  if (failure !== undefined) throw failure.error;
}
