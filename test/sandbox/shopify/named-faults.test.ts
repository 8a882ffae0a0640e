import { afterEach, describe, expect, test } from "@jest/globals";
import { faultNames, type ShopifyShop, startShopifyShop } from "../../../src/sandbox/shopify/server.js";
import { ask, codesOf, listOf, type ShopifyReply } from "./ask.js";

const open: ShopifyShop[] = [];

async function start(...faults: readonly string[]): Promise<ShopifyShop> {
  const shop = await startShopifyShop({ products: 40, odd: false, faults });
  open.push(shop);
  return shop;
}

interface Variant {
  readonly id: string;
  readonly [field: string]: unknown;
}

const page = `query Page($first: Int!, $after: String) { productVariants(first: $first, after: $after, sortKey: ID) {
  pageInfo { hasNextPage endCursor }
  nodes { id sku price title selectedOptions { name } product { id }
    inventoryItem { inventoryLevel(locationId: "gid://shopify/Location/7001") { quantities(names: ["available"]) { quantity } } } } } }`;
const bare =
  "query Bare($first: Int!) { productVariants(first: $first) { pageInfo { endCursor } nodes { id } } }";

const read = (shop: ShopifyShop, first = 10, after: string | null = null): Promise<ShopifyReply> =>
  ask(shop, page, { first, after });
const rowsOf = (reply: ShopifyReply): readonly Variant[] => listOf<Variant>(reply, "productVariants").nodes;

describe("src/sandbox/shopify/named-faults.ts", () => {
  afterEach(async () => {
    await Promise.all(open.splice(0).map((shop) => shop.close()));
  });

  test("every fault has a name for the command line and one line of text", async () => {
    const shop = await start();
    for (const [name, description] of Object.entries(faultNames)) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(description).toMatch(/^[^\n]{10,120}$/);
      shop.faults.add(name)();
    }
    expect(rowsOf(await read(shop))).toHaveLength(10);
    expect(() => shop.faults.add("gremlins")).toThrow("there is no fault called gremlins");
  });

  test("refusals before GraphQL: status, and errors as a text or a page", async () => {
    const shop = await start();
    const under = async (name: string): Promise<[number, string]> => {
      const off = shop.faults.add(name, { every: 1, retryAfter: 7 });
      const reply = await read(shop);
      off();
      return [reply.status, reply.text];
    };
    expect((await under("rate-limit"))[0]).toBe(429);
    expect((await under("frozen-shop"))[0]).toBe(402);
    expect((await under("locked-shop"))[0]).toBe(423);
    expect((await under("no-shop"))[0]).toBe(404);
    const [status, text] = await under("forbidden");
    expect([status, typeof (JSON.parse(text) as { errors: unknown }).errors]).toEqual([403, "string"]);
    expect((await under("html-page"))[1]).toContain("<title>Harbor Goods");
    expect((await under("gateway-timeout"))[0]).toBe(200);
    expect(shop.requests.at(0)?.faults).toEqual(["rate-limit"]);
  });

  test("errors with status 200 have Shopify's codes", async () => {
    const shop = await start();
    const under = async (name: string, first = 10): Promise<unknown[]> => {
      const off = shop.faults.add(name, { every: 1 });
      const reply = await read(shop, first);
      off();
      expect(reply.status).toBe(200);
      return codesOf(reply);
    };
    expect(await under("throttled")).toEqual(["THROTTLED"]);
    expect(await under("internal-error")).toEqual(["INTERNAL_SERVER_ERROR"]);
    expect(await under("inactive-shop")).toEqual(["SHOP_INACTIVE"]);
    expect([await under("max-cost", 51), await under("max-cost", 50)]).toEqual([["MAX_COST_EXCEEDED"], []]);
    expect([await under("big-page", 101), await under("big-page", 100)]).toEqual([
      ["INTERNAL_SERVER_ERROR"],
      [],
    ]);
    // The error has no code.
    expect([await under("timeout", 101), await under("timeout", 100)]).toEqual([[undefined], []]);
  });

  test("flaky: the same for the same seed", async () => {
    const shop = await start();
    const draw = async (seed: number): Promise<number[]> => {
      const off = shop.faults.add("flaky", { share: 0.5, seed });
      const found: number[] = [];
      for (let n = 0; n < 20; n += 1) found.push((await read(shop, 1)).status);
      off();
      return found;
    };
    const one = await draw(1);
    expect(await draw(1)).toEqual(one);
    expect(await draw(2)).not.toEqual(one);
    expect(Math.max(...one)).toBeGreaterThanOrEqual(500);
  });

  test("connections: reset, cut, never answered", async () => {
    const shop = await start();
    for (const name of ["reset", "cut-body"]) {
      const off = shop.faults.add(name, { every: 1 });
      await expect(read(shop)).rejects.toThrow();
      off();
    }
    shop.faults.add("hang", { every: 1 });
    const waiting = read(shop);
    const settled = expect(waiting).rejects.toThrow();
    await shop.close();
    await settled;
  });

  test("tokens: one that expires in between, and a client that gets none", async () => {
    const shop = await start();
    const grant = async (): Promise<Response> => {
      const { clientId, clientSecret } = shop;
      const body = new URLSearchParams({
        grant_type: "client_credentials",
        client_id: clientId,
        client_secret: clientSecret,
      });
      return fetch(`${shop.url}/admin/oauth/access_token`, { method: "POST", body });
    };
    const { access_token: token } = (await (await grant()).json()) as { readonly access_token: string };
    const off = shop.faults.add("expired-token", { every: 1, times: 1 });
    expect((await ask(shop, "{ shop { id } }", {}, { token })).status).toBe(401);
    off();
    expect((await ask(shop, "{ shop { id } }", {}, { token })).status).toBe(401);
    for (const name of ["app-not-installed", "shop-not-permitted", "grant-page"]) {
      const stop = shop.faults.add(name);
      const response = await grant();
      stop();
      expect([name, response.status]).toEqual([name, 400]);
      expect(await response.text()).toMatch(/app_not_installed|shop_not_permitted/);
    }
  });

  test("partial data: nulls, and errors beside them", async () => {
    const shop = await start();
    shop.faults.add("partial-data", { every: 1 });
    const reply = await read(shop);
    expect(rowsOf(reply)).toHaveLength(10);
    expect(
      rowsOf(reply).every(({ inventoryItem }) => JSON.stringify(inventoryItem) === '{"inventoryLevel":null}'),
    ).toBe(true);
    expect(codesOf(reply)).toEqual(["INTERNAL_SERVER_ERROR"]);
  });

  test("bad-record and dead-record: the page of one variant fails, and only that", async () => {
    const shop = await start();
    const [, , third = ""] = shop.variants;
    const off = shop.faults.add("bad-record", { id: Number(third) });
    expect(codesOf(await read(shop, 3))).toEqual(["INTERNAL_SERVER_ERROR"]);
    expect(codesOf(await read(shop, 2))).toEqual([]);
    expect(codesOf(await ask(shop, bare, { first: 3 }))).toEqual([]);
    off();
    shop.faults.add("dead-record", { id: Number(third) });
    expect(codesOf(await ask(shop, bare, { first: 3 }))).toEqual(["INTERNAL_SERVER_ERROR"]);
  });

  test("torn-record: one variant is not what the schema says, its neighbours are", async () => {
    const shop = await start();
    const [, second = ""] = shop.variants;
    shop.faults.add("torn-record", { id: Number(second) });
    const [before, torn, after] = rowsOf(await read(shop, 3));
    expect(torn).toMatchObject({ price: null, title: 7, selectedOptions: "none", product: null });
    expect([typeof before?.["price"], typeof after?.["price"]]).toEqual(["string", "string"]);
  });

  test("lists: a cursor that stays, an empty page, a row too few, a cursor that is no more", async () => {
    const shop = await start();
    const off = shop.faults.add("repeated-cursor");
    const first = listOf<Variant>(await read(shop, 5), "productVariants");
    const second = listOf<Variant>(await read(shop, 5, first.pageInfo.endCursor), "productVariants");
    expect(second.pageInfo).toEqual({ hasNextPage: true, endCursor: first.pageInfo.endCursor });
    off();
    const noRows = shop.faults.add("empty-page", { every: 1 });
    expect(listOf(await read(shop, 250), "productVariants")).toMatchObject({
      nodes: [],
      pageInfo: { hasNextPage: true },
    });
    noRows();
    const fewer = shop.faults.add("lost-rows");
    expect(rowsOf(await read(shop, 5))).toHaveLength(4);
    fewer();
    shop.faults.add("bad-cursor", { every: 1 });
    expect(codesOf(await read(shop, 5, first.pageInfo.endCursor))).toEqual(["BAD_REQUEST"]);
  });

  test("drift: variants come and go, a limited number of times", async () => {
    const shop = await start("drift");
    const before = shop.variants;
    for (let n = 0; n < 8; n += 1) await read(shop, 1);
    const after = shop.variants;
    expect(before.filter((id) => !after.includes(id))).toHaveLength(3);
    expect(after.filter((id) => !before.includes(id))).toHaveLength(3);
  });

  test("unnamed-version: the header is not there", async () => {
    const shop = await start("unnamed-version");
    expect((await read(shop, 1)).headers.get("X-Shopify-API-Version")).toBeNull();
  });
});
