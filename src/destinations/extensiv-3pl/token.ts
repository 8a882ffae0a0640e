import { Buffer } from "node:buffer";
import { RemoteError } from "../../errors.js";
import { requestJson } from "../../http/json.js";
import { createTokenCache, type TokenCache } from "../../http/token.js";
import type { DestinationParts } from "../destination.js";
import { toTokenError, who } from "./errors.js";
import { tokenSchema } from "./schema.js";
import { rootOf, type ExtensivSettings } from "./settings.js";

/** The vendor asks for a new token after half an hour at the latest. */
const longestUseMs = 30 * 60_000;
const earlyMs = 5 * 60_000;

/** How long a token is used: until five minutes before its end, the first half of a short life. */
export function usableMs(lifeMs: number): number {
  return Math.min(longestUseMs, Math.max(lifeMs - earlyMs, lifeMs / 2));
}

/**
 * Where access tokens come from: one request for all who wait, a new one before the old one ends. Throws AuthError when
 * client id and secret are refused, ConfigError for a wrong address.
 */
export function createTokens(settings: ExtensivSettings, parts: DestinationParts): TokenCache {
  const { clientId, clientSecret, userLogin, userLoginId, tpl } = settings;
  const url = settings.tokenUrl ?? `${rootOf(settings)}/AuthServer/api/Token`;
  const body = JSON.stringify({
    grant_type: "client_credentials",
    ...(userLogin === undefined ? {} : { user_login: userLogin }),
    ...(userLoginId === undefined ? {} : { user_login_id: userLoginId }),
    ...(tpl === undefined ? {} : { tpl }),
  });
  return createTokenCache(parts.clock, 0, async (signal) => {
    const { response, value } = await requestJson(
      parts.http,
      {
        method: "POST",
        url,
        headers: { accept: "application/json", "content-type": "application/json" },
        body,
        repeatable: true,
        cost: 0,
        signal,
      },
      who,
      (request) => {
        const pair = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
        return { ...request, headers: { ...request.headers, authorization: `Basic ${pair}` } };
      },
      parts.redact,
    );
    if (response.status !== 200) throw toTokenError(response, parts.redact);
    const answer = tokenSchema.safeParse(value).data;
    if (answer === undefined) {
      throw new RemoteError("unexpected-answer", `${who}'s answer to client id and secret holds no token`);
    }
    parts.hide(answer.access_token);
    const lifeMs = answer.expires_in === undefined ? longestUseMs : answer.expires_in * 1000;
    return { value: answer.access_token, expiresAtMs: parts.clock.now() + usableMs(lifeMs) };
  });
}
