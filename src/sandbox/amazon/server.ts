import { createFaultSwitches, type FaultScript, type FaultSwitches } from "../fault.js";
import type { RequestLogEntry, SandboxShop, ShopStart } from "../sandbox.js";
import { serve, type RunningServer } from "../serve.js";
import {
  amazonRoles,
  createAccess,
  makeCredentials,
  type AmazonCredentials,
  type AmazonRole,
} from "./access.js";
import { hash, readRequest, toWire, type AmazonAnswer, type AmazonRequest } from "./answer.js";
import { sampleCatalogue } from "./catalogue.js";
import type { DocumentKind } from "./columns.js";
import { documentSkus } from "./document.js";
import { createDocuments, type Documents } from "./documents.js";
import { createLimits } from "./limits.js";
import { marketplaceOf } from "./marketplaces.js";
import type { AmazonListing } from "./model.js";
import { namedFaults } from "./named-faults.js";
import { createReports } from "./reports.js";
import { createRoutes } from "./routes.js";
import { AmazonStore } from "./store.js";

export { faultNames } from "./named-faults.js";

export interface AmazonShopOptions extends ShopStart<FaultScript<AmazonRequest, AmazonAnswer>> {
  /** Default 300. */
  readonly listings?: number;
  /** Whether the cases that programs trip over are among the listings. Default true. */
  readonly odd?: boolean;
  /** Default: Amazon.com. */
  readonly marketplaceId?: string;
  /** Default "us". */
  readonly document?: DocumentKind;
  /** Whether documents come packed. Default true. */
  readonly gzip?: boolean;
  /** How long a report takes, by the clock. Default 4000. */
  readonly reportDelayMs?: number;
  /** How long a report's content is used again for new ones, by the clock. Default: an hour. */
  readonly reportCacheMs?: number;
  /** What an account without listings gets. Default "cancelled". */
  readonly whenEmpty?: "cancelled" | "header-only";
  /** Whether `config` names the seller, which the Listings API needs. Default false. */
  readonly withSellerId?: boolean;
  /** Of the app. Default: all. */
  readonly roles?: readonly AmazonRole[];
  /** Whether requests are counted against the usage plans. Default true. */
  readonly limits?: boolean;
  /** Whether the seller may sell in the marketplace. Default true. */
  readonly participating?: boolean;
  /** Whether Amazon suspended some of the seller's listings. Default false. */
  readonly suspended?: boolean;
}

/** A running Amazon, with one seller on it, and the hands of those who work for that seller. */
export interface AmazonShop extends SandboxShop {
  readonly sellerId: string;
  readonly credentials: AmazonCredentials;
  readonly faults: FaultSwitches<AmazonRequest, AmazonAnswer>;
  /** Scheme, host and port that documents come from; `requests` has what both hosts received. */
  readonly documentUrl: string;
  /** The listings as they are now, in the report's order; those whose rows are broken included. */
  rows(): Iterable<AmazonListing>;
  /**
   * The SKUs of all rows that can be read in a document of the present kind, in order: as its charset leaves them,
   * one twice if its row is there twice. For "listings": as the Listings API has them.
   */
  skus(source?: "report" | "listings"): string[];
  /** Changes a listing. Unless the patch says otherwise it moves the date. RangeError when the SKU is unknown. */
  edit(sku: string, patch: Partial<AmazonListing>): void;
  /** Adds a listing and returns its SKU. */
  add(patch: Partial<AmazonListing>): string;
  remove(sku: string): void;
  /** The shape of documents from now on, those of earlier reports included. */
  setDocument(kind: DocumentKind): void;
  /**
   * Another app, or somebody in Seller Central, asks for the same report, and has it without some columns (by their
   * English names). Returns the report's id.
   */
  reportElsewhere(without?: readonly string[]): string;
  /** Lets every access token die that was given so far. */
  expireTokens(): void;
}

/**
 * Starts Amazon's servers as far as psync calls them (Login with Amazon, five APIs, the host of the documents) on
 * the loopback interface. Rejects when the port is taken, RangeError for an unknown fault. Behaviour follows the
 * models of 2026-08; where it could only be guessed, the code says "unverified" or "guess".
 */
export async function startAmazonShop(options: AmazonShopOptions = {}): Promise<AmazonShop> {
  const clock = options.clock ?? Date.now;
  const marketplace = marketplaceOf(options.marketplaceId ?? "ATVPDKIKX0DER");
  const seed = options.seed ?? 1;
  let kind = options.document ?? "us";
  const store = new AmazonStore(
    sampleCatalogue({
      listings: options.listings ?? 300,
      seed,
      odd: options.odd ?? true,
      fulfilment: marketplace.fulfilment,
    }),
    seed,
    clock,
  );
  const faults: FaultSwitches<AmazonRequest, AmazonAnswer> = createFaultSwitches(namedFaults, store);
  for (const fault of options.faults ?? []) faults.add(fault);
  const log = createLog();
  const shared = { clock, write: toWire, faults: () => faults };

  const storage = await serve<AmazonRequest, AmazonAnswer>({
    ...shared,
    read: (wire) => log.note(readRequest(wire, "documents")),
    answer: (request) => documents.serve(request),
  });
  let api: RunningServer;
  try {
    api = await serve<AmazonRequest, AmazonAnswer>({
      ...shared,
      ...(options.port === undefined ? {} : { port: options.port }),
      read: (wire) => log.note(readRequest(wire, "api")),
      answer: (request) => routes(request),
    });
  } catch (error) {
    await storage.close();
    throw error;
  }
  log.follow([api, storage]);

  const credentials = makeCredentials("psync");
  const sellerId = `A${hash("seller", 13).toUpperCase()}`;
  const access = createAccess(credentials, options.roles ?? amazonRoles, clock);
  const reports = createReports(store, {
    marketplaceId: marketplace.id,
    delayMs: options.reportDelayMs ?? 4000,
    cacheMs: options.reportCacheMs ?? 3_600_000,
    whenEmpty: options.whenEmpty ?? "cancelled",
    now: clock,
  });
  const documents: Documents = createDocuments({
    reports,
    kind: () => kind,
    gzip: options.gzip ?? true,
    now: clock,
    origin: storage.url,
  });
  const routes = createRoutes({
    store,
    access,
    limits: createLimits(clock, options.limits ?? true),
    reports,
    documents,
    marketplace,
    sellerId,
    participation: {
      isParticipating: options.participating ?? true,
      hasSuspendedListings: options.suspended ?? false,
    },
    now: clock,
  });

  return {
    url: api.url,
    documentUrl: storage.url,
    get requests() {
      return log.entries();
    },
    config: {
      channel: "amazon",
      marketplaceId: marketplace.id,
      ...credentials,
      ...(options.withSellerId === true ? { sellerId } : {}),
      baseUrl: api.url,
      tokenUrl: `${api.url}/auth/o2/token`,
    },
    sellerId,
    credentials,
    faults,
    rows: () => store.rows(),
    skus(source = "report") {
      if (source === "report") return [...documentSkus(store.rows(), kind)];
      return [...store.rows()].map(({ sku }) => sku).filter((sku) => sku !== "");
    },
    edit: (sku, patch) => store.edit(sku, patch),
    add: (patch) => store.add(patch),
    remove: (sku) => store.remove(sku),
    setDocument(next) {
      kind = next;
    },
    reportElsewhere: (without = []) => reports.addForeign(without),
    expireTokens: () => access.expireTokens(),
    async close() {
      await Promise.all([api.close(), storage.close()]);
    },
  };
}

/** One log of several servers, in the order in which requests were answered as far as they did not overlap. */
function createLog() {
  const entries: RequestLogEntry[] = [];
  let sources: { readonly server: Pick<RunningServer, "requests">; taken: number }[] = [];
  function collect(): void {
    for (const source of sources) {
      entries.push(...source.server.requests.slice(source.taken));
      source.taken = source.server.requests.length;
    }
  }
  return {
    follow(servers: readonly RunningServer[]): void {
      sources = servers.map((server) => ({ server, taken: 0 }));
    },
    /** Takes over what was answered before this request came. */
    note<Request>(request: Request): Request {
      collect();
      return request;
    },
    entries(): readonly RequestLogEntry[] {
      collect();
      return entries;
    },
  };
}
