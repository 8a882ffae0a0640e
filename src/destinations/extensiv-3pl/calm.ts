import { TransientError } from "../../errors.js";
import { createPatience, type StormParts } from "../../http/storm.js";

/**
 * Does `work`, again while the server fails at everything. `work` gets the number of attempts for its requests,
 * undefined at first. Throws what `work` throws, and the storm's error when the patience is at its end.
 */
export type Outlast = <Result>(
  signal: AbortSignal,
  work: (attempts: number | undefined) => Promise<Result>,
) => Promise<Result>;

/** For those who would rather hear of a storm than wait for its end. */
export const atOnce: Outlast = (_signal, work) => work(undefined);

/** Of a request in a storm. */
const attemptsInStorm = 2;
const stormy: ReadonlySet<string> = new Set(["throttled", "server-error"]);
/** What may also pass once the server is known to be one of the vendor's. */
const stormyLater: ReadonlySet<string> = new Set([...stormy, "no-answer", "web-page"]);

/**
 * One patience for all who ask at a time: in a storm one of them goes on asking, the others wait for what it finds. A
 * failure that names a long time is no storm, for it has said when to come back.
 */
export function createOutlast(parts: StormParts): Outlast {
  let storm: Promise<void> | undefined;
  let answered = false;

  function passes(error: unknown): error is TransientError {
    return error instanceof TransientError && (answered ? stormyLater : stormy).has(error.code);
  }

  async function lead<Result>(
    first: TransientError,
    signal: AbortSignal,
    work: (attempts: number | undefined) => Promise<Result>,
  ): Promise<Result> {
    const patience = createPatience(parts);
    for (let error = first; ;) {
      await patience.wait(error, signal);
      try {
        return await work(attemptsInStorm);
      } catch (caught) {
        if (!passes(caught)) throw caught;
        error = caught;
      }
    }
  }

  return async (signal, work) => {
    for (;;) {
      await storm;
      try {
        const result = await work(undefined);
        answered = true;
        return result;
      } catch (error) {
        if (!passes(error)) throw error;
        if (storm !== undefined) continue;
        const led = lead(error, signal, work);
        storm = led.then(
          () => undefined,
          (failure: unknown) => {
            // Any other failure is an answer of the server's about one request: the storm is over.
            if (passes(failure) || signal.aborted) throw failure;
          },
        );
        // Nobody may be waiting.
        storm.catch(() => undefined);
        try {
          return await led;
        } finally {
          storm = undefined;
        }
      }
    }
  };
}
