import {
  type Catalogue,
  compareIds,
  type ProductData,
  type ProductRow,
  type ShopLocation,
  type VariantData,
  type VariantRow,
} from "./model.js";

export interface EditOptions {
  /** No date moves, as is reported of some changes. */
  readonly silent?: boolean;
}

/** Something that was deleted. */
export interface Deletion {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly productId: string;
  readonly title: string;
}

/** The shop's products as they stand, and the hands of those who work in it. RangeError for an id that is not there. */
export class ShopifyStore {
  readonly products: ProductRow[];
  /** Sorted by id. */
  readonly variants: VariantRow[];
  readonly locations: readonly ShopLocation[];
  readonly deletions: Deletion[] = [];
  readonly #catalogue: Catalogue;
  readonly #clock: () => number;
  readonly #productEdits = new Map<string, Partial<ProductData>>();
  readonly #variantEdits = new Map<string, Partial<VariantData>>();
  #last: { readonly row: VariantRow; readonly data: VariantData } | undefined;

  constructor(catalogue: Catalogue, clock: () => number) {
    this.#catalogue = catalogue;
    this.#clock = clock;
    // A shop that adds and removes leaves the catalogue as it was made.
    this.products = catalogue.products.map((row) => ({ ...row, variants: [] }));
    this.variants = [];
    for (const [at, { variants }] of catalogue.products.entries()) {
      const product = this.products[at];
      if (product === undefined) continue;
      for (const row of variants) {
        const variant = { ...row, product };
        product.variants.push(variant);
        this.variants.push(variant);
      }
    }
    this.locations = catalogue.locations;
  }

  now(): number {
    return this.#clock();
  }

  findProduct(id: string): ProductRow | undefined {
    return findRow(this.products, id);
  }

  findVariant(id: string): VariantRow | undefined {
    return findRow(this.variants, id);
  }

  findLocation(id: string): ShopLocation | undefined {
    return this.locations.find((location) => location.id === id);
  }

  product(row: ProductRow): ProductData {
    const made = this.#catalogue.product(row);
    const edit = this.#productEdits.get(row.id);
    return edit === undefined ? made : { ...made, ...edit };
  }

  variant(row: VariantRow): VariantData {
    // One node asks several times for the same one.
    if (this.#last?.row === row) return this.#last.data;
    const made = this.#catalogue.variant(row);
    const edit = this.#variantEdits.get(row.id);
    const data = edit === undefined ? made : { ...made, ...edit };
    this.#last = { row, data };
    return data;
  }

  /** Edits a variant; its date and its product's move. */
  edit(variantId: string, patch: Partial<VariantData>, options: EditOptions = {}): void {
    const row = this.#variantRow(variantId);
    this.#change(row.id, { ...this.#variantEdits.get(row.id), ...patch });
    if (options.silent === true) return;
    row.updated = this.now();
    this.#touch(row.product);
  }

  /** Edits a product; its date moves, those of its variants do not. */
  editProduct(productId: string, patch: Partial<ProductData>, options: EditOptions = {}): void {
    const row = this.#productRow(productId);
    this.#productEdits.set(row.id, { ...this.#productEdits.get(row.id), ...patch });
    if (options.silent !== true) this.#touch(row);
  }

  /** Sets what is available at a location; null: it is not stocked there. The product's date moves. */
  setStock(variantId: string, locationId: string, quantity: number | null, options: EditOptions = {}): void {
    const row = this.#variantRow(variantId);
    const { [locationId]: _before, ...others } = this.variant(row).stock;
    const stock = quantity === null ? others : { ...others, [locationId]: quantity };
    this.#change(row.id, { ...this.#variantEdits.get(row.id), stock });
    if (options.silent !== true) this.#touch(row.product);
  }

  /** Adds a product with one variant, or to `productId` one more, and returns the variant's id. */
  add(
    variant: Partial<VariantData>,
    where: { readonly product?: Partial<ProductData>; readonly productId?: string } = {},
  ): string {
    const now = this.now();
    const lastId = this.products.at(-1)?.id ?? "9001001000000";
    let product = where.productId === undefined ? undefined : this.#productRow(where.productId);
    if (product === undefined) {
      const id = String(BigInt(lastId) + 1n);
      // The sample behind the last one: no other product has its place.
      const index = 1_000_000 + this.products.length;
      product = { id, index, size: 1, created: now, updated: now, before: now, variants: [] };
      this.products.push(product);
      this.#productEdits.set(id, { options: [], media: [], ...where.product });
    }
    const id = String(BigInt(this.variants.at(-1)?.id ?? "45001001000000") + 1n);
    const nth = (product.variants.at(-1)?.nth ?? -1) + 1;
    const row: VariantRow = { id, product, nth, created: now, updated: now };
    product.variants.push(row);
    this.variants.push(row);
    this.#change(id, { sku: `HG-ADDED-${id.slice(-6)}`, media: [], ...variant });
    this.#touch(product);
    return id;
  }

  /** Removes a variant; with the last one the product goes. */
  remove(variantId: string): void {
    const row = this.#variantRow(variantId);
    const { product } = row;
    const { title } = this.product(product);
    product.variants.splice(product.variants.indexOf(row), 1);
    this.variants.splice(this.variants.indexOf(row), 1);
    this.#touch(product);
    if (product.variants.length > 0) return;
    this.products.splice(this.products.indexOf(product), 1);
    const id = String(this.deletions.length + 1);
    this.deletions.push({ id, at: this.now(), productId: product.id, title });
  }

  #change(id: string, data: Partial<VariantData>): void {
    this.#variantEdits.set(id, data);
    this.#last = undefined;
  }

  #touch(row: ProductRow): void {
    row.before = row.updated;
    row.updated = this.now();
  }

  #variantRow(id: string): VariantRow {
    const row = this.findVariant(id);
    if (row === undefined) throw new RangeError(`there is no variant ${id}`);
    return row;
  }

  #productRow(id: string): ProductRow {
    const row = this.findProduct(id);
    if (row === undefined) throw new RangeError(`there is no product ${id}`);
    return row;
  }
}

function findRow<Row extends { readonly id: string }>(rows: readonly Row[], id: string): Row | undefined {
  let [low, high] = [0, rows.length - 1];
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const row = rows[middle];
    if (row === undefined) return undefined;
    const order = compareIds(row.id, id);
    if (order === 0) return row;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}
