import { afterEach, describe, expect, test } from "@jest/globals";
import type { AmazonShop, AmazonShopOptions } from "../../src/sandbox/amazon/server.js";
import type { RequestLogEntry } from "../../src/sandbox/sandbox.js";
import { keysOf, readPages, recordsOf } from "../conformance/channel.js";
import { type AmazonClientOptions, callsOf, createAmazonBed } from "../support/amazon-bed.js";

const bed = createAmazonBed();
afterEach(() => bed.close());

const plain = { settings: { enrich: false } };
/** The sandbox finishes a report in four seconds; the first look at it comes after five. */
const report = {
  "POST auth": 1,
  "GET reports": 1,
  "POST reports": 1,
  "GET report": 1,
  "GET document": 1,
  download: 1,
};

async function read(shop: AmazonShop, options: AmazonClientOptions = {}, since?: string) {
  const before = callsOf(shop);
  const pages = await readPages(bed.openClient(shop, options).channel, since === undefined ? {} : { since });
  const spent = Object.entries(callsOf(shop)).map(
    ([name, count]) => [name, count - (before[name] ?? 0)] as const,
  );
  return { pages, calls: Object.fromEntries(spent.filter(([, count]) => count > 0)) };
}

const catalogCalls = (shop: AmazonShop): RequestLogEntry[] =>
  shop.requests.filter(({ url }) => url.startsWith("/catalog/"));

describe("what a full read costs", () => {
  test.each([1, 20, 21, 100, 101])("%i listings: a report, and a call for twenty ASINs", async (size) => {
    const shop = await bed.openShop({ listings: size, odd: false });
    const { pages, calls } = await read(shop);
    expect(keysOf(pages)).toHaveLength(size);
    expect(calls).toEqual({ ...report, "GET catalog": Math.ceil(size / 20) });
    expect((await read(await bed.openShop({ listings: size, odd: false }), plain)).calls).toEqual(report);
  });

  test.each<[string, AmazonShopOptions]>([
    ["ASINs that several rows share", { document: "us" }],
    ["rows without an ASIN", { document: "jp" }],
  ])("an ASIN is asked for once, in full calls: %s", async (_case, options) => {
    const shop = await bed.openShop({ listings: 900, ...options });
    const { pages, calls } = await read(shop);
    const asins = recordsOf(pages).flatMap(({ address }) => address ?? []);
    expect(new Set(asins).size).toBeLessThan(shop.skus().length);
    expect(calls).toEqual({ ...report, "GET catalog": Math.ceil(new Set(asins).size / 20) });
  });

  test.each([1, 20, 21, 200])("%i listings by the Listings API: a call for twenty", async (size) => {
    const shop = await bed.openShop({ listings: size, odd: false, withSellerId: true });
    const pages = Math.ceil(size / 20);
    expect((await read(shop)).calls).toEqual({ "POST auth": 1, "GET listings": pages, "GET catalog": pages });
  });

  test("Amazon's own stock: a call for fifty of its listings", async () => {
    const shop = await bed.openShop({ listings: 500, odd: false });
    const held = [...shop.rows()].filter(({ channel }) => channel !== "DEFAULT").length;
    const settings = { enrich: false, inventoryLocation: "AMAZON_NA" };
    expect((await read(shop, { settings })).calls).toEqual({ ...report, "GET fba": Math.ceil(held / 50) });
  });
});

describe("what an unchanged incremental pass costs", () => {
  test("a token, a list, a document and a download; when the report is old, a new one; never the catalogue", async () => {
    const shop = await bed.openShop({ listings: 260, odd: false });
    const kept = new Map<string, string>();
    const full = await read(shop, { kept });
    const since = full.pages[0]?.cursor;
    const soon = await read(shop, { kept }, since);
    expect(soon.calls).toEqual({ "POST auth": 1, "GET reports": 1, "GET document": 1, download: 1 });
    expect(recordsOf(soon.pages)).toEqual(recordsOf(full.pages));
    await bed.clock.advance(31 * 60_000);
    expect((await read(shop, { kept }, since)).calls).toEqual(report);

    // What is new is asked for, once, and nothing else.
    const sku = shop.add({ asin: "B0GONE0002" });
    await bed.clock.advance(2 * 3_600_000);
    const grown = await read(shop, { kept }, since);
    expect(keysOf(grown.pages)).toContain(sku);
    expect(grown.calls).toEqual({ ...report, "GET catalog": 1 });
    expect((await read(shop, { kept }, since)).calls).toEqual(soon.calls);
    // A full read asks anew.
    expect((await read(shop, { kept })).calls).toMatchObject({ "GET catalog": 14 });
  });

  test("by the Listings API a token and a call for twenty", async () => {
    const shop = await bed.openShop({ listings: 90, odd: false, withSellerId: true });
    const kept = new Map<string, string>();
    const { pages } = await read(shop, { kept });
    expect((await read(shop, { kept }, pages[0]?.cursor)).calls).toEqual({
      "POST auth": 1,
      "GET listings": 5,
    });
  });

  test("a read that goes on trusts what its own first part asked for", async () => {
    const shop = await bed.openShop({ listings: 260, odd: false });
    const { channel } = bed.openClient(shop);
    const [first] = await readPages(channel);
    const before = catalogCalls(shop).length;
    await readPages(channel, { resume: first?.resume ?? "" });
    expect([before, catalogCalls(shop).length]).toEqual([13, 13]);
  });
});

describe("under the usage plans, exactly kept", () => {
  /** Requests a second from the 31st second on. */
  function paceOf(calls: readonly RequestLogEntry[]): number {
    const from = (calls[0]?.at ?? 0) + 30_000;
    const late = calls.filter(({ at }) => at >= from);
    const seconds = ((late.at(-1)?.at ?? 0) - (late[0]?.at ?? 0)) / 1000;
    expect(seconds).toBeGreaterThan(10);
    return (late.length - 1) / seconds;
  }

  const refusedOf = (calls: readonly RequestLogEntry[]): number =>
    calls.filter(({ status }) => status === 429).length;

  test("2500 listings: the catalogue is asked at 90 % of its rate at least, and hardly ever refuses", async () => {
    const shop = await bed.openShop({ listings: 2500, odd: false });
    expect((await read(shop)).calls).toEqual({ ...report, "GET catalog": 125 });
    const calls = catalogCalls(shop);
    expect(paceOf(calls)).toBeGreaterThanOrEqual(0.9 * 2);
    expect(refusedOf(calls) / calls.length).toBeLessThanOrEqual(0.01);
    expect(refusedOf(shop.requests)).toBe(0);
  });

  test("a seller's own rate, told by the answers, is kept, and used to 90 %", async () => {
    const shop = await bed.openShop({ listings: 600, odd: false });
    const own = { rate: 0.5, left: 1, at: 0 };
    shop.faults.add({
      onRequest: (_n, { operation }) => {
        if (operation !== "searchCatalogItems") return undefined;
        const now = bed.clock.now();
        own.left = Math.min(1, own.left + ((now - own.at) / 1000) * own.rate);
        own.at = now;
        const isEmpty = own.left < 1 - 1e-6;
        if (!isEmpty) own.left -= 1;
        const told = { "x-amzn-RateLimit-Limit": String(own.rate) };
        const json = {
          errors: [{ code: "QuotaExceeded", message: "You exceeded your quota.", details: "" }],
        };
        return isEmpty
          ? { name: "own rate", instead: () => ({ status: 429, headers: told, json }) }
          : {
              name: "own rate",
              answer: (answer) => ({ ...answer, headers: { ...answer.headers, ...told } }),
            };
      },
    });
    await read(shop);
    const calls = catalogCalls(shop);
    expect(paceOf(calls)).toBeGreaterThanOrEqual(0.9 * own.rate);
    expect(refusedOf(calls) / calls.length).toBeLessThanOrEqual(0.01);
  });

  test("after a 429 with Retry-After no request of the operation comes before its time", async () => {
    const shop = await bed.openShop({ listings: 600, odd: false });
    let seen = 0;
    shop.faults.add({
      onRequest: (_n, { operation }) => {
        if (operation !== "searchCatalogItems" || (seen += 1) % 10 !== 0) return undefined;
        const headers = { "Retry-After": "7" };
        return { name: "wait", instead: () => ({ status: 429, headers, json: { errors: [] } }) };
      },
    });
    await read(shop);
    const calls = catalogCalls(shop);
    expect(refusedOf(calls)).toBe(3);
    for (const [index, { status, at }] of calls.entries()) {
      const next = calls[index + 1];
      if (status === 429) expect((next?.at ?? 0) - at).toBeGreaterThanOrEqual(7000);
    }
  });
});
