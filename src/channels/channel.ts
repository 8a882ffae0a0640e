import type { PacedClient } from "../http/client.js";
import type { Clock } from "../http/contract.js";
import type { RecordReject, SourceRecord } from "../model/record.js";
import type { CheckResult } from "../model/report.js";

export interface ReadRequest {
  /** A cursor that an earlier complete read gave. Absent: the whole catalogue. */
  readonly since?: string;
  /** The token of the last page that was kept. The read goes on behind it. */
  readonly resume?: string;
  /** First names of the paths that the mapping table reads, so that a channel can ask for no more than needed. */
  readonly fields?: readonly string[];
}

export interface RecordPage {
  readonly records: readonly SourceRecord[];
  readonly rejects: readonly RecordReject[];
  /** How many records the cart declares in all, as far as it is known by now; for the progress display. */
  readonly declared?: number;
  /** Where the next incremental read begins. The first page's counts, and only once the read is complete. */
  readonly cursor?: string;
  /** Continues the same read behind this page, in another process. */
  readonly resume?: string;
  /**
   * A text that changes when a setting of the shop changes that every record depends on (its units, say) although
   * no record's date moves. The next incremental read becomes a full one when it differs.
   */
  readonly basis?: string;
}

/** A place that the cart keeps stock at. */
export interface StockLocation {
  /** As `options.inventoryLocation` takes it. */
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
}

/**
 * What a channel keeps between runs beside its records, for all processes that work with one source account: rotating
 * tokens, what is left of a day's quota, facts that cost a request each. Losing it costs requests, or an operator's
 * consent, never correctness. The values are secret: they are encrypted where the state has a key.
 */
export interface ChannelMemory {
  /** Names that nothing is kept under are absent from the map. */
  get(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Keeps values durably, all of them or none. */
  set(entries: ReadonlyMap<string, string>): Promise<void>;
  /**
   * Runs `work` while no other process runs any under the same name. What must be true for everybody is read anew
   * inside, and kept by `keep`, which throws LockHeldError, keeping nothing, when the lock was lost meanwhile. Throws
   * TransientError when somebody else has the lock for a minute, InterruptedError on abort.
   */
  exclusive<Result>(
    name: string,
    signal: AbortSignal,
    work: (keep: ChannelMemory["set"]) => Promise<Result>,
  ): Promise<Result>;
}

/** What every channel works with. */
export interface ChannelParts {
  /** Made with the channel's own HTTP policy. */
  readonly http: PacedClient;
  readonly clock: Clock;
  /** Hears of what the operator should know although the run goes on. */
  readonly warn: (message: string) => void;
  readonly memory: ChannelMemory;
  /** Hides the account's secrets in a text that a vendor sent. */
  readonly redact: (text: string) => string;
  /** Adds a secret that was learnt on the way (an access token) to those that no output may hold. */
  readonly hide: (secret: string) => void;
}

export interface SourceChannel {
  /** The registry's key. */
  readonly id: string;
  /** The account as people know it, free of secrets: "https://shop.example". */
  readonly account: string;
  readonly features: { readonly updatedSince: boolean; readonly locations: boolean };
  /** Proves credentials and read scopes, changing nothing. A failed check is a result, not a throw. */
  check(signal: AbortSignal): AsyncIterable<CheckResult>;
  /** With `features.locations`: every place that stock is kept at, active or not. Throws as `read` does. */
  locations?(signal: AbortSignal): Promise<readonly StockLocation[]>;
  /**
   * Yields each record once, page by page; a page is fetched only when it is asked for. `since` is inclusive;
   * without `features.updatedSince` the whole catalogue comes. An unreadable record lands in `page.rejects`.
   * Throws AuthError, ConfigError, TransientError or RemoteError; and IncompleteError after the last page when the
   * cart declared more than it sent.
   */
  read(request: ReadRequest, signal: AbortSignal): AsyncIterable<RecordPage>;
}
