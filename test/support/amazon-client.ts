import { request as send } from "node:http";
import type { AmazonShop } from "../../src/sandbox/amazon/server.js";

/** An answer of the sandbox, with what was asked, in the form that a vendor's document is held against. */
export interface AmazonReply {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly requestBody?: unknown;
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly bytes: Buffer;
  /** The JSON; undefined where there is none. */
  readonly responseBody: unknown;
}

export interface CallOptions {
  readonly method?: string;
  /** A JSON body. */
  readonly body?: unknown;
  /** Any other body. */
  readonly text?: string;
  /** Over the usual headers; an empty one is left out. */
  readonly headers?: Readonly<Record<string, string>>;
}

const agent = "psync-test/1.0 (Language=Node.js/20; Platform=linux)";

/** Sends one request, without any credentials but those in the headers. */
export async function callAmazon(address: string, options: CallOptions = {}): Promise<AmazonReply> {
  const { method = "GET", body } = options;
  const payload = body === undefined ? options.text : JSON.stringify(body);
  const headers = {
    "user-agent": agent,
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...options.headers,
  };
  const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ""));
  const { pathname, search } = new URL(address);
  return new Promise((resolve, reject) => {
    const request = send(address, { method, headers: sent, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.once("error", reject);
      response.once("end", () => {
        const bytes = Buffer.concat(parts);
        const isJson = response.headers["content-type"] === "application/json" && bytes.length > 0;
        resolve({
          method,
          url: pathname + search,
          ...(body === undefined ? {} : { requestBody: body }),
          status: response.statusCode ?? 0,
          headers: response.headers,
          bytes,
          responseBody: isJson ? (JSON.parse(bytes.toString("utf8")) as unknown) : undefined,
        });
      });
    });
    request.once("error", reject);
    request.end(payload);
  });
}

/** Asks the token endpoint; the fields go over those of the shop's own app. */
export function askToken(
  shop: AmazonShop,
  fields: Readonly<Record<string, string>> = {},
): Promise<AmazonReply> {
  const { clientId, clientSecret, refreshToken } = shop.credentials;
  const form = { refresh_token: refreshToken, client_id: clientId, client_secret: clientSecret };
  return callAmazon(`${shop.url}/auth/o2/token`, {
    method: "POST",
    text: new URLSearchParams({ grant_type: "refresh_token", ...form, ...fields }).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
}

export type AmazonCaller = (path: string, options?: CallOptions) => Promise<AmazonReply>;

/** Logs in, and gives a function that calls the API. */
export async function logIn(shop: AmazonShop): Promise<AmazonCaller> {
  const { responseBody } = await askToken(shop);
  const token = (responseBody as { access_token: string }).access_token;
  return (path, options = {}) =>
    callAmazon(shop.url + path, { ...options, headers: { "x-amz-access-token": token, ...options.headers } });
}
