import { randomBytes } from "node:crypto";
import { createFaultSwitches, type FaultSwitches } from "../fault.js";
import type { SandboxShop, ShopStart } from "../sandbox.js";
import { serve } from "../serve.js";
import type { AppKey } from "./access.js";
import { readRequest, toWire, type EtsyAnswer, type EtsyRequest } from "./answer.js";
import { sampleCatalogue } from "./catalogue.js";
import type { FaultScript } from "./fault.js";
import { createMeter, type RateLimits } from "./limits.js";
import type { Body, Currency, EtsyCatalogue } from "./model.js";
import { namedFaults } from "./named-faults.js";
import { createRoutes } from "./routes.js";
import { EtsyStore } from "./store.js";
import { TokenBook } from "./tokens.js";

export interface EtsyShopOptions extends ShopStart<FaultScript> {
  /** Default: the sample catalogue, made from `listings`, `seed`, `odd` and `currency`. */
  readonly catalogue?: EtsyCatalogue;
  /** In all states together. Default 300. */
  readonly listings?: number;
  /** Whether the listings that programs trip over are among them. Default true. */
  readonly odd?: boolean;
  /** Default: US dollars in cents. */
  readonly currency?: Currency;
  /** Default: 10 a second, 10,000 a day. */
  readonly limits?: Partial<RateLimits>;
  /** An old refresh token is dead once a new pair was given. Default true. Not known of the real server. */
  readonly strictRotation?: boolean;
  /** Of an access token, in seconds. Default 3600. */
  readonly tokenLifetime?: number;
  /** What the seller consented to. Default: listings_r and shops_r. */
  readonly scopes?: readonly string[];
  /** Callback addresses that are registered for the app. */
  readonly redirectUris?: readonly string[];
  /** Whether an edit of a product moves the listing's date. Default true. Not known of the real server. */
  readonly inventoryMovesDate?: boolean;
}

export { faultNames } from "./named-faults.js";

/** A running shop, and the hands of those who work in it. Methods that name an unknown id throw RangeError. */
export interface EtsyShop extends SandboxShop {
  readonly shopId: number;
  readonly userId: number;
  readonly key: AppKey;
  /** Every access and refresh token that it gave out, in order; the first is the refresh token in `config`. */
  readonly tokens: readonly string[];
  readonly faults: FaultSwitches<EtsyRequest, EtsyAnswer>;
  readonly store: EtsyStore;
  /**
   * "listing_id:product_id" of the products that are not deleted, in listings of these states (default: active), in
   * the order of a full read.
   */
  keys(states?: readonly string[]): string[];
  /** Edits a listing: the API's own names, and `state`, `images`, `inventory`. Its date moves. */
  edit(listingId: number, patch: Body): void;
  /** Edits a product; quantity, price, is_enabled and readiness_state_id go to its live offerings. */
  editProduct(productId: number, patch: Body): void;
  /** Gives the products of a listing new ids, as an edit of its variations can. */
  replaceProducts(listingId: number): void;
  /** Adds an active listing, an ordinary one with `patch` over it, and returns its id. */
  add(patch?: Body): number;
  remove(listingId: number): void;
  setState(listingId: number, state: string): void;
  setVacation(vacation: boolean): void;
  /** What the seller answers at /oauth/connect from now on. */
  setConsent(consent: "grant" | "deny"): void;
  /** Makes every token worthless, as a changed password does. */
  revoke(): void;
  /** Lets every access token be expired. */
  expireAccess(): void;
}

const shopId = 41_220_099;
const userId = 88_112_233;

/**
 * Starts an Etsy shop (Open API v3, reading only, with OAuth) on the loopback interface. Rejects when the port is
 * taken, RangeError for an unknown fault. There is no sandbox of Etsy's to compare with: what neither its document
 * nor its users tell is marked UNVERIFIED in the code.
 */
export async function startEtsyShop(options: EtsyShopOptions = {}): Promise<EtsyShop> {
  const clock = options.clock ?? Date.now;
  const { listings, seed, odd, currency = { code: "USD", divisor: 100 } } = options;
  const store = new EtsyStore({
    catalogue:
      options.catalogue ??
      sampleCatalogue({
        currency,
        ...(listings === undefined ? {} : { listings }),
        ...(seed === undefined ? {} : { seed }),
        ...(odd === undefined ? {} : { odd }),
      }),
    shopId,
    userId,
    currencyCode: currency.code,
    inventoryMovesDate: options.inventoryMovesDate ?? true,
    now: clock,
  });
  const book = new TokenBook({
    userId,
    scopes: options.scopes ?? ["listings_r", "shops_r"],
    lifetime: options.tokenLifetime ?? 3600,
    strictRotation: options.strictRotation ?? true,
    now: clock,
  });
  const key: AppKey = {
    keystring: randomBytes(12).toString("hex"),
    sharedSecret: randomBytes(5).toString("hex"),
  };
  let consent: "grant" | "deny" = "grant";
  const routes = createRoutes({
    store,
    key,
    meter: createMeter({ perSecond: 10, perDay: 10_000, ...options.limits }, clock),
    oauth: {
      book,
      keystring: key.keystring,
      redirectUris: options.redirectUris ?? ["http://localhost:3003/oauth/redirect"],
      consent: () => consent,
    },
  });
  const faults: FaultSwitches<EtsyRequest, EtsyAnswer> = createFaultSwitches(namedFaults, { store, book });
  for (const fault of options.faults ?? []) faults.add(fault);

  const { url, requests, close } = await serve<EtsyRequest, EtsyAnswer>({
    ...(options.port === undefined ? {} : { port: options.port }),
    clock,
    read: readRequest,
    answer: routes,
    write: toWire,
    faults: () => faults,
  });
  return {
    url,
    requests,
    config: {
      channel: "etsy",
      shopId: String(shopId),
      keystring: key.keystring,
      sharedSecret: key.sharedSecret,
      refreshToken: book.first,
      baseUrl: url,
      tokenUrl: `${url}/v3/public/oauth/token`,
    },
    shopId,
    userId,
    key,
    tokens: book.given,
    faults,
    store,
    keys: (states = ["active"]) => [...store.keys(states)],
    edit: (id, patch) => store.edit(id, patch),
    editProduct: (id, patch) => store.editProduct(id, patch),
    replaceProducts: (id) => store.replaceProducts(id),
    add: (patch) => store.add(patch),
    remove: (id) => store.remove(id),
    setState: (id, state) => store.edit(id, { state }),
    setVacation: (vacation) => void (store.vacation = vacation),
    setConsent: (next) => void (consent = next),
    revoke: () => book.revokeAll(),
    expireAccess: () => book.expireAccess(),
    close,
  };
}
