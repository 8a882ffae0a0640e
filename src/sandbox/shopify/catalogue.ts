import { createRandom } from "../random.js";
import type { Catalogue, ProductData, ProductRow, ShopLocation, VariantData, VariantRow } from "./model.js";
import { type OddProduct, oddProducts } from "./odd-products.js";
import { sampleProduct, sampleVariant } from "./sample.js";

export interface SampleOptions {
  /** Default 300, which are about 620 variants when the odd ones are among them. */
  readonly products?: number;
  readonly seed?: number;
  /** Whether the cases that programs trip over are among them. Default true. */
  readonly odd?: boolean;
  /** How many variants an ordinary product has. Default: one, every eighth product 2 to 6. */
  readonly variantsPerProduct?: number;
  /** How many images an ordinary product has. Default 0 to 4. */
  readonly imagesPerProduct?: number;
  /** Default: two active ones, one closed, and one of a fulfilment service. */
  readonly locations?: readonly ShopLocation[];
}

const harborLocations: readonly ShopLocation[] = [
  { id: "7001", name: "Harbor Warehouse", isActive: true, isFulfillmentService: false },
  { id: "7002", name: "Quay Street Store", isActive: true, isFulfillmentService: false },
  { id: "7003", name: "Old Boathouse", isActive: false, isFulfillmentService: false },
  { id: "7004", name: "Northline Fulfilment", isActive: true, isFulfillmentService: true },
];

const firstProduct = 9_001_001_000_001n;
const firstVariant = 45_001_001_000_001n;
// No number of JavaScript can tell the first two of these apart.
const beyondNumbers = 9_007_199_254_740_992n;
const firstDay = Date.UTC(2024, 0, 8, 6);
const dayMs = 86_400_000;

/**
 * Makes a sample catalogue of the shop Harbor Goods: the same for the same options, of any size. Only rows are kept
 * in memory (some 200 bytes a variant); the rest is made when it is asked for.
 */
export function sampleCatalogue(options: SampleOptions = {}): Catalogue {
  const { products: count = 300, seed = 1, odd = true, locations = harborLocations } = options;
  const step = Math.max(2, Math.floor(count / oddProducts.length));
  const oddAt = (index: number): OddProduct | undefined =>
    odd && index % step === 1 && index !== count - 1 ? oddProducts[Math.floor(index / step)] : undefined;
  const stocked = locations.filter(({ isActive }) => isActive).map(({ id }) => id);

  const products: ProductRow[] = [];
  let variantId = firstVariant;
  for (let index = 0; index < count; index += 1) {
    const random = createRandom(seed, index, 1);
    const special = oddAt(index);
    const isHuge = odd && index === count - 1;
    const plain = options.variantsPerProduct ?? (index % 8 === 5 ? random.int(2, 6) : 1);
    const size = isHuge ? 2 : special === undefined ? plain : (special.variants ?? 1);
    const created = Math.floor(firstDay + (index / count) * 780 * dayMs) + random.int(0, 3_600_000);
    const updated = created + random.int(0, 120 * dayMs);
    if (isHuge) variantId = beyondNumbers;
    const id = String(isHuge ? beyondNumbers : firstProduct + BigInt(index));
    const row: ProductRow = { id, index, size, created, updated, before: updated, variants: [] };
    for (let nth = 0; nth < size; nth += 1) {
      row.variants.push({ id: String(variantId), product: row, nth, created, updated });
      variantId += 1n;
    }
    products.push(row);
  }

  function product(row: ProductRow): ProductData {
    const { index, size } = row;
    const random = createRandom(seed, index, 2);
    const images = options.imagesPerProduct ?? random.int(0, 4);
    const base = sampleProduct(index, size, images, random);
    const special = oddAt(index);
    if (special === undefined) return base;
    return { ...base, options: [], ...special.product };
  }

  function variant(row: VariantRow): VariantData {
    const { index } = row.product;
    const random = createRandom(seed, index, 3, row.nth);
    const base = sampleVariant(index, row.nth, productOf(row.product), stocked, random);
    return { ...base, ...oddAt(index)?.variant?.(row.nth) };
  }

  // The variants of a product are asked for one after another.
  let last: { readonly row: ProductRow; readonly data: ProductData } | undefined;
  function productOf(row: ProductRow): ProductData {
    if (last?.row !== row) last = { row, data: product(row) };
    return last.data;
  }

  return { products, locations, product: productOf, variant };
}
