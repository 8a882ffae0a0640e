import { AuthError, type PsyncError, RemoteError, TransientError } from "../../errors.js";
import { pageTitle } from "../../http/body.js";
import type { HttpResponse } from "../../http/contract.js";
import type { OperationName } from "./policy.js";
import { errorsSchema, tokenErrorSchema } from "./schema.js";

const appsPage = "Seller Central > Apps and Services > Develop Apps";

/** What each operation is for, in an operator's words, and where its right comes from. */
const purposes: Readonly<Record<OperationName, string>> = {
  getReports: "the list of reports",
  createReport: "a listings report",
  getReport: "a report's state",
  getReportDocument: "a report's document",
  searchCatalogItems: "the catalogue",
  searchListingsItems: "the listings",
  getInventorySummaries: "Amazon's stock",
  getMarketplaceParticipations: "the account's marketplaces",
};

/** What people call the thing that an operation is about. */
export function purposeOf(operation: OperationName): string {
  return purposes[operation];
}

/**
 * Says what a refusal of the API means and whose move it is. Codes are open texts, so the HTTP status decides. Amazon's
 * own words are cut to a line.
 */
export function toAmazonError(
  response: HttpResponse,
  operation: OperationName,
  redact: (text: string) => string,
): PsyncError {
  const { status } = response;
  const words = quoted(wordsOf(response.text), redact);
  const what = purposes[operation];
  if (status === 401 || status === 403) {
    const enrichHint =
      operation === "searchCatalogItems" ? " Or do without the Catalog API: source.enrich: false." : "";
    return new AuthError("not-allowed", `Amazon refused access to ${what} (${status})${words}`, {
      hint:
        `The app needs the role Product Listing (${appsPage} > Edit App). A role that was added later counts only with ` +
        `a new refresh token: authorise the app again and set source.refreshToken.${enrichHint}`,
    });
  }
  if (status === 404) {
    return new RemoteError("not-found", `Amazon does not know ${what} (404)${words}`, { status });
  }
  if (status === 413 || status === 415 || status === 400) {
    return new RemoteError("bad-request", `Amazon refused the request for ${what} (${status})${words}`, {
      status,
      hint: isVendorAccount(response.text)
        ? "This is a vendor's account: psync reads seller accounts."
        : "Check source.marketplaceId and source.sellerId. If they are right, this is a fault of psync: please report it.",
    });
  }
  if (status === 429) {
    return new TransientError("throttled", `Amazon asked for fewer requests for ${what}${words}`, {
      hint: "All apps of a seller share some limits. Try again later.",
    });
  }
  return new RemoteError("unexpected-answer", `Amazon answered ${status} for ${what}${words}`, { status });
}

/** Says what a refusal of the token endpoint (Login with Amazon) means. */
export function toTokenError(response: HttpResponse, redact: (text: string) => string): PsyncError {
  const { status, text } = response;
  const refusal = tryParse(text, tokenErrorSchema);
  const words = quoted(refusal?.error_description ?? text, redact);
  switch (refusal?.error ?? "") {
    case "invalid_client":
    case "unauthorized_client":
      return new AuthError(
        "client-refused",
        `Amazon refused the app's credentials (${refusal?.error ?? ""})${words}`,
        {
          hint:
            `A client secret lasts 180 days. Rotate it (${appsPage} > View LWA credentials), then set source.clientSecret; ` +
            "the refresh token stays good. If it is young, check source.clientId.",
        },
      );
    case "invalid_grant":
      return new AuthError("grant-refused", `Amazon refused the refresh token (invalid_grant)${words}`, {
        hint: `Authorise the app for the seller account again (${appsPage} > Authorise) and set source.refreshToken. It belongs to one app: check source.clientId too.`,
      });
    default:
      if (status === 401 || status === 403) {
        return new AuthError("token-refused", `Amazon gave no access token (${status})${words}`, {
          hint: "Check source.clientId, source.clientSecret and source.refreshToken.",
        });
      }
      return new RemoteError("token-refused", `Amazon gave no access token (${status})${words}`, {
        status,
        hint: "Check source.tokenUrl, and whether a proxy answers in Amazon's place.",
      });
  }
}

function wordsOf(text: string): string {
  const first = tryParse(text, errorsSchema)?.errors[0];
  if (first === undefined) return text;
  return [first.code, first.message, first.details].filter((part) => part !== "").join(": ");
}

function isVendorAccount(text: string): boolean {
  return /VendorGroupId/i.test(text);
}

/** A vendor's words as one short line, secrets hidden; nothing where there are none. */
export function quoted(text: string, redact: (text: string) => string): string {
  // Hidden before it is cut: half a secret would not be recognised.
  const words = redact(pageTitle(redact(text.slice(0, 50_000))));
  return words === "" ? "" : `: ${words}`;
}

function tryParse<Value>(
  text: string,
  schema: { safeParse: (value: unknown) => { readonly data?: Value } },
): Value | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    // Not JSON: something before Amazon answered.
    return undefined;
  }
}
