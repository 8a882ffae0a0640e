import { createHmac, randomBytes } from "node:crypto";
import { request as send } from "node:http";
import type { WooKey } from "../../src/sandbox/woocommerce/auth.js";

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Sends one request over plain http, without any client library's own ideas. Rejects when the connection breaks. */
export function call(
  url: string,
  options: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method: options.method ?? "GET",
      headers: options.headers ?? {},
      agent: false,
    });
    request.on("error", reject);
    request.on("response", (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const headers: Record<string, string> = {};
        for (const [name, value] of Object.entries(response.headers)) headers[name] = String(value);
        resolve({ status: response.statusCode ?? 0, headers, text: Buffer.concat(parts).toString("utf8") });
      });
    });
    request.end();
  });
}

/** The Basic header of a key pair. */
export function basic(key: WooKey): Record<string, string> {
  const pair = Buffer.from(`${key.consumerKey}:${key.consumerSecret}`).toString("base64");
  return { Authorization: `Basic ${pair}` };
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Signs an address with OAuth 1.0a, in the query. `signedUrl` is what the signature is made over, if another. */
export function sign(
  url: string,
  key: WooKey,
  options: {
    readonly method?: string;
    readonly seconds?: number;
    readonly nonce?: string;
    readonly hash?: "sha1" | "sha256";
    readonly home?: string;
  } = {},
): string {
  const at = new URL(url);
  const pairs: [string, string][] = [
    ...at.searchParams,
    ["oauth_consumer_key", key.consumerKey],
    ["oauth_nonce", options.nonce ?? randomBytes(8).toString("hex")],
    ["oauth_signature_method", options.hash === "sha1" ? "HMAC-SHA1" : "HMAC-SHA256"],
    ["oauth_timestamp", String(options.seconds ?? Math.floor(Date.now() / 1000))],
  ];
  const joined = pairs
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");
  const base = [
    options.method ?? "GET",
    encode(`${options.home ?? at.origin}${at.pathname}`),
    encode(joined),
  ].join("&");
  const signature = createHmac(options.hash ?? "sha256", `${key.consumerSecret}&`)
    .update(base)
    .digest("base64");
  const query = [...pairs, ["oauth_signature", signature] as const];
  return `${at.origin}${at.pathname}?${query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&")}`;
}
