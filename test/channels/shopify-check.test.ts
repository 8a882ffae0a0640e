import { afterEach, describe, expect, test } from "@jest/globals";
import type { ShopifySettings } from "../../src/channels/shopify/index.js";
import { originOf, parseShop } from "../../src/channels/shopify/settings.js";
import { AuthError, ConfigError } from "../../src/errors.js";
import type { CheckResult } from "../../src/model/report.js";
import type { ShopifyShop, ShopifyShopOptions } from "../../src/sandbox/shopify/server.js";
import { checksOf, failureOf, keysOf, never, readPages, recordsOf } from "../conformance/channel.js";
import { createShopifyBed, openShopify, type ShopifyClient } from "../support/shopify-bed.js";

const bed = createShopifyBed();
const { openShop, openClient, clock } = bed;

afterEach(() => bed.close());

const outcomesOf = (results: readonly CheckResult[]): Record<string, string> =>
  Object.fromEntries(results.map(({ name, outcome }) => [name, outcome]));

const resultOf = async (client: ShopifyClient, name: string): Promise<CheckResult | undefined> =>
  (await checksOf(client.channel)).find((result) => result.name === name);

/** Without a configured location. */
function openFree(shop: ShopifyShop): ShopifyClient {
  return openShopify(shop.url, clock, { accessToken: shop.accessToken });
}

const place = (id: string, name: string, isActive = true) => ({
  id,
  name,
  isActive,
  isFulfillmentService: false,
});

describe("src/channels/shopify/check.ts", () => {
  test("a sound shop passes in a fixed order, and only queries are sent", async () => {
    const shop = await openShop();
    const results = await checksOf(openClient(shop).channel);
    expect(outcomesOf(results)).toEqual({
      credentials: "pass",
      scopes: "pass",
      version: "pass",
      location: "pass",
      size: "pass",
    });
    expect(results.map(({ message }) => message)).toEqual([
      '"Harbor Goods" (Grow), prices in USD',
      "read_products, read_inventory, read_locations",
      "API 2026-10",
      "stock of Harbor Warehouse (7001)",
      `30 products, ${shop.variants.length} variants`,
    ]);
    expect(shop.requests.some(({ body }) => body.includes("mutation"))).toBe(false);
  });

  test.each([
    ["frozen-shop", 6, "frozen"],
    ["locked-shop", 6, "locked"],
    ["no-shop", 4, "no shop harbor-goods.myshopify.com"],
    ["inactive-shop", 6, "closed"],
    ["forbidden", 12, "Non-expiring access tokens"],
    ["internal-error", 5, "failed"],
  ])("%s fails with its own words", async (fault, exitCode, words) => {
    const shop = await openShop();
    shop.faults.add(fault, { every: 1 });
    const [first, ...rest] = await checksOf(openClient(shop).channel);
    expect(first).toMatchObject({ name: "credentials", outcome: "fail", exitCode, hint: expect.any(String) });
    expect(first?.message).toContain(words);
    expect(rest.every(({ outcome }) => outcome === "skip")).toBe(true);
  });

  test("a wrong token, and none at all", async () => {
    const shop = await openShop();
    expect(await resultOf(openClient(shop, { accessToken: "shpat_wrong" }), "credentials")).toMatchObject({
      exitCode: 12,
      hint: expect.stringContaining("source.accessToken"),
    });
    expect(await resultOf(openShopify(shop.url, clock), "credentials")).toMatchObject({
      exitCode: 4,
      message: "source holds no credentials for Shopify",
    });
    expect(await resultOf(openClient(shop, { shop: "harbor.com" }), "credentials")).toMatchObject({
      exitCode: 4,
    });
  });

  test.each<[string[], Partial<ShopifySettings>, string, string]>([
    [["read_inventory"], {}, "fail", "read_products"],
    [["read_products"], {}, "fail", "read_inventory"],
    [["read_products", "read_inventory"], {}, "warn", "read_locations"],
    [["write_products", "read_inventory", "read_locations"], {}, "pass", "read_products"],
  ])("scopes %j", async (scopes, settings, outcome, named) => {
    const shop = await openShop({ scopes });
    const result = await resultOf(openClient(shop, settings), "scopes");
    expect(result?.outcome).toBe(outcome);
    expect(result?.message).toContain(named);
    if (outcome === "fail")
      expect(result).toMatchObject({ exitCode: 12, hint: expect.stringContaining(named) });
  });

  test.each<[ShopifyShopOptions, string | undefined, string]>([
    [{ versions: ["2027-01", "2027-04"] }, undefined, "answers with API version 2027-01 in place of 2026-10"],
    [{ versions: ["2026-10"] }, "unstable", "API version unstable is not supported: it is not out yet"],
  ])("a version that is not served is a warning: %j", async (options, apiVersion, words) => {
    const shop = await openShop(options);
    const settings = apiVersion === undefined ? {} : { apiVersion };
    const result = await resultOf(openClient(shop, settings), "version");
    expect(result).toMatchObject({ outcome: "warn", hint: expect.stringContaining("source.apiVersion") });
    expect(result?.message).toContain(words);
  });

  test("what Shopify will drop is told", async () => {
    const shop = await openShop();
    shop.faults.add({
      onRequest: () => ({
        name: "deprecated",
        answer: (answer) => ({
          ...answer,
          headers: { ...answer.headers, "X-Shopify-API-Deprecated-Reason": "field: shop.plan" },
        }),
      }),
    });
    expect(await resultOf(openClient(shop), "version")).toMatchObject({
      outcome: "warn",
      message: expect.stringContaining("shop.plan"),
    });
  });

  test("a location that is not chosen fails by itself; the size is told all the same", async () => {
    const results = await checksOf(openFree(await openShop()).channel);
    expect(outcomesOf(results)).toMatchObject({ location: "fail", size: "pass" });
    const location = results.find(({ name }) => name === "location");
    expect(location).toMatchObject({
      exitCode: 4,
      hint: expect.stringContaining("options.inventoryLocation"),
    });
  });

  test("a shop that calls itself otherwise is a warning", async () => {
    const shop = await openShop({ facts: { domain: "quay.myshopify.com" } });
    expect(await resultOf(openClient(shop), "credentials")).toMatchObject({
      outcome: "warn",
      hint: expect.stringContaining("quay.myshopify.com"),
    });
  });
});

describe("src/channels/shopify/locations.ts", () => {
  test("lists all: those that are off and those of fulfilment services", async () => {
    const shop = await openShop();
    const list = await openClient(shop).channel.locations?.(never());
    expect(list).toEqual(
      shop.locations.map(({ id, name, isActive }) => ({ id, name, active: isActive })).sort(byName),
    );
  });

  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

  test("goes on over pages", async () => {
    const locations = Array.from({ length: 300 }, (_, index) =>
      place(String(8000 + index), `Place ${index}`),
    );
    const shop = await openShop({ locations, products: 1 });
    expect(await openClient(shop).channel.locations?.(never())).toHaveLength(300);
  });

  test.each(["7001", 7001, "gid://shopify/Location/7001", "Harbor Warehouse", " Harbor Warehouse "])(
    "%j is the warehouse",
    async (inventoryLocation) => {
      const shop = await openShop();
      const [first] = await readPages(openClient(shop, { inventoryLocation }).channel);
      expect(first?.basis).toContain("gid://shopify/Location/7001");
    },
  );

  test("one of a fulfilment service, by its name", async () => {
    const shop = await openShop();
    const [first] = await readPages(openClient(shop, { inventoryLocation: "Northline Fulfilment" }).channel);
    expect(first?.basis).toContain("Location/7004");
  });

  test.each(["7999", "harbor warehouse"])("%j is a config error that lists what there is", async (wanted) => {
    const shop = await openShop();
    const error = await failureOf(readPages(openClient(shop, { inventoryLocation: wanted }).channel));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ faults: [{ path: "options.inventoryLocation" }] });
    expect(error.message).toContain("Harbor Warehouse (7001)");
    expect(error.message).toContain("Old Boathouse (7003, not active)");
  });

  test("a name that two of them bear is not taken", async () => {
    const shop = await openShop({ locations: [place("1", "Hall"), place("2", "Hall")] });
    const error = await failureOf(readPages(openClient(shop, { inventoryLocation: "Hall" }).channel));
    expect(error).toMatchObject({ code: "ambiguous-location", exitCode: 4 });
    expect(error.message).toContain("1, 2");
  });

  test("the only active one is taken by itself; of several or none the active ones are listed", async () => {
    const one = await openShop({ locations: [place("1", "Hall"), place("2", "Old", false)] });
    expect((await readPages(openFree(one).channel))[0]?.basis).toContain("Location/1");
    const several = await failureOf(readPages(openFree(await openShop()).channel));
    expect(several.message).toMatch(/3 active locations.*Quay Street Store \(7002\)/);
    const none = await failureOf(
      readPages(openFree(await openShop({ locations: [place("2", "Old", false)] })).channel),
    );
    expect(none.message).toContain("no active location");
  });

  test("without the scope and without a choice there is no quantity, and one warning", async () => {
    const shop = await openShop({ scopes: ["read_products", "read_inventory"], products: 300 });
    const client = openFree(shop);
    const records = recordsOf(await readPages(client.channel));
    expect(records.every(({ fields }) => !Object.hasOwn(fields, "quantity"))).toBe(true);
    expect(client.warnings).toEqual([expect.stringContaining("read_locations")]);
    const poor = openFree(await openShop({ scopes: ["read_products"] }));
    expect(keysOf(await readPages(poor.channel)).length).toBeGreaterThan(0);
    expect(poor.warnings).toEqual([expect.stringContaining("read_inventory")]);
  });

  test("an id works without the right to read names; a name does not", async () => {
    const shop = await openShop({ scopes: ["read_products", "read_inventory"] });
    const records = recordsOf(await readPages(openClient(shop).channel));
    expect(records.some(({ fields }) => typeof fields["quantity"] === "number")).toBe(true);
    const byName = openClient(shop, { inventoryLocation: "Harbor Warehouse" });
    expect(await failureOf(readPages(byName.channel))).toMatchObject({ exitCode: 12, code: "missing-scope" });
    const unknown = openClient(shop, { inventoryLocation: "7999" });
    expect(await failureOf(readPages(unknown.channel))).toMatchObject({ exitCode: 4 });
  });

  test("a choice without the right to read stock is an AuthError", async () => {
    const shop = await openShop({ scopes: ["read_products", "read_locations"] });
    const error = await failureOf(readPages(openClient(shop).channel));
    expect(error).toBeInstanceOf(AuthError);
    expect(error.message).toContain("read_inventory");
  });
});

describe("src/channels/shopify/token.ts", () => {
  const openGrant = (shop: ShopifyShop, settings: Partial<ShopifySettings> = {}): ShopifyClient =>
    openShopify(shop.url, clock, {
      clientId: shop.clientId,
      clientSecret: shop.clientSecret,
      inventoryLocation: "7001",
      ...settings,
    });
  const grants = (shop: ShopifyShop): number =>
    shop.requests.filter(({ url }) => url.includes("/oauth/")).length;

  test("one token serves many requests, until ten minutes before its end", async () => {
    const shop = await openShop();
    const { channel } = openGrant(shop);
    await readPages(channel);
    await readPages(channel);
    expect(grants(shop)).toBe(1);
    await clock.advance(86_399_000 - 10 * 60_000 + 1000);
    await readPages(channel);
    expect(grants(shop)).toBe(2);
  });

  test("a token that is refused in the middle of a read is renewed once", async () => {
    const shop = await openShop({ products: 600 });
    shop.faults.add("expired-token", { every: 3 });
    expect(keysOf(await readPages(openGrant(shop).channel))).toEqual([...shop.variants].sort());
    expect(grants(shop)).toBeGreaterThan(1);
  });

  test("tokens that are refused again and again are an AuthError, and hidden", async () => {
    const shop = await openShop();
    shop.faults.add("expired-token", { every: 1 });
    const client = openGrant(shop);
    const error = await failureOf(readPages(client.channel));
    expect(error).toMatchObject({ code: "token-refused", exitCode: 12 });
    expect(grants(shop)).toBe(2);
    const tokens = shop.requests.map(({ headers }) => headers["x-shopify-access-token"]);
    for (const token of tokens) if (token !== undefined) expect(client.logs.join("\n")).not.toContain(token);
    expect(client.logs.join("\n")).not.toContain(shop.clientSecret);
  });

  test.each([
    ["app-not-installed", "app-not-installed", "accessToken"],
    ["shop-not-permitted", "shop-not-permitted", "merchant"],
    ["grant-page", "shop-not-permitted", "merchant"],
  ])("%s has its own words", async (fault, code, words) => {
    const shop = await openShop();
    shop.faults.add(fault);
    const error = await failureOf(readPages(openGrant(shop).channel));
    expect(error).toMatchObject({ code, exitCode: 12, hint: expect.stringContaining(words) });
  });

  test("a wrong secret is refused without telling it", async () => {
    const shop = await openShop();
    const error = await failureOf(readPages(openGrant(shop, { clientSecret: "shpss_wrong" }).channel));
    expect(error).toMatchObject({ code: "grant-refused", exitCode: 12 });
    expect(`${error.message} ${error.hint ?? ""}`).not.toContain("shpss_wrong");
  });
});

describe("src/channels/shopify/settings.ts", () => {
  test.each([
    ["harbor-goods.myshopify.com", "harbor-goods.myshopify.com"],
    [" Harbor-Goods ", "harbor-goods.myshopify.com"],
    ["https://harbor-goods.myshopify.com/admin", "harbor-goods.myshopify.com"],
    ["harbor-goods.com", undefined],
    ["", undefined],
    ["evil.example/.myshopify.com", undefined],
  ])("%j", (shop, domain) => {
    expect(parseShop(shop)).toBe(domain);
  });

  test("a shop or an address that is none is a config error", () => {
    expect(() => originOf({ shop: "harbor.com" })).toThrow("source.shop is no myshopify.com domain");
    expect(() => originOf({ shop: "a", baseUrl: "ftp://x" })).toThrow("source.baseUrl");
    expect(originOf({ shop: "a", baseUrl: "http://127.0.0.1:8080/x" })).toBe("http://127.0.0.1:8080");
  });
});
