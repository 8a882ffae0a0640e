import { createFaultSwitches, type FaultSwitches } from "../fault.js";
import type { SandboxShop, ShopStart } from "../sandbox.js";
import { serve } from "../serve.js";
import { readQuery, type Answer, type WooRequest } from "./answer.js";
import { createAuthenticator, makeKey, type WooKey } from "./auth.js";
import { sampleCatalogue } from "./catalogue.js";
import type { FaultScript } from "./fault.js";
import type { Body, ShopFacts, WooCatalogue } from "./model.js";
import { namedFaults } from "./named-faults.js";
import { createRoutes } from "./routes.js";
import type { WooVersion } from "./settings.js";
import { WooStore } from "./store.js";
import { newProduct, newVariation } from "./template.js";
import { toWire } from "./wire.js";

export interface WooShopOptions extends ShopStart<FaultScript> {
  /** Default: the sample catalogue, made from `products` and `seed`. */
  readonly catalogue?: WooCatalogue;
  readonly products?: number;
  readonly version?: WooVersion;
  /** Of the key in `config`. Default: read. */
  readonly permission?: WooKey["permission"];
  /** Of the user behind the key in `config`. Default: administrator. */
  readonly role?: WooKey["role"];
  /** Serves https with this certificate (PEM). */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** What the site calls its own address, when it is not the one it listens on. Signatures are made over it. */
  readonly home?: string;
  /** WordPress believes that it is called over https, whatever the wire says. */
  readonly assumeHttps?: boolean;
}

export { faultNames } from "./named-faults.js";

/** A running shop, and the hands of those who work in it: what they do moves the dates as a real shop's do. */
export interface WooShop extends SandboxShop {
  readonly key: WooKey;
  /** Keys that work; more can be pushed. The first is `key`. */
  readonly keys: WooKey[];
  readonly faults: FaultSwitches<WooRequest, Answer>;
  readonly store: WooStore;
  /** Edits a product or variation, as the admin does. */
  edit(id: number, patch: Body): void;
  /** Changes a record behind WooCommerce's back: no date moves. */
  editBySql(id: number, patch: Body): void;
  /** Adds a product, or with `parent_id` a variation, and returns its id. */
  add(patch: Body): number;
  trash(id: number): void;
  remove(id: number, options?: { readonly orphans?: boolean }): void;
  setUnits(units: Partial<Pick<ShopFacts, "weightUnit" | "dimensionUnit">>): void;
}

/**
 * Starts a WooCommerce shop (REST API wc/v3, reading only) on the loopback interface. Rejects when the port is
 * taken, RangeError for an unknown fault. Behaviour follows a recorded WooCommerce 11.0.1; where it could only be
 * guessed, the code says "unverified".
 */
export async function startWooShop(options: WooShopOptions = {}): Promise<WooShop> {
  const clock = options.clock ?? Date.now;
  const server = await serve<WooRequest, Answer>({
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    clock,
    read: ({ method, url: sent, headers }) => {
      const query = readQuery(sent);
      // Signatures are made over the query as it was sent, whatever a fault makes of it on the way in.
      return { method, path: sent.replace(/\?.*$/s, ""), query, headers, signedQuery: query };
    },
    answer: (request) => routes(request),
    write: toWire,
    faults: () => faults,
  });
  const { url, requests, close } = server;

  const key = makeKey("psync", options.permission, options.role);
  const keys = [key];
  const catalogue =
    options.catalogue ??
    sampleCatalogue({
      ...(options.products === undefined ? undefined : { products: options.products }),
      ...(options.seed === undefined ? undefined : { seed: options.seed }),
    });
  const store = new WooStore(catalogue, options.home ?? url, clock);
  const faults: FaultSwitches<WooRequest, Answer> = createFaultSwitches(namedFaults, store);
  const routes = createRoutes({
    store,
    version: options.version ?? "11.0.1",
    secure: options.assumeHttps ?? options.tls !== undefined,
    authenticator: createAuthenticator(
      () => keys,
      () => store.now(),
    ),
  });

  try {
    for (const fault of options.faults ?? []) faults.add(fault);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url,
    requests,
    config: {
      channel: "woocommerce",
      url,
      consumerKey: key.consumerKey,
      consumerSecret: key.consumerSecret,
    },
    key,
    keys,
    faults,
    store,
    edit: (id, patch) => store.edit(id, patch),
    editBySql: (id, patch) => store.editBySql(id, patch),
    add: (patch) => store.add(patch, patch["parent_id"] === undefined ? newProduct() : newVariation()),
    trash: (id) => store.trash(id),
    remove: (id, how) => store.remove(id, how),
    setUnits: (units) => store.setUnits(units),
    close,
  };
}
