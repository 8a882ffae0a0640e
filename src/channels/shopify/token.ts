import { RemoteError } from "../../errors.js";
import { requestJson } from "../../http/json.js";
import { createTokenCache } from "../../http/token.js";
import type { ChannelParts } from "../channel.js";
import { type ErrorContext, toGrantError } from "./errors.js";
import { tokenSchema } from "./schema.js";
import { configError, type ShopifySettings } from "./settings.js";

/** The access token of one shop. */
export interface TokenSource {
  current(signal: AbortSignal): Promise<string>;
  /** Another token than `stale`, which was refused; undefined where there is only the one in the config. */
  renew(stale: string, signal: AbortSignal): Promise<string | undefined>;
}

const earlyMs = 10 * 60_000;
/** Where the answer does not say: what Shopify documents. */
const lifeMs = 86_399_000;

/**
 * Takes the token out of the config, or exchanges client id and secret for one of a day, which is kept in memory only.
 * Throws ConfigError where the config holds neither, AuthError when the exchange is refused.
 */
export function createTokenSource(
  settings: ShopifySettings,
  parts: ChannelParts,
  origin: () => string,
  context: () => ErrorContext,
): TokenSource {
  const { accessToken, clientId, clientSecret } = settings;
  if (accessToken !== undefined && accessToken !== "") {
    return { current: () => Promise.resolve(accessToken), renew: () => Promise.resolve(undefined) };
  }

  const cache = createTokenCache(parts.clock, earlyMs, async (signal) => {
    if (clientId === undefined || clientSecret === undefined) {
      throw configError("no-credentials", "source", "source holds no credentials for Shopify", {
        hint: "Set source.accessToken, or source.clientId and source.clientSecret.",
      });
    }
    const body = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
    });
    const request = {
      method: "POST",
      url: `${origin()}/admin/oauth/access_token`,
      headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
      body: body.toString(),
      repeatable: true,
      cost: 0,
      signal,
    } as const;
    const { response, value } = await requestJson(parts.http, request, "Shopify", undefined, parts.redact);
    if (response.status !== 200) throw toGrantError(response, context());
    const answer = tokenSchema.safeParse(value).data;
    if (answer === undefined) {
      throw new RemoteError(
        "unexpected-answer",
        "Shopify's answer to the client id and secret holds no token",
      );
    }
    parts.hide(answer.access_token);
    const expiresInMs = answer.expires_in === undefined ? lifeMs : answer.expires_in * 1000;
    return { value: answer.access_token, expiresAtMs: parts.clock.now() + expiresInMs };
  });
  return cache;
}
