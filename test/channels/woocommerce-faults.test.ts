import { afterEach, describe, expect, test } from "@jest/globals";
import { AuthError, ConfigError, RemoteError, TransientError } from "../../src/errors.js";
import { sampleCatalogue } from "../../src/sandbox/woocommerce/catalogue.js";
import type { FaultScript, FaultSettings } from "../../src/sandbox/woocommerce/fault.js";
import { type FaultName, faultNames } from "../../src/sandbox/woocommerce/named-faults.js";
import { failureOf, keysOf, readPages, recordsOf } from "../conformance/channel.js";
import { createWooBed, expectedKeys, listCalls } from "../support/woo-bed.js";

const { openShop, openClient, close } = createWooBed();

afterEach(close);

const survived: Partial<Record<FaultName, FaultSettings>> = {
  "rate-limit": { every: 4 },
  flaky: { share: 0.25 },
  reset: { every: 4 },
  cut: { every: 4 },
  hang: { every: 6 },
  slow: { ms: 1 },
  "html-login": { every: 4 },
  maintenance: { retryAfter: 20 },
  "empty-body": { every: 4 },
  "bad-record": {},
  "shrinking-total": {},
  "cap-page-size": {},
  "drop-total-headers": {},
  "drop-authorization": {},
  "no-variations-endpoint": {},
};

const fatal: Partial<Record<FaultName, readonly [new (...args: never) => Error, string]>> = {
  notice: [RemoteError, "text-before-json"],
  firewall: [AuthError, "firewall"],
  "repeat-page": [RemoteError, "endless-pages"],
  "no-permalinks": [RemoteError, "no-rest-api"],
  redirect: [ConfigError, "redirect"],
  maintenance: [TransientError, "retry-after"],
};

describe("src/channels/woocommerce/pager.ts", () => {
  test("is tried with every fault that the sandbox has", () => {
    const tried = new Set([...Object.keys(survived), ...Object.keys(fatal), "crash-record", "drift"]);
    expect([...tried].sort()).toEqual(Object.keys(faultNames).sort());
  });

  test.each(Object.entries(survived))("loses nothing and repeats nothing with %s", async (name, turns) => {
    const shop = await openShop();
    shop.faults.add(name, turns);
    // A server that drops the header is no obstacle to signatures, which travel in the query.
    const settings = name === "drop-authorization" ? { auth: "oauth1" as const } : {};
    const { channel } = openClient(shop, { settings, http: { timeouts: { idleMs: 150 } } });
    expect(keysOf(await readPages(channel))).toEqual(expectedKeys(shop));
    expect(shop.requests.some(({ faults }) => faults.includes(name))).toBe(true);
  });

  test.each(Object.entries(fatal))("stops with a named error on %s", async (name, [type, code]) => {
    const shop = await openShop();
    shop.faults.add(name);
    const error = await failureOf(readPages(openClient(shop).channel));
    expect(error).toBeInstanceOf(type);
    expect(error.code).toBe(code);
    expect(error.hint ?? "").not.toBe("");
  });

  test("finds the record that crashes a page, and brings its neighbours", async () => {
    const shop = await openShop();
    const crasher = shop.store.rows.filter(({ type }) => type === "simple")[90]?.id ?? 0;
    shop.faults.add("crash-record", { id: crasher });
    const pages = await readPages(openClient(shop).channel);
    expect(pages.flatMap(({ rejects }) => rejects)).toEqual([
      expect.objectContaining({ key: String(crasher), code: "unreadable" }),
    ]);
    expect(keysOf(pages)).toEqual(expectedKeys(shop).filter((key) => key !== String(crasher)));
    // 100, 50, 25, 5, 1: no more than two, two, five and five parts, and some attempts for those that fail.
    expect(listCalls(shop)).toBeLessThan(35);
  });

  test("finds a variation that crashes its page", async () => {
    const shop = await openShop();
    const parent = shop.store.rows.find(
      ({ type, id }) => type === "variable" && shop.store.childIds(id).length > 3,
    );
    const crasher = shop.store.childIds(parent?.id ?? 0)[1] ?? 0;
    shop.faults.add("crash-record", { id: crasher });
    const pages = await readPages(openClient(shop).channel);
    expect(pages.flatMap(({ rejects }) => rejects.map(({ key }) => key))).toEqual([String(crasher)]);
    expect(keysOf(pages)).toEqual(expectedKeys(shop).filter((key) => key !== String(crasher)));
  });

  test("takes a shop where everything crashes for broken, within few requests", async () => {
    const shop = await openShop();
    shop.faults.add(crashing(() => true));
    const error = await failureOf(readPages(openClient(shop).channel));
    expect(error).toBeInstanceOf(TransientError);
    expect(error.code).toBe("shop-crashed");
    expect(listCalls(shop)).toBeLessThan(40);
  });

  test("takes a last page of one crashing record for a record, not for a broken shop", async () => {
    const shop = await openShop({
      catalogue: sampleCatalogue({ products: 101, odd: false, variable: false }),
    });
    const last = shop.store.rows.at(-1)?.id ?? 0;
    shop.faults.add("crash-record", { id: last });
    const pages = await readPages(openClient(shop).channel);
    expect(recordsOf(pages)).toHaveLength(100);
    expect(pages.flatMap(({ rejects }) => rejects.map(({ key }) => key))).toEqual([String(last)]);
  });

  test("names the place of a record whose id cannot be had", async () => {
    const shop = await openShop();
    const rows = shop.store.rows.filter(({ type, status }) => type !== "variation" && status !== "trash");
    const crasher = rows[130]?.id ?? 0;
    shop.faults.add({
      onRequest: (_n, { path }) => ({
        name: "crash",
        answer: (answer) =>
          path.endsWith("/products") && JSON.stringify(answer.json).includes(`"id":${crasher},`)
            ? crash
            : answer,
      }),
    });
    // Asked with _fields=id the answer is {"id":N}: the crash must not depend on what follows the id.
    shop.faults.add({
      onRequest: (_n, { path }) => ({
        name: "crash",
        answer: (answer) =>
          path.endsWith("/products") && JSON.stringify(answer.json) === `[{"id":${crasher}}]`
            ? crash
            : answer,
      }),
    });
    const pages = await readPages(openClient(shop).channel);
    expect(pages.flatMap(({ rejects }) => rejects.map(({ key }) => key))).toEqual(["products, position 131"]);
  });

  test("goes on with smaller pages when the shop is too slow for whole ones", async () => {
    const shop = await openShop();
    shop.faults.add({
      onRequest: (_n, { query }) =>
        Number(new Map(query).get("per_page") ?? 0) > 25
          ? { name: "504", instead: () => ({ status: 504, headers: {}, text: "" }) }
          : undefined,
    });
    expect(keysOf(await readPages(openClient(shop).channel))).toEqual(expectedKeys(shop));
    const sizes = shop.requests
      .map(({ url }) => new URL(url, shop.url))
      .filter(({ pathname }) => pathname.endsWith("/wc/v3/products"))
      .map(({ searchParams }) => Number(searchParams.get("per_page")));
    expect([...new Set(sizes)]).toEqual([100, 50, 25]);
    expect(sizes.filter((size) => size > 25).length).toBeLessThanOrEqual(7);
  });
});

const crash = {
  status: 500,
  headers: { "Content-Type": "application/json; charset=UTF-8" },
  json: {
    code: "internal_server_error",
    message: "<p>There has been a critical error on this website.</p>",
    data: { status: 500, error: { message: "in /var/www/html/wp-content/secret-path.php:5" } },
  },
};

function crashing(of: (path: string) => boolean): FaultScript {
  return {
    onRequest: (_n, { path }) =>
      path.includes("/wc/v3/") && of(path) ? { name: "crash", instead: () => crash } : undefined,
  };
}
