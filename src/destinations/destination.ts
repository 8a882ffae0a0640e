import type { PacedClient } from "../http/client.js";
import type { Clock } from "../http/contract.js";
import type { ItemMapper } from "../model/item.js";
import type { Product, ProductDraft } from "../model/product.js";
import type { CheckResult, PlanEntry } from "../model/report.js";

/** What a destination that speaks to a server works with. */
export interface DestinationParts {
  /** Made with the destination's own HTTP policy. */
  readonly http: PacedClient;
  readonly clock: Clock;
  /** Hears of what the operator should know although the run goes on. */
  readonly warn: (message: string) => void;
  /** Hides the account's secrets in a text that a vendor sent. */
  readonly redact: (text: string) => string;
  /** Adds a secret that was learnt on the way (an access token) to those that no output may hold. */
  readonly hide: (secret: string) => void;
  /** The destination's mapping table, the operator's own where there is one. */
  readonly mapper: ItemMapper;
  /** How many requests may be under way at a time, where the operator says so. */
  readonly concurrency?: number;
}

/** What the destination holds under a SKU. */
export interface RemoteItem {
  /** The destination's own id of the item. */
  readonly id: string;
  /** As the destination spells it. */
  readonly sku: string;
  /** The canonical fields as far as the destination can tell them. */
  readonly values: Product;
  /**
   * Fields whose places at this item are the operator's, the size of a carton of twelve, say: they are neither compared
   * nor written. Absent: none.
   */
  readonly reserved?: readonly string[];
}

/** A change that will be made. `product` holds every field that will stand there afterwards as far as psync knows. */
export interface PlannedChange extends PlanEntry {
  readonly product: Product;
  /** The destination's id of the item; absent on create. */
  readonly remoteId?: string;
}

export type WriteResult =
  | {
      readonly sku: string;
      readonly outcome: "written";
      readonly remoteId?: string;
      /** As of a RemoteItem, where the write showed it. Absent: as it was known. */
      readonly reserved?: readonly string[];
    }
  | {
      readonly sku: string;
      readonly outcome: "failed";
      /** Kebab-case; the message is in the destination's own words. */
      readonly code: string;
      readonly message: string;
    };

export interface DestinationFeatures {
  /** How many SKUs `find` and how many changes `write` take at once. */
  readonly maxBatch: number;
  /**
   * The canonical fields that the destination has a place for, custom fields also one by one (`custom_fields.Color`);
   * others are never sent and cause no write.
   */
  readonly fields: ReadonlySet<string>;
  readonly caseSensitiveSku: boolean;
  /** Whether `find` can see what was written. */
  readonly readable: boolean;
}

interface DestinationBase {
  /** The registry's key. */
  readonly id: string;
  /** The account as people know it, free of secrets. Two connections to one account share its slot. */
  readonly account: string;
  readonly features: DestinationFeatures;
  /**
   * A product as `find` would tell it once it was written: what has no place left out, texts and numbers in the form in
   * which the destination keeps them. Pure; twice is the same as once; the SKU stays. Absent: it keeps what it gets.
   */
  readonly shape?: (product: ProductDraft) => ProductDraft;
  /**
   * Proves that the account can be used, changing nothing: called before a read that may be long, where no run has
   * proved it yet. Throws AuthError, ConfigError (what the settings name is not there), TransientError or RemoteError.
   * Absent: nothing needs proof.
   */
  prove?(signal: AbortSignal): Promise<void>;
  /** Proves that it can be reached and written, changing nothing. A failed check is a result, not a throw. */
  check(signal: AbortSignal): AsyncIterable<CheckResult>;
  /**
   * What the destination already holds under these SKUs; absent SKUs are absent from the map, whose keys are the SKUs
   * as they were asked for. `skus` come in ascending order, from call to call: of their UTF-8 bytes, without regard to
   * case where the destination has none.
   */
  find(skus: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, RemoteItem>>;
}

/** A system that takes items one by one or in batches, and acknowledges each. */
export interface ItemDestination extends DestinationBase {
  readonly kind: "items";
  /**
   * Creates or updates; twice is the same as once. One result a change, as it is acknowledged. On abort no further
   * request begins; the one in flight is finished and its results are yielded.
   */
  write(changes: readonly PlannedChange[], signal: AbortSignal): AsyncIterable<WriteResult>;
}

/** A document that is replaced as a whole: what a run writes becomes visible at once or not at all. */
export interface DocumentDestination extends DestinationBase {
  readonly kind: "document";
  /** Whether `replace` wants every product that is known, or only this run's. */
  readonly content: "catalogue" | "changes";
  /** Whether a document stands where a run with nothing new would leave it. A missing one is written again. */
  isThere(run: RunStamp): Promise<boolean>;
  /**
   * Replaces the document atomically. `products` come in ascending order of their SKUs' UTF-8 bytes and are read
   * one by one. Throws ConfigError when the place cannot be written or holds something that psync did not write.
   */
  replace(products: AsyncIterable<Product>, run: RunStamp, signal: AbortSignal): Promise<void>;
}

export interface RunStamp {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
}

export type Destination = ItemDestination | DocumentDestination;
