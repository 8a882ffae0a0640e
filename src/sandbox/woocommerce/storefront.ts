import type { Answer, WooRequest } from "./answer.js";
import { pickPaths, readFields } from "./fields.js";
import { isVariation, textOf, type Body, type WooRow } from "./model.js";
import type { WooStore } from "./store.js";

function minorUnits(price: string): string {
  return price === "" ? "0" : String(Math.round(Number(price) * 100));
}

function prices(store: WooStore, row: WooRow, body: Body): Body {
  const price = minorUnits(textOf(body["price"]));
  const children = store
    .children(row.id)
    .map((child) => Number(minorUnits(textOf(store.item(child).body["price"]))))
    .sort((a, b) => a - b);
  const [low, high] = [children[0], children.at(-1)];
  return {
    price,
    regular_price: body["regular_price"] === "" ? price : minorUnits(textOf(body["regular_price"])),
    sale_price: price,
    price_range: low === high ? null : { min_amount: String(low), max_amount: String(high) },
    currency_code: store.facts.currency,
    currency_symbol: "$",
    currency_minor_unit: 2,
    currency_decimal_separator: ".",
    currency_thousand_separator: ",",
    currency_prefix: "$",
    currency_suffix: "",
  };
}

function productBody(store: WooStore, row: WooRow): Body {
  const { body } = store.item(row);
  const dimensions = body["dimensions"] as Record<string, string>;
  const sides = Object.values(dimensions).filter((side) => side !== "");
  return {
    id: row.id,
    name: body["name"],
    slug: body["slug"],
    parent: 0,
    type: row.type,
    variation: "",
    permalink: body["permalink"],
    sku: body["sku"],
    short_description: body["short_description"],
    description: body["description"],
    on_sale: body["on_sale"],
    prices: prices(store, row, body),
    images: body["images"],
    weight: body["weight"],
    dimensions,
    formatted_weight: body["weight"] === "" ? "N/A" : `${textOf(body["weight"])} ${store.facts.weightUnit}`,
    // The sign between the sides is unverified: no recorded product has any.
    formatted_dimensions:
      sides.length === 0 ? "N/A" : `${sides.join(" &times; ")} ${store.facts.dimensionUnit}`,
  };
}

// The storefront API escapes the address for HTML before it adds the page: the rest of the query becomes a fragment.
function nextLink(store: WooStore, request: WooRequest, page: number): string {
  const pairs = request.query.filter(([name]) => name !== "page").map(([name, value]) => `${name}=${value}`);
  const [first, ...others] = pairs;
  const start = first === undefined ? "" : `${first}&`;
  const rest = others.map((pair) => `#038;${pair}`).join("&");
  return `<${store.home}${request.path}?${start}page=${page}${rest}>; rel="next"`;
}

/**
 * The public storefront API: published products, newest first, units as text. Of its parameters only `page`,
 * `per_page` and `_fields` are known here, and it gives a part of a real shop's keys.
 */
export function storefrontAnswer(store: WooStore, request: WooRequest): Answer {
  const query = new Map(request.query);
  const page = Math.max(1, Number(query.get("page") ?? 1) || 1);
  const perPage = Math.min(100, Math.max(1, Number(query.get("per_page") ?? 10) || 10));
  const rows = store.rows
    .filter((row) => !isVariation(row) && row.status === "publish")
    .sort((a, b) => (b.created ?? 0) - (a.created ?? 0) || b.id - a.id);
  const pages = Math.ceil(rows.length / perPage);
  const fields = readFields(query.get("_fields") ?? "");
  return {
    status: 200,
    headers: {
      ...(page < pages ? { Link: nextLink(store, request, page + 1) } : undefined),
      "X-WP-Total": String(rows.length),
      "X-WP-TotalPages": String(pages),
      Allow: "GET",
    },
    json: rows
      .slice((page - 1) * perPage, page * perPage)
      .map((row) => pickPaths(productBody(store, row), fields, false)),
  };
}
