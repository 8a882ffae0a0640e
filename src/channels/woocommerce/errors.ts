import { AuthError, ConfigError, type PsyncError, RemoteError, TransientError } from "../../errors.js";
import { pageTitle } from "../../http/body.js";
import type { HttpResponse } from "../../http/contract.js";
import { errorSchema } from "./schema.js";

/** What an answer is judged with. */
export interface ErrorContext {
  /** What was asked for, without the query: "products". */
  readonly what: string;
  /** The site's address as configured, without credentials. */
  readonly site: string;
  readonly auth: "basic" | "query" | "oauth1";
  /** Milliseconds since 1970 on this machine. */
  readonly now: number;
  /** Hides the keys: a server may echo what it was sent. */
  readonly redact: (text: string) => string;
}

const keysPage = "WooCommerce > Settings > Advanced > REST API";

/**
 * Says what a refusal of the shop means and whose move it is. The shop's own words are cut to a line; server paths
 * (`data.error`) are never among them. Source: recorded answers of WooCommerce 11.0.1.
 */
export function toWooError(response: HttpResponse, context: ErrorContext): PsyncError {
  const envelope = parseEnvelope(response.text);
  const plain = (html: string): string => context.redact(pageTitle(context.redact(html)));
  const words = plain(envelope === undefined ? response.text : envelope.message);
  const code = envelope?.code ?? "";
  const { status } = response;
  if (status === 401) return unauthorized(code, words, response, context);
  if (status === 403) return forbidden(envelope !== undefined, words, context);
  if (status === 404) return notFound(code, envelope !== undefined, words, context);
  if (status === 429) {
    return new TransientError("throttled", "the shop asked for fewer requests and did not relent", {
      hint: "Try again later, or ask the shop's host to let psync through.",
    });
  }
  if (status >= 500) return broken(status, code, words, context);
  if (status === 400) {
    const params = Object.entries(envelope?.data?.params ?? {})
      .map(([name, why]) => `${name}: ${typeof why === "string" ? plain(why) : "invalid"}`)
      .join("; ");
    return new RemoteError(
      code === "rest_invalid_param" ? "invalid-parameter" : "bad-request",
      `the shop refused the request for ${context.what}: ${params === "" ? words : params}`,
      {
        status,
        hint: "The shop's WooCommerce may be older than 6.0. If it is not, this is a fault of psync: please report it.",
      },
    );
  }
  return new RemoteError("unexpected-answer", `the shop answered ${status} for ${context.what}: ${words}`, {
    status,
  });
}

/** Says that the shop points elsewhere. Credentials are not carried to another origin. */
export function redirectError(target: string, site: string): ConfigError {
  const message = `${site} sends psync on to ${target}`;
  return new ConfigError("redirect", message, [{ path: "source.url", message }], {
    hint: `Set source.url to the address that the shop itself uses, such as ${target}. If that is a login page, a plugin locks the API.`,
  });
}

function parseEnvelope(text: string) {
  try {
    return errorSchema.safeParse(JSON.parse(text)).data;
  } catch {
    // Not JSON: the web server or a plugin answered, not WooCommerce.
    return undefined;
  }
}

function unauthorized(code: string, words: string, response: HttpResponse, context: ErrorContext): AuthError {
  if (code === "woocommerce_rest_cannot_view") {
    const overHttp = context.site.startsWith("http://") && context.auth !== "oauth1";
    return new AuthError("no-valid-key", "the shop saw no valid key in the request (401)", {
      hint: overHttp
        ? "WooCommerce ignores this kind of credentials over http: use https in source.url, or source.auth: oauth1."
        : `Check source.consumerKey (${keysPage}). If it is right, the web server drops the Authorization header ` +
          "(allow it there, or set source.auth: query), or a proxy hides from WordPress that the request came by https.",
    });
  }
  if (code.startsWith("woocommerce_rest_authentication")) {
    const lower = words.toLowerCase();
    if (lower.includes("timestamp")) return wrongClock(words, response, context);
    if (lower.includes("permission")) {
      return new AuthError("key-cannot-read", `the shop refused the key: ${words}`, {
        hint: `Give the key the permission Read (${keysPage}).`,
      });
    }
    const hint = lower.includes("signature")
      ? "Check source.consumerSecret. source.url must be what WordPress itself calls its home, with the same port and path."
      : lower.includes("nonce")
        ? "A proxy or cache may have repeated the request. Try again."
        : `Check source.consumerKey and source.consumerSecret (${keysPage}).`;
    return new AuthError("key-refused", `the shop refused the key: ${words}`, { hint });
  }
  return new AuthError("unauthorized", `the shop refused the credentials (401): ${words}`, {
    hint: "A password wall or a security plugin may stand before the shop: let psync through to /wp-json/wc/v3.",
  });
}

function wrongClock(words: string, response: HttpResponse, context: ErrorContext): AuthError {
  const theirs = Date.parse(response.headers["date"] ?? "");
  const minutes = Math.round((context.now - theirs) / 60_000);
  const skew = Number.isNaN(minutes)
    ? "the clocks of this machine and of the shop differ by more than 15 minutes"
    : `this machine's clock is ${Math.abs(minutes)} minutes ${minutes < 0 ? "behind" : "ahead of"} the shop's`;
  return new AuthError("clock-skew", `the shop refused the signature: ${words} (${skew})`, {
    hint: "Set this machine's clock (NTP). The shop takes 15 minutes of difference at most.",
  });
}

function forbidden(fromWordPress: boolean, words: string, context: ErrorContext): AuthError {
  if (!fromWordPress) {
    return new AuthError("firewall", `something before the shop blocked psync (403): ${words}`, {
      hint: "Let psync through in the firewall or security plugin: its address, its User-Agent, the path /wp-json/wc/v3.",
    });
  }
  return new AuthError("role-too-weak", `the key may not read ${context.what} (403): ${words}`, {
    hint: "The key is good, but its user is not: it needs the role shop manager or administrator.",
  });
}

function notFound(code: string, fromWordPress: boolean, words: string, context: ErrorContext): RemoteError {
  if (code === "rest_no_route") {
    return new RemoteError("no-route", `the site has no WooCommerce API for ${context.what} (404)`, {
      status: 404,
      hint: "WooCommerce is not active or too old, or source.url is not the shop's home.",
    });
  }
  if (!fromWordPress) {
    return new RemoteError("no-rest-api", `no WordPress API answers at ${context.site} (404): ${words}`, {
      status: 404,
      hint: "Check source.url. In WordPress, enable pretty permalinks (Settings > Permalinks, any but Plain).",
    });
  }
  return new RemoteError("not-found", `the shop does not know ${context.what} (404): ${words}`, {
    status: 404,
  });
}

function broken(status: number, code: string, words: string, context: ErrorContext): TransientError {
  if (status === 503 && code === "wp_die") {
    return new TransientError("maintenance", `the shop is being updated (503): ${words}`, {
      hint: "Try again in some minutes.",
    });
  }
  if (status === 500) {
    return new TransientError("shop-crashed", `the shop failed to answer for ${context.what} (500)`, {
      hint: "A plugin or theme of the shop crashes. Its PHP error log names it.",
    });
  }
  return new TransientError("shop-overloaded", `the shop did not answer for ${context.what} (${status})`, {
    hint: "Its host is overloaded or down. Try again later.",
  });
}
