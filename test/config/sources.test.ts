import { describe, expect, test } from "@jest/globals";
import { Source, sourceSlices } from "../../src/config/sources.js";

const source = { channel: "woocommerce", url: "https://shop.example", consumerKey: "k", consumerSecret: "s" };

describe("src/config/sources.ts", () => {
  test.each([
    [{}, true],
    [{ auth: "oauth1", weightUnit: "lbs", dimensionUnit: "yd", statuses: ["publish", "private"] }, true],
    [{ auth: "bearer" }, false],
    [{ weightUnit: "lb" }, false],
    [{ dimensionUnit: "ft" }, false],
    [{ statuses: [] }, false],
    [{ statuses: ["any"] }, false],
    [{ statuses: ["Publish"] }, false],
    [{ allowInsecureHttp: "yes" }, false],
    [{ baseUrl: "https://proxy.example" }, false],
    [{ url: "https://u:p@shop.example" }, false],
  ])("with %j it is right: %s", (changes, expected) => {
    expect(Source.safeParse({ ...source, ...changes }).success).toBe(expected);
  });

  test.each([
    ["https://shop.example", "basic", false, []],
    ["https://shop.example", "query", false, []],
    ["http://shop.example", undefined, false, []],
    ["http://shop.example", "auto", false, []],
    ["http://shop.example", "oauth1", false, []],
    ["http://shop.example", "basic", false, ["fault"]],
    ["http://shop.example", "query", false, ["fault"]],
    ["http://127.0.0.1.evil.example", "basic", false, ["fault"]],
    ["http://shop.example", "basic", true, ["warning"]],
    ["http://127.0.0.1:8080", "query", false, ["warning"]],
    ["http://localhost", "basic", false, ["warning"]],
    ["no address", "basic", false, []],
  ])("%s with auth %s and allowInsecureHttp %s: %j", (url, auth, allowInsecureHttp, kinds) => {
    const findings = sourceSlices.woocommerce.findings({
      source: { ...source, url, auth, allowInsecureHttp },
    });
    expect(findings.map(({ kind }) => kind)).toEqual(kinds);
    for (const { hint } of findings) expect(hint).toContain("oauth1");
  });

  test.each([
    [undefined, 0],
    ["default", 0],
    ["Default", 1],
    [7001, 1],
    ["main", 1],
  ])("inventoryLocation %j: %d faults", (inventoryLocation, count) => {
    const findings = sourceSlices.woocommerce.findings({ source, options: { inventoryLocation } });
    expect(findings).toHaveLength(count);
    if (count > 0)
      expect(findings).toMatchObject([{ kind: "fault", path: ["options", "inventoryLocation"] }]);
  });

  test.each([{}, { source: null, options: [] }, { source: { url: 5, auth: [] }, options: "x" }])(
    "judges %j without tripping",
    (config) => {
      expect(sourceSlices.woocommerce.findings(config)).toEqual([]);
    },
  );

  const shopify = { channel: "shopify", shop: "harbor-goods.myshopify.com", accessToken: "t" };
  const etsy = { channel: "etsy", shopId: "7", keystring: "k", sharedSecret: "s", refreshToken: "r" };
  const amazon = {
    channel: "amazon",
    marketplaceId: "ATVPDKIKX0DER",
    clientId: "c",
    clientSecret: "s",
    refreshToken: "r",
  };

  test.each([
    [shopify, {}, true],
    [shopify, { shop: "Harbor-Goods" }, true],
    [shopify, { shop: "https://harbor-goods.myshopify.com" }, false],
    [shopify, { shop: "www.harbor.example" }, false],
    [shopify, { apiVersion: "2026-07", statuses: ["DRAFT"], baseUrl: "http://127.0.0.1:4747" }, true],
    [shopify, { apiVersion: "2026-11" }, false],
    [shopify, { statuses: ["active"] }, false],
    [shopify, { statuses: [] }, false],
    [shopify, { baseUrl: "https://proxy.example/shop" }, false],
    [etsy, {}, true],
    [etsy, { shopId: 41220099 }, true],
    [etsy, { shopId: "my-shop" }, false],
    [etsy, { shopId: 0 }, false],
    [etsy, { states: ["active", "sold_out"], tokenUrl: "http://127.0.0.1:1/v3/public/oauth/token" }, true],
    [etsy, { states: ["removed"] }, false],
    [etsy, { refreshToken: "a b" }, false],
    [amazon, {}, true],
    [amazon, { sellerId: "A2EXAMPLE00001", region: "eu", enrich: false }, true],
    [amazon, { marketplaceId: "US" }, false],
    [amazon, { region: "us" }, false],
    [amazon, { enrich: "yes" }, false],
  ])("%j with %j is right: %s", (base, changes, expected) => {
    expect(Source.safeParse({ ...base, ...changes }).success).toBe(expected);
  });

  test("a shop is named by its whole domain, an id is a text", () => {
    expect(Source.parse({ ...shopify, shop: "Harbor-Goods" })).toMatchObject({
      shop: "harbor-goods.myshopify.com",
      apiVersion: "2026-10",
      statuses: ["ACTIVE", "UNLISTED"],
    });
    expect(Source.parse({ ...etsy, shopId: 41220099 })).toMatchObject({
      shopId: "41220099",
      states: ["active"],
    });
    expect(Source.parse(amazon)).toMatchObject({ enrich: true });
  });

  test.each([
    ["shopify", { ...shopify, accessToken: undefined }, {}, ["source"]],
    ["shopify", { ...shopify, clientId: "c" }, {}, ["source.accessToken"]],
    ["shopify", { ...shopify, accessToken: undefined, clientId: "c" }, {}, ["source.clientSecret"]],
    ["shopify", { ...shopify, accessToken: undefined, clientSecret: "c" }, {}, ["source.clientId"]],
    ["shopify", { ...shopify, accessToken: undefined, clientId: "c", clientSecret: "s" }, {}, []],
    ["shopify", { ...shopify, baseUrl: "http://10.0.0.1" }, {}, ["source.baseUrl"]],
    ["shopify", { ...shopify, baseUrl: "http://10.0.0.1", allowInsecureHttp: true }, {}, []],
    ["shopify", { ...shopify, baseUrl: "http://localhost:4747" }, { inventoryLocation: "Dock 4" }, []],
    [
      "etsy",
      { ...etsy, tokenUrl: "http://10.0.0.1/t", baseUrl: "http://10.0.0.1" },
      {},
      ["source.baseUrl", "source.tokenUrl"],
    ],
    ["etsy", etsy, { inventoryLocation: "default" }, []],
    ["etsy", etsy, { inventoryLocation: "Dock 4" }, ["options.inventoryLocation"]],
    ["amazon", { ...amazon, tokenUrl: "http://10.0.0.1/t" }, {}, ["source.tokenUrl"]],
    ["amazon", amazon, { inventoryLocation: "DEFAULT" }, []],
    ["amazon", amazon, { inventoryLocation: "AMAZON_NA" }, []],
    ["amazon", amazon, { inventoryLocation: "default" }, ["options.inventoryLocation"]],
    ["amazon", amazon, { inventoryLocation: 7 }, ["options.inventoryLocation"]],
  ] as const)("%s: %j with %j has faults at %j", (channel, block, options, paths) => {
    const findings = sourceSlices[channel].findings({ source: block, options });
    expect(findings.map(({ path }) => path.join("."))).toEqual(paths);
    for (const { hint } of findings) expect(hint).toBeDefined();
  });
});
