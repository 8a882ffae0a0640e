import { demandKey, demandScope, grantOf, type AppKey } from "./access.js";
import { failure, Refusal, type EtsyAnswer, type EtsyRequest } from "./answer.js";
import type { Meter } from "./limits.js";
import type { EtsyRow } from "./model.js";
import { answerConnect, answerToken, type OAuthParts } from "./oauth.js";
import {
  pathId,
  readBatchIncludes,
  readFlag,
  readInventoryIncludes,
  readListingIds,
  readListQuery,
} from "./parameters.js";
import { shopBody } from "./shop-view.js";
import type { EtsyStore } from "./store.js";
import type { Grant } from "./tokens.js";
import { fullBody, inventoryBody, listingBody } from "./view.js";

export interface RouteParts {
  readonly store: EtsyStore;
  readonly key: AppKey;
  readonly oauth: OAuthParts;
  readonly meter: Meter;
}

interface Call {
  readonly request: EtsyRequest;
  /** Groups of the path. */
  readonly ids: readonly (string | undefined)[];
  readonly grant: Grant | undefined;
}

type Handler = (call: Call) => EtsyAnswer;

interface Route {
  readonly method: "GET" | "POST";
  readonly path: RegExp;
  readonly handle: Handler;
}

const application = "/v3/application";
const inventoryScope = "listings_r";

function ok(json: unknown, ids: readonly number[] = []): EtsyAnswer {
  return { status: 200, json, ids };
}

function notFound(text: string): Refusal {
  return new Refusal(failure(404, text));
}

/** Makes the shop's routes. Those that psync has no use for are not there and answer 404. */
export function createRoutes(parts: RouteParts): (request: EtsyRequest) => EtsyAnswer {
  const { store } = parts;
  const owns = (grant: Grant | undefined): boolean => grant?.userId === store.userId;

  // What is not on sale is only there for its seller.
  function known(id: number, grant: Grant | undefined): EtsyRow {
    const row = store.find(id);
    if (row === undefined || (row.state !== "active" && !owns(grant)))
      throw notFound(`Listing ${id} not found`);
    return row;
  }

  const listShop: Handler = ({ request, ids: [shop], grant }) => {
    const { state, limit, offset, includes } = readListQuery(request);
    demandScope(grant, inventoryScope);
    if (pathId("shop_id", shop) !== store.shopId)
      throw new Refusal(failure(403, `User does not own Shop ${shop ?? ""}`));
    const found = store.listed(state);
    const rows = found.slice(offset, offset + limit);
    const results = rows.map((row) => fullBody(store, row, { includes, owner: true, scoped: true }));
    return ok(
      { count: found.length, results },
      rows.map(({ id }) => id),
    );
  };

  const batch: Handler = ({ request, grant }) => {
    const [ids, includes] = [readListingIds(request), readBatchIncludes(request)];
    const rows = ids.map((id) => known(id, grant));
    const view = { includes, owner: owns(grant), scoped: false };
    return ok({ count: rows.length, results: rows.map((row) => fullBody(store, row, view)) }, ids);
  };

  const batchInventory: Handler = ({ request, grant }) => {
    const ids = readListingIds(request);
    const owner = owns(demandScope(grant, inventoryScope));
    const rows = ids.map((id) => known(id, grant));
    const view = { includes: new Set(["Inventory"] as const), owner, scoped: false };
    return ok({ count: rows.length, results: rows.map((row) => fullBody(store, row, view)) }, ids);
  };

  const single: Handler = ({ request, ids: [id], grant }) => {
    const includes = readBatchIncludes(request);
    const row = known(pathId("listing_id", id), grant);
    return ok(fullBody(store, row, { includes, owner: owns(grant), scoped: true }), [row.id]);
  };

  const inventory: Handler = ({ request, ids: [id], grant }) => {
    const deleted = readFlag(request, "show_deleted");
    const withListing = readInventoryIncludes(request);
    const owner = owns(demandScope(grant, inventoryScope));
    const row = known(pathId("listing_id", id), grant);
    const body = inventoryBody(store.item(row), { owner, deleted });
    if (body === null) throw notFound(`Inventory of listing ${row.id} not found`);
    const listing = withListing ? { listing: listingBody(store, row, { scoped: true }) } : {};
    return ok({ ...body, ...listing }, [row.id]);
  };

  const images: Handler = ({ ids: [id], grant }) => {
    const results = store.item(known(pathId("listing_id", id), grant)).images;
    return ok({ count: results.length, results });
  };

  const shop: Handler = ({ ids: [id] }) => {
    if (pathId("shop_id", id) !== store.shopId) throw notFound(`Shop ${id} not found`);
    return ok(shopBody(store));
  };

  const shopOfUser: Handler = ({ ids: [id] }) => {
    if (pathId("user_id", id) !== store.userId) throw notFound(`User ${id} has no shop`);
    return ok(shopBody(store));
  };

  const me: Handler = ({ grant }) => {
    const { userId } = demandScope(grant, "shops_r");
    return ok({ user_id: userId, shop_id: store.shopId });
  };

  // The answer's shape is not documented (UNVERIFIED).
  const scopes: Handler = ({ request }) => {
    const grant = parts.oauth.book.judge(request.form.get("token") ?? "");
    if (typeof grant === "string")
      throw new Refusal(failure(401, "invalid_token", `access token is ${grant}`));
    return ok({ scopes: [...grant.scopes] });
  };

  const routes: readonly Route[] = [
    { method: "GET", path: /^\/openapi-ping$/, handle: () => ok({ application_id: 118_203_344 }) },
    { method: "GET", path: /^\/users\/me$/, handle: me },
    { method: "GET", path: /^\/users\/([^/]+)\/shops$/, handle: shopOfUser },
    { method: "POST", path: /^\/scopes$/, handle: scopes },
    { method: "GET", path: /^\/shops\/([^/]+)$/, handle: shop },
    { method: "GET", path: /^\/shops\/([^/]+)\/listings$/, handle: listShop },
    { method: "GET", path: /^\/listings\/batch$/, handle: batch },
    { method: "GET", path: /^\/listings\/batch\/inventory$/, handle: batchInventory },
    { method: "GET", path: /^\/listings\/([^/]+)$/, handle: single },
    { method: "GET", path: /^\/listings\/([^/]+)\/inventory$/, handle: inventory },
    { method: "GET", path: /^\/listings\/([^/]+)\/images$/, handle: images },
  ];

  function answerApplication(request: EtsyRequest): EtsyAnswer {
    const path = request.path.slice(application.length);
    for (const { method, path: pattern, handle } of routes) {
      const match = method === request.method ? pattern.exec(path) : null;
      if (match !== null)
        return handle({ request, ids: match.slice(1), grant: grantOf(request, parts.oauth.book) });
    }
    return failure(404, "Resource not found");
  }

  return (request) => {
    if (request.path === "/v3/public/oauth/token") return answerToken(request, parts.oauth);
    if (request.path === "/oauth/connect") return answerConnect(request, parts.oauth);
    if (!request.path.startsWith(`${application}/`)) return failure(404, "Resource not found");
    let headers: EtsyAnswer["headers"];
    try {
      demandKey(request, parts.key);
      const taken = parts.meter.take();
      if (taken.refused !== undefined) return taken.refused;
      ({ headers } = taken);
      return { ...answerApplication(request), headers };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { ...error.answer, headers: { ...headers, ...error.answer.headers } };
    }
  };
}
