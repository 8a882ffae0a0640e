import { AuthError, type PsyncError, RemoteError, TransientError } from "../../errors.js";
import { pageTitle } from "../../http/body.js";
import type { HttpResponse } from "../../http/contract.js";
import { envelopeSchema, type GraphqlError } from "./schema.js";
import { configError } from "./settings.js";

/** What an answer is judged with. */
export interface ErrorContext {
  /** What was asked for: "VariantPage". */
  readonly what: string;
  readonly shop: string;
  readonly apiVersion: string;
  /** Whether psync fetches tokens itself. */
  readonly grant: boolean;
  readonly redact: (text: string) => string;
}

const adminApps = "in the shop's admin under Settings > Apps and sales channels > Develop apps";
const dashboard = "in the Dev Dashboard (dev.shopify.com)";

/** The vendor's words as one line without secrets. */
function plain(text: string, { redact }: Pick<ErrorContext, "redact">): string {
  return redact(pageTitle(redact(text)));
}

/** Where the rights of an app are changed. */
export function scopeHint(scope: string, grant: boolean): string {
  return grant
    ? `Add ${scope} to the app's scopes ${dashboard}, release the version, and let the shop approve it.`
    : `Add ${scope} to the app's Admin API scopes ${adminApps} (or ${dashboard}), and put the new token into source.accessToken.`;
}

/** Says what a status other than 200 means and whose move it is. */
export function toStatusError(response: HttpResponse, context: ErrorContext): PsyncError {
  const { status } = response;
  const words = plain(wordsOf(response.text), context);
  const { shop } = context;
  if (status === 401) {
    return new AuthError("token-refused", `Shopify refused the access token (401): ${words}`, {
      hint: context.grant
        ? `The token was fetched anew and still refused: look ${dashboard} whether the app is installed in ${shop}.`
        : `Check source.accessToken and source.shop. A token belongs to one shop and ends when its app is removed (${adminApps}).`,
    });
  }
  if (status === 403) {
    return new AuthError("forbidden", `Shopify does not let this app in (403): ${words}`, {
      hint: `Look at the app ${dashboard} or ${adminApps}: its token may be of a kind that is no longer taken.`,
    });
  }
  if (status === 402) {
    return new RemoteError("shop-frozen", `the shop ${shop} is frozen (402): ${words}`, {
      status,
      hint: "The shop's owner has an unpaid bill under Settings > Billing.",
    });
  }
  if (status === 423) {
    return new RemoteError("shop-locked", `the shop ${shop} is locked by Shopify (423): ${words}`, {
      status,
      hint: "Too many calls, or a question of fraud: the shop's owner must ask Shopify's support.",
    });
  }
  if (status === 404) {
    return configError(
      "no-such-shop",
      "source.shop",
      `Shopify knows no shop ${shop} with API ${context.apiVersion} (404)`,
      {
        hint: "Check source.shop (the myshopify.com domain under Settings > Domains), then source.apiVersion and source.baseUrl.",
      },
    );
  }
  if (status >= 300 && status < 400) {
    const target = plain(originOfText(response.headers["location"]), context);
    return configError("redirect", "source.shop", `${shop} sends psync on to ${target} (${status})`, {
      hint: "A token is not carried to another address: set source.shop to the shop's present myshopify.com domain.",
    });
  }
  if (status === 400) {
    return new RemoteError("bad-request", `Shopify refused the request ${context.what} (400): ${words}`, {
      status,
      hint: "Check source.apiVersion. If it is right, this is a fault of psync: please report it.",
    });
  }
  return new RemoteError("unexpected-answer", `Shopify answered ${status} to ${context.what}: ${words}`, {
    status,
  });
}

/** Codes of errors that a smaller page may not have. */
export const shopFailed = "shop-failed";
export const throttledInside = "throttled-inside";
export const tooCostly = "too-costly";
/** The place to go on from is no longer known, or lies too deep. */
export const badCursor = "bad-cursor";
/** A scope is missing; the error is a MissingScopeError. */
export class MissingScopeError extends AuthError {
  /** Undefined where Shopify does not say which. */
  readonly scope: string | undefined;

  constructor(scope: string | undefined, message: string, hint: string) {
    super("missing-scope", message, { hint });
    this.scope = scope;
  }
}

/** Says what the errors inside of a 200 mean. The gravest decides: partial data beside them is never read. */
export function toGraphqlError(errors: readonly GraphqlError[] | string, context: ErrorContext): PsyncError {
  if (typeof errors === "string") {
    return new RemoteError("refused", `Shopify refused ${context.what}: ${plain(errors, context)}`);
  }
  const coded = (code: string): GraphqlError | undefined =>
    errors.find(({ extensions }) => extensions?.code === code);
  const words = (error: GraphqlError): string => plain(error.message, context);

  const denied = coded("ACCESS_DENIED");
  if (denied !== undefined) {
    const scope = /\bread_\w+/.exec(`${denied.extensions?.requiredAccess ?? ""} ${denied.message}`)?.[0];
    const field = (denied.path ?? []).filter((part) => typeof part === "string").at(-1);
    const what = field === undefined ? context.what : plain(field, context);
    const needs = scope === undefined ? words(denied) : `the scope ${scope} is missing`;
    const hint = scopeHint(scope ?? "the scope that the message names", context.grant);
    return new MissingScopeError(scope, `the app may not read ${what}: ${needs}`, hint);
  }
  const inactive = coded("SHOP_INACTIVE");
  if (inactive !== undefined) {
    return new RemoteError("shop-inactive", `the shop ${context.shop} is closed: ${words(inactive)}`, {
      hint: "The shop's owner can open it again in the admin, by choosing a plan.",
    });
  }
  const costly = coded("MAX_COST_EXCEEDED");
  if (costly !== undefined) {
    return new RemoteError(tooCostly, `Shopify finds ${context.what} too costly: ${words(costly)}`, {
      hint: "This is a fault of psync: please report it.",
    });
  }
  if (coded("THROTTLED") !== undefined) {
    return new TransientError(throttledInside, `Shopify is asked too often: THROTTLED for ${context.what}`, {
      hint: "Other apps of the shop use their own limits: look what else runs with these credentials.",
    });
  }
  const first = errors[0] ?? { message: "" };
  const stuck = errors.find(({ message }) => /\bcursor\b|pagination limit|25,?000/i.test(message));
  if (stuck !== undefined) {
    return new RemoteError(
      badCursor,
      `Shopify does not go on from where ${context.what} was: ${words(stuck)}`,
    );
  }
  const failed = errors.find(
    ({ message, extensions }) =>
      /^(?:INTERNAL_SERVER_ERROR|TIMEOUT)$/.test(extensions?.code ?? "") ||
      /\btime(?:d )?-?out\b|internal error|something went wrong/i.test(message),
  );
  if (failed !== undefined) {
    return new TransientError(shopFailed, `Shopify failed at ${context.what}: ${words(failed)}`, {
      hint: "Try again later. If it stays so, Shopify's support can look it up by the id in the message.",
    });
  }
  return new RemoteError("query-refused", `Shopify refused ${context.what}: ${words(first)}`, {
    hint: `Does the API version ${context.apiVersion} still exist? If it does, this is a fault of psync: please report it.`,
  });
}

/** Says why no token was given in exchange for client id and secret. */
export function toGrantError(response: HttpResponse, context: ErrorContext): PsyncError {
  const { text, status } = response;
  const words = plain(wordsOf(text), context);
  if (text.includes("app_not_installed")) {
    return new AuthError(
      "app-not-installed",
      `the app is not installed in ${context.shop} (app_not_installed)`,
      {
        hint: `Install it ${dashboard}. Id and secret of an app that was made in the shop's admin do not work here: use its accessToken.`,
      },
    );
  }
  if (text.includes("shop_not_permitted")) {
    return new AuthError(
      "shop-not-permitted",
      `app and shop ${context.shop} belong to different organizations (shop_not_permitted)`,
      {
        hint: `Client id and secret work within one organization: let the merchant make the app ${dashboard} and give you its id and secret.`,
      },
    );
  }
  if (status === 400 || status === 401 || status === 403) {
    return new AuthError(
      "grant-refused",
      `Shopify gave no token for the client id and secret (${status}): ${words}`,
      {
        hint: `Check source.clientId and source.clientSecret (${dashboard}, the app's Settings).`,
      },
    );
  }
  return toStatusError(response, context);
}

/** What a refusal says, whatever form it has. */
function wordsOf(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    const { errors } = envelopeSchema.parse(value);
    if (typeof errors === "string") return errors;
    if (Array.isArray(errors)) return errors.map(({ message }) => message).join("; ");
    const { error_description: description, error } = value as Record<string, unknown>;
    if (typeof description === "string") return description;
    if (typeof error === "string") return error;
    return "no reason given";
  } catch {
    return text;
  }
}

function originOfText(location: string | undefined): string {
  return location !== undefined && URL.canParse(location) ? new URL(location).origin : "another address";
}
