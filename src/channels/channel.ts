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

export interface SourceChannel {
  /** The registry's key. */
  readonly id: string;
  /** The account as people know it, free of secrets: "https://shop.example". */
  readonly account: string;
  readonly features: { readonly updatedSince: boolean; readonly locations: boolean };
  /** Proves credentials and read scopes, changing nothing. A failed check is a result, not a throw. */
  check(signal: AbortSignal): AsyncIterable<CheckResult>;
  /**
   * Yields each record once, page by page; a page is fetched only when it is asked for. `since` is inclusive;
   * without `features.updatedSince` the whole catalogue comes. An unreadable record lands in `page.rejects`.
   * Throws AuthError, ConfigError, TransientError or RemoteError; and IncompleteError after the last page when the
   * cart declared more than it sent.
   */
  read(request: ReadRequest, signal: AbortSignal): AsyncIterable<RecordPage>;
}
