import { eachOf, type FaultScript, type FaultSettings, type NamedFault } from "../fault.js";
import { createRandom } from "../random.js";
import { invalidClient, invalidGrant, missingRole } from "./access.js";
import {
  failure,
  invalid,
  listParameter,
  unauthorized,
  type AmazonAnswer,
  type AmazonRequest,
  type OperationName,
  type ReportOutcome,
} from "./answer.js";
import type { DocumentFlaws } from "./document.js";
import { expired } from "./documents.js";
import { quotaExceeded } from "./limits.js";
import type { AmazonStore } from "./store.js";

type AmazonFault = NamedFault<AmazonStore, AmazonRequest, AmazonAnswer>;
type Script = FaultScript<AmazonRequest, AmazonAnswer>;

const each = eachOf<AmazonRequest, AmazonAnswer>;

const at =
  (...operations: readonly OperationName[]) =>
  (request: AmazonRequest): boolean =>
    operations.includes(request.operation);

const isApi = (request: AmazonRequest): boolean => !["token", "document"].includes(request.operation);

/** A fault of the document that is fetched. */
function flawed(name: string, description: string, flaws: DocumentFlaws): AmazonFault {
  return {
    description,
    make: (_store, settings) =>
      each(
        { name, request: (request) => ({ ...request, flaws: { ...request.flaws, ...flaws } }) },
        settings,
        {
          every: 1,
          of: at("document"),
        },
      ),
  };
}

/** A fault that decides how the reports end that are asked for while it is on. */
function ending(name: string, description: string, outcome: ReportOutcome): AmazonFault {
  return {
    description,
    make: (_store, settings) =>
      each({ name, request: (request) => ({ ...request, outcome }) }, settings, {
        every: 1,
        of: at("createReport"),
      }),
  };
}

/** A fault that answers in the server's place, every time it is asked. */
function always(
  name: string,
  description: string,
  instead: () => AmazonAnswer,
  of: (request: AmazonRequest) => boolean,
): AmazonFault {
  return { description, make: (_store, settings) => each({ name, instead }, settings, { every: 1, of }) };
}

const internal = (): AmazonAnswer =>
  failure(500, "InternalFailure", "We encountered an internal error. Please try again.");

const unavailable = (): AmazonAnswer =>
  failure(503, "ServiceUnavailable", "Service is temporarily unavailable. Please try again later.");

function flaky(_store: AmazonStore, settings: FaultSettings): Script {
  const random = createRandom(settings.seed ?? 1, 0xa3a);
  return {
    onRequest: () =>
      random.chance(settings.share ?? 0.05)
        ? { name: "flaky", instead: () => random.pick([internal, unavailable])() }
        : undefined,
  };
}

const page =
  "<!DOCTYPE html>\n<html><head><title>Sorry! Something went wrong!</title></head>" +
  "<body><p>We're working on it.</p></body></html>\n";

// The first ASIN that a read asks for, in its order, unless `id` names the place of another one.
function badAsin(
  name: string,
  instead: () => AmazonAnswer,
  store: AmazonStore,
  settings: FaultSettings,
): Script {
  const bad = store.listing(settings.id ?? 0).asin;
  return {
    onRequest: (_n, request) =>
      request.operation === "searchCatalogItems" &&
      listParameter(request, "identifiers")?.includes(bad) === true
        ? { name, instead }
        : undefined,
  };
}

/** The faults that have a name, in the order of the help. */
export const namedFaults = {
  "rate-limit": {
    description: "every 10th answer of the API is 429, with a rate of one request in seven seconds",
    make: (_store, settings) =>
      each(
        {
          name: "rate-limit",
          instead: () => ({ ...quotaExceeded(), headers: { "x-amzn-RateLimit-Limit": "0.1428" } }),
        },
        settings,
        { every: 10, of: isApi },
      ),
  },
  flaky: { description: "5 % of the answers are 500 or 503, by seed", make: flaky },
  down: always("down", "every answer of the API is 503", unavailable, isApi),
  reset: {
    description: "every 15th connection is reset instead of answered",
    make: (_store, settings) => each({ name: "reset", connection: "reset" }, settings, { every: 15 }),
  },
  "cut-body": {
    description: "the first document stops half way, though its full length was declared",
    make: (_store, settings) =>
      each({ name: "cut-body", connection: "cut" }, settings, { every: 1, times: 1, of: at("document") }),
  },
  hang: {
    description: "every 25th request is never answered",
    make: (_store, settings) => each({ name: "hang", connection: "hang" }, settings, { every: 25 }),
  },
  slow: {
    description: "each answer takes two seconds",
    make: (_store, settings) => each({ name: "slow", delayMs: settings.ms ?? 2000 }, settings, { every: 1 }),
  },
  unauthorized: always(
    "unauthorized",
    "every answer of the API is 403: no token is good enough",
    () => unauthorized("The access token you provided is revoked, malformed or invalid."),
    isApi,
  ),
  "token-expired": {
    description: "the 5th request's token has expired too early: 403, once",
    make: (_store, settings) =>
      each(
        {
          name: "token-expired",
          instead: () => unauthorized("The access token you provided has expired."),
        },
        settings,
        { every: 5, times: 1, of: isApi },
      ),
  },
  "invalid-client": always(
    "invalid-client",
    "the token endpoint does not know the secret any more: 401 invalid_client",
    invalidClient,
    at("token"),
  ),
  revoked: always(
    "revoked",
    "the seller took the app's authorisation back: 400 invalid_grant",
    invalidGrant,
    at("token"),
  ),
  "no-role": always(
    "no-role",
    "the app has no role for reports: 403",
    missingRole,
    at("getReports", "createReport", "getReport", "getReportDocument"),
  ),
  cancelled: ending("cancelled", "each new report ends as CANCELLED", "CANCELLED"),
  fatal: ending("fatal", "each new report ends as FATAL, with a document that says why", "FATAL"),
  stuck: ending("stuck", "each new report stays IN_PROGRESS", "stuck"),
  "report-refused": always(
    "report-refused",
    "no report can be created: 400, as vendor accounts get it",
    () => failure(400, "InvalidInput", "The report type does not support account ids of type VendorGroupId."),
    at("createReport"),
  ),
  "header-only": flawed("header-only", "the document is a header without rows", { headerOnly: true }),
  shrunk: flawed("shrunk", "half of the rows are missing from the document", { halved: true }),
  "torn-last-line": flawed("torn-last-line", "the document's last line stops in the middle", { torn: true }),
  "bad-row": {
    description: "one row of the document has a field too many",
    make: (_store, settings) =>
      each(
        {
          name: "bad-row",
          request: (request) => ({ ...request, flaws: { ...request.flaws, longRow: settings.id ?? 2 } }),
        },
        settings,
        { every: 1, of: at("document") },
      ),
  },
  "missing-columns": flawed("missing-columns", "the document has no price and no quantity", {
    without: ["price", "quantity"],
  }),
  "no-sku-column": flawed("no-sku-column", "the document has no SKUs", { without: ["seller-sku"] }),
  "no-status-column": flawed("no-status-column", "the document has no status", { without: ["status"] }),
  bom: flawed("bom", "the document begins with a byte order mark", { byteOrderMark: true }),
  "wrong-charset": flawed("wrong-charset", "the document is declared as ISO-8859-1", {
    declaredCharset: "ISO-8859-1",
  }),
  "unknown-charset": flawed("unknown-charset", "the document is declared as EBCDIC-US", {
    declaredCharset: "EBCDIC-US",
  }),
  "no-charset": flawed("no-charset", "the document's charset is not declared", { declaredCharset: "" }),
  "cut-gzip": flawed("cut-gzip", "the packed document ends half way, at its declared length", {
    cutGzip: true,
  }),
  "plain-despite-gzip": flawed(
    "plain-despite-gzip",
    "the document comes unpacked, though it was announced as packed",
    {
      plain: true,
    },
  ),
  "gzip-undeclared": {
    description: "the document comes packed, though nothing announced it",
    make: (_store, settings) =>
      each(
        {
          name: "gzip-undeclared",
          answer: (answer) => ({
            ...answer,
            json: { ...(answer.json as object), compressionAlgorithm: undefined },
          }),
        },
        settings,
        { every: 1, of: at("getReportDocument") },
      ),
  },
  "expired-url": {
    description: "the first address of a document has expired when it is used",
    make: (_store, settings) =>
      each({ name: "expired-url", instead: expired }, settings, { every: 1, times: 1, of: at("document") }),
  },
  "html-page": {
    description: "the first document is an error page with status 200",
    make: (_store, settings) =>
      each(
        {
          name: "html-page",
          instead: () => ({ status: 200, headers: { "Content-Type": "text/html" }, text: page }),
        },
        settings,
        { every: 1, times: 1, of: at("document") },
      ),
  },
  "catalog-down": always(
    "catalog-down",
    "every answer of the catalogue is 503",
    unavailable,
    at("searchCatalogItems"),
  ),
  "catalog-bad-asin": {
    description: "one ASIN turns every answer of the catalogue that holds it into a 500",
    make: (store, settings) => badAsin("catalog-bad-asin", internal, store, settings),
  },
  "catalog-refused-asin": {
    description: "one ASIN turns every answer of the catalogue that holds it into a 400",
    make: (store, settings) =>
      badAsin("catalog-refused-asin", () => invalid("Invalid identifier."), store, settings),
  },
  "listings-refused": always(
    "listings-refused",
    "the app has no role for listings: 403",
    missingRole,
    at("searchListingsItems"),
  ),
} satisfies Readonly<Record<string, AmazonFault>>;

type FaultName = keyof typeof namedFaults;

/** What `psync sandbox --fault list` says of each fault. */
export const faultNames: Readonly<Record<FaultName, string>> = Object.fromEntries(
  Object.entries(namedFaults).map(([name, fault]) => [name, fault.description]),
) as Record<FaultName, string>;
