import { randomBytes } from "node:crypto";
import { json, type ShopifyAnswer, type ShopifyRequest } from "./answer.js";

export interface TokenOptions {
  readonly clock: () => number;
  readonly accessToken: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly lifetimeSeconds: number;
  readonly scopes: () => ReadonlySet<string>;
}

/** Which tokens work. */
export interface Tokens {
  readonly isGood: (token: string | undefined) => boolean;
  /** Makes every token that was issued for a client stop working. */
  readonly revoke: () => void;
  /** Answers the client-credentials grant. */
  readonly grant: (request: ShopifyRequest) => ShopifyAnswer;
}

/** Makes a token like Shopify's. */
export function makeToken(): string {
  return `shpat_${randomBytes(16).toString("hex")}`;
}

/** An answer to a grant that is refused, in JSON. That it is JSON is unverified: a page was seen too. */
export function refuseGrant(error: string, description: string): ShopifyAnswer {
  return json(400, { error, error_description: description });
}

function readForm(request: ShopifyRequest): Readonly<Record<string, string>> {
  if (/json/.test(request.headers["content-type"] ?? "")) {
    try {
      return JSON.parse(request.body) as Record<string, string>;
    } catch {
      return {};
    }
  }
  return Object.fromEntries(new URLSearchParams(request.body));
}

/** Makes the book of tokens: one that never expires, and those of the client-credentials grant. */
export function createTokens(options: TokenOptions): Tokens {
  const { clock, lifetimeSeconds } = options;
  const issued = new Map<string, number>();
  return {
    isGood(token) {
      if (token === options.accessToken) return true;
      const expires = token === undefined ? undefined : issued.get(token);
      return expires !== undefined && clock() < expires;
    },
    revoke: () => issued.clear(),
    grant(request) {
      const form = readForm(request);
      if (form["grant_type"] !== "client_credentials")
        return refuseGrant("unsupported_grant_type", "The grant type is not supported.");
      // The words for a wrong id and a wrong secret are unverified.
      if (form["client_id"] !== options.clientId)
        return refuseGrant("app_not_installed", "The app is not installed on this shop.");
      if (form["client_secret"] !== options.clientSecret)
        return refuseGrant("invalid_client", "The client secret is wrong.");
      const token = makeToken();
      issued.set(token, clock() + lifetimeSeconds * 1000);
      return json(200, {
        access_token: token,
        scope: [...options.scopes()].join(","),
        expires_in: lifetimeSeconds - 1,
      });
    },
  };
}
