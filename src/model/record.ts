/**
 * Why a record is not an item for a warehouse, as far as the cart's own kind of record decides it. Where several
 * fit, the first in this order counts (product.md section 5).
 */
export const unfitCodes = ["status", "not-sellable", "not-shippable", "no-sku"] as const;
export type UnfitCode = (typeof unfitCodes)[number];

export interface Unfit {
  readonly code: UnfitCode;
  /** One sentence for the operator, in the cart's words: "a variable product: its variations are the items". */
  readonly message: string;
}

/** One sellable SKU in the vendor's own words. A listing with five variants is five records. */
export interface SourceRecord {
  /** The vendor's stable id, unique in the channel. */
  readonly key: string;
  /** The vendor's clock, ISO 8601, UTC. */
  readonly updatedAt?: string;
  /** The left column of the mapping table, untouched. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** What speaks against the record, in any order. Absent or empty: nothing does. */
  readonly unfit?: readonly Unfit[];
  /** Where an operator finds the record in the cart: an absolute URL. */
  readonly address?: string;
}

/** A record that the cart could not deliver or that could not be read. Its neighbours are not affected. */
export interface RecordReject {
  /** The vendor's id, or, where even that is unknown, its place in the list ("products, position 118"). */
  readonly key: string;
  readonly code: "unreadable";
  readonly message: string;
}
