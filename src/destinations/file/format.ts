import type { Product, ProductDraft } from "../../model/product.js";

/** A row that stands in a document. */
export interface StoredRow {
  readonly product: Product;
  /** As it is written, line end included, so that a row that is kept stays as it stands. */
  readonly text: string;
  /** Where the row begins, from 1. */
  readonly line: number;
  /** As of a RemoteItem. Absent: none. */
  readonly reserved?: readonly string[];
}

/** How products stand in a file. Lines end in a line feed, the text is UTF-8 without a byte order mark. */
export interface DocumentFormat {
  /** As of DestinationFeatures. */
  readonly fields: ReadonlySet<string>;
  /** As of a Destination. */
  readonly shape?: (product: ProductDraft) => ProductDraft;
  /** What stands before the first product. */
  readonly head: string;
  /**
   * A product as it is written, line end included. `standing` is its row so far: a field that the product lacks is
   * unknown, and leaves what stands there alone.
   */
  toRow(product: Product, standing?: StoredRow): string;
  /**
   * Yields the rows of a document one by one, in the file's order. Throws ConfigError `file-foreign` at a row that
   * psync would not have written, and the system's errors as they are.
   */
  read(path: string): AsyncGenerator<StoredRow, void, undefined>;
}
