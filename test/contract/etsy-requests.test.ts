import { join } from "node:path";
import { afterEach, beforeAll, expect, test } from "@jest/globals";
import type { EtsyShop, EtsyShopOptions } from "../../src/sandbox/etsy/server.js";
import { checksOf, keysOf, readPages } from "../conformance/channel.js";
import { createChannelMemory } from "../support/channel-memory.js";
import { describeContract } from "../support/contracts.js";
import { createEtsyBed, type EtsyClient } from "../support/etsy-bed.js";
import type { ApiDocument } from "../support/openapi.js";
import { loadEtsyDocument } from "./etsy-document.js";

const states = ["active", "sold_out", "inactive", "draft", "expired"];

/** What the document does not have, and why: each request but these has to be in it. */
const undocumented: Readonly<Record<string, string>> = {
  "/v3/public/oauth/token": "the token operation is described on the authentication page only",
};

describeContract("psync's requests against Etsy's OpenAPI document", (dir) => {
  let api: ApiDocument;
  const bed = createEtsyBed();
  beforeAll(() => {
    ({ api } = loadEtsyDocument(join(dir, "etsy")));
  });
  afterEach(() => bed.close());

  async function open(options: EtsyShopOptions = {}): Promise<{ shop: EtsyShop; client: EtsyClient }> {
    const shop = await bed.openShop(options);
    const client = bed.openClient(shop, { settings: { states }, memory: createChannelMemory() });
    return { shop, client };
  }

  /** What is wrong with the requests that a shop received. */
  function faultsOf({ requests }: EtsyShop): string[] {
    return requests.flatMap(({ method, url }) =>
      url in undocumented ? [] : api.faultsOf({ method, url, status: 200, responseBody: {} }),
    );
  }

  /** The paths that were called, with "*" for ids. */
  function pathsOf({ requests }: EtsyShop): string[] {
    const paths = requests.map(({ url }) => new URL(url, "http://shop").pathname);
    return [...new Set(paths.map((path) => path.replace(/\/\d+/g, "/*")))].sort();
  }

  const listPath = "/v3/application/shops/*/listings";
  const batchPath = "/v3/application/listings/batch/inventory";
  const tokenPath = "/v3/public/oauth/token";

  test("a whole read, page by page, in all states", async () => {
    const { shop, client } = await open();
    expect(keysOf(await readPages(client.channel)).length).toBeGreaterThan(500);
    expect(faultsOf(shop)).toEqual([]);
    expect(pathsOf(shop)).toEqual(expect.arrayContaining([listPath, tokenPath]));
    const asked = shop.requests.map(({ url }) => new URL(url, "http://shop").searchParams.get("state"));
    expect(new Set(asked.filter((state) => state !== null))).toEqual(new Set(states));
  });

  test("the checks", async () => {
    const { shop, client } = await open();
    expect((await checksOf(client.channel)).map(({ outcome }) => outcome)).not.toContain("fail");
    expect(faultsOf(shop)).toEqual([]);
    expect(pathsOf(shop)).toEqual(
      expect.arrayContaining([
        "/v3/application/openapi-ping",
        "/v3/application/scopes",
        "/v3/application/shops/*",
        "/v3/application/users/me",
      ]),
    );
  });

  test.each(["refused-inventory", "missing-inventory"])(
    "inventories by id (%s), one of them unknown: found by bisection",
    async (fault) => {
      const { shop, client } = await open({ faults: ["batch-404"] });
      shop.faults.add(fault, { every: 1 });
      await readPages(client.channel);
      const refused = shop.requests.filter(({ url, status }) => url.startsWith(batchPath) && status === 404);
      expect(refused.length).toBeGreaterThan(2);
      expect(faultsOf(shop)).toEqual([]);
    },
  );

  test("a listing that crashes its page: found by bisection", async () => {
    const { shop, client } = await open({ faults: ["bad-listing"] });
    await readPages(client.channel);
    expect(shop.requests.filter(({ status }) => status === 500).length).toBeGreaterThan(5);
    expect(faultsOf(shop)).toEqual([]);
  });

  test("keys and tokens stand where they belong, and only there", async () => {
    const { shop, client } = await open({ listings: 30, odd: false });
    await checksOf(client.channel);
    await readPages(client.channel);
    const { keystring, sharedSecret } = shop.key;
    const scoped = /\/users\/me$|\/listings(?:\?|$)|\/batch\/inventory/;
    for (const { url, headers, body } of shop.requests) {
      for (const secret of [sharedSecret, ...shop.tokens]) expect(url).not.toContain(secret);
      if (url in undocumented) {
        expect(headers).not.toHaveProperty("x-api-key");
        expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
          grant_type: "refresh_token",
          client_id: keystring,
          refresh_token: shop.config["refreshToken"],
        });
        continue;
      }
      expect(headers["x-api-key"]).toBe(`${keystring}:${sharedSecret}`);
      if (scoped.test(url)) expect(headers["authorization"]).toMatch(/^Bearer 88112233\../);
      // The form of the only operation that has one is {token}.
      if (body !== "") expect([url, [...new URLSearchParams(body).keys()]]).toEqual([scopesPath, ["token"]]);
    }
    expect(shop.requests.some(({ url }) => scoped.test(url))).toBe(true);
    expect(shop.requests.some(({ body, url }) => url === scopesPath && body !== "")).toBe(true);
  });

  const scopesPath = "/v3/application/scopes";

  test.each([
    ["a misspelt name", "includes=", "include="],
    ["a state that is none", "state=active", "state=live"],
    ["several states", "state=active", "state=active,draft"],
    ["a page too large", "limit=100", "limit=101"],
    ["an offset as a text", "offset=0", "offset=first"],
    ["an association that is none", "Inventory", "Stock"],
    ["another operation", "/listings?", "/wares?"],
  ])("%s would be found", async (_name, right, wrong) => {
    const { shop, client } = await open({ listings: 30, odd: false });
    await readPages(client.channel);
    const sent = shop.requests.find(({ url }) => url.includes(right));
    if (sent === undefined) throw new Error(`nothing was sent with ${right}`);
    const check = (url: string): string[] =>
      api.faultsOf({ method: sent.method, url, status: 200, responseBody: {} });
    const url = decodeURIComponent(sent.url);
    expect(check(url)).toEqual([]);
    expect(check(url.replace(right, wrong))).not.toEqual([]);
  });
});
