import { randomBytes } from "node:crypto";
import { createFaultSwitches, type FaultScript, type FaultSwitches } from "../fault.js";
import type { RequestLogEntry, SandboxShop, ShopStart } from "../sandbox.js";
import { serve } from "../serve.js";
import { asksFor, readRequest, refuse, type ShopifyAnswer, type ShopifyRequest, toWire } from "./answer.js";
import { BulkOperations, type BulkFate, type BulkResult } from "./bulk.js";
import { startBulkHost } from "./bulk-host.js";
import { refuseBulk, runBulk } from "./bulk-run.js";
import { sampleCatalogue, type SampleOptions } from "./catalogue.js";
import { createBucket } from "./cost.js";
import type { FaultTarget } from "./fault-target.js";
import { createGraphql } from "./graphql.js";
import type { ProductData, ShopLocation, VariantData } from "./model.js";
import { namedFaults } from "./named-faults.js";
import { createRoots, releaseCandidate, type Roots, type ShopFacts } from "./roots.js";
import { loadSchema } from "./schema.js";
import { type EditOptions, ShopifyStore } from "./store.js";
import { createTokens, makeToken } from "./tokens.js";

export interface ShopifyShopOptions
  extends SampleOptions, ShopStart<FaultScript<ShopifyRequest, ShopifyAnswer>> {
  readonly facts?: Partial<ShopFacts>;
  /** Default: 2000 points, 100 come back each second. */
  readonly bucket?: { readonly maximum: number; readonly restoreRate: number };
  /** The most that one query may cost. Default 1000. */
  readonly maxCost?: number;
  /** Multiplies the cost of every query. Default 1. */
  readonly costFactor?: number;
  /** Default: read_products, read_inventory, read_locations. */
  readonly scopes?: readonly string[];
  /** How long a token of the client-credentials grant works. Default 86,400. */
  readonly tokenLifetimeSeconds?: number;
  /** Served versions, oldest first. Default 2026-01 to 2026-10. An older one is answered by the oldest of them. */
  readonly versions?: readonly string[];
  /** How long the search index takes to notice a change. Default 0. */
  readonly indexDelayMs?: number;
  /** What a stock level at an unknown location is: unverified. Default null. */
  readonly unknownLocation?: "null" | "error";
  /** How long an export takes on the server's clock. Default 2000. */
  readonly bulkMs?: number;
  /** How many exports may run at a time. Default 5. */
  readonly bulkMost?: number;
}

export { faultNames } from "./named-faults.js";

/** A running shop, and the hands of those who work in it: what they do moves the dates as a real shop's do. */
export interface ShopifyShop extends SandboxShop {
  /** A token that never expires. */
  readonly accessToken: string;
  /** For the client-credentials grant. */
  readonly clientId: string;
  readonly clientSecret: string;
  readonly faults: FaultSwitches<ShopifyRequest, ShopifyAnswer>;
  /** The scopes that were granted; may be changed. */
  readonly scopes: Set<string>;
  /** Digits, in order. */
  readonly variants: readonly string[];
  readonly locations: readonly ShopLocation[];
  readonly store: ShopifyStore;
  /** The other origin, which results of exports are downloaded from. */
  readonly downloads: { readonly url: string; readonly requests: readonly RequestLogEntry[] };
  /** Edits a variant or its inventory item; its date and its product's move. Whether weight and the like do is unverified. */
  edit(variantId: string, patch: Partial<VariantData>, options?: EditOptions): void;
  /** Edits a product; only its own date moves. */
  editProduct(productId: string, patch: Partial<ProductData>, options?: EditOptions): void;
  /** Adds a product with one variant, or to `productId` one more, and returns the variant's id. */
  add(
    variant: Partial<VariantData>,
    where?: { readonly product?: Partial<ProductData>; readonly productId?: string },
  ): string;
  /** Removes a variant, and with its last one the product. */
  remove(variantId: string): void;
  /** Null: not stocked there. The product's date moves. */
  setStock(variantId: string, locationId: string, quantity: number | null, options?: EditOptions): void;
}

const harborGoods: ShopFacts = {
  name: "Harbor Goods",
  domain: "harbor-goods.myshopify.com",
  currency: "USD",
  plan: "Grow",
};

/**
 * Starts a Shopify shop (GraphQL Admin API, reading only) on the loopback interface, and a second server for the
 * results of exports. Rejects when the port is taken, RangeError for an unknown fault. No recording of a live shop
 * was at hand: what the documents leave open is a guess, and the code says "unverified".
 */
export async function startShopifyShop(options: ShopifyShopOptions = {}): Promise<ShopifyShop> {
  const clock = options.clock ?? Date.now;
  const schema = loadSchema();
  const facts = { ...harborGoods, ...options.facts };
  const versions = options.versions ?? ["2026-01", "2026-04", "2026-07", "2026-10"];
  const scopes = new Set(options.scopes ?? ["read_products", "read_inventory", "read_locations"]);
  const store = new ShopifyStore(sampleCatalogue(options), clock);
  const bucket = createBucket(options.bucket ?? { maximum: 2000, restoreRate: 100 }, clock);
  const [accessToken, clientId] = [makeToken(), randomBytes(16).toString("hex")];
  const clientSecret = `shpss_${randomBytes(16).toString("hex")}`;
  const tokens = createTokens({
    clock,
    accessToken,
    clientId,
    clientSecret,
    lifetimeSeconds: options.tokenLifetimeSeconds ?? 86_400,
    scopes: () => scopes,
  });
  const host = await startBulkHost(clock);
  const stopped = new AbortController();
  const bulk = new BulkOperations({
    clock,
    durationMs: options.bulkMs ?? 2000,
    most: options.bulkMost ?? 5,
    refusal: (query) => refuseBulk(schema, query),
    run: runExport,
  });
  const target: FaultTarget = { store, bucket, tokens, bulk };
  const faults = createFaultSwitches(namedFaults, target);
  const graphql = createGraphql({
    schema,
    bucket,
    maxCost: options.maxCost ?? 1000,
    costFactor: options.costFactor ?? 1,
    makeRoots,
  });

  function makeRoots(version: string): Roots {
    return createRoots({
      store,
      facts,
      scopes,
      versions,
      bulk,
      search: { strictAfter: version >= "2026-10", requestId: randomBytes(8).toString("hex") },
      indexDelayMs: options.indexDelayMs ?? 0,
      unknownLocation: options.unknownLocation ?? "null",
    });
  }

  let exports = 0;
  async function runExport(
    query: string,
    groupObjects: boolean,
    fate: () => BulkFate | undefined,
  ): Promise<BulkResult> {
    exports += 1;
    const file = await host.create(`bulk-${exports}.jsonl`);
    const counts = { objects: 0, roots: 0 };
    let last = 0;
    const sink = {
      line: (text: string, isRoot: boolean) => {
        counts.objects += 1;
        if (isRoot) counts.roots += 1;
        last = Buffer.byteLength(text) + 1;
        file.write(`${text}\n`);
      },
      drain: () => file.drain(),
    };
    const makeLatest = (): Roots => makeRoots(versions.at(-1) ?? "2026-10");
    const error = await runBulk(schema, query, groupObjects, makeLatest, sink, stopped.signal);
    const missing = fate() === "torn" ? Math.min(last, 20) : fate() === "short" ? last : 0;
    const { url, size } = await file.publish({ missing, cutOnce: fate() === "cut" });
    return {
      ...counts,
      size,
      url: counts.objects === 0 ? undefined : url,
      ...(error === undefined ? {} : { error }),
    };
  }

  async function answer(request: ShopifyRequest): Promise<ShopifyAnswer> {
    if (request.path === "/admin/oauth/access_token" && request.method === "POST")
      return tokens.grant(request);
    const asked = /^\/admin\/api\/([\w-]+)\/graphql\.json$/.exec(request.path)?.[1];
    const version = asked === undefined ? undefined : servedVersion(asked, versions);
    if (version === undefined || request.method !== "POST") return refuse(404, "Not Found");
    if (!tokens.isGood(request.headers["x-shopify-access-token"]))
      return refuse(401, "[API] Invalid API key or access token (unrecognized login or wrong password)");
    if (!/^application\/json\b/.test(request.headers["content-type"] ?? ""))
      return refuse(400, "Content-Type must be application/json");
    if (asksFor(request, "bulkOperations?")) await bulk.settle();
    return graphql(request, version);
  }

  async function start(): Promise<ShopifyShop> {
    for (const fault of options.faults ?? []) faults.add(fault);
    const server = await serve<ShopifyRequest, ShopifyAnswer>({
      ...(options.port === undefined ? {} : { port: options.port }),
      clock,
      read: readRequest,
      answer,
      write: toWire,
      faults: () => faults,
    });
    const { url, requests } = server;
    return {
      url,
      requests,
      config: { channel: "shopify", shop: facts.domain, accessToken, baseUrl: url },
      accessToken,
      clientId,
      clientSecret,
      faults,
      scopes,
      get variants() {
        return store.variants.map(({ id }) => id);
      },
      locations: store.locations,
      store,
      downloads: { url: host.url, requests: host.requests },
      edit: (id, patch, how) => store.edit(id, patch, how),
      editProduct: (id, patch, how) => store.editProduct(id, patch, how),
      add: (variant, where) => store.add(variant, where),
      remove: (id) => store.remove(id),
      setStock: (id, location, quantity, how) => store.setStock(id, location, quantity, how),
      async close() {
        stopped.abort();
        await server.close();
        await host.close();
      },
    };
  }

  try {
    return await start();
  } catch (error) {
    await host.close();
    throw error;
  }
}

/** The version that answers: the one asked for, or the oldest one when that is no longer served. */
function servedVersion(asked: string, versions: readonly string[]): string | undefined {
  if ([...versions, releaseCandidate, "unstable"].includes(asked)) return asked;
  const isDate = /^20\d\d-(01|04|07|10)$/.test(asked);
  const oldest = versions[0];
  return isDate && oldest !== undefined && asked < oldest ? oldest : undefined;
}
