import { requestJson } from "../../http/json.js";
import { RemoteError } from "../../errors.js";
import { toTokenError } from "./errors.js";
import { tokenSchema } from "./schema.js";
import type { TokenParts } from "./settings.js";

const earlyMs = 5 * 60_000;

/** A pair as Etsy gave it, hidden from all output already. */
export interface TokenPair {
  readonly accessToken: string;
  /** Absent where Etsy gave none: the one that was used stays. */
  readonly refreshToken?: string;
  /** When to get another one: some minutes before its end. Milliseconds since 1970, by this machine's clock. */
  readonly renewAtMs: number;
}

/**
 * Sends a grant to the token endpoint, where neither key nor secret is wanted. With `repeatable` a failure of the
 * server's is answered by the same grant again. Throws what `toTokenError` says, and what the client throws.
 */
export async function requestToken(
  tokenUrl: string,
  grant: Readonly<Record<string, string>>,
  parts: TokenParts,
  how: { readonly repeatable: boolean; readonly signal: AbortSignal },
): Promise<TokenPair> {
  const request = {
    method: "POST",
    url: tokenUrl,
    headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(grant).toString(),
    ...how,
  } as const;
  const askedAtMs = parts.clock.now();
  const { response, value } = await requestJson(parts.http, request, "Etsy", undefined, parts.redact);
  if (response.status !== 200) throw toTokenError(response, parts.redact);
  const { data } = tokenSchema.safeParse(value);
  if (data === undefined) {
    throw new RemoteError("unexpected-answer", "Etsy's token endpoint answered without a token", {
      status: response.status,
      hint: "Check source.tokenUrl, if it is set.",
    });
  }
  const lifeMs = data.expires_in * 1000;
  parts.hide(data.access_token);
  if (data.refresh_token !== undefined) parts.hide(data.refresh_token);
  return {
    accessToken: data.access_token,
    ...(data.refresh_token === undefined ? {} : { refreshToken: data.refresh_token }),
    // Half the life of a token that lives for minutes only, or it would be renewed with each request.
    renewAtMs: askedAtMs + Math.max(lifeMs - earlyMs, lifeMs / 2),
  };
}
