import { createHmac } from "node:crypto";

export interface OauthKeys {
  readonly consumerKey: string;
  readonly consumerSecret: string;
}

/** Percent-encodes as RFC 3986 wants it; encodeURIComponent leaves five characters too many. */
export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * Signs a URL with one-legged OAuth 1.0a, HMAC-SHA256, the parameters in the query: some servers drop the
 * Authorization header. The secret itself never leaves the machine. A signature counts once: `nonce` must be new for
 * each attempt, `seconds` within 15 minutes of the shop's clock.
 */
export function signUrl(
  method: string,
  url: string,
  keys: OauthKeys,
  nonce: string,
  seconds: number,
): string {
  const parsed = new URL(url);
  const pairs: [string, string][] = [
    ...parsed.searchParams.entries(),
    ["oauth_consumer_key", keys.consumerKey],
    ["oauth_nonce", nonce],
    ["oauth_signature_method", "HMAC-SHA256"],
    ["oauth_timestamp", String(seconds)],
  ];
  const encoded = pairs
    .map(([name, value]): [string, string] => [encodeRfc3986(name), encodeRfc3986(value)])
    .sort(([a, x], [b, y]) => (a === b ? compareBytes(x, y) : compareBytes(a, b)))
    .map(([name, value]) => `${name}=${value}`);
  const base = [
    method.toUpperCase(),
    encodeRfc3986(parsed.origin + parsed.pathname),
    encodeRfc3986(encoded.join("&")),
  ].join("&");
  const signature = createHmac("sha256", `${keys.consumerSecret}&`).update(base).digest("base64");
  return `${parsed.origin}${parsed.pathname}?${[...encoded, `oauth_signature=${encodeRfc3986(signature)}`].join("&")}`;
}

function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
