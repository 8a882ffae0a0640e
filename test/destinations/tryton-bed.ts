import { afterAll, beforeAll, beforeEach } from "@jest/globals";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

import type {
  ItemDestination,
  PlannedChange,
  RemoteItem,
  WriteResult,
} from "../../src/destinations/destination.js";
import {
  createTrytonDestination,
  trytonHttpPolicy,
  type TrytonSettings,
} from "../../src/destinations/tryton/index.js";
import { createHttpClient, type PacedClient } from "../../src/http/client.js";
import { createRedactor } from "../../src/http/redaction.js";
import { compileItemTable } from "../../src/mapping/compile-items.js";
import { loadItemTable } from "../../src/mapping/load.js";
import type { ItemMapper } from "../../src/model/item.js";
import { createFakeClock, type FakeClock } from "../support/fake-clock.js";
import { startTryton, type TestTryton } from "../support/tryton.js";

const tables = fileURLToPath(new URL("../../mappings/destinations/", import.meta.url));

/** The built-in table of Tryton. */
async function trytonMapper(): Promise<ItemMapper> {
  return compileItemTable(await loadItemTable("tryton", tables, tables));
}

export interface TrytonClient {
  readonly destination: ItemDestination;
  readonly clock: FakeClock;
  /** Warnings and traces, in order. */
  readonly logs: string[];
  readonly warnings: string[];
}

/** Opens the destination, on a clock where waiting takes no time. */
function openTryton(
  mapper: ItemMapper,
  settings: Pick<TrytonSettings, "url" | "database" | "username" | "password"> & Partial<TrytonSettings>,
  wrap: (http: PacedClient) => PacedClient = (http) => http,
): TrytonClient {
  const clock = createFakeClock({ autoAdvance: true });
  const logs: string[] = [];
  const warnings: string[] = [];
  const secrets = [settings.password];
  const redact = createRedactor(secrets);
  const all: TrytonSettings = { auth: "session", unitOfMeasure: "Unit", ...settings };
  const http = createHttpClient({
    ...trytonHttpPolicy(all, clock),
    userAgent: "psync/test",
    clock,
    redact,
    random: () => 0,
    trace: (line) => logs.push(line),
  });
  const warn = (message: string): void => {
    warnings.push(message);
    logs.push(message);
  };
  const hide = (secret: string): void => void secrets.push(secret);
  const parts = { http: wrap(http), clock, warn, redact, hide, mapper };
  return { destination: createTrytonDestination(all, parts), clock, logs, warnings };
}

export async function findOne(client: TrytonClient, sku: string): Promise<RemoteItem | undefined> {
  return (await client.destination.find([sku], new AbortController().signal)).get(sku);
}

export function failures(results: readonly WriteResult[]): readonly WriteResult[] {
  return results.filter(({ outcome }) => outcome === "failed");
}

/** What creates and what updates products. */
export const methods = { create: "model.product.template.create", update: "model.product.template.write" };

export async function writeAll(
  destination: ItemDestination,
  changes: readonly PlannedChange[],
  signal = new AbortController().signal,
): Promise<WriteResult[]> {
  const results: WriteResult[] = [];
  for await (const result of destination.write(changes, signal)) results.push(result);
  return results;
}

/** One call as it passes the relay. */
export interface RelayedCall {
  readonly method: string;
  params: unknown[];
  readonly authorization: string | undefined;
}

/**
 * What happens to a call: it passes; it is carried out and its answer is lost, breaks off in the middle, or is a 500
 * instead; it is lost on the way; or something before the server answers in its place.
 */
export type Fate =
  | "pass"
  | "lose-answer"
  | "tear-answer"
  | "break-answer"
  | "lose-call"
  | {
      readonly status: number;
      readonly body: string;
      readonly type?: string;
      readonly headers?: Readonly<Record<string, string>>;
    };

interface Relay {
  readonly url: string;
  /** Methods of all calls, in order. */
  readonly calls: string[];
  /** Decides on each call; may change its params. Default: all pass. */
  decide: (call: RelayedCall) => Fate | Promise<Fate>;
  /**
   * Answers to good log-ins by who asked what: such a one is given again instead of a new session, for a password costs
   * Tryton a fifth of a second. To be emptied where a session was ended.
   */
  readonly logins: Map<string, string>;
  close(): Promise<void>;
}

/** Stands between psync and a server of JSON-RPC, counts its calls and spoils some. */
async function startRelay(target: string): Promise<Relay> {
  const relay = {
    url: "",
    calls: [] as string[],
    decide: (_call: RelayedCall): Fate | Promise<Fate> => "pass",
    logins: new Map<string, string>(),
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const sent = JSON.parse(Buffer.concat(chunks).toString("utf8")) as { method: string; params: unknown[] };
    const { authorization } = request.headers;
    const call = { ...sent, authorization };
    relay.calls.push(call.method);
    const fate = await relay.decide(call);
    if (fate === "lose-call") {
      request.socket.destroy();
      return;
    }
    if (typeof fate === "object") {
      const headers = { "content-type": fate.type ?? "text/html", ...fate.headers };
      response.writeHead(fate.status, headers).end(fate.body);
      return;
    }
    const who = call.method === "common.db.login" ? `${request.url} ${JSON.stringify(call.params)}` : "";
    const known = relay.logins.get(who);
    if (fate === "pass" && known !== undefined) {
      response.writeHead(200, { "content-type": "application/json" }).end(known);
      return;
    }
    const real = await fetch(target + (request.url ?? ""), {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(authorization === undefined ? {} : { authorization }),
      },
      body: JSON.stringify({ ...sent, params: call.params }),
      redirect: "manual",
    });
    const body = await real.text();
    if (who !== "" && body.includes('"result"')) relay.logins.set(who, body);
    if (fate === "lose-answer") request.socket.destroy();
    else if (fate === "tear-answer") {
      response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
      response.write(body.slice(0, Math.ceil(body.length / 2)), () => request.socket.destroy());
    } else if (fate === "break-answer") response.writeHead(500).end("broken");
    else
      response.writeHead(real.status, { "content-type": real.headers.get("content-type") ?? "" }).end(body);
  };
  const server: Server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  relay.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(relay, {
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  });
}

const user = { username: "psync", password: "Plum-cask72" };

/** A real Tryton behind a relay, with a user who may write products and one ("reader") who may not. */
export interface TrytonBed {
  readonly tryton: TestTryton;
  readonly relay: Relay;
  readonly password: string;
  /** A client that has logged in: a password costs Tryton a fifth of a second. */
  readonly shared: TrytonClient;
  /** `wrap` stands between the destination and its HTTP client. */
  open(settings?: Partial<TrytonSettings>, wrap?: (http: PacedClient) => PacedClient): TrytonClient;
  /** Empties the warehouse and lets every call pass. */
  clear(): Promise<void>;
  /** Makes Tryton refuse a SKU to everybody, as an operator's own rule does. */
  refuse(sku: string): Promise<void>;
  /** How many calls of a method passed since the last `clear`. */
  count(method: string): number;
  close(): Promise<void>;
}

export async function startTrytonBed(): Promise<TrytonBed> {
  const [tryton, mapper] = [await startTryton(), await trytonMapper()];
  const relay = await startRelay(tryton.url);
  await tryton.createUser({
    name: user.username,
    password: user.password,
    groups: ["Product Administration"],
  });
  await tryton.createUser({ name: "reader", password: user.password });
  const all = async (model: string, domain: readonly unknown[]): Promise<unknown> =>
    tryton.call(`model.${model}.search`, [domain, 0, null, null]);
  const removeAll = async (model: string, domain: readonly unknown[]): Promise<void> => {
    const ids = (await all(model, domain)) as number[];
    if (ids.length > 0) await tryton.call(`model.${model}.delete`, [ids]);
  };
  const open: TrytonBed["open"] = (settings = {}, wrap) =>
    openTryton(mapper, { url: relay.url, database: tryton.database, ...user, ...settings }, wrap);
  return {
    tryton,
    relay,
    password: user.password,
    shared: open(),
    open,
    async clear() {
      relay.decide = () => "pass";
      // A rule would keep its product from being deleted.
      await removeAll("ir.rule.group", [["name", "=", "refusal"]]);
      await removeAll("product.template", [["active", "in", [true, false]]]);
      relay.calls.length = 0;
    },
    async refuse(sku) {
      const [model] = (await all("ir.model", [["model", "=", "product.template"]])) as [number];
      const domain = JSON.stringify([["code", "!=", sku]]);
      const rules = [["create", [{ domain }]]];
      const group = { name: "refusal", model, global_p: true, perm_read: false, rules };
      await tryton.call("model.ir.rule.group.create", [[group]]);
    },
    count: (method) => relay.calls.filter((call) => call === method).length,
    async close() {
      await relay.close();
      await tryton.close();
    },
  };
}

/** For the tests of a `describe`: one bed for all of them, emptied before each, closed in the end. */
export function useTrytonBed(): TrytonBed {
  let bed: TrytonBed;
  beforeAll(async () => {
    bed = await startTrytonBed();
  }, 60_000);
  afterAll(() => bed.close());
  beforeEach(() => bed.clear());
  return {
    get tryton() {
      return bed.tryton;
    },
    get relay() {
      return bed.relay;
    },
    get password() {
      return bed.password;
    },
    get shared() {
      return bed.shared;
    },
    open: (settings, wrap) => bed.open(settings, wrap),
    clear: () => bed.clear(),
    refuse: (sku) => bed.refuse(sku),
    count: (method) => bed.count(method),
    close: () => bed.close(),
  };
}
