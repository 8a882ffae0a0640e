import { catalogItemOf } from "./catalog-item.js";
import type { Catalogue } from "./catalogue.js";
import { asinOf } from "./digits.js";
import type { AmazonListing, CatalogItem } from "./model.js";

/** What was edited since the shop was opened: a copy of it is a picture of the shop. */
interface Changes {
  /** By place; added listings have places behind the catalogue's. */
  readonly edited: ReadonlyMap<number, AmazonListing>;
  readonly removed: ReadonlySet<number>;
  readonly end: number;
}

/** The listings at one moment. */
export interface Picture {
  /** In the order in which they were made, each made when it is asked for. */
  rows(): Iterable<AmazonListing>;
}

/** The name of a listing that is filtered and ordered before it is made. */
interface ListingRef {
  readonly place: number;
  readonly created: number;
  readonly updated: number;
}

/**
 * The listings of one running shop: a catalogue, and over it what was edited since. Methods that name an SKU throw
 * RangeError when it is unknown.
 */
export class AmazonStore {
  readonly seed: number;
  readonly #catalogue: Catalogue;
  readonly #now: () => number;
  readonly #edited = new Map<number, AmazonListing>();
  readonly #removed = new Set<number>();
  #end: number;

  /** `now` is in milliseconds since 1970. */
  constructor(catalogue: Catalogue, seed: number, now: () => number) {
    this.#catalogue = catalogue;
    this.seed = seed;
    this.#now = now;
    this.#end = catalogue.size;
  }

  get size(): number {
    return this.#end - this.#removed.size;
  }

  listing(place: number): AmazonListing {
    return this.#edited.get(place) ?? this.#catalogue.listing(place);
  }

  rows(): Iterable<AmazonListing> {
    return rowsOf(this.#catalogue, { edited: this.#edited, removed: this.#removed, end: this.#end });
  }

  /** The listings from a place on, with their places. */
  *rowsFrom(place: number): Generator<readonly [place: number, listing: AmazonListing]> {
    for (let at = place; at < this.#end; at += 1) if (!this.#removed.has(at)) yield [at, this.listing(at)];
  }

  /** The listings as they are now, whatever is edited afterwards. */
  picture(): Picture {
    const changes = { edited: new Map(this.#edited), removed: new Set(this.#removed), end: this.#end };
    return { rows: () => rowsOf(this.#catalogue, changes) };
  }

  /** All listings by place, without making them. */
  *refs(): Generator<ListingRef> {
    for (let place = 0; place < this.#end; place += 1) {
      if (this.#removed.has(place)) continue;
      const { created, updated } = this.#edited.get(place) ?? this.#catalogue.times(place);
      yield { place, created, updated };
    }
  }

  findSku(sku: string): AmazonListing | undefined {
    const place = this.#placeOf(sku);
    return place === undefined ? undefined : this.listing(place);
  }

  /** A listing that is an offer of this ASIN. Those that were removed are in Amazon's catalogue still. */
  findAsin(asin: string): AmazonListing | undefined {
    for (const listing of this.#edited.values()) if (listing.asin === asin) return listing;
    const place = this.#catalogue.findAsin(asin);
    return place === undefined ? undefined : this.listing(place);
  }

  /** What Amazon's catalogue knows of an ASIN. */
  item(asin: string): CatalogItem | undefined {
    const listing = this.findAsin(asin);
    return listing === undefined || asin.startsWith("B0GONE") ? undefined : catalogItemOf(listing, this.seed);
  }

  edit(sku: string, patch: Partial<AmazonListing>): void {
    const place = this.#known(sku);
    this.#edited.set(place, { ...this.listing(place), updated: this.#now(), ...patch });
  }

  add(patch: Partial<AmazonListing>): string {
    const place = this.#end;
    this.#end += 1;
    const asin = asinOf(place + 1_000_000);
    const now = this.#now();
    const listing: AmazonListing = {
      sku: `NEW-${String(place).padStart(5, "0")}`,
      asin,
      listingId: `${String(place).padStart(6, "0")}ZNEW`,
      name: `New listing ${place}`,
      description: "",
      price: "10.00",
      quantity: "5",
      pendingQuantity: "0",
      productIdType: "1",
      productId: asin,
      condition: "11",
      note: "",
      channel: "DEFAULT",
      shippingGroup: "Migrated Template",
      status: "Active",
      isParent: false,
      fulfillable: 0,
      created: now,
      updated: now,
      ...patch,
    };
    this.#edited.set(place, listing);
    return listing.sku;
  }

  remove(sku: string): void {
    this.#removed.add(this.#known(sku));
  }

  #known(sku: string): number {
    const place = this.#placeOf(sku);
    if (place === undefined) throw new RangeError(`there is no listing ${sku}`);
    return place;
  }

  #placeOf(sku: string): number | undefined {
    for (const [place, listing] of this.#edited)
      if (listing.sku === sku && !this.#removed.has(place)) return place;
    const place = this.#catalogue.findSku(sku);
    if (place === undefined || this.#removed.has(place)) return undefined;
    return this.listing(place).sku === sku ? place : undefined;
  }
}

function* rowsOf(catalogue: Catalogue, { edited, removed, end }: Changes): Generator<AmazonListing> {
  for (let place = 0; place < end; place += 1)
    if (!removed.has(place)) yield edited.get(place) ?? catalogue.listing(place);
}
