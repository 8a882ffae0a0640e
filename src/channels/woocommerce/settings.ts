import type { ClientPolicy, PacedClient } from "../../http/client.js";
import type { Clock } from "../../http/contract.js";
import { createPacer } from "../../http/pacing.js";

/** The part of the config that this channel needs. */
export interface WooSettings {
  /** Address of the site; may hold a path where WordPress lives in a folder. */
  readonly url: string;
  readonly consumerKey: string;
  readonly consumerSecret: string;
  /** `auto`: Basic over https, OAuth 1.0a over http. */
  readonly auth: "auto" | "basic" | "query" | "oauth1";
  /** Which statuses are items. Default: `publish` only. */
  readonly statuses?: readonly string[];
  /** kg, g, lbs, oz: for keys that may not read the shop's settings. */
  readonly weightUnit?: string;
  /** m, cm, mm, in, yd: likewise. */
  readonly dimensionUnit?: string;
}

/** What the channel works with. */
export interface WooParts {
  readonly http: PacedClient;
  readonly clock: Clock;
  /** A text that is never the same twice, for OAuth. Default: random. */
  readonly nonce?: () => string;
  /** Hears of what the operator should know although the read goes on. */
  readonly warn?: (message: string) => void;
}

/**
 * How the HTTP room treats this vendor. Small hosts fail under parallel load, so one request goes at a time. The last
 * answer is handed back instead of thrown: a page that stays a 500 is read in smaller parts. So is one above 8 MiB,
 * which leaves 80 KiB a record on a full page; a tenth of that is usual.
 */
export function wooHttpPolicy(clock: Clock, concurrency = 1): ClientPolicy {
  return {
    who: "the shop",
    concurrency,
    pacer: createPacer({ clock, maxConcurrent: concurrency }),
    maxBodyBytes: 8 * 2 ** 20,
    finalResponse: "return",
  };
}
