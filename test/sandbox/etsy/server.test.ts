import { afterEach, describe, expect, test } from "@jest/globals";
import { startEtsyShop, type EtsyShop, type EtsyShopOptions } from "../../../src/sandbox/etsy/server.js";
import { accessOf, ask, refresh, resultsOf, type AskOptions, type Reply } from "./client.js";

const open: EtsyShop[] = [];

async function start(options: EtsyShopOptions = {}): Promise<EtsyShop> {
  const shop = await startEtsyShop({ limits: { perSecond: 1000 }, ...options });
  open.push(shop);
  return shop;
}

function list(shop: EtsyShop, query = ""): Promise<Reply> {
  return ask(shop, `/shops/${shop.shopId}/listings?limit=100&includes=Images,Inventory${query}`);
}

type Product = { readonly product_id: number; readonly sku: string; readonly is_deleted: boolean };

function productsOf(listing: Readonly<Record<string, unknown>> | undefined): readonly Product[] {
  return (listing?.["inventory"] as { products: Product[] } | null | undefined)?.products ?? [];
}

async function keysSent(shop: EtsyShop, state: string): Promise<string[]> {
  const keys: string[] = [];
  for (let offset = 0; ; offset += 100) {
    const rows = resultsOf(await list(shop, `&state=${state}&offset=${offset}`));
    for (const row of rows) {
      for (const { product_id } of productsOf(row)) keys.push(`${String(row["listing_id"])}:${product_id}`);
    }
    if (rows.length < 100) return keys;
  }
}

/** The listing whose title or odd trait this is, and its products, as the seller sees them. */
function idBy(shop: EtsyShop, find: (listing: Readonly<Record<string, unknown>>) => boolean): number {
  const row = shop.store.listed("active").find((each) => find(shop.store.item(each).listing));
  if (row === undefined) throw new Error("no such listing");
  return row.id;
}

describe("src/sandbox/etsy/server.ts", () => {
  afterEach(async () => {
    await Promise.all(open.splice(0).map((shop) => shop.close()));
  });

  test("a full read gives each product of the state, the newest listing first", async () => {
    const shop = await start();
    const keys = await keysSent(shop, "active");
    expect(keys).toEqual(shop.keys());
    expect(keys.length).toBeGreaterThan(400);
    expect(new Set(keys).size).toBe(keys.length);
    for (const state of ["sold_out", "inactive", "draft", "expired"]) {
      expect(shop.keys([state]).length).toBeGreaterThan(0);
      expect(await keysSent(shop, state)).toEqual(shop.keys([state]));
    }
    const created = resultsOf(await list(shop)).map((row) => Number(row["created_timestamp"]));
    expect(created).toEqual([...created].sort((one, other) => other - one));
  });

  test("the same seed gives the same shop, another seed another", async () => {
    const texts = await Promise.all([1, 1, 2].map(async (seed) => (await list(await start({ seed }))).text));
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).not.toBe(texts[2]);
  });

  test("count tells all that match; limit and offset have bounds; unknown names are ignored", async () => {
    const shop = await start({ listings: 60, odd: false });
    const few = await ask(shop, `/shops/${shop.shopId}/listings?offset=50&wat=1`);
    expect(few.json["count"]).toBe(shop.store.listed("active").length);
    expect(resultsOf(few).length).toBe(shop.store.listed("active").length - 50);
    expect(resultsOf(await ask(shop, `/shops/${shop.shopId}/listings`)).length).toBe(25);
    expect(resultsOf(await ask(shop, `/shops/${shop.shopId}/listings?offset=20000`))).toEqual([]);
  });

  test.each([
    ["limit=101", "at most 100"],
    ["limit=0", "at least 1"],
    ["limit=ten", "Expected int value for 'limit'"],
    ["offset=-1", "at least 0"],
    ["state=active,sold_out", "Invalid value (active,sold_out) for enum(active, inactive"],
    ["state=Active", "Invalid value (Active)"],
    ["includes=Images,inventory", "Invalid value (inventory)"],
    ["sort_on=name", "Invalid value (name)"],
    ["sort_order=backwards", "Invalid value (backwards)"],
  ])("%s is refused with 400", async (query, text) => {
    const shop = await start({ listings: 10, odd: false });
    const { status, json } = await ask(shop, `/shops/${shop.shopId}/listings?${query}`);
    expect([status, json["error"]]).toEqual([400, expect.stringContaining(text)]);
  });

  test("associations come only when they are asked for", async () => {
    const shop = await start({ listings: 10, odd: false });
    const [bare] = resultsOf(await ask(shop, `/shops/${shop.shopId}/listings`));
    expect(bare).toMatchObject({ inventory: null, images: [], shop: null, user: null });
    const all = "Shipping,Images,Shop,User,Translations,Inventory,Videos,Personalization,BuyerPrice";
    const [full] = resultsOf(await ask(shop, `/shops/${shop.shopId}/listings?includes=${all}`));
    expect(full).toMatchObject({ inventory: {}, shop: {}, user: {}, shipping_profile: {}, translations: {} });
    expect(Object.keys(full ?? {})).toEqual(Object.keys(bare ?? {}));
  });

  test("a batch of inventories is all or nothing", async () => {
    const shop = await start({ listings: 120, odd: false });
    const ids = shop.store.listed("active").map(({ id }) => id);
    const path = (of: readonly (number | string)[]): string =>
      `/listings/batch/inventory?listing_ids=${of.join(",")}`;
    const found = await ask(shop, path(ids.slice(0, 100)));
    expect(resultsOf(found).map((row) => row["listing_id"])).toEqual(ids.slice(0, 100));
    expect(productsOf(resultsOf(found)[0]).length).toBeGreaterThan(0);
    expect((await ask(shop, path([ids[0] ?? 0, 77]))).status).toBe(404);
    expect((await ask(shop, path(ids.slice(0, 101)))).status).toBe(400);
    expect((await ask(shop, path(["x"]))).status).toBe(400);
    expect((await ask(shop, "/listings/batch/inventory")).status).toBe(400);
    expect((await ask(shop, "/listings/batch?includes=Inventory&listing_ids=1")).status).toBe(400);
    const images = await ask(shop, `/listings/batch?includes=Images&listing_ids=${ids[0]},${ids[1]}`);
    expect(images.json).toMatchObject({ count: 2 });
  });

  test("deleted products come only with show_deleted, and only from the single read", async () => {
    const shop = await start();
    const row = shop.store
      .listed("active")
      .find((each) =>
        shop.store.item(each).inventory?.products.some(({ is_deleted }) => is_deleted === true),
      );
    const id = row?.id ?? 0;
    const count = async (query: string): Promise<number> => {
      const { json } = await ask(shop, `/listings/${id}/inventory${query}`);
      return (json["products"] as unknown[]).length;
    };
    expect([await count(""), await count("?show_deleted=true"), await count("?show_deleted=false")]).toEqual([
      2, 3, 2,
    ]);
    expect((await ask(shop, `/listings/${id}/inventory?show_deleted=maybe`)).status).toBe(400);
    const batch = await ask(shop, `/listings/batch/inventory?listing_ids=${id}&show_deleted=true`);
    expect(productsOf(resultsOf(batch)[0]).length).toBe(2);
    expect((await ask(shop, `/listings/${id}/inventory?includes=Listing`)).json).toMatchObject({
      listing: { listing_id: id },
    });
  });

  test("a listing that never had an inventory has null in lists and 404 alone", async () => {
    const shop = await start();
    const row = shop.store.listed("active").find((each) => shop.store.item(each).inventory === null);
    const sent = await ask(shop, `/listings/batch/inventory?listing_ids=${row?.id}`);
    expect(resultsOf(sent)).toMatchObject([{ listing_id: row?.id, inventory: null }]);
    expect((await ask(shop, `/listings/${row?.id}/inventory`)).status).toBe(404);
  });

  test("images keep their stored order", async () => {
    const shop = await start();
    const row = shop.store.listed("active").find((each) => shop.store.item(each).images[0]?.["rank"] === 3);
    const { json } = await ask(shop, `/listings/${row?.id}/images`);
    expect((json["results"] as { rank: number }[]).map(({ rank }) => rank)).toEqual([3, 1, 4, 2]);
  });

  describe("keys, tokens and scopes", () => {
    const refusals: readonly (readonly [string, AskOptions, number, string])[] = [
      ["no key", { key: null }, 403, "Invalid API key: should be in the format"],
      ["a keystring alone", { key: "k" }, 403, "Shared secret is required in x-api-key header."],
      ["a wrong pair", { key: "k:s" }, 403, "API key not found or not active"],
      ["no token", { token: null }, 401, "invalid_token"],
      ["a token without its user", { token: "abc" }, 401, "invalid_token"],
      ["an unknown token", { token: "88112233.abc" }, 401, "invalid_token"],
    ];
    test.each(refusals)("%s", async (_name, how, status, text) => {
      const shop = await start({ listings: 10, odd: false });
      const reply = await ask(shop, `/shops/${shop.shopId}/listings`, how);
      expect([reply.status, reply.json["error"]]).toEqual([status, expect.stringContaining(text)]);
    });

    test("a token expires after its lifetime, and says so", async () => {
      let now = Date.UTC(2026, 10, 24);
      const shop = await start({ listings: 10, odd: false, clock: () => now, tokenLifetime: 60 });
      expect((await ask(shop, "/users/me")).json).toEqual({ user_id: shop.userId, shop_id: shop.shopId });
      now += 60_000;
      const late = await ask(shop, "/users/me");
      expect([late.status, late.json]).toEqual([
        401,
        { error: "invalid_token", error_description: "access token is expired" },
      ]);
      await accessOf(shop, true);
      expect((await ask(shop, "/users/me")).status).toBe(200);
    });

    test("what was not consented to is 403, and POST /scopes tells what was", async () => {
      const shop = await start({ listings: 10, odd: false, scopes: ["shops_r"] });
      expect((await ask(shop, "/users/me")).status).toBe(200);
      const refused = await ask(shop, `/shops/${shop.shopId}/listings`);
      expect([refused.status, refused.json["error"]]).toEqual([403, "insufficient_scope"]);
      const told = await ask(shop, "/scopes", { form: { token: await accessOf(shop) } });
      expect(told.json).toEqual({ scopes: ["shops_r"] });
      expect((await ask(shop, "/scopes", { form: { token: "88112233.no" } })).status).toBe(401);
    });

    test("without a token there are no SKUs, and nothing that is not on sale", async () => {
      const shop = await start();
      const [id, draft] = [shop.store.listed("active")[0]?.id, shop.store.listed("draft")[0]?.id];
      const open = { token: null };
      expect((await ask(shop, `/listings/${id}`, open)).json).toMatchObject({ skus: [] });
      expect((await ask(shop, `/listings/${id}`)).json).not.toMatchObject({ skus: [] });
      expect((await ask(shop, `/listings/${draft}`, open)).status).toBe(404);
      expect((await ask(shop, `/listings/${draft}`)).status).toBe(200);
      expect((await ask(shop, `/shops/${shop.shopId}`, open)).json).toMatchObject({ currency_code: "USD" });
    });

    test("another shop, another user and unknown paths", async () => {
      const shop = await start({ listings: 10, odd: false });
      const status = async (path: string): Promise<number> => (await ask(shop, path)).status;
      expect(await status("/openapi-ping")).toBe(200);
      expect(await status("/shops/7")).toBe(404);
      expect(await status("/shops/seven")).toBe(400);
      expect(await status("/shops/7/listings")).toBe(403);
      expect(await status(`/users/${shop.userId}/shops`)).toBe(200);
      expect(await status("/users/7/shops")).toBe(404);
      expect(await status("/listings/7")).toBe(404);
      expect(await status("/nowhere")).toBe(404);
    });
  });

  describe("limits", () => {
    test("per second: 429 with retry-after, and headers that count down", async () => {
      let now = 1_800_000_000_000;
      const shop = await start({ listings: 10, odd: false, clock: () => now, limits: { perSecond: 3 } });
      await accessOf(shop);
      const left: unknown[] = [];
      for (let n = 0; n < 4; n += 1) {
        const { status, headers } = await ask(shop, "/users/me");
        left.push([status, headers.get("x-remaining-this-second"), headers.get("retry-after")]);
      }
      expect(left).toEqual([
        [200, "2", null],
        [200, "1", null],
        [200, "0", null],
        [429, "0", "1"],
      ]);
      now += 1000;
      const next = await ask(shop, "/users/me");
      expect([next.status, next.headers.get("x-remaining-today")]).toEqual([200, "9996"]);
    });

    test("per day: rolling, by buckets of an hour", async () => {
      const hour = 3_600_000;
      let now = 500_000 * hour;
      const shop = await start({
        listings: 10,
        odd: false,
        tokenLifetime: 1e6,
        clock: () => now,
        limits: { perDay: 3 },
      });
      const call = async (): Promise<[number, string | null]> => {
        const { status, headers } = await ask(shop, "/users/me");
        return [status, headers.get("retry-after")];
      };
      expect(await call()).toEqual([200, null]);
      now += 10 * hour;
      expect([await call(), await call()]).toEqual([
        [200, null],
        [200, null],
      ]);
      expect(await call()).toEqual([429, String(14 * 3600)]);
      now += 14 * hour;
      expect(await call()).toEqual([200, null]);
      expect(await call()).toEqual([429, String(10 * 3600)]);
    });
  });

  describe("hands", () => {
    test("edits move the date, add goes in front, remove and setState take out", async () => {
      let now = Date.UTC(2026, 10, 24);
      const shop = await start({ clock: () => now });
      const before = shop.keys();
      const id = shop.store.listed("active")[5]?.id ?? 0;
      now += 5000;
      shop.edit(id, { title: "New", item_weight: 3 });
      expect((await ask(shop, `/listings/${id}`)).json).toMatchObject({
        title: "New",
        item_weight: 3,
        updated_timestamp: now / 1000,
      });
      const added = shop.add({ title: "Added" });
      expect(resultsOf(await list(shop))[0]).toMatchObject({ listing_id: added, title: "Added" });
      shop.remove(added);
      expect(shop.keys()).toEqual(before);
      expect((await ask(shop, `/listings/${added}`)).status).toBe(404);
      shop.setState(id, "draft");
      expect(shop.keys().some((key) => key.startsWith(`${id}:`))).toBe(false);
      expect(shop.keys(["draft"]).some((key) => key.startsWith(`${id}:`))).toBe(true);
      shop.setVacation(true);
      expect((await ask(shop, `/shops/${shop.shopId}`)).json).toMatchObject({ is_vacation: true });
      expect(() => shop.edit(7, {})).toThrow("there is no listing 7");
      expect(() => shop.editProduct(7, {})).toThrow("there is no product 7");
    });

    test("a product's edit goes to its offering; new ids are new keys", async () => {
      const shop = await start({ listings: 12, odd: false });
      const [key = ""] = shop.keys();
      const [listing = 0, product = 0] = key.split(":").map(Number);
      const sum = async (): Promise<unknown> => (await ask(shop, `/listings/${listing}`)).json["quantity"];
      shop.editProduct(product, { sku: "NEW", quantity: 777 });
      expect(await sum()).toBeGreaterThanOrEqual(777);
      const { json } = await ask(shop, `/listings/${listing}/inventory`);
      expect(json).toMatchObject({
        products: expect.arrayContaining([
          expect.objectContaining({ sku: "NEW", offerings: [expect.objectContaining({ quantity: 777 })] }),
        ]),
      });
      const before = shop.keys();
      shop.replaceProducts(listing);
      expect(shop.keys().length).toBe(before.length);
      expect(shop.keys()).not.toContain(key);
      shop.editProduct(Number(shop.keys()[0]?.split(":")[1]), { is_deleted: true });
      expect(shop.keys().length).toBe(before.length - 1);
    });

    test("without inventoryMovesDate an edit of a product leaves the listing's date alone", async () => {
      const dates: boolean[] = [];
      for (const inventoryMovesDate of [true, false]) {
        const shop = await start({ listings: 12, odd: false, inventoryMovesDate });
        const [listing = 0, product = 0] = (shop.keys()[0] ?? "").split(":").map(Number);
        const before = shop.store.find(listing)?.updated;
        shop.editProduct(product, { quantity: 1 });
        dates.push(shop.store.find(listing)?.updated !== before);
      }
      expect(dates).toEqual([true, false]);
    });

    test("revoke ends every token", async () => {
      const shop = await start({ listings: 10, odd: false });
      await accessOf(shop);
      shop.revoke();
      expect((await ask(shop, "/users/me")).status).toBe(401);
      expect((await refresh(shop, shop.tokens.at(-1))).json).toEqual({
        error: "invalid_grant",
        error_description: "refresh_token is revoked",
      });
    });
  });

  test("the odd ones are there", async () => {
    const shop = await start();
    expect(idBy(shop, ({ title }) => String(title).includes("&amp;quot;"))).toBeGreaterThan(0);
    expect(idBy(shop, ({ description }) => String(description).length > 1e6)).toBeGreaterThan(0);
    expect(idBy(shop, (listing) => listing["is_private"] === true)).toBeGreaterThan(0);
    const rows = ["active", "inactive"].flatMap((state) => shop.store.listed(state));
    const listings = rows.map((row) => shop.store.item(row).listing);
    const values = (name: string): unknown[] => [...new Set(listings.map((each) => each[name]))].sort();
    expect(values("item_weight_unit")).toEqual(["g", "kg", "lb", "oz", null].sort());
    expect(values("item_dimensions_unit")).toEqual(["cm", "ft", "in", "inches", "m", "mm", null, "yd"]);
    expect(values("listing_type")).toEqual(["both", "download", "physical"]);
    expect(rows.some(({ id }) => id < 2 ** 32) && rows.some(({ id }) => id > 2 ** 32)).toBe(true);
    expect(rows.some(({ state }) => state === "edit")).toBe(true);
    const plain = await start({ odd: false });
    const skus = plain.store
      .listed("active")
      .flatMap((row) => plain.store.item(row).inventory?.products.map(({ sku }) => sku) ?? []);
    expect([new Set(skus).size, skus.includes("")]).toEqual([skus.length, false]);
  });

  test("a currency without cents", async () => {
    const shop = await start({ listings: 12, odd: false, currency: { code: "JPY", divisor: 1 } });
    expect((await ask(shop, `/shops/${shop.shopId}`)).json).toMatchObject({ currency_code: "JPY" });
    const [listing] = resultsOf(await list(shop));
    expect(listing).toMatchObject({ price: { divisor: 1, currency_code: "JPY" } });
  });

  test("an unknown fault is refused before anything listens", async () => {
    await expect(startEtsyShop({ faults: ["gremlins"] })).rejects.toThrow(
      "there is no fault called gremlins",
    );
  });
});
