import { afterEach, describe, expect, test } from "@jest/globals";
import { faultNames, startAmazonShop } from "../../../src/sandbox/amazon/server.js";
import type { AmazonShop, AmazonShopOptions } from "../../../src/sandbox/amazon/server.js";
import { askToken, callAmazon, logIn } from "../../support/amazon-client.js";

const us = "ATVPDKIKX0DER";
const participations = "/sellers/v1/marketplaceParticipations";
const catalogue = `/catalog/2022-04-01/items?marketplaceIds=${us}`;
const fba = `/fba/inventory/v1/summaries?granularityType=Marketplace&granularityId=${us}&marketplaceIds=${us}`;

type Body = Readonly<Record<string, unknown>>;
const bodyOf = (reply: { readonly responseBody: unknown }): Body => reply.responseBody as Body;
const errorOf = (reply: { readonly responseBody: unknown }): Body =>
  (bodyOf(reply)["errors"] as readonly Body[])[0] ?? {};

describe("src/sandbox/amazon/server.ts", () => {
  let now = Date.UTC(2026, 0, 5);
  const shops: AmazonShop[] = [];
  afterEach(async () => {
    for (const shop of shops.splice(0)) await shop.close();
  });

  async function open(options: AmazonShopOptions = {}) {
    const shop = await startAmazonShop({ clock: () => now, ...options });
    shops.push(shop);
    return { shop, call: await logIn(shop) };
  }

  test("tokens are given for the right secrets, and live for an hour", async () => {
    const { shop, call } = await open();
    expect(bodyOf(await askToken(shop))).toMatchObject({ token_type: "bearer", expires_in: 3600 });
    const wrong = await askToken(shop, { client_secret: "old" });
    expect([wrong.status, bodyOf(wrong)["error"]]).toEqual([401, "invalid_client"]);
    const revoked = await askToken(shop, { refresh_token: "Atzr|other" });
    expect([revoked.status, bodyOf(revoked)["error"]]).toEqual([400, "invalid_grant"]);
    expect((await askToken(shop, { grant_type: "password" })).status).toBe(400);
    now += 3_599_000;
    expect((await call(participations)).status).toBe(200);
    now += 1000;
    const late = await call(participations);
    expect([late.status, errorOf(late)["code"]]).toEqual([403, "Unauthorized"]);
  });

  test("requests are refused that Amazon refuses", async () => {
    const { shop, call } = await open();
    const bare = await callAmazon(shop.url + participations);
    expect([bare.status, errorOf(bare)["code"]]).toEqual([403, "MissingAuthenticationToken"]);
    const statusOf = async (headers: Readonly<Record<string, string>>) =>
      (await call(participations, { headers })).status;
    expect(await statusOf({ "user-agent": "" })).toBe(403);
    expect(await statusOf({ "user-agent": "psync/1.0" })).toBe(400);
    expect(await statusOf({ "content-length": "0" })).toBe(400);
    expect(await statusOf({})).toBe(200);
    expect((await call("/reports/2021-06-30/nothing")).status).toBe(404);
    shop.expireTokens();
    expect(await statusOf({})).toBe(403);
  });

  test("an app sees what its roles open", async () => {
    const { call } = await open({ roles: ["Selling Partner Insights"] });
    expect((await call(participations)).status).toBe(200);
    const reports = await call("/reports/2021-06-30/reports?reportTypes=GET_MERCHANT_LISTINGS_ALL_DATA");
    expect([reports.status, errorOf(reports)["code"]]).toEqual([403, "Unauthorized"]);
    expect((await call(`${catalogue}&identifiersType=ASIN&identifiers=B000000001`)).status).toBe(403);
  });

  test("each operation has a bucket that fills at its own rate", async () => {
    const { shop, call } = await open();
    const ask = async () => (await call(`${catalogue}&keywords=mug`)).status;
    expect([await ask(), await ask(), await ask()]).toEqual([200, 200, 429]);
    expect((await call(participations)).status).toBe(200);
    const limited = await call(`${catalogue}&keywords=mug`);
    expect(limited.headers["x-amzn-ratelimit-limit"]).toBe("2");
    expect(errorOf(limited)["code"]).toBe("QuotaExceeded");
    now += 500;
    expect([await ask(), await ask()]).toEqual([200, 429]);
    expect(shop.requests.map(({ status }) => status)).toEqual([200, 200, 200, 429, 200, 429, 200, 429]);
    const { call: free } = await open({ limits: false });
    for (let n = 0; n < 5; n += 1) expect((await free(`${catalogue}&keywords=mug`)).status).toBe(200);
  });

  test("the catalogue finds 20 at most, in pages of ten unless told, and says nothing of what it lacks", async () => {
    const { shop, call } = await open({ limits: false });
    const asins = [...shop.rows()].slice(0, 20).map(({ asin }) => asin);
    const search = (list: readonly string[], more = "") =>
      call(`${catalogue}&identifiersType=ASIN&identifiers=${list.join(",")}${more}`);
    const whole = bodyOf(await search(asins, "&pageSize=20&includedData=images"));
    const items = whole["items"] as readonly Body[];
    expect(items.map(({ asin }) => String(asin)).sort()).toEqual([...asins].sort());
    expect(items.map(({ asin }) => asin)).not.toEqual(asins);
    expect(Object.keys(items[0] ?? {})).toEqual(["asin", "images"]);
    const first = bodyOf(await search(asins));
    expect(first["items"]).toHaveLength(10);
    const { nextToken } = first["pagination"] as { readonly nextToken: string };
    expect(bodyOf(await search(asins, `&pageToken=${encodeURIComponent(nextToken)}`))["items"]).toHaveLength(
      10,
    );
    expect(bodyOf(await search(["B0GONE0001", "B000000000"]))).toEqual({ numberOfResults: 0, items: [] });
    for (const more of ["&pageSize=21", "&includedData=price"])
      expect((await search(asins, more)).status).toBe(400);
    expect((await search([...asins, "B000000000"])).status).toBe(400);
  });

  test("listings come with 1,000 at most, and the true number", async () => {
    const { shop, call } = await open({ limits: false, listings: 1203, odd: false });
    const path = `/listings/2021-08-01/items/${shop.sellerId}?marketplaceIds=${us}&pageSize=20&sortBy=createdDate&sortOrder=ASC`;
    const skus: unknown[] = [];
    let token: string | undefined = "";
    while (token !== undefined) {
      const suffix: string = token === "" ? "" : `&pageToken=${encodeURIComponent(token)}`;
      const body = bodyOf(await call(path + suffix));
      expect(body["numberOfResults"]).toBe(1203);
      skus.push(...(body["items"] as readonly Body[]).map(({ sku }) => sku));
      token = (body["pagination"] as { readonly nextToken?: string } | undefined)?.nextToken;
    }
    expect(skus).toHaveLength(1000);
    expect(new Set(skus).size).toBe(1000);
    const foreign = await call(path.replace(shop.sellerId, "AOTHER"));
    expect(foreign.status).toBe(403);
  });

  test("a listing that was edited is found by its date", async () => {
    const { shop, call } = await open();
    const [sku = ""] = shop.skus("listings");
    now += 60_000;
    shop.edit(sku, { price: "7.77" });
    const after = new Date(now - 1000).toISOString();
    const reply = await call(
      `/listings/2021-08-01/items/${shop.sellerId}?marketplaceIds=${us}&includedData=offers&lastUpdatedAfter=${after}`,
    );
    const [item] = bodyOf(reply)["items"] as readonly Body[];
    expect(bodyOf(reply)["numberOfResults"]).toBe(1);
    expect(JSON.stringify(item)).toContain('"amount":"7.77"');
    shop.remove(sku);
    expect(shop.skus("listings")).not.toContain(sku);
    expect(() => shop.edit(sku, {})).toThrow(RangeError);
    const added = shop.add({ sku: "NEW/1" });
    expect(shop.skus()).toContain(added);
  });

  test("Amazon's own stock comes in pages whose token dies after 30 seconds", async () => {
    const { shop, call } = await open();
    const wanted = [...shop.rows()].filter(({ channel }) => channel === "AMAZON_NA").map(({ sku }) => sku);
    const first = bodyOf(await call(`${fba}&details=true`));
    const { nextToken } = first["pagination"] as { readonly nextToken: string };
    const second = bodyOf(await call(`${fba}&details=true&nextToken=${encodeURIComponent(nextToken)}`));
    const summaries = [first, second].flatMap(
      ({ payload }) => (payload as { readonly inventorySummaries: readonly Body[] }).inventorySummaries,
    );
    expect(summaries.map(({ sellerSku }) => sellerSku)).toEqual(wanted.slice(0, 100));
    now += 30_000;
    expect((await call(`${fba}&nextToken=${encodeURIComponent(nextToken)}`)).status).toBe(400);
    const plain = bodyOf(await call(`${fba}&sellerSku=${encodeURIComponent(wanted[3] ?? "")}`));
    const [one] = (plain["payload"] as { readonly inventorySummaries: readonly Body[] }).inventorySummaries;
    expect(one).toMatchObject({ sellerSku: wanted[3] });
    expect(one).not.toHaveProperty("inventoryDetails");
    now += 1000;
    expect((await call(fba.replace(`marketplaceIds=${us}`, "marketplaceIds=A,B"))).status).toBe(400);
  });

  test("the config is one of psync's, and names the seller only when asked", async () => {
    const { shop } = await open({ withSellerId: true, marketplaceId: "A1PA6795UKMFR9" });
    const { clientId, clientSecret, refreshToken } = shop.credentials;
    expect(shop.config).toEqual({
      channel: "amazon",
      marketplaceId: "A1PA6795UKMFR9",
      clientId,
      clientSecret,
      refreshToken,
      sellerId: shop.sellerId,
      baseUrl: shop.url,
      tokenUrl: `${shop.url}/auth/o2/token`,
    });
    expect((await open()).shop.config).not.toHaveProperty("sellerId");
    expect([...shop.rows()].map(({ channel }) => channel)).toContain("AMAZON_EU");
    await expect(startAmazonShop({ faults: ["no such fault"] })).rejects.toThrow(RangeError);
    expect(faultNames).toHaveProperty("cut-gzip");
  });

  test("a port that is taken is said, and leaves nothing running", async () => {
    const { shop } = await open();
    await expect(startAmazonShop({ port: Number(new URL(shop.url).port) })).rejects.toThrow("EADDRINUSE");
  });
});
