import { afterEach, describe, expect, test } from "@jest/globals";
import type { AmazonSettings } from "../../src/channels/amazon/index.js";
import type { AmazonShopOptions } from "../../src/sandbox/amazon/server.js";
import { checksOf, keysOf, never, readPages } from "../conformance/channel.js";
import { callsOf, createAmazonBed } from "../support/amazon-bed.js";

const bed = createAmazonBed();
afterEach(() => bed.close());

async function check(shop: AmazonShopOptions = {}, settings: Partial<AmazonSettings> = {}) {
  const opened = await bed.openShop({ listings: 60, odd: false, ...shop });
  const results = await checksOf(bed.openClient(opened, { settings }).channel);
  const outcomes = Object.fromEntries(results.map(({ name, outcome }) => [name, outcome]));
  const bad = results.find(({ outcome }) => outcome === "fail" || outcome === "warn");
  return { opened, results, outcomes, bad };
}

describe("src/channels/amazon/check.ts", () => {
  test("a sound account costs one request each", async () => {
    const { opened, outcomes, results } = await check(
      { withSellerId: true },
      { inventoryLocation: "AMAZON_NA" },
    );
    expect(outcomes).toEqual({
      marketplace: "pass",
      credentials: "pass",
      participation: "pass",
      reports: "pass",
      listings: "pass",
      catalogue: "pass",
      stock: "pass",
    });
    expect(callsOf(opened)).toEqual({
      "POST auth": 1,
      "GET sellers": 1,
      "GET reports": 1,
      "GET listings": 1,
      "GET catalog": 1,
      "GET fba": 1,
    });
    expect(results.map(({ message }) => message).join("\n")).toMatch(/60 listings, read without a report/);
  });

  test("what is not used is not asked for", async () => {
    const { opened, outcomes } = await check({}, { enrich: false });
    expect(outcomes).toMatchObject({ listings: "skip", catalogue: "skip", stock: "pass" });
    expect(callsOf(opened)).toEqual({ "POST auth": 1, "GET sellers": 1, "GET reports": 1 });
  });

  test.each<[string, AmazonShopOptions, Partial<AmazonSettings>, object]>([
    ["a secret that ran out", { faults: ["invalid-client"] }, {}, { name: "credentials", exitCode: 12 }],
    ["a consent taken back", { faults: ["revoked"] }, {}, { name: "credentials", exitCode: 12 }],
    ["another marketplace", {}, { marketplaceId: "A1F83G8C2ARO7P" }, { name: "participation", exitCode: 4 }],
    ["no selling there", { participating: false }, {}, { name: "participation", exitCode: 4 }],
    ["suspended listings", { suspended: true }, {}, { name: "participation", outcome: "warn" }],
    ["no role for reports", { faults: ["no-role"] }, {}, { name: "reports", exitCode: 12 }],
    [
      "no role for the catalogue",
      { roles: ["Pricing", "Selling Partner Insights"] },
      {},
      { name: "catalogue", exitCode: 12 },
    ],
    [
      "no role for listings",
      { withSellerId: true, faults: ["listings-refused"] },
      {},
      { name: "listings", outcome: "warn" },
    ],
    ["an unknown location", {}, { inventoryLocation: "Berlin" }, { name: "stock", exitCode: 4 }],
  ])("%s", async (_case, shop, settings, expected) => {
    const { bad } = await check(shop, settings);
    expect(bad).toMatchObject(expected);
    expect(bad?.hint).toBeDefined();
  });

  test("the locations are told without a request, as the option takes them", async () => {
    const shop = await bed.openShop({ listings: 60, odd: false });
    const { channel } = bed.openClient(shop);
    expect(channel.features.locations).toBe(true);
    const locations = (await channel.locations?.(never())) ?? [];
    expect(locations.map(({ id, active }) => [id, active])).toEqual([
      ["DEFAULT", true],
      ["AMAZON_NA", true],
    ]);
    expect(shop.requests).toEqual([]);
    for (const { id: inventoryLocation } of locations) {
      const client = bed.openClient(shop, { settings: { enrich: false, inventoryLocation } });
      expect(keysOf(await readPages(client.channel))).toHaveLength(60);
    }
  });

  test("a marketplace that nobody knows needs a region", async () => {
    const { channel } = bed.openClient(await bed.openShop({ listings: 1 }));
    expect(channel.account).toMatch(/^ATVPDKIKX0DER app-/);
    const { results } = await check({}, { marketplaceId: "ANEWONE123456" });
    // baseUrl leads somewhere: only the account can say that it does not sell there.
    expect(results.find(({ outcome }) => outcome === "fail")).toMatchObject({ name: "participation" });
  });
});
