import {
  bodiesOf,
  indexOfListing,
  indexOfProduct,
  listingIdOf,
  productIdOf,
  productsOf,
  type Body,
  type EtsyCatalogue,
  type EtsyInventory,
  type EtsyItem,
  type EtsyRow,
} from "./model.js";

export interface StoreOptions {
  readonly catalogue: EtsyCatalogue;
  readonly shopId: number;
  readonly userId: number;
  readonly currencyCode: string;
  /** Whether an edit of a product's SKU, price or quantity moves the listing's date. Not known of the real one. */
  readonly inventoryMovesDate: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

// What of an edit belongs to a product's offering and not to the product.
const offeringKeys: ReadonlySet<string> = new Set(["quantity", "price", "is_enabled", "readiness_state_id"]);

/**
 * The listings of one running shop: a catalogue, and over it what was edited since. Methods that name an id throw
 * RangeError when it is unknown.
 */
export class EtsyStore {
  readonly shopId: number;
  readonly userId: number;
  readonly currencyCode: string;
  vacation = false;
  readonly #catalogue: EtsyCatalogue;
  readonly #inventoryMovesDate: boolean;
  readonly #now: () => number;
  readonly #rows: (EtsyRow | undefined)[];
  readonly #edited = new Map<number, EtsyItem>();
  readonly #byState = new Map<string, readonly EtsyRow[]>();

  constructor(options: StoreOptions) {
    this.shopId = options.shopId;
    this.userId = options.userId;
    this.currencyCode = options.currencyCode;
    this.#catalogue = options.catalogue;
    this.#inventoryMovesDate = options.inventoryMovesDate;
    this.#now = options.now;
    this.#rows = [...options.catalogue.rows];
  }

  /** The server's clock, in whole seconds since 1970. */
  now(): number {
    return Math.floor(this.#now() / 1000);
  }

  find(id: number): EtsyRow | undefined {
    return this.#rows[indexOfListing(id)];
  }

  item(row: EtsyRow): EtsyItem {
    return this.#edited.get(row.id) ?? this.#catalogue.item(row);
  }

  /** The listings that a state finds, the newest first. Those of the old state "edit" are found as inactive. */
  listed(state: string): readonly EtsyRow[] {
    let rows = this.#byState.get(state);
    if (rows === undefined) {
      const wanted = state === "inactive" ? ["inactive", "edit"] : [state];
      rows = this.#rows
        .filter((row): row is EtsyRow => row !== undefined && wanted.includes(row.state))
        .sort((one, other) => other.created - one.created || other.id - one.id);
      this.#byState.set(state, rows);
    }
    return rows;
  }

  /** "listing_id:product_id" of the products that are not deleted, in the order of a full read. */
  *keys(states: readonly string[]): Generator<string> {
    for (const state of states) {
      for (const row of this.listed(state)) {
        for (const product of productsOf(this.item(row))) {
          if (product["is_deleted"] !== true) yield `${row.id}:${String(product["product_id"])}`;
        }
      }
    }
  }

  /** Edits a listing as the shop manager does. `state`, `inventory` and `images` find their places. */
  edit(id: number, patch: Body): void {
    const row = this.#known(id);
    this.#write(row, patch);
    this.#replace({ ...row, ...stateOf(patch), updated: this.now() });
  }

  /** Edits a product; quantity, price, is_enabled and readiness_state_id go to its live offerings. */
  editProduct(productId: number, patch: Body): void {
    const row = this.#rows[indexOfProduct(productId)];
    const item = row === undefined ? undefined : this.item(row);
    const known = item === undefined ? [] : productsOf(item);
    if (
      row === undefined ||
      item?.inventory == null ||
      !known.some((each) => each["product_id"] === productId)
    )
      throw new RangeError(`there is no product ${productId}`);
    const products = known.map((each) => (each["product_id"] === productId ? patched(each, patch) : each));
    this.#edited.set(row.id, { ...item, inventory: { ...item.inventory, products } });
    if (this.#inventoryMovesDate) this.#replace({ ...row, updated: this.now() });
  }

  /** Gives the products of a listing new ids, as an edit of its variations can. */
  replaceProducts(id: number): void {
    const row = this.#known(id);
    const item = this.item(row);
    if (item.inventory === null) return;
    const taken = Math.max(...productsOf(item).map((each) => Number(each["product_id"]))) + 1;
    const first = taken - productIdOf(row.index, 0);
    const products = productsOf(item).map((each, nth) => ({
      ...each,
      product_id: productIdOf(row.index, first + nth),
    }));
    this.#edited.set(id, { ...item, inventory: { ...item.inventory, products } });
    this.#replace({ ...row, updated: this.now() });
  }

  /** Adds an ordinary listing with `patch` over it, and returns its id. */
  add(patch: Body = {}): number {
    const index = this.#rows.length;
    const at = this.now();
    const row: EtsyRow = { id: listingIdOf(index), index, state: "active", created: at, updated: at };
    this.#rows.push(row);
    this.#edited.set(row.id, this.#catalogue.ordinary(row));
    this.#write(row, patch);
    this.#replace({ ...row, ...stateOf(patch) });
    return row.id;
  }

  remove(id: number): void {
    const row = this.#known(id);
    this.#rows[row.index] = undefined;
    this.#edited.delete(id);
    this.#byState.clear();
  }

  #known(id: number): EtsyRow {
    const row = this.find(id);
    if (row === undefined) throw new RangeError(`there is no listing ${id}`);
    return row;
  }

  #write(row: EtsyRow, patch: Body): void {
    const item = this.item(row);
    const { state: _state, inventory, images, ...listing } = patch;
    this.#edited.set(row.id, {
      listing: { ...item.listing, ...listing },
      inventory: inventory === undefined ? item.inventory : (inventory as EtsyInventory | null),
      images: images === undefined ? item.images : bodiesOf(images),
    });
  }

  #replace(row: EtsyRow): void {
    this.#rows[row.index] = row;
    this.#byState.clear();
  }
}

function stateOf(patch: Body): { readonly state?: string } {
  return typeof patch["state"] === "string" ? { state: patch["state"] } : {};
}

function patched(product: Body, patch: Body): Body {
  const entries = Object.entries(patch);
  const own = Object.fromEntries(entries.filter(([key]) => !offeringKeys.has(key)));
  const ofOffering = Object.fromEntries(entries.filter(([key]) => offeringKeys.has(key)));
  const offerings = bodiesOf(product["offerings"]).map((each) =>
    each["is_deleted"] === true ? each : { ...each, ...ofOffering },
  );
  return { ...product, offerings, ...own };
}
