import { readFileSync } from "node:fs";
import { afterEach, expect, test } from "@jest/globals";
import { startAmazonShop, type AmazonShop } from "../../src/sandbox/amazon/server.js";
import { logIn, type AmazonReply } from "../support/amazon-client.js";
import { describeContract } from "../support/contracts.js";
import { loadApiDocument, type ApiDocument, type ApiExchange } from "../support/openapi.js";

const us = "ATVPDKIKX0DER";
const allData = "GET_MERCHANT_LISTINGS_ALL_DATA";
const reports = "/reports/2021-06-30/reports";
const participations = "/sellers/v1/marketplaceParticipations";
const catalogue = `/catalog/2022-04-01/items?marketplaceIds=${us}`;
const fba = `/fba/inventory/v1/summaries?granularityType=Marketplace&granularityId=${us}&marketplaceIds=${us}`;
const models = [
  "reports_2021-06-30",
  "catalogItems_2022-04-01",
  "listingsItems_2021-08-01",
  "sellers",
  "fbaInventory",
];

type Json = Readonly<Record<string, unknown>>;

// What the sandbox answers that no model describes.
const withoutModel: Readonly<Record<string, string>> = {
  "/auth/o2/token": "Login with Amazon has no model",
  "the document host": "its address is data in a model's answer, its content a file",
  "/reports/2021-06-30/nothing": "a path of no operation",
};

/** Every path that leads to a value, arrays as one: what an answer is made of. */
function keyPaths(value: unknown, path = ""): Set<string> {
  if (Array.isArray(value)) return new Set(value.flatMap((each) => [...keyPaths(each, `${path}[]`)]));
  if (typeof value !== "object" || value === null) return new Set([path]);
  return new Set(Object.entries(value).flatMap(([key, each]) => [...keyPaths(each, `${path}.${key}`)]));
}

describeContract("Amazon's sandbox against the models of 2026-08", (dir) => {
  const file = (name: string): string => `${dir}/amazon/${name}.json`;
  const documents = models.map((name) => loadApiDocument(file(name)));
  const documentOf = (exchange: ApiExchange): ApiDocument | undefined =>
    documents.find((each) => each.knows(exchange.method, exchange.url));
  const faultsOf = (exchange: ApiExchange): readonly string[] =>
    documentOf(exchange)?.faultsOf(exchange) ?? [`${exchange.url}: in no model`];

  const shops: AmazonShop[] = [];
  let now = Date.UTC(2026, 0, 5);
  afterEach(async () => {
    for (const shop of shops.splice(0)) await shop.close();
  });

  async function open() {
    const shop = await startAmazonShop({ clock: () => now, limits: false, reportDelayMs: 8000 });
    shops.push(shop);
    return { shop, call: await logIn(shop) };
  }

  const specification = { reportType: allData, marketplaceIds: [us] };

  /** One good request of each operation. */
  async function everyOperation({ shop, call }: Awaited<ReturnType<typeof open>>): Promise<AmazonReply[]> {
    const asins = [...shop.rows()].slice(0, 20).map(({ asin }) => asin);
    return [
      await call(participations),
      await call(`${reports}?reportTypes=${allData}&processingStatuses=DONE,IN_QUEUE&marketplaceIds=${us}`),
      await call(reports, { method: "POST", body: { ...specification, reportOptions: { custom: "false" } } }),
      await call(`${reports}/1`),
      await call("/reports/2021-06-30/documents/1"),
      await call(
        `${catalogue}&identifiersType=ASIN&identifiers=${asins.join(",")}&pageSize=20` +
          "&includedData=attributes,classifications,dimensions,identifiers,images,productTypes,relationships,salesRanks,summaries,vendorDetails",
      ),
      await call(
        `/listings/2021-08-01/items/${shop.sellerId}?marketplaceIds=${us}&pageSize=20` +
          "&includedData=summaries,attributes,issues,offers,fulfillmentAvailability,procurement,relationships,productTypes",
      ),
      await call(`${fba}&details=true`),
    ];
  }

  test("every operation's answer is of its model", async () => {
    const replies = await everyOperation(await open());
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 202, 404, 404, 200, 200, 200]);
    for (const reply of replies) expect([reply.url, faultsOf(reply)]).toEqual([reply.url, []]);
  });

  test("a report's answers are of its model in every state, and so are all pages", async () => {
    const { call } = await open();
    const asked: AmazonReply[] = [];
    const get = async (url: string): Promise<Json> => {
      const reply = await call(url);
      asked.push(reply);
      return reply.responseBody as Json;
    };
    const created = await call(reports, { method: "POST", body: specification });
    const id = String((created.responseBody as Json)["reportId"]);
    await call(reports, { method: "POST", body: specification });
    for (let step = 0; step < 3; step += 1) {
      await get(`${reports}/${id}`);
      now += 4000;
    }
    const done = await get(`${reports}/${id}`);
    await get(`/reports/2021-06-30/documents/${String(done["reportDocumentId"])}`);
    const list = await get(`${reports}?reportTypes=${allData}&pageSize=1`);
    await get(`${reports}?nextToken=${encodeURIComponent(String(list["nextToken"]))}`);
    const stock = await get(fba);
    const { nextToken } = stock["pagination"] as { readonly nextToken: string };
    await get(`${fba}&nextToken=${encodeURIComponent(nextToken)}`);
    expect(asked.map(({ status }) => status)).toEqual(asked.map(() => 200));
    for (const reply of [created, ...asked]) expect([reply.url, faultsOf(reply)]).toEqual([reply.url, []]);
  });

  test.each([
    ["unauthorized", 403],
    ["down", 503],
    ["rate-limit", 429],
  ])("every operation's refusal is of its model: %s", async (fault, status) => {
    const opened = await open();
    opened.shop.faults.add(fault, { every: 1 });
    for (const reply of await everyOperation(opened)) {
      expect([reply.url, reply.status]).toEqual([reply.url, status]);
      expect([reply.url, faultsOf(reply)]).toEqual([reply.url, []]);
    }
  });

  test("what a model forbids is refused, in the model's words for an error", async () => {
    const { shop, call } = await open();
    const listings = `/listings/2021-08-01/items/${shop.sellerId}`;
    const many = Array.from({ length: 21 }, (_, n) => `B0000000${n + 10}`).join(",");
    const bad = [
      await call(reports),
      await call(`${reports}?reportTypes=${allData}&pageSize=200`),
      await call(`${reports}?reportTypes=${allData}&processingStatuses=BAD_VALUE`),
      await call(reports, { method: "POST", body: { ...specification, reportOptions: { custom: true } } }),
      await call(reports, { method: "POST", body: { reportType: allData } }),
      await call("/catalog/2022-04-01/items?keywords=mug"),
      await call(`${catalogue}&identifiersType=ASIN&identifiers=${many}`),
      await call(`${catalogue}&keywords=mug&pageSize=21`),
      await call(`${catalogue}&keywords=mug&includedData=prices`),
      await call(listings),
      await call(`${listings}?marketplaceIds=${us}&pageSize=21`),
      await call(`${listings}?marketplaceIds=${us}&sortBy=name`),
      await call(`${listings}?marketplaceIds=${us}&sortOrder=UP`),
      await call(fba.replace("Marketplace&", "Country&")),
      await call(fba.replace(`marketplaceIds=${us}`, `marketplaceIds=${us},A2EUQ1WTGCTBG2`)),
    ];
    for (const reply of bad) {
      expect([reply.url, reply.status]).toEqual([reply.url, 400]);
      const document = documentOf(reply);
      // Of the answer nothing is wrong; what is wrong is in the request alone.
      const labels = (document?.faultsOf(reply) ?? ["no model"]).filter((each) => / 400[/:]/.test(each));
      expect([reply.url, labels]).toEqual([reply.url, []]);
    }
    // Where the model says it in its own words, the sandbox and the model agree.
    const inModel = bad.filter((reply) => faultsOf(reply).length > 0).length;
    expect(inModel).toBe(bad.length - 1);
  });

  test("the models notice what is wrong", async () => {
    const { call } = await open();
    const good = await call(participations);
    expect(faultsOf(good)).toEqual([]);
    expect(faultsOf({ ...good, responseBody: { payload: [{ storeName: 7 }] } }).join()).toMatch(
      /must be string/,
    );
    expect(faultsOf({ ...good, url: `${participations}?colour=red` }).join()).toMatch(
      /unknown query parameter/,
    );
    expect(faultsOf({ ...good, status: 418 }).join()).toMatch(/no answer 418/);
    const report = await call(reports, { method: "POST", body: specification });
    const wrong = { ...report, requestBody: { ...specification, reportOptions: { custom: true } } };
    expect(faultsOf(wrong).join()).toMatch(/must be string/);
    const document = { method: "GET", url: "/reports/2021-06-30/documents/1", status: 200 };
    const zipped = { reportDocumentId: "1", url: "http://127.0.0.1", compressionAlgorithm: "ZIP" };
    expect(faultsOf({ ...document, responseBody: zipped }).join()).toMatch(/allowed values/);
    expect(faultsOf({ ...good, url: catalogue.replace("marketplaceIds", "marketplaceId") }).join()).toMatch(
      /marketplaceIds is missing/,
    );
  });

  test("what no model describes is known by name", async () => {
    const { shop, call } = await open();
    await call("/reports/2021-06-30/nothing");
    const strange = shop.requests.filter(
      ({ method, url }) => !documents.some((document) => document.knows(method, url)),
    );
    expect(strange.map(({ url }) => url).filter((url) => !(url in withoutModel))).toEqual([]);
    expect(strange).toHaveLength(2);
  });

  // Amazon's own examples. Keys on either side that the other lacks are named with the reason.
  const absent: Readonly<Record<string, readonly string[]>> = {
    getReports: [".reports[].reportDocumentId", ".reports[].marketplaceIds[]"],
    getReport: [".marketplaceIds[]", ".reportDocumentId"],
    // Documents of the sandbox are packed, the example's is not.
    getReportDocument: [".compressionAlgorithm"],
    searchListingsItems: [".items[].summaries[].fnSku"],
  };
  const unplayed: Readonly<Record<string, readonly RegExp[]>> = {
    // Brands and browse nodes are no concern of a warehouse; a search by identifiers has no refinements.
    searchCatalogItems: [
      /^\.refinements/,
      /\.parent\./,
      /\.relationships\[\]\.relationships/,
      /\.displayGroupRanks/,
      /\.link$/,
      /summaries\[\]\.(color|size|style)$/,
      /\.vendorDetails\[\]\.(?!brandCode|marketplaceId)/,
      /\.pagination/,
    ],
    searchListingsItems: [/\.issues\[\]/, /\.previousToken/],
  };

  test.each(["reports_2021-06-30", "catalogItems_2022-04-01", "listingsItems_2021-08-01", "sellers"])(
    "Amazon's examples have the sandbox's keys: %s",
    async (name) => {
      const { shop, call } = await open();
      const created = await call(reports, { method: "POST", body: specification });
      const id = String((created.responseBody as Json)["reportId"]);
      await call(reports, { method: "POST", body: specification });
      now += 9000;
      const asins = [...shop.rows()].map(({ asin }) => asin);
      const ready = (await call(`${reports}/${id}`)).responseBody as Json;
      const answers: Readonly<Record<string, string>> = {
        getReports: `${reports}?reportTypes=${allData}&pageSize=1`,
        getReport: `${reports}/${id}`,
        getReportDocument: `/reports/2021-06-30/documents/${String(ready["reportDocumentId"])}`,
        searchCatalogItems:
          `${catalogue}&identifiersType=ASIN&pageSize=20&identifiers=${asins.slice(0, 20).join(",")}` +
          "&includedData=classifications,dimensions,identifiers,images,productTypes,relationships,salesRanks,summaries,vendorDetails",
        searchListingsItems:
          `/listings/2021-08-01/items/${shop.sellerId}?marketplaceIds=${us}&pageSize=20` +
          "&includedData=summaries,offers,fulfillmentAvailability,issues",
        getMarketplaceParticipations: participations,
      };
      const examples = examplesOf(JSON.parse(readFileSync(file(name), "utf8")) as Json);
      const known = Object.entries(examples).filter(([operation]) => operation in answers);
      expect(known.length).toBeGreaterThan(0);
      for (const [operation, example] of known) {
        const own = keyPaths((await call(answers[operation] ?? "")).responseBody);
        const theirs = keyPaths(example);
        const more = [...own].filter((path) => !theirs.has(path));
        const less = [...theirs].filter((path) => !own.has(path));
        const excused = unplayed[operation] ?? [];
        expect([operation, more.filter((path) => absent[operation]?.includes(path) !== true)]).toEqual([
          operation,
          [],
        ]);
        expect([operation, less.filter((path) => !excused.some((each) => each.test(path)))]).toEqual([
          operation,
          [],
        ]);
      }
    },
  );
});

/** The answer 200 of each operation's static example. */
function examplesOf(document: Json): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const item of Object.values(document["paths"] as Readonly<Record<string, Json>>)) {
    for (const operation of Object.values(item) as readonly Json[]) {
      const responses = operation["responses"] as Readonly<Record<string, Json>> | undefined;
      const sandbox = responses?.["200"]?.["x-amzn-api-sandbox"] as
        { readonly static?: readonly { readonly response: unknown }[] } | undefined;
      const [first] = sandbox?.static ?? [];
      if (first !== undefined) found[String(operation["operationId"])] = first.response;
    }
  }
  return found;
}
