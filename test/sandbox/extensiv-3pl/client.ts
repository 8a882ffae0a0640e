import type { ExtensivWarehouse } from "../../../src/sandbox/extensiv-3pl/server.js";

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Empty when the body is no JSON object. */
  readonly json: Readonly<Record<string, unknown>>;
}

export interface AskOptions {
  readonly method?: string;
  /** Default: one that works. Null sends none. */
  readonly token?: string | null;
  /** Default: application/hal+json. */
  readonly accept?: string;
  /** Sent as JSON; a text is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

async function send(url: string, init: RequestInit): Promise<Reply> {
  const response = await fetch(url, { ...init, redirect: "manual" });
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").includes("json") && text !== "";
  const json = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: response.status, headers: response.headers, text, json };
}

/** The Authorization header of a client. Default: the one in the config. */
export function basic(warehouse: ExtensivWarehouse, secret = warehouse.config["clientSecret"]): string {
  const pair = `${String(warehouse.config["clientId"])}:${String(secret)}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

/** Asks for a token, with a JSON body; `init` changes the request. */
export function askToken(warehouse: ExtensivWarehouse, init: RequestInit = {}): Promise<Reply> {
  return send(String(warehouse.config["tokenUrl"]), {
    method: "POST",
    headers: { Authorization: basic(warehouse), "Content-Type": "application/json" },
    body: JSON.stringify({ grant_type: "client_credentials", user_login: warehouse.config["userLogin"] }),
    ...init,
  });
}

const tokens = new WeakMap<ExtensivWarehouse, string>();

/** A token: the same for each call on a warehouse, until `renew` is set. */
export async function tokenOf(warehouse: ExtensivWarehouse, renew = false): Promise<string> {
  const known = tokens.get(warehouse);
  if (known !== undefined && !renew) return known;
  const token = String((await askToken(warehouse)).json["access_token"]);
  tokens.set(warehouse, token);
  return token;
}

/** Sends one call of the API. */
export async function ask(
  warehouse: ExtensivWarehouse,
  path: string,
  options: AskOptions = {},
): Promise<Reply> {
  const token = options.token === undefined ? await tokenOf(warehouse) : options.token;
  const { body } = options;
  return send(warehouse.url + path, {
    method: options.method ?? "GET",
    headers: {
      Accept: options.accept ?? "application/hal+json",
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "Content-Type": "application/hal+json" }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}

export const items = "/customers/42/items";
const rel = "http://api.3plCentral.com/rels/customers/item";

/** A new item with no more than the server demands. */
export function plain(sku: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    sku,
    description: `Item ${sku}`,
    options: { inventoryUnit: { unitIdentifier: { name: "Each" } } },
    ...more,
  };
}

/** Creates an item through the API. */
export function post(warehouse: ExtensivWarehouse, body: unknown): Promise<Reply> {
  return ask(warehouse, items, { method: "POST", body });
}

/** Reads an item, changes it and puts it back, as a careful client does. */
export async function update(
  warehouse: ExtensivWarehouse,
  id: number,
  change: Readonly<Record<string, unknown>>,
): Promise<Reply> {
  const read = await ask(warehouse, `${items}/${id}`);
  return ask(warehouse, `${items}/${id}`, {
    method: "PUT",
    body: { ...read.json, ...change },
    headers: { "If-Match": read.headers.get("etag") ?? "" },
  });
}

/** The items of a list in HAL. */
export function listed(reply: Reply): readonly Readonly<Record<string, unknown>>[] {
  const embedded = reply.json["_embedded"] as Readonly<Record<string, unknown>> | undefined;
  return (embedded?.[rel] ?? []) as readonly Readonly<Record<string, unknown>>[];
}

/** The SKUs of a list in HAL. */
export function skusOf(reply: Reply): readonly unknown[] {
  return listed(reply).map(({ sku }) => sku);
}
