import { eachOf } from "../fault.js";
import { createRandom } from "../random.js";
import { keyRefused } from "./access.js";
import { failure, page, type EtsyAnswer, type EtsyRequest } from "./answer.js";
import type { FaultScript, FaultSettings } from "./fault.js";
import { tooMany } from "./limits.js";
import { listingFaults, type EtsyFault, type FaultScene } from "./listing-faults.js";
import type { Body } from "./model.js";

const each = eachOf<EtsyRequest, EtsyAnswer>;

function isToken(request: EtsyRequest): boolean {
  return request.path === "/v3/public/oauth/token";
}

function isApplication(request: EtsyRequest): boolean {
  return request.path.startsWith("/v3/application/");
}

function flaky(_scene: FaultScene, settings: FaultSettings): FaultScript {
  const random = createRandom(settings.seed ?? 1, 0xe75);
  return {
    onRequest: () => {
      if (!random.chance(settings.share ?? 0.25)) return undefined;
      const status = random.pick([500, 502, 503, 504]);
      const answer =
        status === 500 ? failure(500, "Server Error") : page(status, String(status), "Try again.");
      return { name: "flaky", instead: () => answer };
    },
  };
}

// Something happens to the tokens just before a request is looked at.
function tokensLose(
  name: string,
  settings: FaultSettings,
  lose: () => void,
  standard: { readonly every: number; readonly times: number },
): FaultScript {
  const request = (given: EtsyRequest): EtsyRequest => {
    lose();
    return given;
  };
  return each({ name, request }, settings, { ...standard, of: isApplication });
}

const generalFaults = {
  "rate-limit": {
    description: "every 3rd answer is 429 with retry-after: 1",
    make: (_scene, settings) =>
      each(
        {
          name: "rate-limit",
          instead: () =>
            tooMany(
              settings.retryAfter ?? 1,
              { "x-limit-per-second": "10", "x-remaining-this-second": "0" },
              "second",
            ),
        },
        settings,
        { every: 3, of: isApplication },
      ),
  },
  "rate-limit-silent": {
    description: "every 3rd answer is 429 without retry-after",
    make: (_scene, settings) =>
      each(
        { name: "rate-limit-silent", instead: () => failure(429, "Exceeded per second rate limit") },
        settings,
        { every: 3, of: isApplication },
      ),
  },
  "day-exhausted": {
    description: "every answer is 429 with retry-after: 86400",
    make: (_scene, settings) =>
      each(
        {
          name: "day-exhausted",
          instead: () =>
            tooMany(
              settings.retryAfter ?? 86_400,
              { "x-limit-per-day": "10000", "x-remaining-today": "0" },
              "day",
            ),
        },
        settings,
        { every: 1, of: isApplication },
      ),
  },
  flaky: { description: "a quarter of the answers is 500, 502, 503 or 504, by seed", make: flaky },
  "server-error": {
    description: "every 3rd answer is 500, Server Error",
    make: (_scene, settings) =>
      each({ name: "server-error", instead: () => failure(500, "Server Error") }, settings, {
        every: 3,
        of: isApplication,
      }),
  },
  "html-page": {
    description: "every 3rd answer is a web page with status 200",
    make: (_scene, settings) =>
      each({ name: "html-page", instead: () => page(200, "Etsy", "We will be right back.") }, settings, {
        every: 3,
        of: isApplication,
      }),
  },
  "empty-body": {
    description: "every 3rd answer is 200 without a body",
    make: (_scene, settings) =>
      each({ name: "empty-body", instead: () => ({ status: 200, text: "" }) }, settings, {
        every: 3,
        of: isApplication,
      }),
  },
  "cut-body": {
    description: "every 3rd body stops half way, though its full length was declared",
    make: (_scene, settings) =>
      each({ name: "cut-body", connection: "cut" }, settings, { every: 3, of: isApplication }),
  },
  reset: {
    description: "every 3rd connection is reset instead of answered",
    make: (_scene, settings) =>
      each({ name: "reset", connection: "reset" }, settings, { every: 3, of: isApplication }),
  },
  hang: {
    description: "every 5th request is never answered",
    make: (_scene, settings) => each({ name: "hang", connection: "hang" }, settings, { every: 5 }),
  },
  slow: {
    description: "each answer takes two seconds",
    make: (_scene, settings) => each({ name: "slow", delayMs: settings.ms ?? 2000 }, settings, { every: 1 }),
  },
  "refresh-500": {
    description: "the first two token requests are answered 500, Server Error",
    make: (_scene, settings) =>
      each({ name: "refresh-500", instead: () => failure(500, "Server Error") }, settings, {
        every: 1,
        times: 2,
        of: isToken,
      }),
  },
  "crash-after-token": {
    description: "the first token request rotates the pair, and its answer is cut off",
    make: (_scene, settings) =>
      each({ name: "crash-after-token", connection: "cut" }, settings, { every: 1, times: 1, of: isToken }),
  },
  "token-revoked": {
    description: "the seller changed the password: every token given so far is refused",
    make: ({ book }) => {
      book.revokeAll();
      return { onRequest: (_n, request) => (isToken(request) ? { name: "token-revoked" } : undefined) };
    },
  },
  "token-expired": {
    description: "every access token is expired before the third request, once",
    make: ({ book }, settings) =>
      tokensLose("token-expired", settings, () => book.expireAccess(), { every: 3, times: 1 }),
  },
  "token-refused": {
    description: "every access token is refused as expired, however new",
    make: (_scene, settings) =>
      each(
        {
          name: "token-refused",
          instead: () => failure(401, "invalid_token", "access token is expired"),
        },
        settings,
        { every: 1, of: (request) => isApplication(request) && "authorization" in request.headers },
      ),
  },
  "key-refused": {
    description: "the key is not active yet: every answer is 403",
    make: (_scene, settings) =>
      each(
        {
          name: "key-refused",
          instead: () => failure(403, keyRefused),
        },
        settings,
        { every: 1, of: isApplication },
      ),
  },
  "other-shop": {
    description: "users/me names another shop than the configured one",
    make: (_scene, settings) =>
      each(
        {
          name: "other-shop",
          answer: (answer) => ({ ...answer, json: { ...(answer.json as Body), shop_id: 41_999_999 } }),
        },
        settings,
        { every: 1, of: (request) => request.path.endsWith("/users/me") },
      ),
  },
} as const satisfies Readonly<Record<string, EtsyFault>>;

/** The faults that have a name, in the order of the help. A whole read of the sample shop is four requests. */
export const namedFaults = { ...generalFaults, ...listingFaults } as const;

export type FaultName = keyof typeof namedFaults;

/** Each named fault with one line of description, in the order of the help. */
export const faultNames: Readonly<Record<FaultName, string>> = Object.fromEntries(
  Object.entries(namedFaults).map(([name, fault]) => [name, fault.description]),
) as Record<FaultName, string>;
