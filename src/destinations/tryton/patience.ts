import { TransientError } from "../../errors.js";
import { outlastStorm, pause } from "../../http/storm.js";
import type { DestinationParts } from "../destination.js";

/** Failures that pass by themselves. */
const stormCodes = new Set([
  "no-answer",
  "server-error",
  "throttled",
  "unknown-outcome",
  "web-page",
  "torn-json",
  "empty-answer",
]);

/** How often the time that Tryton keeps a user out is waited for. */
const mostLoginPauses = 2;

/** Whether a call failed in a way that does not tell what became of it, or that passes. */
export function isStorm(error: unknown): error is TransientError {
  return error instanceof TransientError && stormCodes.has(error.code);
}

/**
 * Does `work`, which changes nothing, again while the server fails at everything, and when it keeps the user out for a
 * while. `work` gets the number of attempts for its calls. Throws what `work` throws in the end.
 */
export async function patiently<Result>(
  parts: Pick<DestinationParts, "clock" | "warn">,
  signal: AbortSignal,
  work: (attempts: number | undefined) => Promise<Result>,
): Promise<Result> {
  for (let pauses = 0; ; pauses += 1) {
    try {
      return await outlastStorm(parts, stormCodes, signal, work);
    } catch (error) {
      if (!(error instanceof TransientError) || error.code !== "login-throttled") throw error;
      if (error.retryAfterMs === undefined || pauses >= mostLoginPauses) throw error;
      parts.warn(`${error.message}: psync waits for ${error.retryAfterMs / 60_000} minutes`);
      await pause(parts.clock, error.retryAfterMs, signal);
    }
  }
}
