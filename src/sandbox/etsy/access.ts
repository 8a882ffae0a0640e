import { failure, Refusal, type EtsyRequest } from "./answer.js";
import type { Grant, TokenBook } from "./tokens.js";

/** The pair that an app has. */
export interface AppKey {
  readonly keystring: string;
  readonly sharedSecret: string;
}

/** What a key is refused with that is wrong, or that Etsy has not activated yet. */
export const keyRefused = "API key not found or not active, or incorrect shared secret for API key.";

/** Throws Refusal (403) unless the request carries the app's whole key. The three texts were seen by users in 2026. */
export function demandKey(request: EtsyRequest, key: AppKey): void {
  const sent = request.headers["x-api-key"];
  if (sent === undefined || sent === "")
    throw new Refusal(failure(403, "Invalid API key: should be in the format 'keystring:shared_secret'."));
  const mark = sent.indexOf(":");
  if (mark < 0 || mark === sent.length - 1)
    throw new Refusal(failure(403, "Shared secret is required in x-api-key header."));
  if (sent !== `${key.keystring}:${key.sharedSecret}`) throw new Refusal(failure(403, keyRefused));
}

/**
 * What the request's token gives the right to; undefined when it carries none. Throws Refusal (401) for one that is no
 * longer good, or was cut from its user id.
 */
export function grantOf(request: EtsyRequest, book: TokenBook): Grant | undefined {
  const sent = request.headers["authorization"];
  if (sent === undefined) return undefined;
  const token = /^Bearer (\d+\..+)$/i.exec(sent)?.[1];
  const grant = token === undefined ? "unknown" : book.judge(token);
  if (grant === "expired") throw new Refusal(failure(401, "invalid_token", "access token is expired"));
  if (grant === "unknown") throw new Refusal(failure(401, "invalid_token", "access token is invalid"));
  return grant;
}

/** Throws Refusal when there is no token (401) or it lacks the scope (403). What is said without a token is UNVERIFIED. */
export function demandScope(grant: Grant | undefined, scope: string): Grant {
  if (grant === undefined)
    throw new Refusal(failure(401, "invalid_token", "this method requires an access token"));
  if (!grant.scopes.has(scope)) throw new Refusal(failure(403, "insufficient_scope", "Insufficient scope"));
  return grant;
}
