import type { EtsySettings } from "../../src/channels/etsy/index.js";
import type { EtsyAnswer, EtsyRequest } from "../../src/sandbox/etsy/answer.js";
import { type Body, bodiesOf, textOf } from "../../src/sandbox/etsy/model.js";
import type { EtsyShop, EtsyShopOptions } from "../../src/sandbox/etsy/server.js";
import type { Fault, FaultScript } from "../../src/sandbox/fault.js";
import { catalogueOf, createEtsyBed, openEtsy } from "../support/etsy-bed.js";
import { type Cart, closeAfterEach, openCartRig, type Rig, type RigOptions } from "./rig.js";

export type EtsyFault = Fault<EtsyRequest, EtsyAnswer>;

const etsy: Cart<EtsyShop> = {
  table: "etsy",
  open(shop, { clock, memory, logs, settings, http }) {
    const own = (settings ?? {}) as Partial<EtsySettings>;
    const { channel } = openEtsy(shop, {
      clock,
      memory,
      logs,
      settings: own,
      ...(http === undefined ? {} : { http }),
    });
    return channel;
  },
  secrets({ key: { keystring, sharedSecret }, tokens }) {
    return [keystring, sharedSecret, ...tokens];
  },
  /**
   * Active, sold to everybody, shipped, a product that is not deleted with an SKU that no other such product carries. A
   * shop is read as the table of the manual says: the SKU is trimmed.
   */
  importable({ store }) {
    const fit = new Map<string, string>();
    for (const row of store.listed("active")) {
      const { listing, inventory } = store.item(row);
      if (listing["is_private"] === true || listing["listing_type"] === "download") continue;
      for (const product of bodiesOf(inventory?.products)) {
        const sku = textOf(product["sku"]).trim();
        if (product["is_deleted"] === true || sku === "") continue;
        fit.set(`${row.id}:${String(product["product_id"])}`, sku);
      }
    }
    const counts = new Map<string, number>();
    for (const sku of fit.values()) counts.set(sku, (counts.get(sku) ?? 0) + 1);
    return new Map([...fit].filter(([, sku]) => counts.get(sku) === 1));
  },
};

/** A rig on an Etsy shop. The shop lives on; the folder goes with `close`. */
export function openEtsyRig(shop: EtsyShop, options: RigOptions = {}): Rig<EtsyShop> {
  return openCartRig(etsy, shop, options);
}

/** What a test wants of one listing: the listing's own fields, its product's, and its offering's. */
export interface Wanted {
  readonly listing?: Body;
  readonly product?: Body;
  readonly offering?: Body;
}

export interface EtsyOpened {
  readonly shop: EtsyShop;
  readonly rig: Rig<EtsyShop>;
}

export interface ShopOf extends EtsyOpened {
  /** Keys of the records, as they were wanted. */
  readonly keys: readonly string[];
  /** Of the listings, as they were wanted. */
  readonly ids: readonly number[];
}

/** Shops and rigs of a file of tests, closed after each. */
export function createEtsyRigs() {
  const bed = createEtsyBed();
  const rigs = closeAfterEach(bed);

  function rigOn(shop: EtsyShop, options: RigOptions = {}): Rig<EtsyShop> {
    const rig = openEtsyRig(shop, { clock: bed.clock, ...options });
    rigs.push(rig);
    return rig;
  }

  async function open(options: EtsyShopOptions = {}): Promise<EtsyOpened> {
    const shop = await bed.openShop({ catalogue: catalogueOf(options.listings ?? 130), ...options });
    return { shop, rig: rigOn(shop) };
  }

  /** A shop that has held exactly these listings for a minute, each with one product, and a rig on it. */
  async function openShopOf(wanted: readonly Wanted[]): Promise<ShopOf> {
    const shop = await bed.openShop({ listings: 0, limits: { perSecond: 1000, perDay: 1_000_000 } });
    const keys: string[] = [];
    const ids = wanted.map(({ listing = {}, product = {}, offering = {} }, index) => {
      const id = shop.add({ title: `Listing ${index}`, ...listing });
      const row = shop.store.find(id);
      const inventory = row === undefined ? undefined : shop.store.item(row).inventory;
      const [own] = inventory?.products ?? [];
      const [offer] = bodiesOf(own?.["offerings"]);
      const products = [
        { ...own, sku: `SKU-${100 + index}`, offerings: [{ ...offer, ...offering }], ...product },
      ];
      const noProperties = { price_on_property: [], quantity_on_property: [], sku_on_property: [] };
      shop.edit(id, { inventory: { ...inventory, ...noProperties, products } });
      keys.push(`${id}:${String(own?.["product_id"])}`);
      return id;
    });
    await bed.clock.advance(60_000);
    return { shop, rig: rigOn(shop), keys, ids };
  }

  return { bed, rigOn, open, openShopOf };
}

export function money(amount: unknown, divisor: unknown = 100): Body {
  return { amount, divisor, currency_code: "USD" };
}

/** So many listings for a shop. */
export function many(count: number, make: (index: number) => Wanted = () => ({})): Wanted[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** An answer that is no success, without a body that says more. */
export function refusal(status: number, headers: Readonly<Record<string, string>> = {}): EtsyFault {
  return {
    name: String(status),
    instead: () => ({ status, headers, json: { error: "No" } }),
  };
}

export const isList = ({ path }: EtsyRequest): boolean => /\/shops\/\d+\/listings$/.test(path);
export const isToken = ({ path }: EtsyRequest): boolean => path.endsWith("/oauth/token");
export const offsetOf = ({ query }: EtsyRequest): number => Number(query.get("offset") ?? 0);

export const isLater = (request: EtsyRequest): boolean => isList(request) && offsetOf(request) > 0;

/** Lets the shop answer with pages of so many listings, whatever is asked for. */
export function pagesOf(size: number, name = "small-pages"): FaultScript<EtsyRequest, EtsyAnswer> {
  const request = (given: EtsyRequest): EtsyRequest => ({
    ...given,
    query: new Map([
      ...given.query,
      ["limit", String(Math.min(size, Number(given.query.get("limit") ?? 25)))],
    ]),
  });
  return { onRequest: (_n, given) => (isList(given) ? { name, request } : undefined) };
}
