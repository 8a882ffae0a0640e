import type { ClientPolicy } from "../../http/client.js";
import type { Clock } from "../../http/contract.js";
import { createPacer } from "../../http/pacing.js";

/** The part of the config that this destination needs. */
export interface TrytonSettings {
  /** Address of the server, without the database; without a slash at its end. */
  readonly url: string;
  readonly database: string;
  readonly username: string;
  readonly password: string;
  /** `session`: logs in once; `basic`: sends name and password with each request. */
  readonly auth: "session" | "basic";
  /** Name or symbol of the unit that new products are counted in. */
  readonly unitOfMeasure: string;
}

/**
 * How the HTTP room treats this server: no limit is known; one request goes at a time, as batches are large. A batch is
 * one transaction, during which the server is silent.
 */
export function trytonHttpPolicy(_settings: TrytonSettings, clock: Clock, concurrency = 1): ClientPolicy {
  return {
    who: "Tryton",
    concurrency,
    pacer: createPacer({ clock, maxConcurrent: concurrency }),
    timeouts: { idleMs: 120_000, totalMs: 300_000 },
  };
}
