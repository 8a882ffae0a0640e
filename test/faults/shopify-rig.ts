import type { ShopifySettings } from "../../src/channels/shopify/index.js";
import type { Fault, FaultScript } from "../../src/sandbox/fault.js";
import { json, refuse, type ShopifyAnswer, type ShopifyRequest } from "../../src/sandbox/shopify/answer.js";
import type { ProductData, VariantData } from "../../src/sandbox/shopify/model.js";
import type { ShopifyShop, ShopifyShopOptions } from "../../src/sandbox/shopify/server.js";
import { createShopifyBed, openShopify } from "../support/shopify-bed.js";
import { type Cart, closeAfterEach, type Imported, openCartRig, type Rig, type RigOptions } from "./rig.js";
import { script } from "./script.js";

const wanted = new Set(["ACTIVE", "UNLISTED"]);

/**
 * The SKUs that an import of the shop has to write, worked out from the shop's own rows and by the rules of the manual
 * alone: of a wanted status, no gift card, no bundle, shipped, with an SKU that no other such variant carries. By key.
 */
function importable({ store }: ShopifyShop): Map<string, string> {
  const fit = new Map<string, string>();
  for (const row of store.variants) {
    const product = store.product(row.product);
    const variant = store.variant(row);
    const sku = (variant.sku ?? "").trim();
    if (!wanted.has(product.status) || product.isGiftCard || variant.requiresComponents) continue;
    if (!variant.requiresShipping || sku === "") continue;
    fit.set(row.id, sku);
  }
  const counts = new Map<string, number>();
  for (const sku of fit.values()) counts.set(sku, (counts.get(sku) ?? 0) + 1);
  return new Map([...fit].filter(([, sku]) => counts.get(sku) === 1));
}

const shopify: Cart<ShopifyShop> = {
  table: "shopify",
  open(shop, { clock, logs, memory, settings, http }) {
    const { accessToken } = shop;
    const own = { accessToken, inventoryLocation: "7001", ...settings } as Partial<ShopifySettings>;
    return openShopify(shop.url, clock, own, { logs, memory, ...(http === undefined ? {} : { http }) })
      .channel;
  },
  secrets({ accessToken, clientSecret, requests }) {
    const tokens = requests.flatMap(({ headers }) => headers["x-shopify-access-token"] ?? []);
    return [...new Set([accessToken, clientSecret, ...tokens])];
  },
  importable,
};

/** A rig on a Shopify shop. The shop lives on; the folder goes with `close`. */
export function openRig(shop: ShopifyShop, options: RigOptions = {}): Rig<ShopifyShop> {
  return openCartRig(shopify, shop, options);
}

export type ShopifyFault = Fault<ShopifyRequest, ShopifyAnswer>;

export const isPage = ({ query }: ShopifyRequest): boolean => query.startsWith("query VariantPage");

/** An answer in the shop's place. */
export function refusal(status: number, headers: Readonly<Record<string, string>> = {}): ShopifyFault {
  return { name: String(status), instead: () => ({ ...refuse(status, "No."), headers }) };
}

/** A 200 that says what went wrong. */
export function failure(code: string): ShopifyFault {
  const errors = [{ message: code, extensions: { code } }];
  return { name: code, instead: () => json(200, { errors }) };
}

/** Pages hold fewer variants than asked for: many requests in little time. */
export const smallPages = (first: number): FaultScript<ShopifyRequest, ShopifyAnswer> =>
  script(
    {
      name: "small-pages",
      request: (request) => ({ ...request, variables: { ...request.variables, first } }),
    },
    isPage,
  );

/** How many requests of an operation were sent. */
export function sent({ requests }: ShopifyShop, name: string): number {
  return requests.filter(({ body }) => new RegExp(`"(?:query|mutation) ${name}\\b`).test(body)).length;
}

export type Item = Partial<VariantData> & { readonly product?: Partial<ProductData> };

export interface ShopifyOpened {
  readonly shop: ShopifyShop;
  readonly rig: Rig<ShopifyShop>;
}

export interface ShopOf extends ShopifyOpened {
  /** Of the variants, in their order. */
  readonly ids: readonly string[];
}

/** Shops and rigs of a file of tests, closed after each. */
export function createShopifyRigs() {
  const bed = createShopifyBed();
  const rigs = closeAfterEach(bed);

  function rigOn(shop: ShopifyShop): Rig<ShopifyShop> {
    const rig = openRig(shop, { clock: bed.clock });
    rigs.push(rig);
    return rig;
  }

  async function open(options: ShopifyShopOptions = {}): Promise<ShopifyOpened> {
    const shop = await bed.openShop({ products: 60, ...options });
    return { shop, rig: rigOn(shop) };
  }

  /** A shop that holds exactly these products of one variant, an hour old, and a rig on it. */
  async function openShopOf(items: readonly Item[]): Promise<ShopOf> {
    const { shop, rig } = await open({ products: 0 });
    const ids = items.map(({ product = {}, ...variant }, index) =>
      shop.add({ sku: `SKU-${index}`, price: "1.00", weight: null, barcode: null, ...variant }, { product }),
    );
    await bed.clock.advance(3_600_000);
    return { shop, rig, ids };
  }

  return { bed, rigOn, open, openShopOf };
}

/** Items that are told apart by their SKUs, which begin with S-1000. */
export const numbered = (count: number): Item[] =>
  Array.from({ length: count }, (_, index) => ({ sku: `S-${1000 + index}` }));

/** The keys of records with an outcome, in order. */
export const keysOf = (run: Imported, kind: string): string[] =>
  run.list.flatMap(({ outcome, key }) => (outcome === kind ? [key] : [])).sort();

/** Changes each variant on its way out, beyond what a shop can be edited to. */
export function bend(
  change: (variant: Record<string, unknown>, index: number) => Record<string, unknown>,
): ShopifyFault {
  return {
    name: "bent",
    answer: (answer) => {
      const { data } = answer.body as { data: { productVariants: { nodes: Record<string, unknown>[] } } };
      const { productVariants } = data;
      const nodes = productVariants.nodes.map(change);
      return { ...answer, body: { data: { productVariants: { ...productVariants, nodes } } } };
    },
  };
}
