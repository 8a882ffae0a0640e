import { createHash, randomBytes } from "node:crypto";
import type { EtsyShop } from "../../../src/sandbox/etsy/server.js";

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Empty when the body is no JSON. */
  readonly json: Readonly<Record<string, unknown>>;
}

export interface AskOptions {
  /** Default: a valid one of the seller. Null sends none. */
  readonly token?: string | null;
  /** Default: the whole key of the app. Null sends none. */
  readonly key?: string | null;
  readonly form?: Readonly<Record<string, string>>;
}

async function send(url: string, init: RequestInit): Promise<Reply> {
  const response = await fetch(url, { ...init, redirect: "manual" });
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").includes("json") && text !== "";
  const json = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: response.status, headers: response.headers, text, json };
}

/** Posts a form to the token endpoint. */
export function postToken(shop: EtsyShop, form: Readonly<Record<string, string>>): Promise<Reply> {
  return send(`${shop.url}/v3/public/oauth/token`, { method: "POST", body: new URLSearchParams(form) });
}

/** Takes a new pair for a refresh token; default: the one in the shop's config. */
export function refresh(shop: EtsyShop, token = String(shop.config["refreshToken"])): Promise<Reply> {
  return postToken(shop, {
    grant_type: "refresh_token",
    client_id: shop.key.keystring,
    refresh_token: token,
  });
}

const accessTokens = new WeakMap<EtsyShop, string>();

/** An access token of the seller: the same for each call on a shop, until `renew` is set. */
export async function accessOf(shop: EtsyShop, renew = false): Promise<string> {
  const known = accessTokens.get(shop);
  if (known !== undefined && !renew) return known;
  const { json } = await refresh(shop, shop.tokens.at(-1));
  const token = String(json["access_token"]);
  accessTokens.set(shop, token);
  return token;
}

/** Sends one call of the API; `path` is what follows /v3/application. With `form` it is a POST. */
export async function ask(shop: EtsyShop, path: string, options: AskOptions = {}): Promise<Reply> {
  const token = options.token === undefined ? await accessOf(shop) : options.token;
  const key = options.key === undefined ? `${shop.key.keystring}:${shop.key.sharedSecret}` : options.key;
  return send(`${shop.url}/v3/application${path}`, {
    method: options.form === undefined ? "GET" : "POST",
    headers: {
      ...(key === null ? {} : { "x-api-key": key }),
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
    },
    ...(options.form === undefined ? {} : { body: new URLSearchParams(options.form) }),
  });
}

/** The listings of a list's body. */
export function resultsOf(reply: Reply): readonly Readonly<Record<string, unknown>>[] {
  const results = reply.json["results"];
  return Array.isArray(results) ? (results as Record<string, unknown>[]) : [];
}

export interface Consent {
  readonly verifier: string;
  readonly reply: Reply;
  /** Where the browser is sent, if anywhere. */
  readonly target: URL | undefined;
}

export const redirectUri = "http://localhost:3003/oauth/redirect";

/** Goes to /oauth/connect as a browser does; `change` alters or (undefined) drops parameters. */
export async function connect(
  shop: EtsyShop,
  change: Readonly<Record<string, string | undefined>> = {},
): Promise<Consent> {
  const verifier = randomBytes(48).toString("base64url");
  const query = new URLSearchParams();
  const wanted: Readonly<Record<string, string | undefined>> = {
    response_type: "code",
    client_id: shop.key.keystring,
    redirect_uri: redirectUri,
    scope: "listings_r shops_r",
    state: "s-1",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    ...change,
  };
  for (const [name, value] of Object.entries(wanted)) if (value !== undefined) query.set(name, value);
  const reply = await send(`${shop.url}/oauth/connect?${query.toString()}`, {});
  const location = reply.headers.get("location");
  return { verifier, reply, target: location === null ? undefined : new URL(location) };
}
