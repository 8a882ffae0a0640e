import { exitCodes } from "../errors.js";

/**
 * Runs something that SIGINT and SIGTERM may stop. The first signal aborts, so that what is in flight is finished and
 * the rest is kept; the second one leaves at once.
 */
export async function withSignals<T>(
  note: (line: string) => void,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    note("Stopping: finishing what is in flight. Once more leaves at once.");
    controller.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  try {
    return await run(controller.signal);
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}
