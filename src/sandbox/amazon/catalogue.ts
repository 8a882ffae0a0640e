import { createRandom } from "../random.js";
import { asinIndex, asinOf, eanOf, upcOf } from "./digits.js";
import type { AmazonListing } from "./model.js";
import { oddListings } from "./odd-listings.js";
import { adjectives, brands, extras, materials, nouns } from "./words.js";

export interface CatalogueOptions {
  readonly listings: number;
  readonly seed: number;
  /** Whether the cases that programs trip over are among them. */
  readonly odd: boolean;
  /** The code of Amazon's warehouses in the marketplace. */
  readonly fulfilment: string;
}

/** Where the listings of a seller come from: of any size, each made when it is asked for. */
export interface Catalogue {
  readonly size: number;
  listing(index: number): AmazonListing;
  /** Milliseconds since 1970, without making the listing. */
  times(index: number): { readonly created: number; readonly updated: number };
  /** The place of the listing that has this SKU. */
  findSku(sku: string): number | undefined;
  /** The first place of a listing that is an offer of this ASIN. */
  findAsin(asin: string): number | undefined;
}

const firstDay = Date.UTC(2023, 2, 6, 9);
const dayMs = 86_400_000;

/** Makes a sample catalogue: the same for the same options. */
export function sampleCatalogue(options: CatalogueOptions): Catalogue {
  const { listings: size, seed, fulfilment } = options;
  const step = Math.max(2, Math.floor(size / oddListings.length));
  const oddAt = (index: number) =>
    options.odd && index % step === 1 ? oddListings[Math.floor(index / step)] : undefined;

  function times(index: number) {
    const random = createRandom(seed, index, 1);
    const created =
      firstDay + Math.floor((index / Math.max(1, size)) * 900) * dayMs + random.int(0, dayMs - 1);
    return { created, updated: created + random.int(0, 120 * dayMs) };
  }

  function listing(index: number): AmazonListing {
    const plain = ordinary(index, createRandom(seed, index, 2), fulfilment, times(index));
    return { ...plain, ...oddAt(index)?.(index, fulfilment) };
  }

  // The few that stand elsewhere than their number says.
  const oddSkus = new Map<string, number>();
  const oddAsins = new Map<string, number>();
  if (options.odd) {
    for (let index = 1; index < size && index < step * oddListings.length; index += step) {
      const { sku, asin } = listing(index);
      if (!oddSkus.has(sku)) oddSkus.set(sku, index);
      if (asinIndex(asin) === undefined) oddAsins.set(asin, index);
    }
  }

  return {
    size,
    listing,
    times,
    findSku(sku) {
      const odd = oddSkus.get(sku);
      if (odd !== undefined) return odd;
      const index = Number(/-(\d{5,9})$/.exec(sku)?.[1] ?? Number.NaN);
      return index < size && listing(index).sku === sku ? index : undefined;
    },
    findAsin(asin) {
      const index = oddAsins.get(asin) ?? asinIndex(asin);
      return index !== undefined && index < size ? index : undefined;
    },
  };
}

function ordinary(
  index: number,
  random: ReturnType<typeof createRandom>,
  fulfilment: string,
  times: { readonly created: number; readonly updated: number },
): AmazonListing {
  const [brand, noun, material] = [random.pick(brands), random.pick(nouns), random.pick(materials)];
  const byAmazon = random.chance(0.25);
  const asin = asinOf(index);
  const [productIdType, productId] = random.pick([
    ["1", asin],
    ["3", upcOf(index)],
    ["4", eanOf(index)],
  ] as const);
  const price = (noun.price + random.int(0, 900) / 100).toFixed(2);
  const description = random.pick([
    "",
    `${material} ${noun.name.toLowerCase()}.<br>Hand wash only.`,
    `<p>The ${noun.name} by ${brand.name.replace("&", "&amp;")}.</p>`,
    "Made in small batches, and mended for life. Don’t soak.",
  ]);
  return {
    sku: `${brand.code}-${noun.code}-${String(index).padStart(5, "0")}`,
    asin,
    listingId: `${String(index).padStart(6, "0")}Z${asin.slice(-4)}`,
    name: `${brand.name} ${random.pick(adjectives)} ${material} ${noun.name}${random.pick(extras)}`,
    description,
    price: random.chance(0.2) ? String(Number(price)) : price,
    quantity: byAmazon ? "" : String(random.int(0, 240)),
    pendingQuantity: byAmazon ? "" : String(random.int(0, 3)),
    productIdType,
    productId,
    condition: "11",
    note: "",
    channel: byAmazon ? fulfilment : "DEFAULT",
    shippingGroup: random.pick(["Migrated Template", "Oversize"]),
    status: random.chance(0.9) ? "Active" : "Inactive",
    isParent: false,
    fulfillable: byAmazon ? random.int(0, 400) : 0,
    ...times,
  };
}
