import { TransientError } from "../../errors.js";
import type { ChannelParts } from "../channel.js";
import type { AmazonApi } from "./api.js";
import { pause } from "./context.js";

/** Errors of a server that fails at everything; one that names a long time has said when to come back. */
const stormCodes: ReadonlySet<string> = new Set(["server-error", "throttled"]);
const firstPauseMs = 15_000;
const longestPauseMs = 2 * 60_000;
/** How long a storm is waited for. */
const patienceMs = 15 * 60_000;
/** Of each request after the first, so that a storm does not cost the quota. */
const attemptsInStorm = 2;

/**
 * Does `work` again while Amazon fails at everything: what a read has so far is worth waiting until that has passed.
 * `work` gets the number of attempts for its requests, undefined at first. Throws what `work` throws in the end.
 */
export async function outlastStorm<Result>(
  parts: Pick<ChannelParts, "clock" | "warn">,
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
        parts.warn(`${error.message}: psync waits and asks again, for ${patienceMs / 60_000} minutes`);
      await pause({ parts }, pauseMs, signal);
      waitedMs += pauseMs;
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
      attempts = attemptsInStorm;
    }
  }
}

/** The same client, which outlasts storms. Who names a number of attempts deals with failures itself. */
export function withPatience(api: AmazonApi, parts: Pick<ChannelParts, "clock" | "warn">): AmazonApi {
  return {
    ...api,
    get: (operation, path, query, schema, signal, attempts) =>
      attempts === undefined
        ? outlastStorm(parts, signal, (own) => api.get(operation, path, query, schema, signal, own))
        : api.get(operation, path, query, schema, signal, attempts),
    // One of unknown outcome has another code, so that nothing is made twice.
    post: (operation, path, body, schema, signal) =>
      outlastStorm(parts, signal, () => api.post(operation, path, body, schema, signal)),
  };
}
