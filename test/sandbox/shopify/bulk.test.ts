import { afterEach, describe, expect, test } from "@jest/globals";
import {
  type ShopifyShop,
  type ShopifyShopOptions,
  startShopifyShop,
} from "../../../src/sandbox/shopify/server.js";
import { ask } from "./ask.js";

const open: ShopifyShop[] = [];
let now = 0;

async function start(...faults: readonly string[]): Promise<ShopifyShop> {
  return startWith({ faults });
}

async function startWith(options: ShopifyShopOptions): Promise<ShopifyShop> {
  now = Date.UTC(2026, 10, 24, 8);
  const shop = await startShopifyShop({ products: 60, clock: () => now, ...options });
  open.push(shop);
  return shop;
}

interface Operation {
  readonly id: string;
  readonly status: string;
  readonly errorCode: string | null;
  readonly objectCount: string;
  readonly rootObjectCount: string;
  readonly fileSize: string | null;
  readonly url: string | null;
  readonly partialDataUrl: string | null;
}

const flat = "{ productVariants { edges { node { id sku product { id } } } } }";
const nested =
  "{ products { edges { node { id media { edges { node { id __typename } } } variants { nodes { id } } } } } }";

async function run(
  shop: ShopifyShop,
  query: string,
  groupObjects = false,
): Promise<{
  readonly bulkOperation: Operation | null;
  readonly userErrors: readonly { readonly code: string }[];
}> {
  const { body } = await ask(
    shop,
    `mutation M($query: String!, $group: Boolean!) { bulkOperationRunQuery(query: $query, groupObjects: $group) {
      bulkOperation { id status } userErrors { code field message } } }`,
    { query, group: groupObjects },
  );
  return (body.data ?? {})["bulkOperationRunQuery"] as Awaited<ReturnType<typeof run>>;
}

async function poll(shop: ShopifyShop, id: string): Promise<Operation> {
  const { body } = await ask(
    shop,
    "query P($id: ID!) { bulkOperation(id: $id) { id status errorCode objectCount rootObjectCount fileSize url partialDataUrl } }",
    { id },
  );
  return (body.data ?? {})["bulkOperation"] as Operation;
}

/** Starts an export and asks for it when its time is over. */
async function finish(shop: ShopifyShop, query: string, group = false): Promise<Operation> {
  const { bulkOperation } = await run(shop, query, group);
  expect(bulkOperation?.status).toBe("CREATED");
  now += 2000;
  return poll(shop, bulkOperation?.id ?? "");
}

async function lines(url: string | null): Promise<string[]> {
  const text = await (await fetch(url ?? "")).text();
  return text.split("\n").slice(0, -1);
}

describe("src/sandbox/shopify/bulk.ts", () => {
  afterEach(async () => {
    await Promise.all(open.splice(0).map((shop) => shop.close()));
  });

  test("an export runs, is done, and lies on another origin that takes no token", async () => {
    const shop = await start();
    const { bulkOperation } = await run(shop, flat);
    const id = bulkOperation?.id ?? "";
    now += 1000;
    expect(await poll(shop, id)).toMatchObject({ status: "RUNNING", url: null });
    now += 1000;
    const done = await poll(shop, id);
    expect(done).toMatchObject({ status: "COMPLETED", objectCount: String(shop.variants.length) });
    const { url, fileSize } = done;
    expect(new URL(url ?? "").origin).toBe(shop.downloads.url);
    expect(shop.downloads.url).not.toBe(shop.url);
    const found = (await lines(url)).map((line) => (JSON.parse(line) as { id: string }).id);
    expect(found).toEqual(shop.variants.map((variant) => `gid://shopify/ProductVariant/${variant}`));
    const response = await fetch(url ?? "");
    expect((await response.arrayBuffer()).byteLength).toBe(Number(fileSize));
    const headers = { "X-Shopify-Access-Token": shop.accessToken };
    expect((await fetch(url ?? "", { headers })).status).toBe(400);
    expect((await fetch((url ?? "").replace(/.$/, "x"))).status).toBe(403);
    now += 8 * 86_400_000;
    expect((await fetch(url ?? "")).status).toBe(400);
    expect(shop.downloads.requests.map(({ status }) => status)).toEqual([200, 200, 400, 403, 400]);
  });

  test("children are lines of their own: grouped behind their parent or somewhere behind it", async () => {
    const shop = await start();
    interface Line {
      readonly id: string;
      readonly __parentId?: string;
    }
    for (const group of [false, true]) {
      const done = await finish(shop, nested, group);
      const found = (await lines(done.url)).map((line) => JSON.parse(line) as Line);
      expect(done).toMatchObject({ objectCount: String(found.length), rootObjectCount: "60" });
      const parents = found.filter((line) => line.__parentId === undefined).map(({ id }) => id);
      expect(parents).toHaveLength(60);
      const variants = found.filter(({ id }) => id.includes("/ProductVariant/"));
      expect(variants).toHaveLength(shop.variants.length);
      let latest = "";
      const apart = found.filter((line) => {
        if (line.__parentId === undefined) latest = line.id;
        return line.__parentId !== undefined && line.__parentId !== latest;
      });
      expect(apart.length > 0).toBe(!group);
    }
  });

  test("nothing matched: no address", async () => {
    const shop = await start();
    const done = await finish(shop, '{ products(query: "status:none") { edges { node { id } } } }');
    expect(done).toMatchObject({ status: "COMPLETED", url: null, objectCount: "0", fileSize: null });
  });

  test("inner queries that cannot be run are refused with a code", async () => {
    const shop = await startWith({ bulkMost: 1 });
    const wrong = [
      "{ shop { id } }",
      "{ productVariants { edges { node { id stock } } } }",
      "query Q($a: ID!) { product(id: $a) { id } }",
      "{ products { edges { node { id variants { edges { node { sku } } } } } } }",
      "{ products { edges { node { title variants { edges { node { id } } } } } } }",
      "not graphql",
    ];
    for (const query of wrong) {
      const { bulkOperation, userErrors } = await run(shop, query);
      expect([query, bulkOperation, userErrors.map(({ code }) => code)]).toEqual([query, null, ["INVALID"]]);
    }
    const first = await run(shop, flat);
    expect((await run(shop, flat)).userErrors[0]?.code).toBe("LIMIT_REACHED");
    const cancel =
      "mutation C($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { status } userErrors { message } } }";
    const id = first.bulkOperation?.id ?? "";
    const { body } = await ask(shop, cancel, { id });
    expect(body.data).toEqual({
      bulkOperationCancel: { bulkOperation: { status: "CANCELING" }, userErrors: [] },
    });
    now += 1000;
    expect((await poll(shop, id)).status).toBe("CANCELED");
    const listed = await ask(
      shop,
      '{ bulkOperations(first: 5, query: "status:canceled") { nodes { id status } } }',
    );
    expect(listed.body.data).toEqual({ bulkOperations: { nodes: [{ id, status: "CANCELED" }] } });
  });

  test("faults: refused, failed, canceled, expired, stalled", async () => {
    const shop = await start();
    const refused = async (name: string): Promise<unknown> => {
      const off = shop.faults.add(name);
      const { userErrors } = await run(shop, flat);
      off();
      return userErrors[0]?.code;
    };
    expect(await refused("bulk-refused")).toBe("OPERATION_IN_PROGRESS");
    expect(await refused("bulk-limit")).toBe("LIMIT_REACHED");
    expect(await refused("bulk-invalid")).toBe("INVALID");
    const ends = async (name: string): Promise<Operation> => {
      const off = shop.faults.add(name);
      const done = await finish(shop, flat);
      off();
      return done;
    };
    expect(await ends("bulk-failed")).toMatchObject({
      status: "FAILED",
      errorCode: "INTERNAL_SERVER_ERROR",
      url: null,
      partialDataUrl: null,
    });
    expect((await ends("bulk-partial")).partialDataUrl).toMatch(/^http/);
    expect(await ends("bulk-canceled")).toMatchObject({ status: "CANCELED", url: null });
    expect(await ends("bulk-expired")).toMatchObject({ status: "EXPIRED", url: null });
    const stalled = await ends("bulk-stalled");
    now += 3_600_000;
    expect(await poll(shop, stalled.id)).toEqual({ ...stalled, status: "RUNNING" });
    expect((await finish(shop, flat)).status).toBe("COMPLETED");
  });

  test("faults of the file: torn, short, cut once", async () => {
    const shop = await start();
    const under = async (name: string): Promise<Operation> => {
      const off = shop.faults.add(name);
      const done = await finish(shop, flat);
      off();
      return done;
    };
    const torn = await (await fetch((await under("bulk-torn")).url ?? "")).text();
    expect(() => JSON.parse(torn.slice(torn.lastIndexOf("\n"))) as unknown).toThrow(SyntaxError);
    const short = await under("bulk-short");
    expect(await lines(short.url)).toHaveLength(Number(short.objectCount) - 1);
    const cut = await under("bulk-cut");
    await expect(lines(cut.url)).rejects.toThrow();
    expect(await lines(cut.url)).toHaveLength(Number(cut.objectCount));
  });

  test("without the scope an export fails with ACCESS_DENIED", async () => {
    const shop = await startWith({ scopes: ["read_products"] });
    const query =
      '{ productVariants { edges { node { id inventoryItem { inventoryLevel(locationId: "gid://shopify/Location/7001") { id } } } } } }';
    expect(await finish(shop, query)).toMatchObject({ status: "FAILED", errorCode: "ACCESS_DENIED" });
  });
});
