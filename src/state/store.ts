import type { Product } from "../model/product.js";
import type { Outcome, RunIssue, RunReport } from "../model/report.js";

/*
 * Three memories. `records` is the cart as it was last read: one row a record and connection, so that duplicates and
 * options can be judged over the whole catalogue. `products` is the destination as it was last written: one row a SKU
 * and destination account. `runs` is what happened. Beside them stands what channels
 * keep for themselves, tokens above all. Nothing in here is needed for correctness: a lost state costs time.
 *
 * Wherever an order is promised it is that of the UTF-8 bytes.
 */

/** Who holds a slot, for messages and for telling a dead holder from a live one. */
export interface Holder {
  readonly host: string;
  readonly pid: number;
  /**
   * What tells this process from any other with its pid, and this machine from any other with its name; two holders
   * with one `machine` can look each other's pid up. Absent where the system does not say.
   */
  readonly machine?: string;
  readonly processStart?: string;
  readonly command: string;
  readonly connection: string;
}

/** The exclusive right to write to one destination account, for as long as the lease is renewed. */
export interface Slot {
  readonly destination: string;
  /** Grows with every holder; a write by an older one is refused. */
  readonly fence: number;
  /** Extends the lease by its length. Throws LockHeldError when somebody else has taken it meanwhile. */
  renew(): Promise<void>;
  /** Throws LockHeldError when the lease has run out by this machine's clock and cannot be renewed. */
  assertHeld(): Promise<void>;
  /** Gives it back; harmless when it was lost. */
  release(): Promise<void>;
}

/** `read` -> `plan` -> `write` -> `settle` (documents only) -> `done`. A run that is not done can be resumed. */
export type RunPhase = "read" | "plan" | "write" | "settle" | "done";

export interface RunRow {
  /** Sortable by time. */
  readonly id: string;
  readonly connection: string;
  readonly command: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Hash of everything that decides what a record becomes; a run with another one is not resumed. */
  readonly setup: string;
  readonly phase: RunPhase;
  /** The channel's token behind the last page that was staged. */
  readonly resume?: string;
  /** What the first page gave; becomes the connection's when the run completes. */
  readonly cursor?: string;
  readonly basis?: string;
  /** How many records lacked each field that the table reads, and how many records there were. */
  readonly absent?: Readonly<Record<string, number>>;
  readonly recordsRead?: number;
  /** Why the read was incomplete also after a second look; absent when it was complete. */
  readonly incomplete?: string;
  readonly report?: RunReport;
}

export type RunPatch = Partial<Omit<RunRow, "id" | "connection" | "command" | "startedAt" | "setup">>;

/** What is remembered of a connection from its last complete pass. */
export interface ConnectionState {
  readonly cursor?: string;
  readonly basis?: string;
  readonly completedRun: string;
  /** ISO 8601, UTC. */
  readonly completedAt: string;
  /** When everything was read last. */
  readonly reconciledAt?: string;
  /** Share, 0 to 1, of records that lacked each field in the last full read. */
  readonly absent?: Readonly<Record<string, number>>;
  /** How many records the last full read had. */
  readonly recordsRead?: number;
  /** How many of them were products for the destination. */
  readonly fit?: number;
  /** Of the last full read; what it counted means nothing under another one. */
  readonly setup?: string;
}

/** One record of a page, mapped, ready to be staged. */
export interface StagedRecord {
  readonly key: string;
  readonly address?: string;
  /** Absent where there is none, or where it could not be read. */
  readonly sku?: string;
  /** What the destination tells SKUs apart by: the SKU, folded where case does not count there. */
  readonly skuKey?: string;
  /** Canonical JSON of the product, options applied; of candidates only. */
  readonly product?: string;
  /** Hash of exactly the fields that would be written. */
  readonly fingerprint?: string;
  /** `staged`: a candidate for the plan. */
  readonly outcome: "staged" | "skipped" | "rejected";
  readonly code?: string;
  readonly message?: string;
}

export interface StageProgress {
  readonly resume?: string;
  readonly cursor?: string;
  readonly basis?: string;
  readonly absent: Readonly<Record<string, number>>;
  readonly recordsRead: number;
}

/** Several candidates that one destination SKU would stand for; at least two rows, in no order. */
export interface SkuGroup {
  readonly skuKey: string;
  readonly rows: readonly { readonly key: string; readonly sku: string }[];
}

export interface KnownProduct {
  /** As the destination spells it. */
  readonly sku: string;
  readonly product: Product;
  readonly remoteId?: string;
  /** Fields whose places at this item are the destination's operator's; see `RemoteItem.reserved`. Absent: none. */
  readonly reserved?: readonly string[];
}

/** A candidate with what is known of its SKU: from psync's own writes, or found in the destination in this run. */
export interface StagedItem {
  readonly key: string;
  readonly sku: string;
  readonly skuKey: string;
  readonly product: Product;
  readonly fingerprint: string;
  readonly known?: KnownProduct;
  /** Whether `known` was found in the destination and has never been written by psync. */
  readonly adopted: boolean;
}

/** A candidate that nothing is known of. */
export interface UnknownItem {
  readonly key: string;
  readonly sku: string;
  readonly skuKey: string;
}

export interface SettledItem {
  readonly key: string;
  readonly skuKey: string;
  readonly outcome: "created" | "updated" | "unchanged" | "failed";
  /** What stands in the destination now; not with `failed`. */
  readonly known?: KnownProduct;
  /** Of the record's product; the next run compares with it first. */
  readonly fingerprint?: string;
  readonly code?: string;
  readonly message?: string;
}

export interface Mark {
  readonly outcome: "skipped" | "unchanged";
  readonly code?: string;
  readonly message?: string;
}

/** Which records and products a question is about: what one run staged, and what its connection wrote. */
export interface StageKey {
  /** Whose runs and products. */
  readonly connection: string;
  /** Under which name records are kept: the connection's; a dry run has one of its own. */
  readonly records: string;
  readonly run: string;
  readonly destination: string;
}

export interface StateStore {
  /** For messages; free of secrets. */
  readonly place: string;
  close(): Promise<void>;

  /**
   * Takes the destination's slot for a lease of `leaseMs`. A lease that has run out, or whose holder is a process of
   * this machine that no longer lives, is taken over. Throws LockHeldError, naming the holder, otherwise.
   */
  acquireSlot(destination: string, holder: Holder, leaseMs: number): Promise<Slot>;

  connection(connection: string): Promise<ConnectionState | undefined>;
  /** The latest run of the connection and command that is not done. */
  unfinishedRun(connection: string, command: string): Promise<RunRow | undefined>;
  startRun(run: RunRow): Promise<void>;
  saveRun(id: string, patch: RunPatch): Promise<void>;

  /**
   * Keeps a page and the run's progress in one transaction. A record staged before is replaced. A candidate whose
   * fingerprint is the one last written under its SKU counts as unchanged at once: `staged` and `countStaged` do not give
   * it, `skuGroups` still does.
   */
  stage(stage: StageKey, records: readonly StagedRecord[], progress: StageProgress): Promise<void>;
  /**
   * Forgets what this run has rejected so far: a second look at the cart says anew what cannot be read, and a place in a
   * list that was unreadable may by now be another record's.
   */
  dropRejected(stage: StageKey): Promise<void>;
  /** SKUs with several candidates. Safe to mark rows of a group while iterating. */
  skuGroups(stage: StageKey): AsyncIterable<SkuGroup>;
  mark(stage: StageKey, keys: readonly string[], mark: Mark): Promise<void>;
  /** Marks `unchanged` every candidate whose fingerprint is the one last written under its SKU. */
  markUnchanged(stage: StageKey): Promise<void>;
  /** Candidates that nothing is known of, in order of SKU, behind `after`. */
  unknown(stage: StageKey, after: string | undefined, limit: number): Promise<readonly UnknownItem[]>;
  /** Remembers, for this run, what the destination holds under a candidate's SKU. */
  noteRemote(
    stage: StageKey,
    items: readonly { readonly key: string; readonly known: KnownProduct }[],
  ): Promise<void>;
  /** Candidates in order of SKU, behind `after`; with `contested` only those that something is known of. */
  staged(
    stage: StageKey,
    filter: { readonly contested?: boolean },
    after: string | undefined,
    limit: number,
  ): Promise<readonly StagedItem[]>;
  countStaged(stage: StageKey, filter: { readonly contested: boolean }): Promise<number>;
  /** How many products of the connection are known to stand in the destination. */
  countKnown(stage: StageKey): Promise<number>;

  /**
   * Records results as they are acknowledged, durably, in one transaction. Throws LockHeldError, recording nothing,
   * when the slot has another holder by now. `slot` is absent for results that wrote nothing (`unchanged`).
   */
  settle(stage: StageKey, slot: Slot | undefined, items: readonly SettledItem[]): Promise<void>;
  /** As `settle` with `created`, at once for every candidate that nothing is known of. */
  settleCreated(stage: StageKey, slot: Slot): Promise<void>;
  /** Every product known to stand in the destination together with every candidate, in order of SKU. */
  catalogue(stage: StageKey): AsyncIterable<{ readonly known?: KnownProduct; readonly staged?: StagedItem }>;

  counts(stage: StageKey): Promise<Readonly<Record<Outcome, number>>>;
  issues(stage: StageKey): AsyncIterable<RunIssue>;
  /** What became of records when they were read last; absent for those that are not settled or were never read. */
  outcomesOf(records: string, keys: readonly string[]): Promise<ReadonlyMap<string, Outcome>>;
  /** Products of this connection whose SKU no record of this run carries. */
  countMissing(stage: StageKey): Promise<number>;
  /**
   * Ends a run: keeps its report and its issues; with `complete` the connection's state moves on, and with a complete
   * full read records that were not seen are forgotten.
   */
  finishRun(
    stage: StageKey,
    report: RunReport,
    complete: { readonly state: ConnectionState; readonly full: boolean } | undefined,
  ): Promise<void>;
  /** Forgets all records that are kept under a name; for dry runs. */
  discard(records: string): Promise<void>;

  /** What is kept for a channel under some names, by source account. Throws ConfigError when it does not open. */
  kept(account: string, names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /**
   * Keeps values for a channel durably, all or none; encrypted where the state has a key. With a slot: throws
   * LockHeldError, keeping nothing, when that has another holder by now.
   */
  keep(account: string, entries: ReadonlyMap<string, string>, slot?: Slot): Promise<void>;
}
