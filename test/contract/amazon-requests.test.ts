import { afterEach, expect, test } from "@jest/globals";
import { amazonHttpPolicy, createAmazonChannel } from "../../src/channels/amazon/index.js";
import { createHttpClient } from "../../src/http/client.js";
import type { RequestLogEntry } from "../../src/sandbox/sandbox.js";
import { startAmazonShop, type AmazonShop, type AmazonShopOptions } from "../../src/sandbox/amazon/server.js";
import { checksOf, keysOf, readPages } from "../conformance/channel.js";
import { createChannelMemory } from "../support/channel-memory.js";
import { describeContract } from "../support/contracts.js";
import { createFakeClock } from "../support/fake-clock.js";
import { loadApiDocument } from "../support/openapi.js";

const models = [
  "reports_2021-06-30",
  "catalogItems_2022-04-01",
  "listingsItems_2021-08-01",
  "sellers",
  "fbaInventory",
];
const agent = "psync/1.2.3 (Language=Node.js/20.20.2; Platform=linux)";
const userAgent = /^psync\/\S+ \(Language=Node\.js\/\S+; Platform=\w+\)$/;

describeContract("psync's requests against Amazon's models of 2026-08", (dir) => {
  const documents = models.map((name) => loadApiDocument(`${dir}/amazon/${name}.json`));
  const shops: AmazonShop[] = [];
  afterEach(async () => {
    for (const shop of shops.splice(0)) await shop.close();
  });

  async function open(options: AmazonShopOptions = {}, inventoryLocation?: string) {
    const clock = createFakeClock({ autoAdvance: true, now: Date.UTC(2026, 10, 24, 8) });
    const shop = await startAmazonShop({
      listings: 130,
      odd: false,
      // This clock runs on while requests are under way, which Amazon's buckets would not forgive.
      limits: false,
      clock: () => clock.now(),
      ...options,
    });
    shops.push(shop);
    const http = createHttpClient({ ...amazonHttpPolicy(clock), userAgent: agent, clock, random: () => 0 });
    const { channel: _channel, ...config } = shop.config;
    const settings = {
      marketplaceId: String(config["marketplaceId"]),
      ...shop.credentials,
      ...(options.withSellerId === true ? { sellerId: shop.sellerId } : {}),
      ...(inventoryLocation === undefined ? {} : { inventoryLocation }),
      baseUrl: shop.url,
      tokenUrl: `${shop.url}/auth/o2/token`,
    };
    const silent = (): void => undefined;
    const memory = createChannelMemory();
    const parts = { http, clock, memory, warn: silent, redact: (text: string) => text, hide: silent };
    return { shop, clock, channel: createAmazonChannel(settings, parts) };
  }

  const isToken = ({ url }: RequestLogEntry): boolean => url === "/auth/o2/token";
  const isDocument = ({ url }: RequestLogEntry): boolean => url.includes("X-Amz-Signature=");

  /** What is wrong with the requests that a model describes; the others are Login with Amazon and the documents. */
  function faultsOf(requests: readonly RequestLogEntry[]): readonly string[] {
    return requests
      .filter((each) => !isToken(each) && !isDocument(each))
      .flatMap(({ method, url, body, status }) => {
        const document = documents.find((each) => each.knows(method, url));
        if (document === undefined) return [`${method} ${url}: in no model`];
        const requestBody: unknown = body === "" ? undefined : JSON.parse(body);
        return document.faultsOf({ method, url, requestBody, status, responseBody: undefined });
      })
      .filter((fault) => !/ \d{3}[/:]/.test(fault));
  }

  const pathsOf = ({ requests }: AmazonShop): string[] => [
    ...new Set(
      requests.map(
        ({ method, url }) =>
          `${method} ${url.replace(/\?.*$/s, "").replace(/(?<=(reports|documents)\/)[^/]*\d{5}.*$/, "{id}")}`,
      ),
    ),
  ];

  test("a read by the report asks only what the models describe", async () => {
    const { shop, channel } = await open();
    expect(keysOf(await readPages(channel, { fields: ["seller-sku", "catalog"] }))).toHaveLength(130);
    expect(faultsOf(shop.requests)).toEqual([]);
    const paths = pathsOf(shop);
    expect(paths).toEqual(
      expect.arrayContaining([
        "POST /auth/o2/token",
        "GET /reports/2021-06-30/reports",
        "POST /reports/2021-06-30/reports",
        "GET /reports/2021-06-30/reports/{id}",
        "GET /reports/2021-06-30/documents/{id}",
        "GET /catalog/2022-04-01/items",
      ]),
    );
    const created = shop.requests.find(({ method, url }) => method === "POST" && url.endsWith("/reports"));
    expect(JSON.parse(created?.body ?? "{}")).toMatchObject({
      reportType: "GET_MERCHANT_LISTINGS_ALL_DATA",
      marketplaceIds: ["ATVPDKIKX0DER"],
    });
    // One call for twenty ASINs, all of them on one page.
    const searches = shop.requests.filter(({ url }) => url.startsWith("/catalog/"));
    expect(searches).toHaveLength(7);
    for (const { url } of searches) expect(new URL(url, shop.url).searchParams.get("pageSize")).toBe("20");
  });

  test("a read by the Listings API asks only what the models describe", async () => {
    const { shop, channel } = await open({ withSellerId: true });
    expect(keysOf(await readPages(channel))).toHaveLength(130);
    expect(faultsOf(shop.requests)).toEqual([]);
    const paths = pathsOf(shop);
    expect(paths).toContain(`GET /listings/2021-08-01/items/${shop.sellerId}`);
    expect(paths.filter((path) => path.includes("/reports/"))).toEqual([]);
  });

  test("Amazon's own stock is asked for as the model describes it", async () => {
    const { shop, channel } = await open({ listings: 500 }, "AMAZON_NA");
    await readPages(channel, { fields: ["seller-sku", "quantity"] });
    const asked = shop.requests.filter(({ url }) => url.startsWith("/fba/"));
    expect(asked.length).toBeGreaterThan(1);
    expect(faultsOf(shop.requests)).toEqual([]);
  });

  test("the checks ask only what the models describe", async () => {
    const { shop, channel } = await open({ withSellerId: true }, "AMAZON_NA");
    const checks = await checksOf(channel);
    expect(checks.filter(({ outcome }) => outcome === "fail")).toEqual([]);
    expect(faultsOf(shop.requests)).toEqual([]);
    expect(pathsOf(shop)).toContain("GET /sellers/v1/marketplaceParticipations");
    expect(pathsOf(shop)).not.toContain("POST /reports/2021-06-30/reports");
  });

  test("no GET has a body, each request says who asks, and no token goes to the documents' host", async () => {
    const { shop, channel } = await open({ faults: ["flaky"] });
    await readPages(channel);
    expect(shop.requests.some(isDocument)).toBe(true);
    for (const entry of shop.requests) {
      const { method, headers, body } = entry;
      expect(headers["user-agent"]).toMatch(userAgent);
      if (method === "GET") expect([body, headers["content-length"]]).toEqual(["", undefined]);
      if (isDocument(entry)) {
        for (const name of ["x-amz-access-token", "authorization", "cookie"])
          expect(headers).not.toHaveProperty(name);
        expect(headers["host"]).toBe(new URL(shop.documentUrl).host);
      } else expect("x-amz-access-token" in headers).toBe(!isToken(entry));
    }
    const text = JSON.stringify(shop.requests.filter((each) => !isToken(each)));
    expect(text).not.toContain(shop.credentials.clientSecret);
    expect(text).not.toContain(shop.credentials.refreshToken);
  });

  test("a report is not asked for twice because the first answer was lost", async () => {
    const { shop, channel } = await open();
    shop.faults.add({
      onRequest: (_n, { operation }) =>
        operation === "createReport"
          ? { name: "lost", answer: () => ({ status: 503, headers: {}, json: { errors: [] } }) }
          : undefined,
    });
    expect(keysOf(await readPages(channel))).toHaveLength(130);
    const created = shop.requests.filter(({ method, url }) => method === "POST" && url.endsWith("/reports"));
    expect(created.map(({ status }) => status)).toEqual([503]);
    expect(faultsOf(shop.requests)).toEqual([]);
  });

  test("a request that is changed a little is noticed", async () => {
    const { shop, channel } = await open({ withSellerId: true });
    await checksOf(channel);
    await readPages(channel);
    const [sample] = shop.requests;
    if (sample === undefined) throw new Error("nothing was asked");
    const changed = (from: RegExp, to: string): readonly string[] => {
      const found = shop.requests.find(({ url }) => from.test(url));
      return faultsOf([{ ...(found ?? sample), url: found?.url.replace(from, to) ?? "/none" }]);
    };
    expect(changed(/(?<=^\/catalog\/.*pageSize=)20/, "200").join()).toMatch(/pageSize.*must be <= 20/);
    expect(changed(/(?<=^\/catalog\/.*)identifiersType=ASIN/, "identifiersType=asin").join()).toMatch(
      /allowed values/,
    );
    expect(changed(/(?<=^\/catalog\/.*)marketplaceIds=/, "marketplaceId=").join()).toMatch(/is missing/);
    expect(changed(/(?<=^\/listings\/.*)sortBy=createdDate/, "sortBy=created").join()).toMatch(
      /allowed values/,
    );
    expect(changed(/(?<=^\/listings\/.*)includedData=summaries/, "includedData=summary").join()).toMatch(
      /allowed values/,
    );
    expect(changed(/(?<=^\/reports\/.*)reportTypes=/, "reportType=").join()).toMatch(
      /unknown query parameter/,
    );
    expect(changed(/^\/sellers\/v1/, "/sellers/v2")).toEqual([expect.stringContaining("in no model")]);
  });
});
