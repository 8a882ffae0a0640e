import { describe, expect, test } from "@jest/globals";
import { toCatalog } from "../../src/channels/amazon/catalog.js";
import { toAmazonError, toTokenError } from "../../src/channels/amazon/errors.js";
import { toListingRow } from "../../src/channels/amazon/listing-row.js";
import { endpointOf, locationsOf } from "../../src/channels/amazon/marketplaces.js";
import { amazonHttpPolicy } from "../../src/channels/amazon/policy.js";
import { accountOf } from "../../src/channels/amazon/records.js";
import { parseResumeToken, toResumeToken } from "../../src/channels/amazon/resume.js";
import { catalogItemSchema, listingSchema } from "../../src/channels/amazon/schema.js";
import { AuthError, ConfigError, RemoteError, TransientError } from "../../src/errors.js";
import type { HttpRequest } from "../../src/http/contract.js";
import { never } from "../conformance/channel.js";
import { createFakeClock } from "../support/fake-clock.js";

const us = "ATVPDKIKX0DER";
const settings = {
  marketplaceId: us,
  clientId: "amzn1.client",
  clientSecret: "secret",
  refreshToken: "Atzr|1",
};

describe("src/channels/amazon/catalog.ts", () => {
  const catalogOf = (item: object) => toCatalog(catalogItemSchema.parse({ asin: "B0EXAMPL01", ...item }), us);

  test("takes the largest image of each variant, the main one first, the swatch last", () => {
    const image = (variant: string, size: number) => ({
      variant,
      link: `https://images.example/${variant}-${size}.jpg`,
      width: size,
      height: size,
    });
    const images = [
      image("SWCH", 30),
      image("PT02", 75),
      image("PT01", 75),
      image("MAIN", 75),
      image("MAIN", 500),
    ];
    const elsewhere = { marketplaceId: "A1F83G8C2ARO7P", images: [image("MAIN", 1000)] };
    const spoilt = [null, { variant: "PT03" }, ...images];
    expect(catalogOf({ images: [elsewhere, { marketplaceId: us, images: spoilt }] })).toEqual({
      images: ["MAIN-500", "PT01-75", "PT02-75", "SWCH-30"].map(
        (each) => `https://images.example/${each}.jpg`,
      ),
    });
  });

  test.each([
    [
      [
        ["EAN", "0036000291452"],
        ["UPC", "036000291452"],
      ],
      "036000291452",
    ],
    [[["EAN", "0036000291452"]], "036000291452"],
    [[["GTIN", "00036000291452"]], "036000291452"],
    [[["EAN", "4006381333931"]], "4006381333931"],
    [[["GTIN", "04006381333931"]], "4006381333931"],
    [
      [
        ["UPC", "n/a"],
        ["EAN", "4006381333931"],
      ],
      "4006381333931",
    ],
    [[["ISBN", "9783161484100"]], undefined],
  ])("UPC of %j", (pairs, upc) => {
    const identifiers = pairs.map(([identifierType, identifier]) => ({ identifierType, identifier }));
    expect(catalogOf({ identifiers: [{ marketplaceId: us, identifiers }] }).upc).toBe(upc);
  });

  test("tells a parent of variations", () => {
    const summaries = (itemClassification: string) => [{ marketplaceId: us, itemClassification }];
    expect(catalogOf({ summaries: summaries("VARIATION_PARENT") })).toEqual({ isParent: true });
    expect(catalogOf({ summaries: summaries("BASE_PRODUCT") })).toEqual({});
  });

  test("takes the package's sizes, side by side the item's, each in its own unit", () => {
    const dimensions = [
      {
        marketplaceId: us,
        item: { weight: { unit: "pounds", value: 2.2 }, height: { unit: "inches", value: 10.49999998929 } },
        package: {
          weight: { unit: "Kilograms", value: 1.2 },
          length: { unit: "inch", value: 12 },
          width: { unit: "cubits", value: 3 },
        },
      },
    ];
    expect(catalogOf({ dimensions })).toEqual({
      weight: { unit: "kilograms", value: 1.2 },
      length: { unit: "inches", value: 12 },
      height: { unit: "inches", value: 10.49999998929 },
    });
  });
});

describe("src/channels/amazon/listing-row.ts", () => {
  const listing = {
    sku: "MUG-1",
    summaries: [
      { marketplaceId: "A2EUQ1WTGCTBG2", asin: "B0EXAMPL99" },
      {
        marketplaceId: us,
        asin: "B0EXAMPL01",
        itemName: "Mug",
        status: ["DISCOVERABLE", "BUYABLE"],
        mainImage: { link: "https://images.example/1.jpg" },
      },
    ],
    attributes: {
      product_description: [
        { value: "Tasse", marketplace_id: "A2EUQ1WTGCTBG2" },
        { value: "A <b>mug</b>", marketplace_id: us },
      ],
      externally_assigned_product_identifier: [{ type: "upc", value: "036000291452", marketplace_id: us }],
    },
    offers: [
      { marketplaceId: us, offerType: "B2B", price: { amount: "8.00", currencyCode: "USD" } },
      { marketplaceId: us, offerType: "B2C", price: { amount: "9.50", currencyCode: "USD" } },
    ],
    fulfillmentAvailability: [{ fulfillmentChannelCode: "DEFAULT", quantity: 0 }],
  };
  const full = {
    "seller-sku": "MUG-1",
    "item-name": "Mug",
    "item-description": "A <b>mug</b>",
    price: "9.50",
    quantity: "0",
    "image-url": "https://images.example/1.jpg",
    asin1: "B0EXAMPL01",
    "product-id": "036000291452",
    "product-id-type": "3",
    "fulfillment-channel": "DEFAULT",
    status: "Active",
  };

  test("says what the report would say", () => {
    expect(toListingRow(listingSchema.parse(listing), us)).toEqual({ row: full, unfit: [] });
  });

  test("what is not known is blank", () => {
    const blank = Object.fromEntries(Object.keys(full).map((name) => [name, ""]));
    expect(toListingRow(listingSchema.parse({ sku: "X", summaries: [null], offers: "no" }), us).row).toEqual({
      ...blank,
      "seller-sku": "X",
    });
  });

  test("what Amazon sends, the ASIN as product id, and a parent", () => {
    const { row, unfit } = toListingRow(
      listingSchema.parse({
        ...listing,
        attributes: {},
        fulfillmentAvailability: [{ fulfillmentChannelCode: "AMAZON_NA" }],
        relationships: [
          { marketplaceId: us, relationships: [{ type: "VARIATION", childSkus: ["MUG-1-RED"] }] },
        ],
      }),
      us,
    );
    expect(row).toMatchObject({
      "fulfillment-channel": "AMAZON_NA",
      quantity: "",
      "product-id": "B0EXAMPL01",
      "product-id-type": "1",
    });
    expect(unfit).toMatchObject([{ code: "not-sellable" }]);
  });
});

describe("src/channels/amazon/marketplaces.ts", () => {
  test("each marketplace leads to its region's host", () => {
    expect(endpointOf(settings)).toBe("https://sellingpartnerapi-na.amazon.com");
    expect(endpointOf({ ...settings, marketplaceId: "A1VC38T7YXB528" })).toContain("-fe.");
    expect(endpointOf({ ...settings, marketplaceId: "ANEWONE123456", region: "eu" })).toContain("-eu.");
    expect(endpointOf({ ...settings, baseUrl: "http://127.0.0.1:4720/" })).toBe("http://127.0.0.1:4720");
  });

  test.each([
    [us, ["DEFAULT", "AMAZON_NA"]],
    ["A1PA6795UKMFR9", ["DEFAULT", "AMAZON_EU"]],
    ["A1VC38T7YXB528", ["DEFAULT", "AMAZON_JP"]],
    ["ANEWONE123456", ["DEFAULT"]],
  ])("the stock of %s is one of %j", (marketplaceId, ids) => {
    const locations = locationsOf({ ...settings, marketplaceId });
    expect(locations.map(({ id }) => id)).toEqual(ids);
    for (const { active, name } of locations) expect([active, name]).toEqual([true, expect.any(String)]);
  });

  test("an unknown marketplace and a wrong region are config errors", () => {
    expect(() => endpointOf({ ...settings, marketplaceId: "ANEWONE123456" })).toThrow(ConfigError);
    expect(() => endpointOf({ ...settings, region: "eu" })).toThrow("is in region na, not eu");
  });
});

describe("src/channels/amazon/records.ts", () => {
  test("an account shows no secret, and is the same when psync learns the seller's id", () => {
    expect(accountOf(settings)).toMatch(/^ATVPDKIKX0DER app-[\da-f]{10}$/);
    expect(accountOf({ ...settings, sellerId: "A2EXAMPLE" })).toBe(accountOf(settings));
  });
});

describe("src/channels/amazon/policy.ts", () => {
  const host = "https://sellingpartnerapi-na.amazon.com";
  const request = (method: HttpRequest["method"], path: string): HttpRequest => ({
    method,
    url: `${host}${path}`,
    signal: never(),
  });
  const answer = (status: number, headers: Record<string, string> = {}) => ({
    status,
    headers,
    text: "",
    bytes: Buffer.alloc(0),
    url: host,
  });

  test("each operation has a bucket of its own, as has the token endpoint", () => {
    const { pacer } = amazonHttpPolicy(createFakeClock());
    if (typeof pacer !== "function") throw new Error("one pacer for all");
    const requests = [
      request("GET", "/reports/2021-06-30/reports"),
      request("POST", "/reports/2021-06-30/reports"),
      request("GET", "/reports/2021-06-30/reports/500"),
      request("GET", "/reports/2021-06-30/documents/amzn1.x"),
      request("GET", "/catalog/2022-04-01/items"),
      request("GET", "/listings/2021-08-01/items/A1"),
      request("GET", "/fba/inventory/v1/summaries"),
      request("GET", "/sellers/v1/marketplaceParticipations"),
      request("POST", "/auth/o2/token"),
    ];
    const pacers = requests.map(pacer);
    expect(new Set(pacers).size).toBe(requests.length);
    expect(requests.map((each) => pacer({ ...each, url: `${each.url}?pageSize=10` }))).toEqual(pacers);
  });

  test("a refused request waits for one period of its rate, as told or as published", () => {
    const { shouldRetry } = amazonHttpPolicy(createFakeClock());
    const catalog = request("GET", "/catalog/2022-04-01/items");
    expect(shouldRetry?.(answer(429), catalog)).toEqual({ throttled: true, retryAfterMs: 500 });
    const told = { "x-amzn-ratelimit-limit": "0.25" };
    expect(shouldRetry?.(answer(429, told), catalog)).toEqual({ throttled: true, retryAfterMs: 4000 });
    for (const bad of ["string", "0", "-1", "1e9"]) {
      const headers = { "x-amzn-ratelimit-limit": bad };
      expect(shouldRetry?.(answer(429, headers), catalog)).toMatchObject({ retryAfterMs: 500 });
    }
    expect(shouldRetry?.(answer(429, { "retry-after": "7" }), catalog)).toEqual({ throttled: true });
    expect([400, 403, 404, 501].map((status) => shouldRetry?.(answer(status), catalog))).toEqual(
      [400, 403, 404, 501].map(() => false),
    );
    expect(shouldRetry?.(answer(503), catalog)).toBe(true);
  });

  test("operations do not wait for each other", async () => {
    const clock = createFakeClock();
    const { pacer } = amazonHttpPolicy(clock);
    if (typeof pacer !== "function") throw new Error("one pacer for all");
    const create = pacer(request("POST", "/reports/2021-06-30/reports"));
    for (let times = 0; times < 14; times += 1) (await create.acquire(1, never()))();
    void create.acquire(1, never());
    (await pacer(request("GET", "/catalog/2022-04-01/items")).acquire(1, never()))();
    // The fifteenth of these waits for a minute; the other operation has its own bucket.
    expect(new Set(clock.sleeps)).toEqual(new Set([Math.ceil(1000 / (0.0167 * 0.97))]));
    expect(pacer(request("POST", "/reports/2021-06-30/reports"))).toBe(create);
  });
});

describe("src/channels/amazon/errors.ts", () => {
  const response = (status: number, body: unknown) => ({
    status,
    headers: {},
    text: typeof body === "string" ? body : JSON.stringify(body),
    url: "https://sellingpartnerapi-na.amazon.com/x",
  });
  const envelope = (code: string, message: string, details = "") => ({
    errors: [{ code, message, details }],
  });
  const redact = (text: string) => text.replaceAll("Atza|1", "***");

  test.each([
    [403, envelope("Unauthorized", "Access denied", "token Atza|1 was revoked"), AuthError, "not-allowed"],
    [401, "", AuthError, "not-allowed"],
    [400, envelope("InvalidInput", "bad"), RemoteError, "bad-request"],
    [404, envelope("NotFound", "no"), RemoteError, "not-found"],
    [429, envelope("QuotaExceeded", "too many"), TransientError, "throttled"],
    [302, "<html><title>Moved</title></html>", RemoteError, "unexpected-answer"],
  ])("%s is told", (status, body, kind, code) => {
    const error = toAmazonError(response(status, body), "searchCatalogItems", redact);
    expect(error).toBeInstanceOf(kind);
    expect(error.code).toBe(code);
    expect(error.message).not.toContain("Atza|1");
    expect(error.message).not.toContain("\n");
  });

  test("a refusal names the role, the new refresh token and the way without", () => {
    const { hint } = toAmazonError(
      response(403, envelope("Unauthorized", "x")),
      "searchCatalogItems",
      redact,
    );
    expect(hint).toMatch(/role Product Listing.*new refresh token.*source\.enrich: false/);
  });

  test.each([
    [401, { error: "invalid_client", error_description: "no" }, AuthError, "180 days"],
    [400, { error: "unauthorized_client" }, AuthError, "source.clientId"],
    [400, { error: "invalid_grant" }, AuthError, "source.refreshToken"],
    [403, "<html><title>Blocked</title></html>", AuthError, "source.clientSecret"],
    [404, "", RemoteError, "source.tokenUrl"],
  ])("token: %s %j", (status, body, kind, words) => {
    const error = toTokenError(response(status, body), redact);
    expect(error).toBeInstanceOf(kind);
    expect(error.hint).toContain(words);
  });
});

describe("src/channels/amazon/resume.ts", () => {
  test("a token comes back as it was, anything else is none", () => {
    const state = { v: 1, kind: "report", pass: "p", cursor: "c", document: "d", line: 7 } as const;
    expect(parseResumeToken(toResumeToken(state))).toEqual(state);
    for (const text of ["", "{}", "null", toResumeToken({ ...state, line: 0 })]) {
      expect(parseResumeToken(text)).toBeUndefined();
    }
  });
});
