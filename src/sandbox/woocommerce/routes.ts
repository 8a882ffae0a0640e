import {
  apiLink,
  failure,
  fatal,
  invalidParameters,
  noRoute,
  privateHeaders,
  type Answer,
  type WooRequest,
} from "./answer.js";
import { refuseMethod, type Authenticator, type WooKey } from "./auth.js";
import { pickNames, pickPaths, readFields } from "./fields.js";
import { isVariation, type Body, type WooRow } from "./model.js";
import { readListQuery, type ListQuery } from "./parameters.js";
import { selectRows } from "./select.js";
import {
  currencyAnswer,
  indexAnswer,
  routesAnswer,
  settingAnswer,
  statusAnswer,
  type WooVersion,
} from "./settings.js";
import type { WooStore } from "./store.js";
import { storefrontAnswer } from "./storefront.js";
import { productBody, variationBody, type Context } from "./view.js";

export interface WooSite {
  readonly store: WooStore;
  readonly version: WooVersion;
  readonly authenticator: Authenticator;
  /** Whether WordPress believes that it was called over https. */
  readonly secure: boolean;
}

const itemMethods = "GET, POST, PUT, PATCH, DELETE";
const listMethods = "GET, POST";

// PHP's urlencode, which is stricter than encodeURIComponent and writes a space as a plus.
function urlencode(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}

// Everything in the query comes back in the link: spent nonces, and keys that were sent there.
function pageLink(address: string, request: WooRequest, page: number): string {
  const query = new Map(request.query);
  query.set("page", String(page));
  return `${address}?${[...query].map(([name, value]) => `${name}=${urlencode(value)}`).join("&")}`;
}

function slice(query: ListQuery, rows: readonly WooRow[]): readonly WooRow[] {
  const start = query.offset ?? (query.page - 1) * query.perPage;
  return rows.slice(start, start + query.perPage);
}

function contextOf(request: WooRequest): Context {
  return new Map(request.query).get("context") === "edit" ? "edit" : "view";
}

function fieldsOf(request: WooRequest): readonly string[] {
  return readFields(new Map(request.query).get("_fields") ?? "");
}

function refuseCaller(key: WooKey | undefined): Answer | undefined {
  const status = key === undefined ? 401 : key.role === "customer" ? 403 : undefined;
  if (status === undefined) return undefined;
  const message = "Sorry, you cannot list resources.";
  return failure(status, "woocommerce_rest_cannot_view", message, key === undefined ? {} : privateHeaders);
}

/** Makes the function that answers requests the way WordPress and WooCommerce do, faults aside. */
export function createRoutes(site: WooSite): (request: WooRequest) => Answer {
  const { store, version } = site;
  let turn = 0;
  // Walking through a big list asks for the same rows again and again, one page at a time.
  const selections = new Map<string, readonly WooRow[]>();
  let selectionsOf = -1;

  function select(query: ListQuery, of: "products" | "variations"): readonly WooRow[] {
    if (selectionsOf !== store.version || selections.size > 8) selections.clear();
    selectionsOf = store.version;
    const key = JSON.stringify(
      [of, query, [...query.statuses], [...(query.types ?? [])]],
      (name, value: unknown) =>
        name === "page" || name === "perPage" || name === "offset" ? undefined : value,
    );
    const rows = selections.get(key) ?? selectRows(store, query, of);
    selections.set(key, rows);
    return rows;
  }

  function page(request: WooRequest, query: ListQuery, rows: readonly WooRow[], allow: string): Answer {
    const pages = Math.ceil(rows.length / query.perPage);
    const address = `${store.home}${request.path}`;
    const links: string[] = [];
    if (query.page > 1) {
      links.push(`<${pageLink(address, request, Math.min(query.page - 1, pages))}>; rel="prev"`);
    }
    if (query.page < pages) links.push(`<${pageLink(address, request, query.page + 1)}>; rel="next"`);
    return {
      status: 200,
      headers: {
        ...(links.length === 0 ? undefined : { Link: links.join(", ") }),
        "X-WP-Total": String(rows.length),
        "X-WP-TotalPages": String(pages),
        ...privateHeaders,
        Allow: allow,
      },
    };
  }

  const isOrphan = (row: WooRow): boolean => isVariation(row) && store.find(row.parent) === undefined;

  function listProducts(request: WooRequest): Answer {
    const { query, faults } = readListQuery(request.query, "products", (at) => store.toWall(at));
    if (faults.length > 0) return invalidParameters(faults, { ...privateHeaders, Allow: listMethods });
    const rows = select(query, "products");
    const shown = slice(query, rows);
    // A variation without a parent has no title to build its own from.
    if (shown.some(isOrphan)) return fatal("get_title_of_null");
    const fields = fieldsOf(request);
    const context = contextOf(request);
    const json = shown.map((row) => pickNames(productBody(store, row, context, turn), fields, false));
    return { ...page(request, query, rows, listMethods), json, ids: shown.map((row) => row.id) };
  }

  function listVariations(request: WooRequest, parent: number | undefined): Answer {
    const allow = parent === undefined ? "GET" : listMethods;
    const { query: asked, faults } = readListQuery(request.query, "variations", (at) => store.toWall(at));
    if (faults.length > 0) return invalidParameters(faults, { ...privateHeaders, Allow: allow });
    const query = parent === undefined ? asked : { ...asked, parents: [parent] };
    const rows = select(query, "variations");
    const fields = fieldsOf(request);
    const shown = slice(query, rows).filter((row) => !isOrphan(row));
    const json = shown.map((row) =>
      pickPaths(variationBody(store, row, parent !== undefined), fields, false),
    );
    return { ...page(request, query, rows, allow), json, ids: shown.map((row) => row.id) };
  }

  // The refusal of a variation under another parent is recorded by its code only; its words are unverified.
  function single(id: number, body: (row: WooRow) => Body, code: string): Answer {
    const headers = { ...privateHeaders, Allow: itemMethods };
    const row = store.find(id);
    if (row === undefined || isOrphan(row)) return failure(404, code, "Invalid ID.", headers);
    return { status: 200, headers, json: body(row), ids: [id] };
  }

  function oneProduct(request: WooRequest, id: number): Answer {
    const fields = fieldsOf(request);
    return single(
      id,
      (row) => pickNames(productBody(store, row, contextOf(request), turn), fields, true),
      "woocommerce_rest_product_invalid_id",
    );
  }

  function oneVariation(request: WooRequest, parent: number, id: number): Answer {
    const code = "woocommerce_rest_product_variation_invalid_id";
    if (store.find(id)?.parent !== parent || parent === 0) {
      return failure(404, code, "Invalid ID.", { ...privateHeaders, Allow: itemMethods });
    }
    const fields = fieldsOf(request);
    return single(id, (row) => pickPaths(variationBody(store, row, true), fields, true), code);
  }

  type Handler = (request: WooRequest, ids: readonly string[]) => Answer;
  const handlers: readonly (readonly [RegExp, Handler])[] = [
    [/^products$/, listProducts],
    [/^products\/(\d+)$/, (request, [id]) => oneProduct(request, Number(id))],
    [/^products\/(\d+)\/variations$/, (request, [parent]) => listVariations(request, Number(parent))],
    [
      /^products\/(\d+)\/variations\/(\d+)$/,
      (request, [parent, id]) => oneVariation(request, Number(parent), Number(id)),
    ],
    ...(version === "10.2.0"
      ? []
      : [[/^variations$/, (request: WooRequest) => listVariations(request, undefined)] as const]),
    [
      /^settings\/([\w-]+)\/([\w-]+)$/,
      (request, [group = "", id = ""]) => settingAnswer(store, group, id, fieldsOf(request)),
    ],
    [/^system_status$/, (request) => statusAnswer(store, version, fieldsOf(request))],
    [/^data\/currencies\/current$/, (request) => currencyAnswer(store, fieldsOf(request))],
  ];

  function route(request: WooRequest, path: string, signed: boolean): Answer {
    const reads = request.method === "GET" || request.method === "HEAD";
    if (path === "/" && reads) return indexAnswer(store, version, fieldsOf(request));
    const isOurs = path.startsWith("/wc/") || path.startsWith("/wc-");
    // WooCommerce looks at keys only where the address itself shows its name: not behind ?rest_route=.
    const address = `${store.home}${request.path}`;
    const caller =
      isOurs && signed ? site.authenticator.identify(signedOf(request), address, site.secure) : undefined;
    if (caller !== undefined && "refusal" in caller && caller.refusal !== undefined) return caller.refusal;
    const key = caller?.key;
    const methodRefusal = key === undefined ? undefined : refuseMethod(key, request.method);
    if (methodRefusal !== undefined) return methodRefusal;
    if (path === "/wc/v3" && reads) return routesAnswer(store, version, fieldsOf(request));
    if (path === "/wc/store/v1/products" && reads) return storefrontAnswer(store, request);
    const rest = path.startsWith("/wc/v3/") ? path.slice("/wc/v3/".length).replace(/\/$/, "") : undefined;
    for (const [pattern, handler] of rest === undefined || !reads ? [] : handlers) {
      const match = pattern.exec(rest ?? "");
      if (match !== null) return refuseCaller(key) ?? handler(request, match.slice(1));
    }
    return noRoute();
  }

  return (request) => {
    turn += 1;
    const root = apiLink(store.home);
    const restRoute = new Map(request.query).get("rest_route");
    const prefix = new URL(store.home).pathname.replace(/\/$/, "");
    const local = request.path.startsWith(`${prefix}/`) ? request.path.slice(prefix.length) : "";
    const path =
      /^(?:\/index\.php)?\/wp-json(\/.*)?$/.exec(local)?.[1] ??
      (local.endsWith("/wp-json") ? "/" : undefined);
    if (path === undefined && (restRoute === undefined || local !== "/")) {
      const headers = { ...root, "Content-Type": "text/html; charset=UTF-8" };
      const status = local === "/" ? 200 : 404;
      return {
        status,
        headers,
        text: `<!DOCTYPE html>\n<html><head><title>${store.facts.name}</title></head></html>\n`,
      };
    }
    const answer = route({ ...request, path: local }, path ?? restRoute ?? "/", path !== undefined);
    return { ...answer, headers: { ...root, ...answer.headers } };
  };
}

/** The request that the signature was made over. */
function signedOf(request: WooRequest): WooRequest {
  return { ...request, query: request.signedQuery ?? request.query };
}
