import { failure, page, type EtsyAnswer, type EtsyRequest } from "./answer.js";
import type { TokenBook, TokenPair } from "./tokens.js";

export interface OAuthParts {
  readonly book: TokenBook;
  readonly keystring: string;
  /** Registered for the app; compared sign by sign. */
  readonly redirectUris: readonly string[];
  /** What the seller answers when asked. */
  readonly consent: () => "grant" | "deny";
}

/** Every scope that the document of August 2026 knows. */
const knownScopes: ReadonlySet<string> = new Set([
  "address_r",
  "address_w",
  "email_r",
  "listings_d",
  "listings_r",
  "listings_w",
  "profile_r",
  "profile_w",
  "shops_r",
  "shops_w",
  "transactions_r",
  "transactions_w",
]);

function tokens(pair: TokenPair): EtsyAnswer {
  return {
    status: 200,
    json: {
      access_token: pair.accessToken,
      token_type: "Bearer",
      expires_in: pair.expiresIn,
      refresh_token: pair.refreshToken,
    },
  };
}

// The first was seen on the real server, the others are guessed (UNVERIFIED).
const refreshTexts = {
  revoked: "refresh_token is revoked",
  expired: "refresh_token is expired",
  unknown: "refresh_token is invalid",
} as const;
const codeTexts = {
  code: "code is invalid or expired",
  redirect: "redirect_uri does not match the one that the code was asked with",
  verifier: "code_verifier does not match code_challenge",
} as const;

/** POST /v3/public/oauth/token. It takes a form, and neither key nor secret. */
export function answerToken(request: EtsyRequest, parts: OAuthParts): EtsyAnswer {
  const { form } = request;
  if (request.method !== "POST") return failure(405, "Method not allowed");
  const kind = form.get("grant_type");
  const wanted =
    kind === "authorization_code"
      ? ["client_id", "redirect_uri", "code", "code_verifier"]
      : ["client_id", "refresh_token"];
  if (kind !== "authorization_code" && kind !== "refresh_token")
    return failure(
      400,
      kind === undefined ? "invalid_request" : "unsupported_grant_type",
      "grant_type is required, and one of authorization_code, refresh_token",
    );
  for (const name of wanted) {
    if ((form.get(name) ?? "") === "") return failure(400, "invalid_request", `${name} is required`);
  }
  if (form.get("client_id") !== parts.keystring)
    return failure(401, "invalid_client", "client_id is not a known API key");
  if (kind === "refresh_token") {
    const result = parts.book.refresh(form.get("refresh_token") ?? "");
    return typeof result === "string" ? failure(400, "invalid_grant", refreshTexts[result]) : tokens(result);
  }
  const result = parts.book.exchange(
    form.get("code") ?? "",
    form.get("redirect_uri") ?? "",
    form.get("code_verifier") ?? "",
  );
  return typeof result === "string" ? failure(400, "invalid_grant", codeTexts[result]) : tokens(result);
}

/**
 * GET /oauth/connect, where the seller's browser goes. The sandbox's seller answers at once. Faults of the request
 * are pages, not redirects.
 */
export function answerConnect({ query }: EtsyRequest, parts: OAuthParts): EtsyAnswer {
  const refuse = (text: string): EtsyAnswer => page(400, "An error occurred", text);
  const at = (name: string): string => query.get(name) ?? "";
  if (at("client_id") !== parts.keystring)
    return refuse("The application that is requesting authorization is not recognized.");
  if (!parts.redirectUris.includes(at("redirect_uri")))
    return refuse("The requested redirect URL is not permitted.");
  if (at("response_type") !== "code") return refuse("response_type must be code");
  if (at("state") === "") return refuse("state is required");
  if (at("code_challenge_method") !== "S256") return refuse("code_challenge_method must be S256");
  if (!/^[A-Za-z0-9_-]{43}$/.test(at("code_challenge"))) return refuse("code_challenge is required");
  const scopes = at("scope")
    .split(" ")
    .filter((scope) => scope !== "");
  const unknown = scopes.find((scope) => !knownScopes.has(scope));
  if (scopes.length === 0 || unknown !== undefined) return refuse("The requested scope is invalid.");

  const target = new URL(at("redirect_uri"));
  if (parts.consent() === "deny") {
    target.searchParams.set("error", "access_denied");
    target.searchParams.set("error_description", "The user denied the request.");
  } else {
    const code = parts.book.consent({
      redirectUri: at("redirect_uri"),
      challenge: at("code_challenge"),
      scopes,
    });
    target.searchParams.set("code", code);
  }
  target.searchParams.set("state", at("state"));
  return { status: 302, headers: { Location: target.href, "Content-Type": "text/html" }, text: "" };
}
