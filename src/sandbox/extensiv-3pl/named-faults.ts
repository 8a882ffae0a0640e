import { createRandom } from "../random.js";
import {
  empty,
  missingRole,
  serverError,
  webPage,
  type ExtensivAnswer,
  type ExtensivRequest,
} from "./answer.js";
import { script, type ExtensivFault, type FaultScene, type FaultSettings } from "./fault.js";
import { invalidClient } from "./tokens.js";
import { isTokenRequest, itemAction } from "./warehouse.js";
import { writeFaults } from "./write-faults.js";

function isApi(request: ExtensivRequest): boolean {
  return !isTokenRequest(request);
}

function tooMany(retryAfter: string | undefined): ExtensivAnswer {
  // Guess: the service documents no 429; the body is what a gateway before it would say.
  const headers = { "Content-Type": "text/plain; charset=utf-8" };
  return {
    status: 429,
    headers: retryAfter === undefined ? headers : { ...headers, "Retry-After": retryAfter },
    text: "Too Many Requests",
  };
}

// One way to say 429: every 20th call of the API.
function limiting(
  name: string,
  words: string,
  retryAfter: (scene: FaultScene, settings: FaultSettings) => string | undefined,
): ExtensivFault {
  return {
    description: `every 20th answer is 429 ${words}`,
    make: (scene, settings) =>
      script(
        scene,
        settings,
        { every: 20, of: isApi },
        {
          name,
          instead: () => tooMany(retryAfter(scene, settings)),
        },
      ),
  };
}

const badGateway = webPage(502, "502 Bad Gateway", "The server returned an invalid response.");
const unavailable = webPage(503, "503 Service Unavailable", "The service is unavailable.");
const notFoundPage = webPage(404, "404 - File or directory not found.", "The query string is too long.");
const signIn = webPage(200, "Sign in", "Please sign in to continue.");

const generalFaults = {
  slow: {
    description: "each answer takes two seconds",
    make: (scene, settings) => script(scene, settings, {}, { name: "slow", delayMs: settings.ms ?? 2000 }),
  },
  "rate-limit": limiting("rate-limit", "with Retry-After: 1", (_scene, { retryAfter }) =>
    String(retryAfter ?? 1),
  ),
  "rate-limit-date": limiting("rate-limit-date", "with a date in Retry-After", ({ store }, { retryAfter }) =>
    new Date(store.now() + (retryAfter ?? 2) * 1000).toUTCString(),
  ),
  "rate-limit-silent": limiting("rate-limit-silent", "without Retry-After", () => undefined),
  "rate-limit-negative": limiting("rate-limit-negative", "with Retry-After: -5", () => "-5"),
  "rate-limit-huge": limiting("rate-limit-huge", "with Retry-After: 1000000000", () => "1000000000"),
  storm: {
    description: "for ten minutes from the first call on, every answer is 429 or 503, by seed",
    make: (scene, settings) => {
      const random = createRandom(settings.seed ?? scene.seed, 0x5707);
      const wait = settings.retryAfter === undefined ? undefined : String(settings.retryAfter);
      let until: number | undefined;
      return script(scene, settings, { of: isApi }, () => {
        until ??= scene.store.now() + (settings.seconds ?? 600) * 1000;
        if (scene.store.now() >= until) return undefined;
        const answer = random.chance(0.5) ? tooMany(wait) : unavailable;
        return { name: "storm", instead: () => answer };
      });
    },
  },
  "server-error": {
    description: "5 % of the answers are 500 in plain text, by seed; the request has no effect",
    make: (scene, settings) =>
      script(scene, settings, { share: 0.05, of: isApi }, { name: "server-error", instead: serverError }),
  },
  "bad-gateway": {
    description: "5 % of the answers are a proxy's 502 page, by seed; the request has no effect",
    make: (scene, settings) =>
      script(scene, settings, { share: 0.05, of: isApi }, { name: "bad-gateway", instead: () => badGateway }),
  },
  "web-page": {
    description: "every 5th answer is a web page with status 200; the request has no effect",
    make: (scene, settings) =>
      script(scene, settings, { every: 5, of: isApi }, { name: "web-page", instead: () => signIn }),
  },
  "cut-body": {
    description: "every 5th answer stops in the middle of its body; the request has taken effect",
    make: (scene, settings) =>
      script(scene, settings, { every: 5, of: isApi }, { name: "cut-body", connection: "cut" }),
  },
  hang: {
    description: "every 25th request is never answered, and has no effect",
    make: (scene, settings) =>
      script(scene, settings, { every: 25, of: isApi }, { name: "hang", connection: "hang" }),
  },
  "token-expires": {
    description: "every token given so far is dead before each 10th call of the API",
    make: (scene, settings) =>
      script(
        scene,
        settings,
        { every: 10, of: isApi },
        {
          name: "token-expires",
          request: (given) => {
            scene.book.expireAll();
            return given;
          },
        },
      ),
  },
  "token-refused": {
    description: "the token endpoint does not know the client: 401",
    make: (scene, settings) =>
      script(scene, settings, { of: isTokenRequest }, { name: "token-refused", instead: invalidClient }),
  },
  "token-error": {
    description: "the first two token requests are answered 500 in plain text",
    make: (scene, settings) =>
      script(
        scene,
        settings,
        { times: 2, of: isTokenRequest },
        { name: "token-error", instead: serverError },
      ),
  },
  "bearer-refused": {
    description: "every token is refused with an empty 401, however new",
    make: (scene, settings) =>
      script(scene, settings, { of: isApi }, { name: "bearer-refused", instead: () => empty(401) }),
  },
  "role-missing": {
    description: "the credential has lost the role ItemEdit (or another `role`): 403",
    make: (scene, settings) => {
      const role = settings.role ?? "ItemEdit";
      const of = (request: ExtensivRequest): boolean => {
        const action = itemAction(request);
        if (role === "CustomerView") return isApi(request) && action === undefined;
        return action !== undefined && (action === "read") === (role === "ItemView");
      };
      return script(scene, settings, { of }, { name: "role-missing", instead: () => missingRole(role) });
    },
  },
  "long-query": {
    description: "a query of more than 2048 bytes is the web server's 404 page, as IIS has it by itself",
    make: (scene, settings) =>
      script(
        scene,
        settings,
        { of: ({ search }) => search.length > (settings.bytes ?? 2048) },
        { name: "long-query", instead: () => notFoundPage },
      ),
  },
} as const satisfies Readonly<Record<string, ExtensivFault>>;

/** The faults that have a name, in the order of the help. */
export const namedFaults = { ...generalFaults, ...writeFaults } as const;

export type FaultName = keyof typeof namedFaults;

/** Each named fault with one line of description, in the order of the help. */
export const faultNames: Readonly<Record<FaultName, string>> = Object.fromEntries(
  Object.entries(namedFaults).map(([name, fault]) => [name, fault.description]),
) as Record<FaultName, string>;
