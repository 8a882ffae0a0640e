import { afterEach, describe, expect, test } from "@jest/globals";
import { faultNames, startEtsyShop, type EtsyShop } from "../../../src/sandbox/etsy/server.js";
import { accessOf, ask, refresh, resultsOf, type Reply } from "./client.js";

const open: EtsyShop[] = [];

async function start(...faults: readonly string[]): Promise<EtsyShop> {
  const shop = await startEtsyShop({ listings: 300, odd: false, limits: { perSecond: 1000 } });
  open.push(shop);
  // Most faults are not about tokens; those that are switch themselves on later.
  await accessOf(shop);
  for (const fault of faults) shop.faults.add(fault);
  return shop;
}

function list(shop: EtsyShop, offset = 0, includes = "Inventory"): Promise<Reply> {
  return ask(shop, `/shops/${shop.shopId}/listings?limit=100&offset=${offset}&includes=${includes}`);
}

async function pages(shop: EtsyShop, offsets = [0, 100, 200]): Promise<number[][]> {
  const found: number[][] = [];
  for (const offset of offsets) {
    found.push(resultsOf(await list(shop, offset)).map((row) => Number(row["listing_id"])));
  }
  return found;
}

async function statuses(shop: EtsyShop, count: number): Promise<number[]> {
  const found: number[] = [];
  for (let n = 0; n < count; n += 1) found.push((await ask(shop, "/users/me")).status);
  return found;
}

function middle(shop: EtsyShop): number {
  const rows = shop.store.listed("active");
  return rows[rows.length >> 1]?.id ?? 0;
}

describe("src/sandbox/etsy/named-faults.ts", () => {
  afterEach(async () => {
    await Promise.all(open.splice(0).map((shop) => shop.close()));
  });

  test("every fault has a name for the command line and one line of text", async () => {
    const shop = await start();
    for (const [name, description] of Object.entries(faultNames)) {
      expect(name).toMatch(/^[a-z]+(-[a-z0-9]+)*$/);
      expect(description).toMatch(/^[^\n]{10,120}$/);
      shop.faults.add(name)();
    }
    expect((await ask(shop, "/openapi-ping", { token: null })).status).toBe(200);
  });

  test("rate-limit and its silent kind: every 3rd", async () => {
    const shop = await start("rate-limit");
    expect(await statuses(shop, 6)).toEqual([200, 200, 429, 200, 200, 429]);
    shop.faults.clear();
    const off = shop.faults.add("rate-limit", { every: 1, retryAfter: 7 });
    expect((await ask(shop, "/users/me")).headers.get("retry-after")).toBe("7");
    expect(shop.requests.at(-1)?.faults).toEqual(["rate-limit"]);
    off();
    shop.faults.add("rate-limit-silent", { every: 1 });
    const silent = await ask(shop, "/users/me");
    expect([silent.status, silent.headers.get("retry-after")]).toEqual([429, null]);
  });

  test("day-exhausted: a whole day", async () => {
    const { status, headers } = await ask(await start("day-exhausted"), "/users/me");
    expect([status, headers.get("retry-after"), headers.get("x-remaining-today")]).toEqual([
      429,
      "86400",
      "0",
    ]);
  });

  test("flaky: the same for the same seed", async () => {
    const shop = await start();
    const draw = async (seed: number): Promise<number[]> => {
      const off = shop.faults.add("flaky", { share: 0.4, seed });
      const found = await statuses(shop, 40);
      off();
      return found;
    };
    const one = await draw(1);
    expect(await draw(1)).toEqual(one);
    expect(await draw(2)).not.toEqual(one);
    expect(new Set(one)).toEqual(new Set([200, 500, 502, 503, 504]));
  });

  test("server-error, html-page, empty-body: no JSON to use", async () => {
    const shop = await start();
    for (const [name, status, text] of [
      ["server-error", 500, '{"error":"Server Error"}'],
      ["html-page", 200, "<!DOCTYPE html>"],
      ["empty-body", 200, ""],
    ] as const) {
      const off = shop.faults.add(name, { every: 1 });
      const reply = await ask(shop, "/users/me");
      expect([reply.status, reply.text.startsWith(text)]).toEqual([status, true]);
      off();
    }
  });

  test("reset and cut-body break the connection", async () => {
    const shop = await start();
    const off = shop.faults.add("reset", { every: 1 });
    await expect(ask(shop, "/users/me")).rejects.toThrow("fetch failed");
    off();
    shop.faults.add("cut-body", { every: 1 });
    await expect(ask(shop, "/users/me")).rejects.toThrow("terminated");
    expect(shop.requests.slice(-2).map((entry) => entry.status)).toEqual([0, 200]);
  });

  test("hang: no answer until the shop closes; slow: the right one, later", async () => {
    const shop = await start();
    const off = shop.faults.add("slow", { ms: 1 });
    expect((await ask(shop, "/users/me")).status).toBe(200);
    off();
    shop.faults.add("hang", { every: 1 });
    const before = shop.requests.length;
    const silent = expect(ask(shop, "/users/me")).rejects.toThrow("fetch failed");
    while (shop.requests.length === before) await new Promise((done) => void setImmediate(done));
    await shop.close();
    await silent;
  });

  test("refresh-500 twice; nothing was rotated", async () => {
    const shop = await start("refresh-500");
    const token = shop.tokens.at(-1);
    const found: number[] = [];
    for (let n = 0; n < 3; n += 1) found.push((await refresh(shop, token)).status);
    expect(found).toEqual([500, 500, 200]);
  });

  test("crash-after-token: the pair is new, and its answer lost", async () => {
    const shop = await start("crash-after-token");
    const token = shop.tokens.at(-1) ?? "";
    await expect(refresh(shop, token)).rejects.toThrow("terminated");
    expect((await refresh(shop, token)).json).toMatchObject({ error: "invalid_grant" });
    expect((await refresh(shop, shop.tokens.at(-1))).status).toBe(200);
  });

  test("token-revoked, token-expired, token-refused, key-refused", async () => {
    expect(await statuses(await start("token-expired"), 4)).toEqual([200, 200, 401, 401]);
    const refused = await start("token-refused");
    await accessOf(refused, true);
    expect(await statuses(refused, 2)).toEqual([401, 401]);
    expect(await statuses(await start("key-refused"), 1)).toEqual([403]);
    const revoked = await start("token-revoked");
    expect(await statuses(revoked, 1)).toEqual([401]);
    expect((await refresh(revoked, revoked.tokens.at(-1))).status).toBe(400);
  });

  test("other-shop: users/me names another shop", async () => {
    const shop = await start("other-shop");
    const { json } = await ask(shop, "/users/me");
    expect(json["user_id"]).toBe(shop.userId);
    expect(json["shop_id"]).not.toBe(shop.shopId);
  });

  test("refused-inventory and missing-inventory leave the batch read alone", async () => {
    const shop = await start();
    const [id] = (await pages(shop, [0]))[0] ?? [];
    const off = shop.faults.add("refused-inventory");
    expect((await list(shop)).status).toBe(400);
    expect((await list(shop, 0, "Images")).status).toBe(200);
    off();
    shop.faults.add("missing-inventory");
    const rows = resultsOf(await list(shop)).map((row) => row["inventory"] === null);
    expect(rows).toEqual(rows.map((_, place) => place % 3 === 0));
    const batch = await ask(shop, `/listings/batch/inventory?listing_ids=${id}`);
    expect(resultsOf(batch)[0]?.["inventory"]).not.toBeNull();
  });

  test("batch-404: only what names the one listing", async () => {
    const shop = await start("batch-404");
    const [gone, other] = [middle(shop), shop.store.listed("active")[0]?.id];
    const status = async (path: string): Promise<number> => (await ask(shop, path)).status;
    expect(await status(`/listings/batch/inventory?listing_ids=${other},${gone}`)).toBe(404);
    expect(await status(`/listings/batch/inventory?listing_ids=${other}`)).toBe(200);
    expect(await status(`/listings/${gone}/inventory`)).toBe(404);
    expect((await pages(shop)).flat()).toContain(gone);
  });

  test("bad-listing: its page is a 500, however small, and no other", async () => {
    const shop = await start("bad-listing");
    const place = shop.store.listed("active").length >> 1;
    const status = async (limit: number, offset: number): Promise<number> =>
      (await ask(shop, `/shops/${shop.shopId}/listings?limit=${limit}&offset=${offset}`)).status;
    expect([await status(100, 0), await status(100, 100), await status(100, 200)]).toEqual([200, 500, 200]);
    expect([await status(1, place - 1), await status(1, place), await status(1, place + 1)]).toEqual([
      200, 500, 200,
    ]);
  });

  test("bad-inventory: a 500 only with the inventory", async () => {
    const shop = await start("bad-inventory");
    expect([(await list(shop, 100)).status, (await list(shop, 100, "Images")).status]).toEqual([500, 200]);
    const id = middle(shop);
    expect((await ask(shop, `/listings/batch/inventory?listing_ids=${id}`)).status).toBe(500);
    expect((await ask(shop, `/listings/${id}`)).status).toBe(200);
  });

  test("bad-record, huge-id, blank-skus, deleted-shown: what rows can be", async () => {
    const shop = await start();
    const [id, place] = [middle(shop), shop.store.listed("active").length >> 1];
    const products = async (): Promise<readonly Record<string, unknown>[]> => {
      const row = resultsOf(await list(shop, place))[0];
      return (row?.["inventory"] as { products: Record<string, unknown>[] } | undefined)?.products ?? [];
    };
    const off = shop.faults.add("bad-record");
    expect((await products())[0]?.["product_id"]).toEqual({ id: expect.any(Number) });
    off();
    const big = shop.faults.add("huge-id");
    const { text } = await list(shop, place);
    expect([text.includes('"listing_id":9007199254740993'), text.includes(`"listing_id":${id}`)]).toEqual([
      true,
      false,
    ]);
    big();
    const blank = shop.faults.add("blank-skus");
    expect((await products()).every(({ sku }) => sku === "")).toBe(true);
    blank();
    shop.faults.add("deleted-shown");
    expect((await products())[0]?.["is_deleted"]).toBe(true);
  });

  test("drift loses a listing a page, drift-added shows one twice", async () => {
    const losing = await start("drift");
    const had = losing.store.listed("active").map(({ id }) => id);
    const seen = new Set((await pages(losing)).flat());
    expect(had.filter((id) => !seen.has(id)).length).toBe(2);
    const growing = await start("drift-added");
    const shown = (await pages(growing)).flat();
    expect(shown.length - new Set(shown).size).toBe(2);
  });

  test("duplicate-page, empty-page, short-page, high-count, offset-cap: the paging lies", async () => {
    const repeating = await pages(await start("duplicate-page"));
    expect(repeating[2]).toEqual(repeating[1]);
    const empty = await start("empty-page");
    expect((await pages(empty, [0, 100, 100])).map(({ length }) => length)).toEqual([100, 0, 100]);
    const short = await start("short-page");
    expect((await pages(short, [0, 100, 100])).map(({ length }) => length)).toEqual([100, 90, 100]);
    const high = await start("high-count");
    expect((await list(high)).json["count"]).toBe(high.store.listed("active").length + 50);
    const capped = await start("offset-cap");
    expect([(await list(capped, 12_000)).status, (await list(capped, 12_001)).status]).toEqual([200, 400]);
  });
});
