import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { RequestLogEntry, SandboxShop } from "../sandbox.js";
import { readQuery, type Answer, type WooRequest } from "./answer.js";
import { createAuthenticator, makeKey, type WooKey } from "./auth.js";
import { sampleCatalogue } from "./catalogue.js";
import type { Fault, FaultScript } from "./fault.js";
import { createFaults, type FaultSwitches } from "./faults.js";
import type { Body, ShopFacts, WooCatalogue } from "./model.js";
import { createRoutes } from "./routes.js";
import type { WooVersion } from "./settings.js";
import { WooStore } from "./store.js";
import { newProduct, newVariation } from "./template.js";
import { plainHeaders, readBody, sendAnswer } from "./wire.js";

export interface WooShopOptions {
  /** Default: any free one. */
  readonly port?: number;
  /** Default: the sample catalogue, made from `products` and `seed`. */
  readonly catalogue?: WooCatalogue;
  readonly products?: number;
  readonly seed?: number;
  /** Names out of `faultNames`, or scripts. */
  readonly faults?: readonly (string | FaultScript)[];
  /** The server's own clock, milliseconds since 1970. Default: the machine's. */
  readonly clock?: () => number;
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
  readonly faults: FaultSwitches;
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

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return (server.address() as AddressInfo).port;
}

/**
 * Starts a WooCommerce shop (REST API wc/v3, reading only) on the loopback interface. Rejects when the port is
 * taken, RangeError for an unknown fault. Behaviour follows a recorded WooCommerce 11.0.1; where it could only be
 * guessed, the code says "unverified".
 */
export async function startWooShop(options: WooShopOptions = {}): Promise<WooShop> {
  const clock = options.clock ?? Date.now;
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    // A broken connection is what the client made of it; there is nobody left to tell.
    serve(request, response).catch(() => response.destroy());
  };
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  const port = await listen(server, options.port ?? 0);
  const url = `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${port}`;

  const key = makeKey("psync", options.permission, options.role);
  const keys = [key];
  const requests: RequestLogEntry[] = [];
  const stopped = new AbortController();
  const catalogue =
    options.catalogue ??
    sampleCatalogue({
      ...(options.products === undefined ? undefined : { products: options.products }),
      ...(options.seed === undefined ? undefined : { seed: options.seed }),
    });
  const store = new WooStore(catalogue, options.home ?? url, clock);
  const faults = createFaults(store);
  const routes = createRoutes({
    store,
    version: options.version ?? "11.0.1",
    secure: options.assumeHttps ?? options.tls !== undefined,
    authenticator: createAuthenticator(
      () => keys,
      () => store.now(),
    ),
  });

  async function respond(given: WooRequest, found: readonly Fault[]): Promise<Answer> {
    let request = given;
    for (const fault of found) {
      if (fault.delayMs !== undefined) await sleep(fault.delayMs, undefined, { signal: stopped.signal });
      if (fault.request !== undefined) request = { ...fault.request(request), signedQuery: given.query };
    }
    const instead = found.find((fault) => fault.instead !== undefined)?.instead;
    let answer = instead?.(request) ?? routes(request);
    for (const fault of found) answer = fault.answer?.(answer, request) ?? answer;
    return answer;
  }

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = clock();
    const sent = message.url ?? "/";
    const method = message.method ?? "GET";
    const headers = plainHeaders(message);
    const body = await readBody(message);
    const request: WooRequest = { method, path: sent.replace(/\?.*$/s, ""), query: readQuery(sent), headers };
    const found = faults.next(request);
    const names = found.map((fault) => fault.name);
    const connection = found.find((fault) => fault.connection !== undefined)?.connection;
    const log = (status: number): void => {
      requests.push({ at, method, url: sent, headers, body, status, faults: names });
    };
    if (connection === "hang") return log(0);
    if (connection === "reset") {
      log(0);
      message.socket.resetAndDestroy();
      return;
    }
    const answer = await respond(request, found);
    log(answer.status);
    sendAnswer(response, answer, { head: method === "HEAD", cut: connection === "cut", date: clock() });
  }

  async function close(): Promise<void> {
    stopped.abort();
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

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
