import type { PlaceKind } from "../model/item.js";
import type { ProductDraft } from "../model/product.js";

/** One row of a mapping table, as written. */
export interface MappingRow {
  /**
   * For a channel a path in the record, or several for a converter that takes several. For a destination a canonical
   * field or `custom_fields.<name>`, or several of which the first known one counts.
   */
  readonly from: string | readonly string[];
  /**
   * For a channel a canonical field, `image_url_*`, `custom_fields.<name>` or `custom_fields.*`. For a destination a
   * place of the item.
   */
  readonly to: string;
  /** Name of a converter; absent: `text` for a channel, `same` for a destination. */
  readonly convert?: string;
  /** Where it stands. */
  readonly file: string;
  readonly line: number;
}

/** A checked table: rows of the article first, in its order, then those beyond it. */
export interface MappingTable {
  /** What to call it: a built-in name or a file. */
  readonly name: string;
  readonly rows: readonly MappingRow[];
}

/** A checked table of a destination. */
export interface ItemTable extends MappingTable {
  /** Every place of the destination's item that a row may fill. */
  readonly places: ReadonlyMap<string, PlaceKind>;
}

/** A record that cannot be mapped: which field, which value, why. */
export interface MappingFault {
  readonly field: string;
  readonly path: string;
  /** Shortened, free of control characters. */
  readonly value: string;
  readonly message: string;
}

export type Mapped =
  | { readonly ok: true; readonly draft: ProductDraft }
  | { readonly ok: false; readonly sku?: string; readonly faults: readonly MappingFault[] };

/** A place in a record that the table reads. */
export interface RecordPlace {
  /** "dimensions.length" */
  readonly name: string;
  /** Whether the record has it, whatever stands there: null and empty are words of the cart, a missing key is none. */
  readonly isThere: (fields: Readonly<Record<string, unknown>>) => boolean;
}

/** A table compiled to closures. Pure and synchronous. */
export interface RecordMapper {
  /** First names of all paths, each once. */
  readonly roots: readonly string[];
  /** Everything that a record may lack: the paths up to their first list, each once. */
  readonly places: readonly RecordPlace[];
  map(fields: Readonly<Record<string, unknown>>): Mapped;
}

/** What the options leave of a product. */
export interface Projection {
  readonly priceSync: boolean;
  /** What `priceSync` is about: canonical fields, and `custom_fields.<name>` where the table calls one a price. */
  readonly prices: ReadonlySet<string>;
  readonly omit: readonly string[];
  /** Canonical fields that the destination has a place for. */
  readonly fields: ReadonlySet<string>;
  /** What the destination makes of a product's values, `Destination.shape`. Absent: it keeps what it gets. */
  readonly shape?: ((product: ProductDraft) => ProductDraft) | undefined;
}
