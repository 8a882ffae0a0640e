import { afterEach, describe, expect, test } from "@jest/globals";
import { IncompleteError } from "../../src/errors.js";
import type { FaultScript } from "../../src/sandbox/woocommerce/fault.js";
import type { WooShop } from "../../src/sandbox/woocommerce/server.js";
import { failureOf, keysOf, never, readPages, recordsOf } from "../conformance/channel.js";
import { createWooBed, expectedKeys, listCalls } from "../support/woo-bed.js";

const { clock, openShop, openClient, close } = createWooBed();

afterEach(close);

describe("src/channels/woocommerce/pager.ts", () => {
  test("misses no live item when one is removed before each page", async () => {
    const shop = await openShop({ faults: ["drift"], products: 600 });
    const before = expectedKeys(shop);
    const pages = await readPages(openClient(shop).channel);
    const keys = new Set(keysOf(pages));
    expect(keys.size).toBe(recordsOf(pages).length);
    const live = expectedKeys(shop);
    expect(live.length).toBeLessThan(before.length);
    expect(live.filter((key) => !keys.has(key))).toEqual([]);
  });

  test("takes what is added while it reads", async () => {
    const shop = await openShop();
    shop.faults.add(onProductPage(2, () => shop.add({ name: "Late", sku: "LATE", regular_price: "1" })));
    const pages = await readPages(openClient(shop).channel);
    expect(keysOf(pages)).toEqual(expectedKeys(shop));
  });

  test("is not sure when something was added and something else removed between two pages", async () => {
    const shop = await openShop();
    const victim = shop.store.rows.find(({ type }) => type === "simple")?.id ?? 0;
    await clock.advance(60_000);
    shop.faults.add(
      onProductPage(2, () => {
        clock.jump(5000);
        shop.remove(victim);
        shop.add({ name: "Late", sku: "LATE", regular_price: "1" });
      }),
    );
    const error = await failureOf(readPages(openClient(shop).channel));
    expect(error).toBeInstanceOf(IncompleteError);
    // A second look, with nobody at work in the shop, is complete.
    expect(keysOf(await readPages(openClient(shop).channel))).toEqual(expectedKeys(shop));
  });

  test("an empty page in the middle that stays empty ends as incomplete, after all that could be had", async () => {
    const shop = await openShop();
    shop.faults.add({
      onRequest: (_n, { path, query }) =>
        path.endsWith("/products") && new Map(query).get("page") === "2"
          ? {
              name: "empty",
              answer: (answer) => ({
                ...answer,
                headers: { ...answer.headers, "X-WP-Total": "0" },
                json: [],
              }),
            }
          : undefined,
    });
    const { channel } = openClient(shop);
    const keys: string[] = [];
    const failure = await failureOf(
      (async () => {
        for await (const { records } of channel.read({}, never()))
          keys.push(...records.map(({ key }) => key));
      })(),
    );
    expect(failure).toBeInstanceOf(IncompleteError);
    expect(failure.exitCode).toBe(8);
    const firstPage = shop.store.rows.filter(
      ({ type, status }) => type !== "variation" && status !== "trash",
    );
    const children = firstPage
      .slice(0, 100)
      .flatMap(({ id, type }) => (type === "variable" ? shop.store.childIds(id) : []));
    expect(keys).toHaveLength(100 + children.length);
  });

  test("a declared row that never comes is incomplete", async () => {
    const shop = await openShop();
    const hidden = shop.store.rows.find(({ type }) => type === "simple")?.id ?? 0;
    shop.faults.add(withoutRow(/\/wc\/v3\/products$/, hidden));
    const error = await failureOf(readPages(openClient(shop).channel));
    expect(error).toBeInstanceOf(IncompleteError);
    expect(error.message).toMatch(/declares \d+ products and sent \d+/);
  });
});

function firstChild(shop: WooShop): { parent: number; child: number } {
  const parent = shop.store.rows.find(
    ({ type, id }) => type === "variable" && shop.store.childIds(id).length > 2,
  );
  return { parent: parent?.id ?? 0, child: shop.store.childIds(parent?.id ?? 0)[1] ?? 0 };
}

describe("src/channels/woocommerce/children.ts", () => {
  test("looks a named variation up when the list leaves it out", async () => {
    const shop = await openShop();
    const { parent, child } = firstChild(shop);
    shop.faults.add(withoutRow(/\/wc\/v3\/variations$/, child));
    expect(keysOf(await readPages(openClient(shop).channel))).toEqual(expectedKeys(shop));
    const extra = shop.requests.filter(({ url }) => url.includes(`/products/${parent}/variations?`));
    expect(extra).toHaveLength(1);
  });

  test("a named variation that cannot be had at all is incomplete", async () => {
    const shop = await openShop();
    const { child } = firstChild(shop);
    shop.faults.add(withoutRow(/\/variations$/, child));
    const error = await failureOf(readPages(openClient(shop).channel));
    expect(error).toBeInstanceOf(IncompleteError);
    expect(error.message).toContain(String(child));
  });

  test("a variation that was deleted meanwhile is nobody's loss", async () => {
    const shop = await openShop();
    const { child } = firstChild(shop);
    let done = false;
    shop.faults.add({
      onRequest: (_n, { path }) => {
        if (!done && path.endsWith("/wc/v3/variations")) {
          done = true;
          shop.remove(child);
        }
        return undefined;
      },
    });
    expect(keysOf(await readPages(openClient(shop).channel))).toEqual(expectedKeys(shop));
  });

  test("asks each parent where the list of variations does not filter by parent", async () => {
    const shop = await openShop();
    shop.faults.add({
      onRequest: (_n, { path }) =>
        path.endsWith("/wc/v3/variations")
          ? {
              name: "no-parent",
              request: (request) => ({
                ...request,
                query: request.query.filter(([name]) => name !== "parent"),
              }),
            }
          : undefined,
    });
    const { channel, warnings } = openClient(shop);
    // A group of few parents among many variations.
    expect(keysOf(await readPages(channel))).toEqual(expectedKeys(shop));
    expect(warnings.length).toBeLessThanOrEqual(1);
  });

  test("before WooCommerce 10.3 a parent without variations costs no request", async () => {
    const shop = await openShop({ version: "10.2.0" });
    expect(keysOf(await readPages(openClient(shop).channel))).toEqual(expectedKeys(shop));
    const asked = shop.requests.filter(({ url }) => /\/products\/\d+\/variations\?/.test(url));
    const families = shop.store.rows.filter(
      ({ id, type, status }) =>
        type === "variable" && status !== "trash" && shop.store.childIds(id).length > 0,
    );
    const pages = families.reduce((sum, { id }) => sum + Math.ceil(shop.store.childIds(id).length / 100), 0);
    expect(asked).toHaveLength(pages);
  });

  test("stays near one request for each hundred records", async () => {
    const shop = await openShop({ products: 1500 });
    const records = recordsOf(await readPages(openClient(shop).channel));
    const parents = records.filter(({ fields }) => fields["type"] !== "variation").length;
    const children = records.length - parents;
    expect(listCalls(shop)).toBeLessThanOrEqual(Math.ceil(parents / 100) + Math.ceil(children / 100) + 3);
  });
});

/** Runs something in the shop just before it answers for a page of products, once. */
function onProductPage(page: number, act: () => void): FaultScript {
  let done = false;
  return {
    onRequest: (_n, { path, query }) => {
      if (done || !path.endsWith("/wc/v3/products") || new Map(query).get("page") !== String(page))
        return undefined;
      done = true;
      act();
      return undefined;
    },
  };
}

/** Leaves a row out of lists, totals unchanged, as plugins do. */
function withoutRow(path: RegExp, id: number): FaultScript {
  return {
    onRequest: (_n, request) =>
      path.test(request.path)
        ? {
            name: "hidden",
            answer: (answer) => ({
              ...answer,
              json: Array.isArray(answer.json)
                ? answer.json.filter((row: { id?: number }) => row.id !== id)
                : answer.json,
            }),
          }
        : undefined,
  };
}
