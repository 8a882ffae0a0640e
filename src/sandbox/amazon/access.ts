import {
  failure,
  hash,
  unauthorized,
  type AmazonAnswer,
  type AmazonRequest,
  type OperationName,
} from "./answer.js";

/** What an app of a seller's own was given. */
export interface AmazonCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
}

/** Roles as Solution Provider Portal names them. */
export const amazonRoles = [
  "Product Listing",
  "Pricing",
  "Inventory and Order Tracking",
  "Amazon Fulfillment",
  "Selling Partner Insights",
] as const;
export type AmazonRole = (typeof amazonRoles)[number];

// One of them is enough. That Product Listing opens catalogue and listings is unverified.
const rolesOf: Partial<Readonly<Record<OperationName, readonly AmazonRole[]>>> = {
  getReports: ["Product Listing", "Pricing", "Inventory and Order Tracking"],
  createReport: ["Product Listing", "Pricing", "Inventory and Order Tracking"],
  getReport: ["Product Listing", "Pricing", "Inventory and Order Tracking"],
  getReportDocument: ["Product Listing", "Pricing", "Inventory and Order Tracking"],
  searchCatalogItems: ["Product Listing"],
  searchListingsItems: ["Product Listing"],
  getMarketplaceParticipations: ["Product Listing", "Selling Partner Insights"],
  getInventorySummaries: ["Product Listing", "Amazon Fulfillment"],
};

const tokenLifeMs = 3_600_000;

/** Makes the credentials of an app of the vendor's shape. */
export function makeCredentials(name: string): AmazonCredentials {
  return {
    clientId: `amzn1.application-oa2-client.${hash(`client ${name}`, 32)}`,
    clientSecret: `amzn1.oa2-cs.v1.${hash(`secret ${name}`, 64)}`,
    refreshToken: `Atzr|${hash(`refresh ${name}`, 64)}`,
  };
}

/** Login with Amazon, and what its tokens open. */
export interface AmazonAccess {
  /** The token endpoint's answer. */
  grant(request: AmazonRequest): AmazonAnswer;
  /** The answer to a request that is not let in. */
  refusal(request: AmazonRequest): AmazonAnswer | undefined;
  /** Lets every token die that was given so far. */
  expireTokens(): void;
}

const oauthHeaders = { "Cache-Control": "no-store" };

function oauthFailure(status: number, error: string, description: string): AmazonAnswer {
  return { status, headers: oauthHeaders, json: { error, error_description: description } };
}

/** `now` is in milliseconds since 1970. */
export function createAccess(
  credentials: AmazonCredentials,
  roles: readonly AmazonRole[],
  now: () => number,
): AmazonAccess {
  const tokens = new Map<string, number>();
  let given = 0;

  return {
    grant(request) {
      if (request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") !== true)
        return oauthFailure(400, "invalid_request", "The request is not form-encoded");
      const form = new URLSearchParams(request.body);
      if (form.get("grant_type") !== "refresh_token")
        return oauthFailure(400, "unsupported_grant_type", "The authorization grant type is not supported");
      if (
        form.get("client_id") !== credentials.clientId ||
        form.get("client_secret") !== credentials.clientSecret
      )
        return invalidClient();
      if (form.get("refresh_token") !== credentials.refreshToken) return invalidGrant();
      given += 1;
      const token = `Atza|${hash(`${credentials.clientId} ${given} ${now()}`, 64)}`;
      tokens.set(token, now() + tokenLifeMs);
      const json = {
        access_token: token,
        refresh_token: credentials.refreshToken,
        token_type: "bearer",
        expires_in: tokenLifeMs / 1000,
      };
      return { status: 200, headers: oauthHeaders, json };
    },
    refusal(request) {
      const { headers, method, operation } = request;
      // A GET has no body and no length of one, not even zero.
      if (method === "GET" && (headers["content-length"] !== undefined || request.body !== ""))
        return failure(
          400,
          "InvalidInput",
          "Request has a body or Content-Length although its method has none.",
        );
      const refused = refuseAgent(headers["user-agent"]);
      if (refused !== undefined) return refused;
      const token = headers["x-amz-access-token"];
      if (token === undefined || token === "")
        return failure(403, "MissingAuthenticationToken", "Missing Authentication Token");
      if ((tokens.get(token) ?? 0) <= now())
        return unauthorized("The access token you provided is revoked, malformed or invalid.");
      const needed = rolesOf[operation];
      if (needed !== undefined && !needed.some((role) => roles.includes(role))) return missingRole();
      return undefined;
    },
    expireTokens: () => tokens.clear(),
  };
}

/** The token endpoint's answer to a wrong or overdue secret. */
export function invalidClient(): AmazonAnswer {
  return oauthFailure(401, "invalid_client", "Client authentication failed");
}

/** The token endpoint's answer to a refresh token that was revoked or is somebody else's. */
export function invalidGrant(): AmazonAnswer {
  return oauthFailure(400, "invalid_grant", "The request has an invalid grant parameter : refresh_token");
}

/** The answer to an app without the role that an operation needs. */
export function missingRole(): AmazonAnswer {
  return unauthorized("");
}

// Amazon demands the header in this form; how it answers without is a guess.
function refuseAgent(agent: string | undefined): AmazonAnswer | undefined {
  if (agent === undefined || agent === "") return unauthorized("The request has no User-Agent.");
  if (agent.length <= 500 && /^[^/]+\/\S+ \(.*Language=[^;)]+.*\)$/.test(agent)) return undefined;
  return failure(
    400,
    "InvalidInput",
    "The User-Agent is not of the form app/version (Language=name; Platform=name).",
  );
}
