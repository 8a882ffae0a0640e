import { AuthError, ConfigError, type PsyncError, RemoteError, TransientError } from "../../errors.js";
import { pageTitle } from "../../http/body.js";
import type { HttpResponse } from "../../http/contract.js";
import { errorSchema } from "./schema.js";
import { appsPage, neededScopes } from "./settings.js";

/** What an answer is judged with. */
export interface ErrorContext {
  /** What was asked for: "listings". */
  readonly what: string;
  readonly redact: (text: string) => string;
}

/** Errors of an Etsy that fails at everything. */
export const stormCodes: ReadonlySet<string> = new Set(["etsy-down", "throttled"]);

export const authorizeHint =
  "Run `psync auth etsy` as the shop's owner and put the new token into source.refreshToken.";

/**
 * Says what a refusal of Etsy's API means and whose move it is. Etsy's own words are cut to a line.
 * Source: reference of Open API v3 and its issue tracker, 2026-11.
 */
export function toEtsyError(response: HttpResponse, context: ErrorContext): PsyncError {
  const { status } = response;
  const words = wordsOf(response, context.redact);
  if (status >= 300 && status < 400) return redirected(status, context);
  if (status === 400) return badRequest(words, response, context);
  if (status === 401) return unauthorized(words);
  if (status === 403) return forbidden(words, context);
  if (status === 404) {
    return new RemoteError("not-found", `Etsy does not know ${context.what} (404): ${words}`, { status });
  }
  if (status === 429) {
    return new TransientError("throttled", "Etsy asked for fewer requests and did not relent", {
      hint: "Try again later.",
    });
  }
  if (status >= 500) {
    const code = status === 500 ? "etsy-crashed" : "etsy-down";
    const message = `Etsy failed to answer for ${context.what} (${status})${requestId(response)}`;
    return new TransientError(code, message, { hint: "Try again later; etsystatus.com tells of outages." });
  }
  const message = `Etsy answered ${status} for ${context.what}: ${words}${requestId(response)}`;
  return new RemoteError("unexpected-answer", message, { status });
}

/**
 * Says what a refusal of the token endpoint means. `invalid-grant` is the code of an AuthError for a token or code
 * that is spent, revoked or too old.
 */
export function toTokenError(response: HttpResponse, redact: (text: string) => string): PsyncError {
  const { status } = response;
  const words = wordsOf(response, redact);
  if (status >= 500 || status === 429) {
    const message = `Etsy's token endpoint failed to answer (${status})${requestId(response)}`;
    return new TransientError("etsy-down", message, {
      hint: "Try again later: the refresh token is still good.",
    });
  }
  if (status >= 300 && status < 400) return redirected(status, { what: "a token", redact });
  if (/invalid_client|client_id|api.?key|keystring/i.test(words)) {
    return new AuthError("key-refused", `Etsy refuses the key (${status}): ${words}`, { hint: keyHint });
  }
  if (status === 400 || status === 401 || status === 403) {
    return new AuthError("invalid-grant", `Etsy refuses the refresh token (${status}): ${words}`, {
      hint: `${authorizeHint} A token ends after 90 days without use, when the owner changes the password, and when Etsy's answer with the next one was lost on its way.`,
    });
  }
  const message = `Etsy's token endpoint answered ${status}: ${words}${requestId(response)}`;
  return new RemoteError("unexpected-answer", message, {
    status,
    hint: "Check source.tokenUrl, if it is set.",
  });
}

const keyHint = `Check source.keystring and source.sharedSecret (${appsPage}). A new key works once Etsy has activated it; one that was unused for 6 months is banned.`;

/** Etsy does not know the configured shop. */
export function unknownShop(shopId: string): ConfigError {
  const message = `Etsy has no shop ${shopId}`;
  return new ConfigError("unknown-shop", message, [{ path: "source.shopId", message }], {
    hint: "`psync test` tells the number of the shop that the token is for.",
  });
}

/** Whether a 401 speaks of the app's key: another access token would not help. */
export function isKeyRefusal(response: HttpResponse): boolean {
  const { error, description } = envelopeOf(response);
  return isAboutKey(`${error} ${description}`);
}

function isAboutKey(text: string): boolean {
  return /api.?key|keystring|shared secret/i.test(text) && !/token/i.test(text);
}

function badRequest(words: string, response: HttpResponse, context: ErrorContext): PsyncError {
  if (/maximum offset|offset provided/i.test(words)) {
    const message = `Etsy lets nobody read so far into a list: ${words}`;
    return new RemoteError("offset-cap", message, { status: 400 });
  }
  const message = `Etsy refused the request for ${context.what}: ${words}${requestId(response)}`;
  return new RemoteError("bad-request", message, {
    status: 400,
    hint: "Etsy changes its API in place. Look for a newer psync, or report it.",
  });
}

function unauthorized(words: string): AuthError {
  if (isAboutKey(words)) {
    return new AuthError("key-refused", `Etsy refuses the key (401): ${words}`, { hint: keyHint });
  }
  return new AuthError("token-refused", `Etsy refuses the access token (401): ${words}`, {
    hint: authorizeHint,
  });
}

function forbidden(words: string, context: ErrorContext): AuthError {
  if (/shared secret is required/i.test(words)) {
    return new AuthError("no-shared-secret", `Etsy misses the shared secret (403): ${words}`, {
      hint: `Set source.sharedSecret to the shared secret that stands beside the keystring at ${appsPage}.`,
    });
  }
  if (isAboutKey(words)) {
    return new AuthError("key-refused", `Etsy refuses the key (403): ${words}`, { hint: keyHint });
  }
  return new AuthError("forbidden", `Etsy does not let this token read ${context.what} (403): ${words}`, {
    hint:
      `Either the token lacks a scope (it needs ${neededScopes.join(" and ")}; \`psync auth etsy\` asks for both) or is ` +
      `not of this shop's owner, or Etsy has not activated the key yet (${appsPage}).`,
  });
}

/** Credentials are never carried to another address. */
function redirected(status: number, context: ErrorContext): ConfigError {
  const message = `Etsy's API sends psync elsewhere for ${context.what} (${status})`;
  return new ConfigError("redirect", message, [{ path: "source.baseUrl", message }], {
    hint: "Leave source.baseUrl and source.tokenUrl out, or set them to what answers by itself.",
  });
}

/** Etsy's words for a refusal: one line, without secrets. */
function wordsOf(response: HttpResponse, redact: (text: string) => string): string {
  const { error, description } = envelopeOf(response);
  const text = [error, description].filter((part) => part !== "").join(": ");
  // Hidden before it is cut: half a secret would not be recognised.
  const words = redact(pageTitle(redact(text === "" ? response.text : text)));
  return words === "" ? "without a word" : words;
}

function envelopeOf({ text }: HttpResponse): { readonly error: string; readonly description: string } {
  try {
    const { data } = errorSchema.safeParse(JSON.parse(text));
    return { error: data?.error ?? "", description: data?.error_description ?? "" };
  } catch {
    // Not JSON: something before the API answered.
    return { error: "", description: "" };
  }
}

/** What Etsy's support asks for. */
function requestId({ headers }: HttpResponse): string {
  const id = headers["x-etsy-request-uuid"] ?? "";
  return /^[\w-]{8,64}$/.test(id) ? `, its request ${id}` : "";
}
