import { RemoteError } from "../../errors.js";
import { type JsonAnswer, requestJson } from "../../http/json.js";
import { type AccessToken, createTokenCache } from "../../http/token.js";
import type { ChannelParts } from "../channel.js";
import { purposeOf, toAmazonError, toTokenError } from "./errors.js";
import { endpointOf } from "./marketplaces.js";
import type { OperationName } from "./policy.js";
import { tokenSchema } from "./schema.js";
import type { AmazonSettings } from "./settings.js";

/** Values of a query; a list is sent separated by commas. */
export type Query = Readonly<Record<string, string | number | readonly string[]>>;

/** Reads what an answer holds, or says that it is something else. */
interface Schema<Value> {
  safeParse(value: unknown): { readonly success: boolean; readonly data?: Value };
}

export interface AmazonApi {
  /**
   * Calls an operation that reads. `attempts` limits the HTTP room's retries. Throws what `toAmazonError` says,
   * RemoteError for an answer of another shape, TransientError, ConfigError.
   */
  get<Value>(
    operation: OperationName,
    path: string,
    query: Query,
    schema: Schema<Value>,
    signal: AbortSignal,
    attempts?: number,
  ): Promise<Value>;
  /** Calls an operation that makes something: not repeated where the outcome of the first time is unknown. */
  post<Value>(
    operation: OperationName,
    path: string,
    body: unknown,
    schema: Schema<Value>,
    signal: AbortSignal,
  ): Promise<Value>;
  /** Proves the app's credentials. Throws AuthError, RemoteError or TransientError. */
  authorise(signal: AbortSignal): Promise<void>;
}

const defaultTokenUrl = "https://api.amazon.com/auth/o2/token";
const tokenEarlyMs = 60_000;
/** Each request that waits for a token in a storm asks for it anew. */
const tokenAttempts = 3;

/** Makes the client of one seller account. Nothing is sent before something is asked for. */
export function createAmazonApi(settings: AmazonSettings, parts: ChannelParts): AmazonApi {
  const { http, clock, redact } = parts;
  const tokens = createTokenCache(clock, tokenEarlyMs, fetchToken);
  /** The token that an operation refused although it was new: another one would be refused as well. */
  const refused = new Map<OperationName, string>();

  async function fetchToken(signal: AbortSignal): Promise<AccessToken> {
    const form = new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: settings.refreshToken,
      client_id: settings.clientId,
      client_secret: settings.clientSecret,
    });
    const request = {
      method: "POST",
      url: settings.tokenUrl ?? defaultTokenUrl,
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
      body: form.toString(),
      // The refresh token does not change: asking twice gives two good tokens.
      repeatable: true,
      attempts: tokenAttempts,
      signal,
    } as const;
    const { response, value } = await requestJson(http, request, "Amazon", undefined, redact);
    if (response.status !== 200) throw toTokenError(response, redact);
    const read = tokenSchema.safeParse(value);
    if (!read.success) {
      throw new RemoteError("token-shape", "Amazon's token endpoint answered without an access token", {
        hint: "Check source.tokenUrl.",
      });
    }
    parts.hide(read.data.access_token);
    return { value: read.data.access_token, expiresAtMs: clock.now() + read.data.expires_in * 1000 };
  }

  /** Sends with a token; once more with a new one where it was refused, since tokens can be withdrawn early. */
  async function call(
    operation: OperationName,
    signal: AbortSignal,
    send: (token: string) => Promise<JsonAnswer>,
  ): Promise<JsonAnswer> {
    const token = await tokens.current(signal);
    const answer = await send(token);
    if (!isRefusal(answer) || refused.get(operation) === token) return answer;
    const renewed = await tokens.renew(token, signal);
    const second = await send(renewed);
    if (isRefusal(second)) refused.set(operation, renewed);
    return second;
  }

  async function ask<Value>(
    operation: OperationName,
    request: Omit<Parameters<typeof requestJson>[1], "headers">,
    schema: Schema<Value>,
  ): Promise<Value> {
    const { response, value } = await call(operation, request.signal, (token) =>
      requestJson(
        http,
        {
          ...request,
          headers: {
            accept: "application/json",
            ...(request.body === undefined ? {} : { "content-type": "application/json" }),
          },
        },
        "Amazon",
        (bare) => ({ ...bare, headers: { ...bare.headers, "x-amz-access-token": token } }),
        redact,
      ),
    );
    if (response.status < 200 || response.status >= 300) throw toAmazonError(response, operation, redact);
    const read = schema.safeParse(value);
    if (read.success && read.data !== undefined) return read.data;
    throw new RemoteError("unexpected-shape", `Amazon sent something else than ${purposeOf(operation)}`, {
      status: response.status,
      hint: "Check source.baseUrl. If it is right, this is a fault of psync: please report it.",
    });
  }

  return {
    get: (operation, path, query, schema, signal, attempts) =>
      ask(
        operation,
        {
          method: "GET",
          url: `${endpointOf(settings)}${path}${toSearch(query)}`,
          signal,
          ...(attempts === undefined ? {} : { attempts }),
        },
        schema,
      ),
    post: (operation, path, body, schema, signal) =>
      ask(
        operation,
        { method: "POST", url: `${endpointOf(settings)}${path}`, body: JSON.stringify(body), signal },
        schema,
      ),
    async authorise(signal) {
      await tokens.current(signal);
    },
  };
}

function isRefusal({ response }: JsonAnswer): boolean {
  return response.status === 401 || response.status === 403;
}

function toSearch(query: Query): string {
  const pairs = Object.entries(query).map(([name, value]) => {
    const values = typeof value === "object" ? value : [String(value)];
    return `${name}=${values.map(encodeURIComponent).join(",")}`;
  });
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}
