import { afterEach, describe, expect, test } from "@jest/globals";
import { sampleCatalogue } from "../../../src/sandbox/woocommerce/catalogue.js";
import { faultNames, startWooShop, type WooShop } from "../../../src/sandbox/woocommerce/server.js";
import { basic, call, type Reply } from "../../support/woo-client.js";

const catalogue = sampleCatalogue({ products: 240, odd: false });
const open: WooShop[] = [];

async function start(...faults: readonly string[]): Promise<WooShop> {
  const shop = await startWooShop({ catalogue, assumeHttps: true, faults });
  open.push(shop);
  return shop;
}

function ask(shop: WooShop, path = "products?per_page=100&orderby=id&order=asc"): Promise<Reply> {
  return call(`${shop.url}/wp-json/wc/v3/${path}`, { headers: basic(shop.key) });
}

async function statuses(shop: WooShop, count: number): Promise<number[]> {
  const found: number[] = [];
  for (let n = 0; n < count; n += 1) found.push((await ask(shop, "products?per_page=1&_fields=id")).status);
  return found;
}

function idsOf(reply: Reply): unknown[] {
  return (JSON.parse(reply.text) as { id: unknown }[]).map((record) => record.id);
}

describe("src/sandbox/woocommerce/named-faults.ts", () => {
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
    expect((await ask(shop)).status).toBe(200);
    expect(() => shop.faults.add("gremlins")).toThrow("there is no fault called gremlins");
  });

  test("rate-limit: every 20th", async () => {
    const shop = await start("rate-limit");
    expect(await statuses(shop, 40)).toEqual(
      Array.from({ length: 40 }, (_, n) => (n % 20 === 19 ? 429 : 200)),
    );
    shop.faults.clear();
    shop.faults.add("rate-limit", { every: 1, retryAfter: 7 });
    expect((await ask(shop)).headers["retry-after"]).toBe("7");
    expect(shop.requests.at(-1)?.faults).toEqual(["rate-limit"]);
  });

  test("flaky: the same for the same seed", async () => {
    const shop = await start();
    const draw = async (seed: number): Promise<number[]> => {
      const off = shop.faults.add("flaky", { share: 0.4, seed });
      const found = await statuses(shop, 30);
      off();
      return found;
    };
    const one = await draw(1);
    expect(await draw(1)).toEqual(one);
    expect(await draw(2)).not.toEqual(one);
    expect(new Set(one)).toEqual(new Set([200, 500, 502, 504]));
  });

  test("reset and cut break the connection", async () => {
    const shop = await start();
    const off = shop.faults.add("reset", { every: 1 });
    await expect(ask(shop)).rejects.toThrow("ECONNRESET");
    off();
    shop.faults.add("cut", { every: 1 });
    await expect(ask(shop)).rejects.toThrow("aborted");
    expect(shop.requests.map((entry) => entry.status)).toEqual([0, 200]);
  });

  test("hang: no answer until the shop closes", async () => {
    const shop = await start();
    shop.faults.add("hang", { every: 1 });
    const silent = expect(ask(shop)).rejects.toThrow("socket hang up");
    while (shop.requests.length === 0) await new Promise((done) => void setImmediate(done));
    await shop.close();
    await silent;
  });

  test("slow: the answer waits, and is the right one", async () => {
    const shop = await start();
    shop.faults.add("slow", { ms: 1 });
    expect((await ask(shop)).status).toBe(200);
    expect(shop.requests[0]?.faults).toEqual(["slow"]);
  });

  test("html-login and empty-body: 200 and no JSON", async () => {
    const shop = await start();
    const off = shop.faults.add("html-login", { every: 1 });
    const login = await ask(shop);
    expect([login.status, login.headers["content-type"]]).toEqual([200, "text/html; charset=UTF-8"]);
    expect(login.text).toContain("<title>Log In");
    off();
    shop.faults.add("empty-body", { every: 1 });
    expect(await ask(shop)).toMatchObject({ status: 200, text: "" });
  });

  test("maintenance: three times", async () => {
    expect(await statuses(await start("maintenance"), 4)).toEqual([503, 503, 503, 200]);
  });

  test("notice: text before the JSON of lists only", async () => {
    const shop = await start("notice");
    expect((await ask(shop)).text).toMatch(/^<br \/>\n<b>Notice<\/b>.*\n\[\{/);
    expect((await ask(shop, "settings/products/woocommerce_weight_unit")).text).toMatch(/^\{/);
  });

  test("firewall, no-permalinks, redirect, drop-authorization: nothing gets through", async () => {
    const expected = { firewall: 403, "no-permalinks": 404, redirect: 301, "drop-authorization": 401 };
    for (const [name, status] of Object.entries(expected)) {
      expect((await ask(await start(name))).status).toBe(status);
    }
  });

  test("crash-record: its pages end in 500, but not when only the id is asked for", async () => {
    const shop = await start();
    const [victim, neighbour] = idsOf(await ask(shop)) as [number, number];
    shop.faults.add("crash-record", { id: victim });
    expect((await ask(shop)).status).toBe(500);
    expect((await ask(shop, `products/${victim}`)).status).toBe(500);
    expect((await ask(shop, `products?include=${victim},${neighbour}&_fields=id,description`)).status).toBe(
      500,
    );
    expect((await ask(shop, `products?include=${neighbour}`)).status).toBe(200);
    expect((await ask(shop, "products?per_page=100&_fields=id")).status).toBe(200);
  });

  test("crash-record and bad-record find a record by themselves", async () => {
    const crashing = await start("crash-record");
    const found: number[] = [];
    for (const page of [1, 2, 3])
      found.push((await ask(crashing, `products?per_page=100&page=${page}`)).status);
    expect(found.filter((status) => status === 500).length).toBe(1);
    const bad = await start("bad-record");
    const prices: unknown[] = [];
    for (const page of [1, 2, 3]) {
      const { text } = await ask(bad, `products?per_page=100&page=${page}&_fields=price`);
      prices.push(...(JSON.parse(text) as { price: unknown }[]).map((record) => typeof record.price));
    }
    expect(prices.filter((type) => type === "object").length).toBe(1);
  });

  test("shrinking-total: the third list, once", async () => {
    const shop = await start("shrinking-total");
    const totals: unknown[] = [];
    for (let n = 0; n < 6; n += 1) totals.push((await ask(shop)).headers["x-wp-total"]);
    expect(totals).toEqual(["240", "240", "0", "240", "240", "240"]);
  });

  test("drift: pages lose products while they are read", async () => {
    const shop = await start("drift");
    const seen = new Set<unknown>();
    for (const page of [1, 2, 3]) {
      for (const id of idsOf(await ask(shop, `products?per_page=100&orderby=id&order=asc&page=${page}`)))
        seen.add(id);
    }
    expect(shop.store.rows.filter((row) => row.type !== "variation").length).toBe(238);
    const missed = shop.store.rows.filter((row) => row.type !== "variation" && !seen.has(row.id));
    expect(missed.length).toBe(2);
  });

  test("repeat-page, cap-page-size, drop-total-headers: the paging lies", async () => {
    const repeating = await start("repeat-page");
    const page = (n: number): Promise<Reply> => ask(repeating, `products?per_page=50&page=${n}&_fields=id`);
    expect(idsOf(await page(4))).toEqual(idsOf(await page(2)));
    expect(idsOf(await page(2))).not.toEqual(idsOf(await page(1)));
    const capped = await ask(await start("cap-page-size"));
    expect([idsOf(capped).length, capped.headers["x-wp-totalpages"]]).toEqual([50, "5"]);
    const bare = await ask(await start("drop-total-headers"));
    expect([bare.headers["x-wp-total"], bare.headers["x-wp-totalpages"]]).toEqual([undefined, undefined]);
  });

  test("no-variations-endpoint: the old way still works", async () => {
    const shop = await start("no-variations-endpoint");
    expect((await ask(shop, "variations")).status).toBe(404);
    const parent = shop.store.rows.find((row) => row.type === "variable")?.id ?? 0;
    expect((await ask(shop, `products/${parent}/variations`)).status).toBe(200);
  });

  test("a script decides by count and request, and faults combine", async () => {
    const shop = await start("drop-total-headers");
    shop.faults.add({
      onRequest: (n, request) =>
        n === 2 && request.method === "GET"
          ? {
              name: "scripted",
              instead: () => ({ status: 418, headers: { "X-WP-Total": "1" }, text: "short" }),
            }
          : undefined,
    });
    expect((await ask(shop)).status).toBe(200);
    const second = await ask(shop);
    expect([second.status, second.text, second.headers["x-wp-total"]]).toEqual([418, "short", undefined]);
    expect(shop.requests[1]?.faults).toEqual(["drop-total-headers", "scripted"]);
  });
});
