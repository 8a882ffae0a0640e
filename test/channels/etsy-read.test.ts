import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { RecordPage, SourceChannel } from "../../src/channels/channel.js";
import { ConfigError, IncompleteError, TransientError } from "../../src/errors.js";
import type { EtsyShop } from "../../src/sandbox/etsy/server.js";
import { failureOf, keysOf, never, readPages, recordsOf } from "../conformance/channel.js";
import { apiCalls, catalogueOf, createEtsyBed, type EtsyBed } from "../support/etsy-bed.js";

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
    const shop = await bed.openShop({ catalogue: catalogueOf(60) });
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

  test("a shop that is none, or that Etsy does not know, is a fault of the config", async () => {
    const shop = await bed.openShop({ listings: 3 });
    const read = (shopId: string) =>
      failureOf(readPages(bed.openClient(shop, { settings: { shopId } }).channel));
    expect(await read("HarborGoods")).toMatchObject({
      code: "bad-settings",
      faults: [{ path: "source.shopId" }],
    });
    expect(shop.requests).toEqual([]);
    shop.faults.add({
      onRequest: (_n, { path }) =>
        path.includes("/shops/7/")
          ? { name: "404", instead: () => ({ status: 404, json: { error: "No" } }) }
          : undefined,
    });
    expect(await read("7")).toMatchObject({ code: "unknown-shop", faults: [{ path: "source.shopId" }] });
  });

  test("refused inventories are asked for apart, and so they stay", async () => {
    const shop = await bed.openShop({ catalogue: catalogueOf(250), faults: ["refused-inventory"] });
    const { channel, warnings } = bed.openClient(shop);
    const { pages, error } = await readAll(channel);
    expect(error).toBeUndefined();
    expect(keysOf(pages)).toEqual(shop.keys().toSorted());
    expect(warnings).toHaveLength(1);
    expect(apiCalls(shop)).toHaveLength(1 + 2 * 3);
    for (const { fields } of recordsOf(pages)) expect(fields["inventory"]).toBeDefined();
  });

  test("missing inventories are asked for, and one that Etsy does not know spares the others", async () => {
    const shop = await bed.openShop({ catalogue: catalogueOf(250) });
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

  test("an inventory that Etsy cannot show spares the others", async () => {
    const shop = await bed.openShop({ catalogue: catalogueOf(40), faults: ["refused-inventory"] });
    const victim = shop.store.listed("active")[7]?.id ?? 0;
    shop.faults.add({
      onRequest: (_n, { query }) =>
        (query.get("listing_ids") ?? "").split(",").includes(String(victim))
          ? { name: "422", instead: () => ({ status: 422, json: { error: "Unprocessable" } }) }
          : undefined,
    });
    const { pages, error } = await readAll(bed.openClient(shop).channel);
    expect(error).toBeUndefined();
    expect(rejectsOf(pages)).toMatchObject([
      { key: String(victim), message: expect.stringContaining("422") },
    ]);
    expect(keysOf(pages)).toEqual(without(shop, [victim]));
  });

  test("inventories that are all unknown do not cost a request each", async () => {
    const shop = await bed.openShop({ catalogue: catalogueOf(110), faults: ["refused-inventory"] });
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
    const shop = await bed.openShop({ catalogue: catalogueOf(110), faults: ["refused-inventory"] });
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

  test("a deleted product that is shown is no record", async () => {
    const shop = await bed.openShop({ catalogue: catalogueOf(20), faults: ["deleted-shown"] });
    expect(keysOf(await readPages(bed.openClient(shop).channel))).toEqual(shop.keys().toSorted());
  });

  test.each(["bad-listing", "huge-id", "bad-record"])(
    "one bad listing spares the others: %s",
    async (fault) => {
      const shop = await bed.openShop({ catalogue: catalogueOf(230) });
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
    const shop = await bed.openShop({ catalogue: catalogueOf(130) });
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

  test("a listing that is moved to the top while the list is read is found there", async () => {
    const shop = await bed.openShop({ catalogue: catalogueOf(400) });
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

  test("fewer than declared is told, and what came is good", async () => {
    const shop = await bed.openShop({ catalogue: catalogueOf(230), faults: ["high-count"] });
    const { pages, error } = await readAll(bed.openClient(shop).channel);
    expect(error).toBeInstanceOf(IncompleteError);
    expect(keysOf(pages)).toEqual(shop.keys().toSorted());
    expect(apiCalls(shop).length).toBeLessThan(12);
  });

  test("a list that ends too early for good is told", async () => {
    const shop = await bed.openShop({ catalogue: catalogueOf(330) });
    shop.faults.add("empty-page", { times: 100 });
    const { pages, error } = await readAll(bed.openClient(shop).channel);
    expect(error).toBeInstanceOf(IncompleteError);
    expect((error as Error).message).toMatch(/active listings break off at 100 of \d+/);
    expect(recordsOf(pages).length).toBeGreaterThan(99);
  });

  test("where Etsy lets nobody read on, that is told, and what came is good", async () => {
    const shop = await bed.openShop({ catalogue: catalogueOf(400) });
    shop.faults.add("offset-cap", { every: 150 });
    const { pages, error } = await readAll(bed.openClient(shop).channel);
    expect(error).toBeInstanceOf(IncompleteError);
    expect((error as Error).message).toContain("Etsy lets nobody read more than 200 of 400 active listings");
    expect(recordsOf(pages).length).toBeGreaterThanOrEqual(200);
  });

  test("a read is continued in the state that it stopped in", async () => {
    const shop = await bed.openShop({ catalogue: catalogueOf(230) });
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
    const shop = await bed.openShop({ catalogue: catalogueOf(230) });
    const [first] = await readPages(bed.openClient(shop).channel);
    for (const { id } of shop.store.listed("active").slice(10, 15)) shop.remove(id);
    const rest = await readPages(bed.openClient(shop).channel, { resume: first?.resume ?? "" });
    const came = new Set([...keysOf(rest), ...(first?.records.map(({ key }) => key) ?? [])]);
    expect(shop.keys().filter((key) => !came.has(key))).toEqual([]);
  });

  test("a shop that shows no SKU at all is told of", async () => {
    const shop = await bed.openShop({ catalogue: catalogueOf(30), faults: ["blank-skus"] });
    const { channel, warnings } = bed.openClient(shop);
    const pages = await readPages(channel);
    expect(warnings.join()).toContain("SKU");
    expect(recordsOf(pages).every(({ unfit }) => unfit?.[0]?.code === "no-sku")).toBe(true);
  });
});
