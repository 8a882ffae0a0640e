/** A product or variation as JSON. Names are WooCommerce's own. */
export type Body = Record<string, unknown>;

/** What lists are filtered and ordered by: one row of the posts table. Rows are cheap, bodies are made on demand. */
export interface WooRow {
  readonly id: number;
  /** The parent product of a variation, otherwise 0. */
  readonly parent: number;
  readonly type: string;
  readonly status: string;
  /** Seconds since 1970. Null is a zero date, as importers leave it. */
  readonly created: number | null;
  readonly modified: number | null;
}

/**
 * A record with its own values, in the key order of the answers (71 keys for a product, 46 for a variation, with
 * `_links`). A variation leaves empty what it inherits: sku, weight and sizes "", image null, manage_stock false.
 * Dates, status and links are taken from the row, not from here.
 */
export interface WooItem {
  readonly body: Body;
  /** Texts as stored (`context=edit`), where they differ from the rendered ones in the body. */
  readonly raw?: Readonly<Record<string, string>>;
}

/** What the shop says of itself. */
export interface ShopFacts {
  readonly name: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly weightUnit: "kg" | "g" | "lbs" | "oz";
  readonly dimensionUnit: "m" | "cm" | "mm" | "in" | "yd";
  readonly currency: string;
}

/** Where a shop's records come from. Never changed by the shop that serves it. */
export interface WooCatalogue {
  readonly facts: ShopFacts;
  /** Ascending by id. */
  readonly rows: readonly WooRow[];
  /** Makes the record of a row; `home` is the address that its links begin with. */
  item(row: WooRow, home: string): WooItem;
}

/** Whether a row is a variation, and so not in the list of products. */
export function isVariation(row: WooRow): boolean {
  return row.type === "variation";
}

/** A value as text; anything else but text becomes "". */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A value as a list of JSON objects; anything else becomes an empty list. */
export function bodiesOf(value: unknown): readonly Body[] {
  return Array.isArray(value) ? (value as Body[]) : [];
}
