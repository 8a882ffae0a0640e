import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { failure, privateHeaders, type Answer, type WooRequest } from "./answer.js";

/** A key pair as made under WooCommerce > Settings > Advanced > REST API. */
export interface WooKey {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly permission: "read" | "write" | "read_write";
  /** The role of the user whom the key is bound to. */
  readonly role: "administrator" | "shop_manager" | "customer";
}

/** Who asks: a key's user, nobody, or an answer that ends the request. */
export type Caller = { readonly key: WooKey } | { readonly key: undefined; readonly refusal?: Answer };

function hex(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

/** Makes a key pair of the vendor's shape from a name; equal names give equal keys. */
export function makeKey(
  name: string,
  permission: WooKey["permission"] = "read",
  role: WooKey["role"] = "administrator",
): WooKey {
  const consumerKey = `ck_${hex(`sandbox key ${name}`)}`;
  return { consumerKey, consumerSecret: `cs_${hex(`sandbox secret ${name}`)}`, permission, role };
}

const parameterNames = [
  "oauth_consumer_key",
  "oauth_timestamp",
  "oauth_nonce",
  "oauth_signature",
  "oauth_signature_method",
] as const;
const windowSeconds = 15 * 60;

function refuse(message: string, code = "woocommerce_rest_authentication_error"): Caller {
  return { key: undefined, refusal: failure(401, code, message) };
}

function same(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

// WooCommerce decodes each value once more before it signs: a value that holds "%41" can never be signed rightly.
function encodeAgain(text: string): string {
  try {
    return encode(decodeURIComponent(text));
  } catch {
    return encode(text);
  }
}

function basicPair(header: string | undefined): [string, string] | undefined {
  const match = /^Basic\s+(\S+)$/i.exec(header ?? "");
  if (match === null) return undefined;
  const pair = Buffer.from(match[1] ?? "", "base64").toString("utf8");
  const colon = pair.indexOf(":");
  return colon < 0 ? undefined : [pair.slice(0, colon), pair.slice(colon + 1)];
}

function headerParameters(header: string | undefined): Map<string, string> {
  const found = new Map<string, string>();
  if (!/^OAuth\s/i.test(header ?? "")) return found;
  for (const [, name = "", value = ""] of (header ?? "").matchAll(/(oauth_\w+)="([^"]*)"/g)) {
    found.set(name, decodeURIComponent(value));
  }
  return found;
}

export interface Authenticator {
  /** Finds out who asks. `secure` is what WordPress believes: without it, only signed requests are looked at. */
  identify(request: WooRequest, address: string, secure: boolean): Caller;
}

/**
 * Checks credentials as WooCommerce 11 does (includes/class-wc-rest-authentication.php): Basic and query keys over
 * https only, OAuth 1.0a over both. `nowSeconds` is the server's clock, for signatures. The words of the refusals for
 * time, nonce and missing parameters, and the case of a key without the right to write, are not among the recordings
 * (unverified).
 */
export function createAuthenticator(keys: () => readonly WooKey[], nowSeconds: () => number): Authenticator {
  const usedNonces = new Map<number, Set<string>>();
  const find = (consumerKey: string): WooKey | undefined =>
    keys().find((key) => key.consumerKey === consumerKey);

  function byPair(request: WooRequest): Caller | undefined {
    const query = new Map(request.query);
    const inQuery: [string, string] = [query.get("consumer_key") ?? "", query.get("consumer_secret") ?? ""];
    const pair =
      inQuery[0] !== "" && inQuery[1] !== "" ? inQuery : basicPair(request.headers["authorization"]);
    const key = pair === undefined ? undefined : find(pair[0]);
    if (pair === undefined || key === undefined) return undefined;
    return same(key.consumerSecret, pair[1]) ? { key } : refuse("Consumer secret is invalid.");
  }

  function noteNonce(timestamp: number, nonce: string, now: number): boolean {
    for (const past of usedNonces.keys()) if (past < now - windowSeconds) usedNonces.delete(past);
    const used = usedNonces.get(timestamp) ?? new Set<string>();
    if (used.has(nonce)) return false;
    usedNonces.set(timestamp, used.add(nonce));
    return true;
  }

  function bySignature(request: WooRequest, address: string): Caller {
    const sent = new Map([...request.query, ...headerParameters(request.headers["authorization"])]);
    const missing = parameterNames.filter((name) => (sent.get(name) ?? "") === "");
    if (missing.length === parameterNames.length) return { key: undefined };
    if (missing.length > 0) {
      const noun = missing.length === 1 ? "parameter" : "parameters";
      return refuse(
        `Missing OAuth ${noun} ${missing.join(", ")}`,
        "woocommerce_rest_authentication_missing_parameter",
      );
    }
    const value = (name: (typeof parameterNames)[number]): string => sent.get(name) ?? "";
    const key = find(value("oauth_consumer_key"));
    if (key === undefined) return refuse("Consumer key is invalid.");
    const method = value("oauth_signature_method");
    if (method !== "HMAC-SHA256" && method !== "HMAC-SHA1") {
      return refuse("Invalid signature - signature method is invalid.");
    }
    const pairs = [...sent]
      .filter(([name]) => name !== "oauth_signature")
      .map(([name, text]) => [encodeAgain(name), encodeAgain(text)] as const)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    const joined = pairs.map(([name, text]) => `${name}=${text}`).join("&");
    const base = [request.method, encode(address), encode(joined)].join("&");
    const expected = createHmac(method === "HMAC-SHA1" ? "sha1" : "sha256", `${key.consumerSecret}&`)
      .update(base)
      .digest("base64");
    // PHP has turned an unescaped plus into a space.
    if (!same(expected, value("oauth_signature").replaceAll(" ", "+"))) {
      return refuse("Invalid signature - provided signature does not match.");
    }
    const timestamp = Number(value("oauth_timestamp"));
    const now = nowSeconds();
    if (!(Math.abs(now - timestamp) <= windowSeconds)) return refuse("Invalid timestamp.");
    if (!noteNonce(timestamp, value("oauth_nonce"), now)) {
      return refuse("Invalid nonce - nonce has already been used.");
    }
    return { key };
  }

  return {
    identify: (request, address, secure) =>
      (secure ? byPair(request) : undefined) ?? bySignature(request, address),
  };
}

/** The refusal of a method that the key's permission does not cover; undefined when it does. */
export function refuseMethod(key: WooKey, method: string): Answer | undefined {
  const reads = method === "GET" || method === "HEAD";
  if (key.permission === "read_write" || (key.permission === "read") === reads) return undefined;
  return failure(
    401,
    "woocommerce_rest_authentication_error",
    `The API key provided does not have ${reads ? "read" : "write"} permissions.`,
    privateHeaders,
  );
}
