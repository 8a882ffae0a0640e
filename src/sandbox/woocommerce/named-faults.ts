import { eachOf, type NamedFault } from "../fault.js";
import { createRandom } from "../random.js";
import { apachePage, failure, noRoute, privateHeaders, type Answer, type WooRequest } from "./answer.js";
import type { FaultScript, FaultSettings } from "./fault.js";
import type { Body } from "./model.js";
import {
  badRecord,
  crashRecord,
  drift,
  isList,
  isProductList,
  pageOf,
  setQuery,
  withLink,
} from "./record-faults.js";
import type { WooStore } from "./store.js";

type WooFault = NamedFault<WooStore, WooRequest, Answer>;

const each = eachOf<WooRequest, Answer>;

const htmlHeaders = { "Content-Type": "text/html; charset=UTF-8" };

function without(answer: Answer, names: readonly string[]): Answer {
  return {
    ...answer,
    headers: Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !names.includes(name))),
  };
}

function flaky(_store: WooStore, settings: FaultSettings): FaultScript {
  const random = createRandom(settings.seed ?? 1, 0xf1a);
  return {
    onRequest: () => {
      if (!random.chance(settings.share ?? 0.05)) return undefined;
      const [status, title] = random.pick([
        [500, "Internal Server Error"],
        [502, "Bad Gateway"],
        [504, "Gateway Timeout"],
      ] as const);
      return {
        name: "flaky",
        instead: () => apachePage(status, title, title, "The server could not answer."),
      };
    },
  };
}

const loginPage =
  '<!DOCTYPE html>\n<html lang="en-US"><head><title>Log In &lsaquo; Shop &#8212; WordPress</title></head>' +
  '<body class="login"><form action="/wp-login.php" method="post"></form></body></html>\n';

const notice =
  '<br />\n<b>Notice</b>:  Undefined array key "thumb" in <b>/var/www/html/wp-content/mu-plugins/site-tweaks.php</b>' +
  " on line <b>4</b><br />\n";

/** The faults that have a name, in the order of the help. */
export const namedFaults = {
  "rate-limit": {
    description: "every 20th answer is 429 with Retry-After: 1",
    make: (_store, settings) =>
      each(
        {
          name: "rate-limit",
          instead: () => {
            const page = apachePage(429, "Too Many Requests", "Too Many Requests", "Slow down.");
            return { ...page, headers: { ...page.headers, "Retry-After": String(settings.retryAfter ?? 1) } };
          },
        },
        settings,
        { every: 20 },
      ),
  },
  flaky: { description: "5 % of the answers are 500, 502 or 504, by seed", make: flaky },
  reset: {
    description: "every 15th connection is reset instead of answered",
    make: (_store, settings) => each({ name: "reset", connection: "reset" }, settings, { every: 15 }),
  },
  cut: {
    description: "every 15th body stops half way, though its full length was declared",
    make: (_store, settings) => each({ name: "cut", connection: "cut" }, settings, { every: 15 }),
  },
  hang: {
    description: "every 25th request is never answered",
    make: (_store, settings) => each({ name: "hang", connection: "hang" }, settings, { every: 25 }),
  },
  slow: {
    description: "each answer takes two seconds",
    make: (_store, settings) => each({ name: "slow", delayMs: settings.ms ?? 2000 }, settings, { every: 1 }),
  },
  "html-login": {
    description: "every 10th answer is a login page with status 200",
    make: (_store, settings) =>
      each(
        { name: "html-login", instead: () => ({ status: 200, headers: htmlHeaders, text: loginPage }) },
        settings,
        {
          every: 10,
        },
      ),
  },
  maintenance: {
    description: "the first 3 answers are 503, maintenance, with Retry-After: 600",
    make: (_store, settings) =>
      each(
        {
          name: "maintenance",
          instead: () => {
            const message = "Briefly unavailable for scheduled maintenance. Check back in a minute.";
            const answer = failure(503, "wp_die", message, {
              "Retry-After": String(settings.retryAfter ?? 600),
              ...privateHeaders,
            });
            return { ...answer, json: { ...(answer.json as Body), additional_errors: [] } };
          },
        },
        settings,
        { every: 1, times: 3 },
      ),
  },
  notice: {
    description: "a PHP notice stands before the JSON of every list",
    make: (_store, settings) =>
      each({ name: "notice", answer: (answer) => ({ ...answer, before: notice }) }, settings, {
        every: 1,
        of: isList,
      }),
  },
  "empty-body": {
    description: "every 10th answer is 200 without a body",
    make: (_store, settings) =>
      each({ name: "empty-body", answer: ({ headers }) => ({ status: 200, headers }) }, settings, {
        every: 10,
      }),
  },
  firewall: {
    description: "every answer is the firewall's 403 page",
    make: (_store, settings) =>
      each(
        {
          name: "firewall",
          instead: () =>
            apachePage(403, "Forbidden", "Forbidden", "You don't have permission to access this resource."),
        },
        settings,
        { every: 1 },
      ),
  },
  "crash-record": {
    description:
      "one product turns every answer that holds it into a 500, unless its description is not asked for",
    make: crashRecord,
  },
  "bad-record": { description: "one product's price is an object instead of a text", make: badRecord },
  "shrinking-total": {
    description: "the third list is empty with a total of 0, once",
    make: (_store, settings) =>
      each(
        {
          name: "shrinking-total",
          answer: (answer) => ({
            ...answer,
            headers: { ...without(answer, ["Link"]).headers, "X-WP-Total": "0", "X-WP-TotalPages": "0" },
            json: [],
          }),
        },
        settings,
        { every: 3, times: 1, of: isList },
      ),
  },
  drift: {
    description: "before each further page of products, one product of an earlier page is deleted",
    make: drift,
  },
  "repeat-page": {
    description: "page 3 and later of a list of products hold page 2 again",
    make: () => ({
      onRequest: (_n, request) =>
        isProductList(request) && pageOf(request) > 2
          ? { name: "repeat-page", request: (given) => setQuery(given, "page", "2") }
          : undefined,
    }),
  },
  "cap-page-size": {
    description: "lists hold 50 at most, whatever was asked for",
    make: (_store, settings) => ({
      onRequest: (_n, request) =>
        isList(request) && Number(new Map(request.query).get("per_page") ?? 10) > (settings.every ?? 50)
          ? {
              name: "cap-page-size",
              request: (given) => setQuery(given, "per_page", String(settings.every ?? 50)),
            }
          : undefined,
    }),
  },
  "drop-total-headers": {
    description: "X-WP-Total and X-WP-TotalPages are stripped on the way",
    make: (_store, settings) =>
      each(
        {
          name: "drop-total-headers",
          answer: (answer) => without(answer, ["X-WP-Total", "X-WP-TotalPages"]),
        },
        settings,
        { every: 1 },
      ),
  },
  "drop-authorization": {
    description: "the web server takes the Authorization header away",
    make: (_store, settings) =>
      each(
        {
          name: "drop-authorization",
          request: (request) => ({
            ...request,
            headers: Object.fromEntries(
              Object.entries(request.headers).filter(([name]) => name !== "authorization"),
            ),
          }),
        },
        settings,
        { every: 1 },
      ),
  },
  "no-variations-endpoint": {
    description: "/variations is missing, as before WooCommerce 10.3",
    make: (store, settings) =>
      each({ name: "no-variations-endpoint", instead: () => withLink(noRoute(), store) }, settings, {
        every: 1,
        of: (request) => request.path.endsWith("/wc/v3/variations"),
      }),
  },
  "no-permalinks": {
    description: "the web server knows no /wp-json: a 404 page",
    make: (_store, settings) =>
      each(
        {
          name: "no-permalinks",
          instead: () =>
            apachePage(404, "Not Found", "Not Found", "The requested URL was not found on this server."),
        },
        settings,
        { every: 1, of: (request) => request.path.includes("/wp-json") },
      ),
  },
  redirect: {
    description: "every request is sent on to the https address with 301",
    make: (store, settings) =>
      each(
        {
          name: "redirect",
          instead: (request) => {
            const query = request.query
              .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
              .join("&");
            const target = `${new URL(store.home).origin.replace(/^http:/, "https:")}${request.path}${query === "" ? "" : `?${query}`}`;
            const href = target.replaceAll("&", "&amp;");
            const text = `The document has moved <a href="${href}">here</a>.`;
            const page = apachePage(301, "Moved Permanently", "Moved Permanently", text);
            return { ...page, headers: { ...page.headers, Location: target } };
          },
        },
        settings,
        { every: 1 },
      ),
  },
} as const satisfies Readonly<Record<string, WooFault>>;

export type FaultName = keyof typeof namedFaults;

/** Each named fault with one line of description, in the order of the help. */
export const faultNames: Readonly<Record<FaultName, string>> = Object.fromEntries(
  Object.entries(namedFaults).map(([name, fault]) => [name, fault.description]),
) as Record<FaultName, string>;
