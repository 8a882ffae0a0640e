import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { EtsySettings } from "../../src/channels/etsy/index.js";
import type { CheckResult } from "../../src/model/report.js";
import type { EtsyAnswer, EtsyRequest } from "../../src/sandbox/etsy/answer.js";
import type { Fault } from "../../src/sandbox/fault.js";
import type { EtsyShopOptions } from "../../src/sandbox/etsy/server.js";
import { checksOf } from "../conformance/channel.js";
import { apiCalls, createEtsyBed, type EtsyBed } from "../support/etsy-bed.js";

let bed: EtsyBed;
beforeEach(() => {
  bed = createEtsyBed();
});
afterEach(() => bed.close());

const names = ["settings", "reachable", "token", "owner", "scopes", "shop", "listings", "limits"];

/** What is left of the day is told to be less than it is. */
function left(count: string): Fault<EtsyRequest, EtsyAnswer> {
  return {
    name: "left",
    answer: ({ headers, ...answer }) => ({ ...answer, headers: { ...headers, "x-remaining-today": count } }),
  };
}

async function checks(options: EtsyShopOptions, settings: Partial<EtsySettings> = {}) {
  const shop = await bed.openShop({ listings: 40, odd: false, ...options });
  const results = await checksOf(bed.openClient(shop, { settings }).channel);
  const of = (name: string): CheckResult | undefined => results.find((result) => result.name === name);
  const failed = results.filter(({ outcome }) => outcome === "fail");
  return { shop, results, of, failed };
}

describe("src/channels/etsy/check.ts", () => {
  test("a sound account passes each, in five requests, and nothing is changed", async () => {
    const { shop, results, of } = await checks({});
    expect(results.map(({ name }) => name)).toEqual(names);
    expect(results.map(({ outcome }) => outcome)).toEqual(names.map(() => "pass"));
    expect(apiCalls(shop)).toHaveLength(5);
    expect(apiCalls(shop).filter(({ method, url }) => method !== "GET" && !url.endsWith("/scopes"))).toEqual(
      [],
    );
    expect(of("shop")?.message).toContain("USD");
    expect(of("listings")?.message).toMatch(/^\d+ active listings can be read$/);
    expect(of("limits")?.message).toBe("10 requests a second, 10000 in 24 hours, of which 9995 are left");
  });

  test.each<readonly [string, EtsyShopOptions, Partial<EtsySettings>, string, number, string]>([
    ["a name for a number", {}, { shopId: "HarborGoods" }, "settings", 4, "is no number"],
    [
      "a line break with the key",
      {},
      { keystring: "abc\n" },
      "settings",
      4,
      "source.keystring holds a blank",
    ],
    ["no shared secret", {}, { sharedSecret: "" }, "reachable", 12, "shared secret"],
    ["a key that is not active", { faults: ["key-refused"] }, {}, "reachable", 12, "refuses the key"],
    ["a day that is used up", { faults: ["day-exhausted"] }, {}, "reachable", 5, "next try is possible at"],
    ["a refresh token of nobody", {}, { refreshToken: "1.none" }, "token", 12, "refuses the refresh token"],
    ["another shop's owner", { faults: ["other-shop"] }, {}, "owner", 4, "shop 41999999"],
    ["no right to the account", { scopes: ["listings_r"] }, {}, "owner", 12, "read the account"],
    ["no right to listings", { scopes: ["shops_r"] }, {}, "scopes", 12, "lacks listings_r"],
  ])("fails with the right words: %s", async (_name, options, settings, check, exitCode, words) => {
    const { results, of, failed } = await checks(options, settings);
    expect(results.map(({ name }) => name)).toEqual(names);
    expect(failed.map(({ name }) => name)).toEqual([check]);
    expect(of(check)).toMatchObject({ exitCode });
    expect(of(check)?.message).toContain(words);
    expect(of(check)?.hint ?? "").not.toBe("");
    const later = results.slice(results.findIndex(({ name }) => name === check) + 1);
    expect(later.every(({ outcome }) => outcome === "skip")).toBe(true);
  });

  test.each<readonly [string, EtsyShopOptions, Partial<EtsySettings>, string, string]>([
    ["no listings", { listings: 0 }, {}, "listings", "no active listings"],
    ["blank SKUs", { faults: ["blank-skus"] }, {}, "listings", "every SKU of the first 25 is blank"],
    ["inventories apart", { faults: ["refused-inventory"] }, {}, "listings", "no inventory"],
    [
      "a day that is nearly used up",
      { limits: { perDay: 100 }, faults: [{ onRequest: () => left("9") }] },
      {},
      "limits",
      "of which 9 are left",
    ],
    ["a day that is too short", { listings: 600, limits: { perDay: 50 } }, {}, "limits", "takes 6 requests"],
  ])("warns: %s", async (_name, options, settings, check, words) => {
    const { of, failed } = await checks(options, settings);
    expect(failed).toEqual([]);
    expect(of(check)).toMatchObject({ outcome: "warn" });
    expect(of(check)?.message).toContain(words);
  });

  test("a shop on vacation is read all the same", async () => {
    const shop = await bed.openShop({ listings: 5, odd: false });
    shop.setVacation(true);
    const results = await checksOf(bed.openClient(shop).channel);
    expect(results.filter(({ outcome }) => outcome === "warn").map(({ name }) => name)).toEqual(["shop"]);
    expect(results.find(({ name }) => name === "shop")?.message).toContain("vacation");
  });

  test("what is not Etsy is told, and does not get the token", async () => {
    const shop = await bed.openShop({ listings: 5, odd: false });
    const other = await bed.openShop({ listings: 5, odd: false });
    other.faults.add({
      onRequest: () => ({ name: "other", instead: () => ({ status: 200, json: { hello: 1 } }) }),
    });
    const results = await checksOf(bed.openClient(shop, { settings: { baseUrl: other.url } }).channel);
    expect(results.find(({ outcome }) => outcome === "fail")).toMatchObject({
      name: "reachable",
      message: "what answers is not Etsy's API",
    });
    expect(other.requests.filter(({ headers }) => "authorization" in headers)).toEqual([]);
  });

  test("an answer about scopes in an unknown shape fails nothing", async () => {
    const shop = await bed.openShop({ listings: 5, odd: false });
    shop.faults.add({
      onRequest: (_n, { path }) =>
        path.endsWith("/scopes")
          ? { name: "shape", instead: () => ({ status: 200, json: { a: 1 } }) }
          : undefined,
    });
    const results = await checksOf(bed.openClient(shop).channel);
    expect(results.find(({ name }) => name === "scopes")).toMatchObject({ outcome: "skip" });
    expect(results.filter(({ outcome }) => outcome === "fail")).toEqual([]);
  });
});
