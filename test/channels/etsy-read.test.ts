import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { RecordPage, SourceChannel } from "../../src/channels/channel.js";
import { ConfigError, IncompleteError, RemoteError, TransientError } from "../../src/errors.js";
import type { EtsyShop } from "../../src/sandbox/etsy/server.js";
import { failureOf, keysOf, never, readPages, recordsOf } from "../conformance/channel.js";
import { apiCalls, createEtsyBed, type EtsyBed } from "../support/etsy-bed.js";

let bed: EtsyBed;
beforeEach(() => {
  bed = createEtsyBed();
});
afterEach(() => bed.close());

/** Reads to the end, whatever that is. */
async function readAll(
  channel: SourceChannel,
): Promise<{ readonly pages: readonly RecordPage[]; readonly error: unknown }> {
  const pages: RecordPage[] = [];
  try {
    for await (const page of channel.read({}, never())) pages.push(page);
  } catch (error) {
    return { pages, error };
  }
  return { pages, error: undefined };
}

function rejectsOf(pages: readonly RecordPage[]) {
  return pages.flatMap(({ rejects }) => rejects);
}

/** Keys without those of some listings. */
function without(shop: EtsyShop, ids: readonly unknown[], keys = shop.keys()): readonly string[] {
  return keys.filter((key) => !ids.includes(Number(key.split(":")[0]))).toSorted();
}

describe("src/channels/etsy/read.ts", () => {
  test.each([1, 99, 100, 101, 700])(
    "%i listings take a request for each 100, and one more at most",
    async (listings) => {
      const shop = await bed.openShop({ listings, odd: false });
      const active = shop.store.listed("active").length;
      const { pages, error } = await readAll(bed.openClient(shop).channel);
      expect(error).toBeUndefined();
      expect(keysOf(pages)).toEqual(shop.keys().toSorted());
      expect(apiCalls(shop).length).toBeLessThanOrEqual(Math.ceil(active / 100) + 1);
      expect(apiCalls(shop)[0]?.url).toBe(
        `/v3/application/shops/${shop.shopId}/listings?state=active&limit=100&offset=0&includes=Images,Inventory`,
      );
      for (const { headers } of apiCalls(shop)) {
        expect(headers["x-api-key"]).toBe(`${shop.key.keystring}:${shop.key.sharedSecret}`);
      }
    },
  );

  test("reads each wanted state, and says what it is about", async () => {
    const shop = await bed.openShop({ listings: 400 });
    const states = ["active", "sold_out", "inactive", "draft", "expired"];
    const { pages } = await readAll(bed.openClient(shop, { settings: { states } }).channel);
    const dead = rejectsOf(pages).map(({ key }) => Number(key));
    const products = recordsOf(pages).filter(({ key }) => key.includes(":"));
    expect(products.map(({ key }) => key).toSorted()).toEqual(without(shop, dead, shop.keys(states)));
    expect(recordsOf(pages).flatMap(({ unfit = [] }) => unfit.map(({ code }) => code))).not.toContain(
      "status",
    );
    expect(pages[0]?.cursor).toBe("2026-11-24T08:00:00.000Z");
    expect(pages.at(-1)?.declared).toBe(
      pages.reduce((sum, page) => sum + page.records.length + page.rejects.length, 0),
    );
  });

  test("a listing that moves to a state that is read later comes once", async () => {
    const shop = await bed.openShop({ listings: 60, odd: false });
    const [moving] = shop.store.listed("active");
    const { channel } = bed.openClient(shop, { settings: { states: ["active", "sold_out"] } });
    const keys: string[] = [];
    for await (const { records } of channel.read({}, never())) {
      keys.push(...records.map(({ key }) => key));
      shop.setState(moving?.id ?? 0, "sold_out");
    }
    expect(keys.toSorted()).toEqual(shop.keys(["active", "sold_out"]).toSorted());
  });

  test("a state that Etsy does not have is a fault of the config", async () => {
    const shop = await bed.openShop({ listings: 3 });
    const error = await failureOf(
      readPages(bed.openClient(shop, { settings: { states: ["activ"] } }).channel),
    );
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ faults: [{ path: "source.states" }] });
    expect(error.message).toContain("sold_out");
  });

  test("refused inventories are asked for apart, and so they stay", async () => {
    const shop = await bed.openShop({ listings: 250, odd: false, faults: ["refused-inventory"] });
    const { channel, warnings } = bed.openClient(shop);
    const { pages, error } = await readAll(channel);
    expect(error).toBeUndefined();
    expect(keysOf(pages)).toEqual(shop.keys().toSorted());
    expect(warnings).toHaveLength(1);
    expect(apiCalls(shop)).toHaveLength(1 + 2 * 3);
    for (const { fields } of recordsOf(pages)) expect(fields["inventory"]).toBeDefined();
  });

  test("missing inventories are asked for, and one that Etsy does not know spares the others", async () => {
    const shop = await bed.openShop({ listings: 250, odd: false });
    // The fault takes every third listing of a page, and this one is the fourth.
    const victim = shop.store.listed("active")[3];
    shop.faults.add("missing-inventory");
    shop.faults.add("batch-404", { id: victim?.id ?? 0 });
    const { pages, error } = await readAll(bed.openClient(shop).channel);
    expect(error).toBeUndefined();
    expect(rejectsOf(pages)).toMatchObject([{ key: String(victim?.id), code: "unreadable" }]);
    expect(keysOf(pages)).toEqual(without(shop, [victim?.id]));
    expect(apiCalls(shop).length).toBeLessThanOrEqual(3 + 3 + 2 * 7);
  });

  test("inventories that are all unknown do not cost a request each", async () => {
    const shop = await bed.openShop({ listings: 110, odd: false, faults: ["refused-inventory"] });
    shop.faults.add({
      onRequest: (_n, { path }) =>
        path.endsWith("/batch/inventory")
          ? { name: "404", instead: () => ({ status: 404, json: { error: "Not found" } }) }
          : undefined,
    });
    const { pages } = await readAll(bed.openClient(shop).channel);
    expect(rejectsOf(pages)).toHaveLength(shop.store.listed("active").length);
    expect(apiCalls(shop).length).toBeLessThan(60);
  });

  test("inventories that fail altogether end the read, and reject nobody", async () => {
    const shop = await bed.openShop({ listings: 110, odd: false, faults: ["refused-inventory"] });
    shop.faults.add({
      onRequest: (_n, { path }) =>
        path.endsWith("/batch/inventory")
          ? { name: "500", instead: () => ({ status: 500, json: { error: "Server Error" } }) }
          : undefined,
    });
    const { pages, error } = await readAll(bed.openClient(shop).channel);
    expect(error).toBeInstanceOf(TransientError);
    expect(pages).toEqual([]);
    expect(apiCalls(shop).length).toBeLessThan(40);
  });

  test.each(["bad-listing", "huge-id", "bad-record"])(
    "one bad listing spares the others: %s",
    async (fault) => {
      const shop = await bed.openShop({ listings: 230, odd: false });
      const rows = shop.store.listed("active");
      for (const victim of [rows[0], rows[140], rows.at(-1)]) {
        shop.faults.clear();
        shop.faults.add(fault, { id: victim?.id ?? 0 });
        const { pages, error } = await readAll(bed.openClient(shop).channel);
        expect(error).toBeUndefined();
        expect(keysOf(pages)).toEqual(without(shop, [victim?.id]));
        expect(rejectsOf(pages).length).toBeGreaterThan(0);
      }
    },
  );

  test("bad neighbours at the beginning of a page are found too", async () => {
    const shop = await bed.openShop({ listings: 130, odd: false });
    const bad = shop.store
      .listed("active")
      .slice(0, 3)
      .map(({ id }) => id);
    for (const id of bad) shop.faults.add("bad-listing", { id });
    const { pages, error } = await readAll(bed.openClient(shop).channel);
    expect(error).toBeUndefined();
    expect(keysOf(pages)).toEqual(without(shop, bad));
    expect(rejectsOf(pages)).toHaveLength(3);
  });

  test.each([
    ["drift", {}],
    ["drift-added", {}],
    ["short-page", {}],
    ["flaky", { share: 0.2 }],
    ["rate-limit", { every: 3 }],
    ["rate-limit-silent", { every: 3 }],
    ["html-page", { every: 3 }],
    ["cut-body", { every: 3 }],
    ["reset", { every: 3 }],
    ["empty-page", {}],
    ["deleted-shown", {}],
  ])("no live listing is lost: %s", async (fault, settings) => {
    const shop = await bed.openShop({ listings: 900, odd: false });
    const before = shop.keys();
    shop.faults.add(fault, settings);
    const { pages, error } = await readAll(bed.openClient(shop).channel);
    const came = keysOf(pages);
    const live = new Set(shop.keys());
    expect(error).toBeUndefined();
    expect(before.filter((key) => live.has(key) && !came.includes(key))).toEqual([]);
    expect(new Set(came).size).toBe(came.length);
  });

  test("a storm of ten minutes in the middle of a read is outlasted", async () => {
    const shop = await bed.openShop({ listings: 600, odd: false });
    const { channel, warnings } = bed.openClient(shop);
    const pages: RecordPage[] = [];
    let calm = 0;
    for await (const page of channel.read({}, never())) {
      pages.push(page);
      if (calm > 0) continue;
      const until = bed.clock.now() + 600_000;
      calm = shop.requests.length;
      shop.faults.add({
        onRequest: () =>
          bed.clock.now() < until
            ? { name: "503", instead: () => ({ status: 503, json: { error: "Service Unavailable" } }) }
            : undefined,
      });
    }
    expect(keysOf(pages)).toEqual(shop.keys().toSorted());
    expect(warnings).toHaveLength(1);
    expect(shop.requests.filter(({ status }) => status === 503).length).toBeLessThan(60);
  });

  test("a listing that is moved to the top while the list is read is found there", async () => {
    const shop = await bed.openShop({ listings: 400, odd: false });
    const last = shop.store.listed("active").at(-1);
    const { channel } = bed.openClient(shop);
    const pages: RecordPage[] = [];
    for await (const page of channel.read({}, never())) {
      // It leaves the end and comes back at the top: the total stays.
      if (pages.length === 0) {
        shop.remove(last?.id ?? 0);
        shop.add();
      }
      pages.push(page);
    }
    expect(keysOf(pages)).toEqual(shop.keys().toSorted());
  });

  test("many that leave at once do not hide one behind them", async () => {
    const shop = await bed.openShop({ listings: 900, odd: false });
    const pages: RecordPage[] = [];
    for await (const page of bed.openClient(shop).channel.read({}, never())) {
      pages.push(page);
      if (pages.length === 2) for (const { id } of shop.store.listed("active").slice(0, 150)) shop.remove(id);
    }
    const came = new Set(keysOf(pages));
    expect(shop.keys().filter((key) => !came.has(key))).toEqual([]);
  });

  test("fewer than declared is told, and what came is good", async () => {
    const shop = await bed.openShop({ listings: 230, odd: false, faults: ["high-count"] });
    const { pages, error } = await readAll(bed.openClient(shop).channel);
    expect(error).toBeInstanceOf(IncompleteError);
    expect(keysOf(pages)).toEqual(shop.keys().toSorted());
    expect(apiCalls(shop).length).toBeLessThan(12);
  });

  test("a list that ends too early for good is told", async () => {
    const shop = await bed.openShop({ listings: 330, odd: false });
    shop.faults.add("empty-page", { times: 100 });
    const { pages, error } = await readAll(bed.openClient(shop).channel);
    expect(error).toBeInstanceOf(IncompleteError);
    expect((error as Error).message).toMatch(/active listings break off at 100 of \d+/);
    expect(recordsOf(pages).length).toBeGreaterThan(99);
  });

  test("a page that is sent again and again ends the read", async () => {
    const shop = await bed.openShop({ listings: 600, odd: false, faults: ["duplicate-page"] });
    const { error } = await readAll(bed.openClient(shop).channel);
    expect(error).toBeInstanceOf(RemoteError);
    expect(apiCalls(shop)).toHaveLength(5);
  });

  test("where Etsy lets nobody read on, that is told, and what came is good", async () => {
    const shop = await bed.openShop({ listings: 600, odd: false });
    shop.faults.add("offset-cap", { every: 250 });
    const { pages, error } = await readAll(bed.openClient(shop).channel);
    expect(error).toBeInstanceOf(IncompleteError);
    expect((error as Error).message).toContain("Etsy lets nobody read more than 300 of 540 active listings");
    expect(recordsOf(pages).length).toBeGreaterThanOrEqual(300);
  });

  test("a read is continued in the state that it stopped in", async () => {
    const shop = await bed.openShop({ listings: 900, odd: false });
    const settings = { states: ["active", "sold_out"] };
    const pages = await readPages(bed.openClient(shop, { settings }).channel);
    const { resume = "" } = pages.at(-1) ?? {};
    const before = apiCalls(shop).length;
    expect(await readPages(bed.openClient(shop, { settings }).channel, { resume })).toEqual([]);
    expect(apiCalls(shop)).toHaveLength(before);
    const fresh = bed.openClient(shop, { settings: { states: ["draft"] } });
    await readPages(fresh.channel, { resume });
    await readPages(fresh.channel, { resume: "{torn" });
    expect(fresh.warnings).toHaveLength(2);
  });

  test("what slides over the edge between two processes is not lost", async () => {
    const shop = await bed.openShop({ listings: 500, odd: false });
    const [first] = await readPages(bed.openClient(shop).channel);
    for (const { id } of shop.store.listed("active").slice(10, 15)) shop.remove(id);
    const rest = await readPages(bed.openClient(shop).channel, { resume: first?.resume ?? "" });
    const came = new Set([...keysOf(rest), ...(first?.records.map(({ key }) => key) ?? [])]);
    expect(shop.keys().filter((key) => !came.has(key))).toEqual([]);
  });

  test("a shop that shows no SKU at all is told of", async () => {
    const shop = await bed.openShop({ listings: 30, odd: false, faults: ["blank-skus"] });
    const { channel, warnings } = bed.openClient(shop);
    const pages = await readPages(channel);
    expect(warnings.join()).toContain("SKU");
    expect(recordsOf(pages).every(({ unfit }) => unfit?.[0]?.code === "no-sku")).toBe(true);
  });

  test("odd listings: each product once, or told of", async () => {
    const shop = await bed.openShop({ listings: 300 });
    const { channel, warnings } = bed.openClient(shop);
    const pages = await readPages(channel);
    const dead = rejectsOf(pages).map(({ key }) => Number(key));
    const keys = recordsOf(pages).map(({ key }) => key);
    expect(keys.filter((key) => key.includes(":")).toSorted()).toEqual(without(shop, dead));
    expect(recordsOf(pages).some(({ fields }) => fields["shared_quantity"] === true)).toBe(true);
    expect(warnings.filter((text) => text.includes("offerings"))).toHaveLength(1);
    expect(apiCalls(shop).length).toBeLessThanOrEqual(
      Math.ceil(shop.store.listed("active").length / 100) + 3,
    );
  });
});
