import { createRandom } from "../random.js";
import { listingIdOf, type Currency, type EtsyCatalogue, type EtsyItem, type EtsyRow } from "./model.js";
import { oddListings, type OddListing } from "./odd-listings.js";
import { sampleListing } from "./sample-listing.js";

export interface SampleOptions {
  /** In all states together. Default 300, which are about 900 products. */
  readonly listings?: number;
  readonly seed?: number;
  /** Whether the cases that programs trip over are among them. Default true. */
  readonly odd?: boolean;
  /** Default: US dollars in cents. */
  readonly currency?: Currency;
}

const firstDay = Date.UTC(2024, 0, 8, 6) / 1000;
const daySeconds = 86_400;
const otherStates = ["sold_out", "inactive", "draft", "expired"] as const;

/**
 * Makes a sample catalogue: the same for the same options, of any size. Only rows are kept in memory; a listing is
 * made when it is asked for. Of ten listings nine are active; without the odd ones every product has an SKU of its own.
 */
export function sampleCatalogue(options: SampleOptions = {}): EtsyCatalogue {
  const { listings = 300, seed = 1, odd = true, currency = { code: "USD", divisor: 100 } } = options;
  const step = Math.max(2, Math.floor(listings / oddListings.length));
  const oddAt = (index: number): OddListing | undefined =>
    odd && index % step === 1 && index < listings ? oddListings[Math.floor(index / step)] : undefined;

  const rows = Array.from({ length: listings }, (_, index): EtsyRow => {
    const random = createRandom(seed, index, 1);
    const created = Math.floor(firstDay + (index / listings) * 780 * daySeconds) + random.int(0, 600);
    const usual = index % 10 === 4 ? random.pick(otherStates) : "active";
    return {
      id: listingIdOf(index),
      index,
      state: oddAt(index)?.state ?? (oddAt(index) === undefined ? usual : "active"),
      created,
      updated: created + random.int(0, 120 * daySeconds),
    };
  });

  function ordinary(row: EtsyRow): EtsyItem {
    const random = createRandom(seed, row.index, 3);
    return sampleListing(row, row.index % 3 === 2 ? random.int(2, 12) : 1, seed, currency);
  }

  return {
    rows,
    ordinary,
    item: (row) =>
      oddAt(row.index)?.make(row, sampleListing(row, 1, seed, currency), currency) ?? ordinary(row),
  };
}
