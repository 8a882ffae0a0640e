import { afterEach, describe, expect, test } from "@jest/globals";
import {
  type ShopifyShop,
  type ShopifyShopOptions,
  startShopifyShop,
} from "../../../src/sandbox/shopify/server.js";
import { ask, codesOf, listOf, readAll } from "./ask.js";

const open: ShopifyShop[] = [];

async function start(options: ShopifyShopOptions = {}): Promise<ShopifyShop> {
  const shop = await startShopifyShop({ products: 60, ...options });
  open.push(shop);
  return shop;
}

const ids = `query Ids($first: Int!, $after: String, $query: String) {
  productVariants(first: $first, after: $after, query: $query, sortKey: ID) { pageInfo { hasNextPage endCursor } nodes { id } }
}`;
const changed = `query Changed($query: String) {
  products(first: 250, query: $query, sortKey: ID) { nodes { id updatedAt } pageInfo { hasNextPage } }
}`;
const counts = `{ productVariantsCount(limit: null) { count precision } some: productVariantsCount(limit: 5) { count precision } }`;
const stock = `query Stock($id: ID!, $at: ID!) { productVariant(id: $id) { updatedAt product { updatedAt }
  inventoryItem { tracked inventoryLevel(locationId: $at) { quantities(names: ["available"]) { name quantity } } } } }`;

function form(shop: ShopifyShop, changes: Readonly<Record<string, string>> = {}): URLSearchParams {
  const { clientId, clientSecret } = shop;
  return new URLSearchParams({
    client_id: clientId,
    client_secret: clientSecret,
    grant_type: "client_credentials",
    ...changes,
  });
}

async function grant(
  shop: ShopifyShop,
  body: URLSearchParams | string,
): Promise<[number, Record<string, unknown>]> {
  const headers = typeof body === "string" ? { "Content-Type": "application/json" } : undefined;
  const response = await fetch(`${shop.url}/admin/oauth/access_token`, {
    method: "POST",
    body,
    ...(headers === undefined ? {} : { headers }),
  });
  return [response.status, (await response.json()) as Record<string, unknown>];
}

describe("src/sandbox/shopify/server.ts", () => {
  afterEach(async () => {
    await Promise.all(open.splice(0).map((shop) => shop.close()));
  });

  test("config is the source section of a psync config", async () => {
    const shop = await start();
    expect(shop.config).toEqual({
      channel: "shopify",
      shop: "harbor-goods.myshopify.com",
      accessToken: shop.accessToken,
      baseUrl: shop.url,
    });
    await expect(startShopifyShop({ faults: ["gremlins"] })).rejects.toThrow("no fault called gremlins");
  });

  test("pages of every size hold each variant once", async () => {
    const shop = await start();
    const whole = shop.variants.map((id) => `gid://shopify/ProductVariant/${id}`);
    for (const size of [7, 100, 250]) {
      const found = await readAll<{ id: string }>(shop, "productVariants", ids, size);
      expect(found.map(({ id }) => id)).toEqual(whole);
    }
    const { body } = await ask(shop, counts);
    expect(body.data).toEqual({
      productVariantsCount: { count: whole.length, precision: "EXACT" },
      some: { count: 5, precision: "AT_LEAST" },
    });
  });

  test("a cursor outlives what it points at; a false one, a page of 251 and no size are refused", async () => {
    const shop = await start();
    const first = listOf<{ id: string }>(await ask(shop, ids, { first: 10 }), "productVariants");
    const [next] = shop.variants.slice(10);
    const last = shop.variants[9];
    expect(last).toBeDefined();
    shop.remove(last ?? "");
    const second = listOf<{ id: string }>(
      await ask(shop, ids, { first: 1, after: first.pageInfo.endCursor }),
      "productVariants",
    );
    expect(second.nodes).toEqual([{ id: `gid://shopify/ProductVariant/${next ?? ""}` }]);
    expect(codesOf(await ask(shop, ids, { first: 1, after: "nonsense" }))).toEqual(["BAD_REQUEST"]);
    const tooMany = await ask(shop, ids, { first: 251 });
    expect([tooMany.status, tooMany.body.data, codesOf(tooMany)]).toEqual([200, null, ["BAD_REQUEST"]]);
    expect(codesOf(await ask(shop, "{ productVariants { nodes { id } } }"))).toEqual(["BAD_REQUEST"]);
  });

  test("a retired version is answered by the oldest one that is served; one that never was is not there", async () => {
    const shop = await start();
    const answered = async (version: string): Promise<unknown[]> => {
      const reply = await ask(shop, "{ shop { id } }", {}, { version });
      return [reply.status, reply.headers.get("X-Shopify-API-Version")];
    };
    expect(await answered("2026-10")).toEqual([200, "2026-10"]);
    expect(await answered("2025-07")).toEqual([200, "2026-01"]);
    expect(await answered("2031-01")).toEqual([404, null]);
    expect(await answered("latest")).toEqual([404, null]);
  });

  test("a deprecated field works and is told in a header", async () => {
    const shop = await start();
    const reply = await ask(shop, "{ products(first: 1) { nodes { bodyHtml } } }");
    expect(reply.body.errors).toBeUndefined();
    expect(reply.headers.get("X-Shopify-API-Deprecated-Reason")).toBe(
      "Product.bodyHtml: Use `descriptionHtml` instead.",
    );
    expect((await ask(shop, "{ shop { id } }")).headers.get("X-Shopify-API-Deprecated-Reason")).toBeNull();
  });

  test("tokens: a wrong one is 401 with a text, those of the grant expire", async () => {
    let now = Date.UTC(2026, 10, 24, 8);
    const shop = await start({ clock: () => now, tokenLifetimeSeconds: 3600 });
    const refused = await ask(shop, "{ shop { id } }", {}, { token: "shpat_wrong" });
    expect(refused.status).toBe(401);
    expect(refused.body.errors).toBe(
      "[API] Invalid API key or access token (unrecognized login or wrong password)",
    );
    const [status, body] = await grant(shop, form(shop));
    expect([status, body["expires_in"], body["scope"]]).toEqual([
      200,
      3599,
      "read_products,read_inventory,read_locations",
    ]);
    const token = String(body["access_token"]);
    expect((await ask(shop, "{ shop { id } }", {}, { token })).status).toBe(200);
    now += 3_600_000;
    expect((await ask(shop, "{ shop { id } }", {}, { token })).status).toBe(401);
    const asJson = JSON.stringify(Object.fromEntries(form(shop)));
    expect((await grant(shop, asJson))[0]).toBe(200);
    const wrong = async (changes: Record<string, string>): Promise<unknown> =>
      (await grant(shop, form(shop, changes)))[1]["error"];
    expect(await wrong({ client_id: "other" })).toBe("app_not_installed");
    expect(await wrong({ client_secret: "other" })).toBe("invalid_client");
    expect(await wrong({ grant_type: "password" })).toBe("unsupported_grant_type");
  });

  test("the bucket: too empty is THROTTLED and costs nothing, and it fills again", async () => {
    let now = Date.UTC(2026, 10, 24, 8);
    const shop = await start({ products: 260, clock: () => now, bucket: { maximum: 40, restoreRate: 10 } });
    const ofStock = `{ productVariants(first: 250) { nodes { id selectedOptions { name } product { id }
      inventoryItem { measurement { weight { value } } inventoryLevel(locationId: "gid://shopify/Location/7001") { quantities(names: ["available"]) { quantity } } } } } }`;
    const first = await ask(shop, ofStock);
    const price = first.body.extensions?.cost.requestedQueryCost ?? 0;
    expect(price).toBeGreaterThanOrEqual(20);
    expect(price).toBeLessThanOrEqual(30);
    const second = await ask(shop, ofStock);
    expect([second.status, second.body.data, codesOf(second)]).toEqual([200, undefined, ["THROTTLED"]]);
    expect(second.body.extensions?.cost).toEqual({
      requestedQueryCost: price,
      actualQueryCost: null,
      throttleStatus: { maximumAvailable: 40, currentlyAvailable: 40 - price, restoreRate: 10 },
    });
    now += 4000;
    expect(codesOf(await ask(shop, ofStock))).toEqual([]);
    const nested = `{ products(first: 250) { nodes { media(first: 250) { nodes { id } } variants(first: 250) { nodes { media(first: 250) { nodes { id } } } } } } }`;
    const dear = await ask(shop, nested);
    expect(codesOf(dear)).toEqual(["MAX_COST_EXCEEDED"]);
    expect(dear.body.errors?.[0]?.extensions).toMatchObject({ maxCost: 1000 });
  });

  test("search: quoted dates, and from 2026-10 on > leaves out the rest of its second", async () => {
    let now = Date.UTC(2026, 10, 24, 8, 0, 0, 400);
    const shop = await start({ clock: () => now, indexDelayMs: 5000 });
    const [, , variant = ""] = shop.variants;
    shop.edit(variant, { price: "7.00" });
    const found = async (query: string | null, version?: string): Promise<number> =>
      listOf(await ask(shop, changed, { query }, version === undefined ? {} : { version }), "products").nodes
        .length;
    expect(await found("updated_at:>='2026-11-24T08:00:00Z'")).toBe(0);
    now += 5000;
    expect(await found("updated_at:>='2026-11-24T08:00:00Z'")).toBe(1);
    expect(await found("updated_at:>'2026-11-24T08:00:00Z'")).toBe(0);
    expect(await found("updated_at:>'2026-11-24T08:00:00Z'", "2026-07")).toBe(1);
    expect(await found("updated_at:>'2026-11-24T08:00:00.000Z'")).toBe(1);
    expect(await found("updated_at:>=2026-11-24T08:00:00Z")).toBe(0);
    expect(await found(null)).toBe(60);
    expect(codesOf(await ask(shop, changed, { query: "status:draft OR status:active" }))).toEqual([
      "BAD_REQUEST",
    ]);
  });

  test("search: an empty date is an internal error, an unknown field a warning", async () => {
    const shop = await start();
    expect(codesOf(await ask(shop, changed, { query: "updated_at:>" }))).toEqual(["INTERNAL_SERVER_ERROR"]);
    const reply = await ask(shop, changed, { query: "colour:red" });
    expect(listOf(reply, "products").nodes).toHaveLength(60);
    expect(reply.body.extensions?.search).toEqual([
      {
        path: ["products"],
        query: "colour:red",
        warnings: [
          { field: "colour", message: "Invalid search field for this query.", code: "invalid_field" },
        ],
      },
    ]);
    const [, second = "", third = ""] = shop.variants;
    const behind = listOf<{ id: string }>(
      await ask(shop, ids, { first: 1, query: `id:>${second}` }),
      "productVariants",
    );
    expect(behind.nodes).toEqual([{ id: `gid://shopify/ProductVariant/${third}` }]);
  });

  test("hands: edits and stock move the product's date, silent ones do not; a removed variant is gone", async () => {
    let now = Date.UTC(2026, 10, 24, 8);
    const shop = await start({ clock: () => now, odd: false });
    const [variant = "", other = ""] = shop.variants;
    const look = async (id: string): Promise<Record<string, unknown>> => {
      const variables = { id: `gid://shopify/ProductVariant/${id}`, at: "gid://shopify/Location/7001" };
      const reply = await ask(shop, stock, variables);
      return (reply.body.data ?? {})["productVariant"] as Record<string, unknown>;
    };
    shop.setStock(variant, "7001", 5);
    const stocked = await look(variant);
    expect(stocked["product"]).toEqual({ updatedAt: "2026-11-24T08:00:00Z" });
    expect(stocked["updatedAt"]).not.toBe("2026-11-24T08:00:00Z");
    expect(stocked["inventoryItem"]).toEqual({
      tracked: true,
      inventoryLevel: { quantities: [{ name: "available", quantity: 5 }] },
    });
    shop.setStock(variant, "7001", null, { silent: true });
    now += 60_000;
    shop.edit(other, { tracked: false }, { silent: true });
    expect((await look(variant))["inventoryItem"]).toEqual({ tracked: true, inventoryLevel: null });
    expect((await look(other))["product"]).not.toEqual({ updatedAt: "2026-11-24T08:01:00Z" });
    shop.edit(other, { price: "1.00" });
    expect(await look(other)).toMatchObject({
      updatedAt: "2026-11-24T08:01:00Z",
      product: { updatedAt: "2026-11-24T08:01:00Z" },
    });
    const added = shop.add({ sku: "NEW" }, { product: { title: "New" } });
    expect(shop.variants.at(-1)).toBe(added);
    shop.remove(added);
    expect(await look(added)).toBeNull();
    expect(() => shop.edit(added, {})).toThrow(RangeError);
    const events = listOf<{ subjectId: string }>(
      await ask(shop, "{ events(first: 5) { nodes { ... on BasicEvent { subjectId action } } } }"),
      "events",
    );
    expect(events.nodes).toHaveLength(1);
  });

  test("locations: legacy and closed ones are hidden, and without an id it is the primary one", async () => {
    const shop = await start();
    const names = async (args: string): Promise<string[]> =>
      listOf<{ name: string }>(
        await ask(shop, `{ locations(first: 9${args}) { nodes { name } } }`),
        "locations",
      ).nodes.map(({ name }) => name);
    expect(await names("")).toEqual(["Harbor Warehouse", "Quay Street Store"]);
    expect(await names(", includeLegacy: true")).toContain("Northline Fulfilment");
    expect(await names(", includeInactive: true")).toContain("Old Boathouse");
    const { body } = await ask(
      shop,
      'query L($id: ID) { location(id: $id) { name } none: location(id: "gid://shopify/Location/9") { name } }',
      { id: null },
    );
    expect(body.data).toEqual({ location: { name: "Harbor Warehouse" }, none: null });
  });

  test("a missing scope is ACCESS_DENIED, with what else was asked for beside it", async () => {
    const shop = await start({ scopes: ["read_products"], products: 4 });
    const [id = ""] = shop.variants;
    const reply = await ask(shop, stock, {
      id: `gid://shopify/ProductVariant/${id}`,
      at: "gid://shopify/Location/7001",
    });
    expect(codesOf(reply)).toEqual(["ACCESS_DENIED"]);
    expect(reply.body.errors?.[0]?.path).toEqual(["productVariant", "inventoryItem", "inventoryLevel"]);
    expect((reply.body.data ?? {})["productVariant"]).toMatchObject({
      inventoryItem: { inventoryLevel: null },
    });
    shop.scopes.delete("read_products");
    shop.scopes.add("read_inventory");
    expect((await ask(shop, ids, { first: 1 })).body.data).toBeNull();
    const located = await ask(shop, '{ location(id: "gid://shopify/Location/7001") { id } }');
    expect(located.body.errors).toBeUndefined();
    expect(codesOf(await ask(shop, '{ location(id: "gid://shopify/Location/7001") { name } }'))).toEqual([
      "ACCESS_DENIED",
    ]);
  });

  test("what is no GraphQL request is 400 or 404", async () => {
    const shop = await start();
    const post = async (body: string, type = "application/json"): Promise<number> => {
      const headers = { "Content-Type": type, "X-Shopify-Access-Token": shop.accessToken };
      const path = `${shop.url}/admin/api/2026-10/graphql.json`;
      return (await fetch(path, { method: "POST", headers, body })).status;
    };
    expect(await post("{")).toBe(400);
    expect(await post("{}")).toBe(400);
    expect(await post("{}", "text/plain")).toBe(400);
    expect((await fetch(`${shop.url}/admin/products.json`)).status).toBe(404);
  });
});
