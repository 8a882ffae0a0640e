import { faultNames as amazonFaults, startAmazonShop } from "./amazon/server.js";
import { faultNames as etsyFaults, startEtsyShop } from "./etsy/server.js";
import { faultNames as extensivFaults, startExtensivWarehouse } from "./extensiv-3pl/server.js";
import { sampleItems } from "./extensiv-3pl/sample.js";
import type { SandboxShop, SandboxWarehouse, ShopStart } from "./sandbox.js";
import { faultNames as shopifyFaults, startShopifyShop } from "./shopify/server.js";
import { faultNames as wooFaults, startWooShop } from "./woocommerce/server.js";

export interface SandboxOptions extends Omit<ShopStart<string>, "clock"> {
  /** How many products or listings there are about; each cart has its own default. */
  readonly products?: number;
}

export interface WarehouseOptions extends Omit<ShopStart<string>, "clock"> {
  /** Whether a dozen items stand there that an operator has set up. */
  readonly occupied: boolean;
}

interface Sandbox {
  /** Name and description. */
  readonly faults: Readonly<Record<string, string>>;
  /** Rejects when the port is taken. */
  readonly start: (options: SandboxOptions) => Promise<SandboxShop>;
}

/** Registered with the sandbox's Etsy app: where `psync auth etsy` listens when nobody says otherwise. */
const usualRedirect = "http://localhost:3003/callback";

/** A local stand-in for each cart, in the order in which they are told. */
export const sandboxes = {
  woocommerce: { faults: wooFaults, start: startWooShop },
  shopify: { faults: shopifyFaults, start: startShopifyShop },
  etsy: {
    faults: etsyFaults,
    start: ({ products, ...rest }) =>
      startEtsyShop({ ...asListings(products, rest), redirectUris: [usualRedirect] }),
  },
  amazon: {
    faults: amazonFaults,
    start: ({ products, ...rest }) => startAmazonShop(asListings(products, rest)),
  },
} as const satisfies Readonly<Record<string, Sandbox>>;

function asListings(
  products: number | undefined,
  rest: Omit<SandboxOptions, "products">,
): Omit<SandboxOptions, "products"> & { readonly listings?: number } {
  return products === undefined ? rest : { ...rest, listings: products };
}

interface Warehouse {
  /** Name and description. */
  readonly faults: Readonly<Record<string, string>>;
  /** Rejects when the port is taken. */
  readonly start: (options: WarehouseOptions) => Promise<SandboxWarehouse>;
}

/** A local stand-in for each warehouse system that has no free one to try. */
export const warehouses = {
  "extensiv-3pl": {
    faults: extensivFaults,
    start: ({ occupied, ...rest }) =>
      startExtensivWarehouse(occupied ? { ...rest, items: sampleItems } : rest),
  },
} as const satisfies Readonly<Record<string, Warehouse>>;
