/** A JSON object of the API. Names are Etsy's own. */
export type Body = Record<string, unknown>;

/** What lists are filtered and ordered by. Rows are cheap, listings are made on demand. */
export interface EtsyRow {
  readonly id: number;
  /** The place in the catalogue, from 0; all ids of the listing follow from it. */
  readonly index: number;
  readonly state: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly updated: number;
}

/** A listing with what hangs on it, as stored: deleted products are among the products. */
export interface EtsyItem {
  /** What the seller writes: the API's own keys without state, dates and sums. */
  readonly listing: Body;
  /** Null where the seller never used the inventory tools. */
  readonly inventory: EtsyInventory | null;
  readonly images: readonly Body[];
}

export interface EtsyInventory {
  readonly products: readonly Body[];
  readonly price_on_property: readonly number[];
  readonly quantity_on_property: readonly number[];
  readonly sku_on_property: readonly number[];
  readonly readiness_state_on_property: readonly number[];
}

/** How the shop's prices are written. */
export interface Currency {
  readonly code: string;
  /** What an amount is divided by: 100 for cents, 1 where there are none. */
  readonly divisor: number;
}

/** Where a shop's listings come from. Never changed by the shop that serves it. */
export interface EtsyCatalogue {
  /** Ascending by index, which is the order of creation. */
  readonly rows: readonly EtsyRow[];
  item(row: EtsyRow): EtsyItem;
  /** An ordinary listing, as a seller who adds one makes it. */
  ordinary(row: EtsyRow): EtsyItem;
}

/** Ids begin below 32 bits and soon pass them, so that a client that is short of bits is found out. */
const firstListing = 4_294_950_000;
const listingStep = 211;
const firstProduct = 20_880_000_000;
const firstOffering = 23_990_000_000;
/** How many products or offerings of one listing have ids of their own. */
const room = 1000;

export function listingIdOf(index: number): number {
  return firstListing + index * listingStep;
}

/** The place of a listing; a fraction or a negative number when the id is nobody's. */
export function indexOfListing(id: number): number {
  return (id - firstListing) / listingStep;
}

/** The id of the nth product (from 0) of the listing at this place. */
export function productIdOf(index: number, nth: number): number {
  return firstProduct + index * room + nth;
}

/** The place of the listing that a product belongs to. */
export function indexOfProduct(id: number): number {
  return Math.floor((id - firstProduct) / room);
}

/** The id of the nth offering (from 0) of the listing at this place. */
export function offeringIdOf(index: number, nth: number): number {
  return firstOffering + index * room + nth;
}

/** The products of an inventory, or none. */
export function productsOf(item: EtsyItem): readonly Body[] {
  return item.inventory?.products ?? [];
}

/** A value as a list of JSON objects; anything else becomes an empty list. */
export function bodiesOf(value: unknown): readonly Body[] {
  return Array.isArray(value) ? (value as Body[]) : [];
}

/** A value as text; anything else but text becomes "". */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
