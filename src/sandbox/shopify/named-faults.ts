import { eachOf, type FaultScript, type FaultSettings, type NamedFault } from "../fault.js";
import { createRandom } from "../random.js";
import { asksFor, json, refuse, type ShopifyAnswer, type ShopifyRequest } from "./answer.js";
import { bulkFaults } from "./bulk-faults.js";
import type { FaultTarget } from "./fault-target.js";
import { maxCostError, throttled, versionHeader } from "./graphql.js";
import { recordFaults } from "./record-faults.js";
import { internalError } from "./search.js";
import { refuseGrant } from "./tokens.js";

type ShopifyFault = NamedFault<FaultTarget, ShopifyRequest, ShopifyAnswer>;
type Script = FaultScript<ShopifyRequest, ShopifyAnswer>;

const each = eachOf<ShopifyRequest, ShopifyAnswer>;
const isGraphql = ({ path }: ShopifyRequest): boolean => path.endsWith("/graphql.json");
const isGrant = ({ path }: ShopifyRequest): boolean => path === "/admin/oauth/access_token";

/** How many nodes the biggest list of a request may have. */
function pageSizeOf(request: ShopifyRequest): number {
  const sizes = Object.entries(request.variables).flatMap(([name, value]) =>
    /first/i.test(name) && typeof value === "number" ? [value] : [],
  );
  for (const [, size] of request.query.matchAll(/\bfirst:\s*(\d+)/g)) sizes.push(Number(size));
  return Math.max(0, ...sizes);
}

const isPage = (request: ShopifyRequest): boolean =>
  asksFor(request, "productVariants") || asksFor(request, "products") || asksFor(request, "variants");

function errors(message: string, code?: string): ShopifyAnswer {
  const extensions = code === undefined ? {} : { extensions: { code, requestId: "5e9a4c1e-harbor" } };
  return json(200, { errors: [{ message, ...extensions }] });
}

const internal = (): ShopifyAnswer =>
  errors(internalError("5e9a4c1e-harbor").message, "INTERNAL_SERVER_ERROR");

const page = (status: number, title: string): ShopifyAnswer => ({
  status,
  headers: {},
  text: `<!DOCTYPE html>\n<html lang="en"><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`,
});

function flaky(_target: FaultTarget, settings: FaultSettings): Script {
  const random = createRandom(settings.seed ?? 1, 0x5f1);
  return {
    onRequest: () => {
      if (!random.chance(settings.share ?? 0.05)) return undefined;
      const status = random.pick([500, 502, 503, 504, 520] as const);
      return { name: "flaky", instead: () => page(status, `${status} - Something went wrong`) };
    },
  };
}

/** Answers every request of a kind in the shop's place. */
function always(
  description: string,
  name: string,
  instead: () => ShopifyAnswer,
  of: (request: ShopifyRequest) => boolean = isGraphql,
): ShopifyFault {
  return {
    description,
    make: (_target, settings) => each({ name, instead }, settings, { every: 1, of }),
  };
}

/** Lets pages up to a size through. `share` times 250 is that size. */
function bigPages(
  description: string,
  name: string,
  most: number,
  instead: (request: ShopifyRequest) => ShopifyAnswer,
): ShopifyFault {
  return {
    description,
    make: (_target, settings) => {
      const limit = settings.share === undefined ? most : Math.floor(settings.share * 250);
      return each({ name, instead }, settings, {
        every: 1,
        of: (request) => isPage(request) && pageSizeOf(request) > limit,
      });
    },
  };
}

/** The faults that have a name, in the order of the help. */
export const namedFaults: Readonly<Record<string, ShopifyFault>> = {
  "rate-limit": {
    description: "every 20th answer is 429 with Retry-After: 1",
    make: (_target, settings) =>
      each(
        {
          name: "rate-limit",
          instead: () => {
            const answer = refuse(429, "Exceeded 2 calls per second for api client.");
            return { ...answer, headers: { "Retry-After": String(settings.retryAfter ?? 1) } };
          },
        },
        settings,
        { every: 20 },
      ),
  },
  throttled: {
    description: "every 10th query is THROTTLED, with status 200 and an empty bucket",
    make: (target, settings) =>
      each(
        {
          name: "throttled",
          instead: () => {
            const throttleStatus = { ...target.bucket.status(), currentlyAvailable: 0 };
            const cost = { requestedQueryCost: 100, actualQueryCost: null, throttleStatus };
            return json(200, { errors: [throttled], extensions: { cost } });
          },
        },
        settings,
        { every: 10, of: isGraphql },
      ),
  },
  flaky: { description: "5 % of the answers are 500, 502, 503, 504 or 520, by seed", make: flaky },
  "internal-error": {
    description: "every 10th query is an INTERNAL_SERVER_ERROR with status 200",
    make: (_target, settings) =>
      each({ name: "internal-error", instead: internal }, settings, { every: 10, of: isGraphql }),
  },
  "big-page": bigPages("pages of more than 100 are INTERNAL_SERVER_ERROR", "big-page", 100, internal),
  "max-cost": bigPages("pages of more than 50 cost too much", "max-cost", 50, (request) =>
    json(200, { errors: [maxCostError(pageSizeOf(request) * 21, 1000)] }),
  ),
  timeout: bigPages("pages of more than 100 time out, in an error without a code", "timeout", 100, () =>
    errors("Timeout"),
  ),
  "gateway-timeout": bigPages("pages of more than 100 are answered with 504", "gateway-timeout", 100, () =>
    page(504, "504 Gateway Timeout"),
  ),
  "expired-token": {
    description: "every 20th query finds its token expired (401), once for each token",
    make: (target, settings) =>
      each(
        {
          name: "expired-token",
          instead: () => {
            target.tokens.revoke();
            return refuse(
              401,
              "[API] Invalid API key or access token (unrecognized login or wrong password)",
            );
          },
        },
        settings,
        { every: 20, of: isGraphql },
      ),
  },
  "html-page": {
    description: "every 10th answer is a web page with status 200",
    make: (_target, settings) =>
      each({ name: "html-page", instead: () => page(200, "Harbor Goods – Opening soon") }, settings, {
        every: 10,
      }),
  },
  "cut-body": {
    description: "every 15th body stops half way, though its full length was declared",
    make: (_target, settings) => each({ name: "cut-body", connection: "cut" }, settings, { every: 15 }),
  },
  reset: {
    description: "every 15th connection is reset instead of answered",
    make: (_target, settings) => each({ name: "reset", connection: "reset" }, settings, { every: 15 }),
  },
  hang: {
    description: "every 25th request is never answered",
    make: (_target, settings) => each({ name: "hang", connection: "hang" }, settings, { every: 25 }),
  },
  slow: {
    description: "each answer takes two seconds",
    make: (_target, settings) => each({ name: "slow", delayMs: settings.ms ?? 2000 }, settings, { every: 1 }),
  },
  "unnamed-version": {
    description: "no answer names the version that made it",
    make: (_target, settings) =>
      each(
        {
          name: "unnamed-version",
          answer: ({ headers, ...answer }) => ({
            ...answer,
            headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== versionHeader)),
          }),
        },
        settings,
        { every: 1, of: isGraphql },
      ),
  },
  "frozen-shop": always("the shop has not paid: 402", "frozen-shop", () => refuse(402, "Unavailable Shop")),
  "locked-shop": always("the shop is locked: 423", "locked-shop", () => refuse(423, "Locked")),
  "no-shop": always(
    "there is no such shop: 404",
    "no-shop",
    () => refuse(404, "Not Found"),
    () => true,
  ),
  "inactive-shop": always("the shop is closed: SHOP_INACTIVE with status 200", "inactive-shop", () =>
    errors("The shop is inactive.", "SHOP_INACTIVE"),
  ),
  forbidden: always("the token is of a kind that is no longer taken: 403", "forbidden", () =>
    refuse(403, "[API] Non-expiring access tokens are no longer accepted for the Admin API."),
  ),
  "app-not-installed": always(
    "the client gets no token: the app is not installed",
    "app-not-installed",
    () => refuseGrant("app_not_installed", "The app is not installed on this shop."),
    isGrant,
  ),
  "shop-not-permitted": always(
    "the client gets no token: shop and app belong to different organizations",
    "shop-not-permitted",
    () => refuseGrant("shop_not_permitted", "Client credentials cannot be performed on this shop."),
    isGrant,
  ),
  "grant-page": always(
    "the client gets a web page instead of a token",
    "grant-page",
    () => page(400, "Oauth error shop_not_permitted: Client credentials cannot be performed on this shop."),
    isGrant,
  ),
  ...recordFaults,
  ...bulkFaults,
};

/** What each fault does, for people. */
export const faultNames: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(namedFaults).map(([name, fault]) => [name, fault.description]),
);
