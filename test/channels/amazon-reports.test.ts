import { afterEach, describe, expect, test } from "@jest/globals";
import { AuthError, IncompleteError, RemoteError, TransientError } from "../../src/errors.js";
import type { AmazonShop } from "../../src/sandbox/amazon/server.js";
import type { DocumentKind } from "../../src/sandbox/amazon/columns.js";
import { failureOf, keysOf, never, readPages, recordsOf } from "../conformance/channel.js";
import { callsOf, createAmazonBed } from "../support/amazon-bed.js";

const bed = createAmazonBed();
afterEach(() => bed.close());

const plain = { settings: { enrich: false } };
const halfHourMs = 30 * 60_000;

/** Keys as the channel gives them: the second row of an SKU has "#2" behind it. */
function expectedKeys(shop: AmazonShop): string[] {
  const seen = new Set<string>();
  return shop
    .skus()
    .map((sku) => {
      const key = seen.has(sku) ? `${sku}#2` : sku;
      seen.add(sku);
      return key;
    })
    .sort();
}

describe("src/channels/amazon/reports.ts", () => {
  test.each<[DocumentKind, string, string]>([
    ["us", "ŁÓDŹ-1", "Kubek ceramiczny Łódź ＆ spółka"],
    ["de", "MÜTZE-Größe-M", "Mütze aus Merinowolle – Größe M, dünn"],
    ["deprecated", "KET/HER 2,0", '"Heritage Kettle, 2 qt'],
    ["b2b", "KIT-CB-15,A/B", 'Bamboo Cutting Board 15" x 10", Juice Groove'],
    ["jp", "NAMBU-08", "南部鉄器 急須 0.8L"],
    ["short", "000457", ""],
  ])("reads the shape %s by the names of its columns", async (kind, sku, name) => {
    const shop = await bed.openShop({ document: kind, listings: 120 });
    const { channel } = bed.openClient(shop, plain);
    const pages = await readPages(channel);
    expect(keysOf(pages)).toEqual(expectedKeys(shop));
    // The row with a tab in its name and the one without an SKU.
    expect(pages.flatMap(({ rejects }) => rejects).map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^line \d+ of the report: (it has \d+ cells, the header has \d+|.*out of place)$/,
      ),
      expect.stringMatching(/^line \d+ of the report: it has no SKU$/),
    ]);
    const found = recordsOf(pages).find(({ key }) => key === sku);
    if (name !== "") expect(found?.fields["item-name"]).toBe(name);
    const row = [...shop.rows()].find((each) => each.sku === sku);
    expect(found?.fields).toMatchObject({ price: row?.price, quantity: row?.quantity });
    expect(pages[0]?.basis).toBe("ATVPDKIKX0DER USD");
  });

  test("asks once, waits, and uses a fresh report again", async () => {
    const shop = await bed.openShop({ listings: 30, reportDelayMs: 20_000 });
    const kept = new Map<string, string>();
    const first = await readPages(bed.openClient(shop, { ...plain, kept }).channel);
    expect(callsOf(shop)).toEqual({
      "POST auth": 1,
      "GET reports": 1,
      "POST reports": 1,
      "GET report": 3,
      "GET document": 1,
      download: 1,
    });
    const second = await readPages(bed.openClient(shop, { ...plain, kept }).channel);
    expect(callsOf(shop)).toMatchObject({ "POST reports": 1, "GET reports": 2, download: 2 });
    expect(second[0]?.cursor).toBe(first[0]?.cursor);
    await bed.clock.advance(halfHourMs);
    const third = await readPages(bed.openClient(shop, { ...plain, kept }).channel);
    expect(callsOf(shop)).toMatchObject({ "POST reports": 2 });
    expect(Date.parse(third[0]?.cursor ?? "")).toBeGreaterThan(Date.parse(first[0]?.cursor ?? ""));
  });

  test("somebody else's report counts only with every column that is mapped", async () => {
    const shop = await bed.openShop({ listings: 30 });
    await readPages(bed.openClient(shop, plain).channel);
    const off = shop.faults.add("no-status-column");
    const fields = ["seller-sku", "status"];
    const { channel, warnings } = bed.openClient(shop, plain);
    expect(keysOf(await readPages(channel, { fields }))).toEqual(expectedKeys(shop));
    expect(callsOf(shop)).toMatchObject({ "POST reports": 2, "GET document": 3 });
    expect(warnings).toEqual([expect.stringContaining("no column status")]);
    off();
    const other = bed.openClient(shop, plain);
    await readPages(other.channel, { fields });
    expect(callsOf(shop)).toMatchObject({ "POST reports": 2 });
    expect(other.warnings).toEqual([]);
  });

  test("takes up a report that is being made", async () => {
    const shop = await bed.openShop({ listings: 30, reportDelayMs: 60_000 });
    const abort = new AbortController();
    shop.faults.add({
      onRequest: (_n, { operation }) => {
        if (operation === "getReport") abort.abort();
        return undefined;
      },
    });
    const pages = bed.openClient(shop, plain).channel.read({}, abort.signal)[Symbol.asyncIterator]();
    await expect(pages.next()).rejects.toMatchObject({ code: "interrupted" });
    shop.faults.clear();
    expect(keysOf(await readPages(bed.openClient(shop, plain).channel))).toEqual(expectedKeys(shop));
    expect(callsOf(shop)).toMatchObject({ "POST reports": 1 });
  });

  test.each([
    ["cut", 1],
    ["reset", 2],
  ] as const)("looks for the twin when an asking is %s", async (connection, times) => {
    // "cut" breaks off after Amazon acted, "reset" before.
    const shop = await bed.openShop({ listings: 30 });
    let left = 1;
    shop.faults.add({
      onRequest: (_n, { operation }) =>
        operation === "createReport" && left-- > 0 ? { name: connection, connection } : undefined,
    });
    const { channel } = bed.openClient(shop, plain);
    expect(keysOf(await readPages(channel))).toEqual(expectedKeys(shop));
    expect(callsOf(shop)).toMatchObject({ "POST reports": times, "GET reports": 2 });
  });

  test("a cancelled report is replaced by an older one, or asked for again after half an hour, once", async () => {
    const shop = await bed.openShop({ listings: 30, faults: ["cancelled"] });
    const startedMs = bed.clock.now();
    const { channel, warnings } = bed.openClient(shop, plain);
    const error = await failureOf(readPages(channel));
    expect(error).toBeInstanceOf(TransientError);
    expect(error.code).toBe("report-cancelled");
    expect(callsOf(shop)).toMatchObject({ "POST reports": 2 });
    expect(bed.clock.now() - startedMs).toBeGreaterThanOrEqual(halfHourMs);
    expect(warnings).toEqual([expect.stringContaining("waits 30 minutes")]);

    shop.faults.clear();
    await bed.clock.advance(7 * halfHourMs);
    await readPages(channel);
    shop.faults.add("cancelled");
    await bed.clock.advance(3 * halfHourMs);
    const later = bed.openClient(shop, plain);
    expect(keysOf(await readPages(later.channel))).toEqual(expectedKeys(shop));
    expect(later.warnings).toEqual([expect.stringContaining("is used in its place")]);
  });

  test("a failed report says why", async () => {
    const shop = await bed.openShop({ listings: 30, faults: ["fatal"] });
    const error = await failureOf(readPages(bed.openClient(shop, plain).channel));
    expect(error).toBeInstanceOf(RemoteError);
    expect(error.message).toContain("Report could not be generated: internal data error.");
  });

  test("a report that is never finished is left after half an hour", async () => {
    const shop = await bed.openShop({ listings: 30, faults: ["stuck"] });
    const error = await failureOf(readPages(bed.openClient(shop, plain).channel));
    expect(error).toMatchObject({ code: "report-slow" });
    expect(error).toBeInstanceOf(TransientError);
    expect(callsOf(shop)["GET report"]).toBeLessThan(40);
  });

  test.each([
    ["expired-url", {}, { "GET document": 2, download: 2 }],
    ["html-page", {}, { "GET document": 2, download: 2 }],
    ["cut-body", {}, { "GET document": 1, download: 2 }],
    ["cut-gzip", { times: 1 }, { "GET document": 2, download: 2 }],
    ["plain-despite-gzip", {}, { download: 1 }],
    ["gzip-undeclared", {}, { download: 1 }],
    ["no-charset", {}, { download: 1 }],
    ["bom", {}, { download: 1 }],
    ["rate-limit", { every: 2 }, {}],
    ["reset", { every: 4 }, {}],
    ["token-expired", {}, {}],
  ])("gets over %s", async (fault, settings, calls) => {
    const shop = await bed.openShop({ listings: 60 });
    shop.faults.add(fault, settings);
    const { channel } = bed.openClient(shop, plain);
    const pages = await readPages(channel);
    expect(keysOf(pages)).toEqual(expectedKeys(shop));
    expect(recordsOf(pages).find(({ key }) => key === "MUG-CAFE-12")?.fields["item-name"]).toBe(
      "Café Mug – 12 oz",
    );
    expect(callsOf(shop)).toMatchObject(calls);
  });

  test.each([
    ["cut-gzip", TransientError, "torn-report", ""],
    ["unknown-charset", RemoteError, "unknown-charset", "EBCDIC-US"],
    ["no-sku-column", RemoteError, "report-header", "item-name, item-description"],
    ["report-refused", RemoteError, "bad-request", "VendorGroupId"],
    ["no-role", AuthError, "not-allowed", "the list of reports"],
    ["invalid-client", AuthError, "client-refused", "invalid_client"],
    ["revoked", AuthError, "grant-refused", "invalid_grant"],
  ])("stops at %s", async (fault, kind, code, words) => {
    const shop = await bed.openShop({ listings: 30, faults: [fault] });
    const error = await failureOf(readPages(bed.openClient(shop, plain).channel));
    expect(error).toBeInstanceOf(kind);
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
    expect(error.hint).toBeDefined();
    if (fault === "cut-gzip") expect(callsOf(shop)).toMatchObject({ download: 3 });
    if (fault === "no-role") expect(callsOf(shop)).toEqual({ "POST auth": 2, "GET reports": 2 });
  });

  test("a file that names no charset and is not UTF-8 is read as windows-1252, saying so", async () => {
    const shop = await bed.openShop({ document: "de", listings: 60, faults: ["no-charset"] });
    const { channel, warnings } = bed.openClient(shop, { ...plain });
    expect(keysOf(await readPages(channel))).toContain("MÜTZE-Größe-M");
    expect(warnings.filter((each) => each.includes("windows-1252"))).toHaveLength(1);
  });

  test.each<[DocumentKind, number]>([
    ["us", 1],
    ["de", 0],
  ])(
    "declared as ISO-8859-1, the document %s is read as what it is, with %i warnings",
    async (document, warned) => {
      const shop = await bed.openShop({ document, listings: 60, faults: ["wrong-charset"] });
      const { channel, warnings } = bed.openClient(shop, plain);
      const mug = recordsOf(await readPages(channel)).find(({ key }) => key === "MUG-CAFE-12");
      expect(mug?.fields["item-name"]).toBe("Café Mug – 12 oz");
      expect(warnings.filter((each) => each.includes("read as UTF-8"))).toHaveLength(warned);
    },
  );

  test("letters that Amazon lost are told", async () => {
    const shop = await bed.openShop({ document: "de", listings: 60 });
    for (const { sku } of [...shop.rows()].slice(4, 9)) {
      if (/^[\w-]+$/.test(sku)) shop.edit(sku, { name: "Kubek Łódźki, biały" });
    }
    const { channel, warnings } = bed.openClient(shop, plain);
    await readPages(channel);
    expect(warnings.filter((each) => /lost letters in \d+ of \d+ names/.test(each))).toHaveLength(1);
  });

  test("a header without rows is nothing, loudly", async () => {
    const shop = await bed.openShop({ listings: 30, faults: ["header-only"] });
    const { channel, warnings } = bed.openClient(shop, plain);
    const pages = await readPages(channel);
    expect(pages).toMatchObject([{ records: [], rejects: [], declared: 0 }]);
    expect(warnings).toEqual([expect.stringContaining("has a header and no rows")]);
  });

  test("a file that ends inside of a row is incomplete, and the next look asks for another", async () => {
    const shop = await bed.openShop({ listings: 60, odd: false });
    const off = shop.faults.add("torn-last-line");
    const kept = new Map<string, string>();
    const { channel } = bed.openClient(shop, { ...plain, kept });
    const keys: string[] = [];
    const rejects: string[] = [];
    const walk = async (): Promise<void> => {
      for await (const page of channel.read({}, never())) {
        keys.push(...page.records.map(({ key }) => key));
        rejects.push(...page.rejects.map(({ message }) => message));
      }
    };
    const error = await failureOf(walk());
    expect(error).toBeInstanceOf(IncompleteError);
    expect(error.message).toContain("in the middle of line 61");
    expect(keys).toHaveLength(59);
    expect(rejects).toEqual([]);
    off();
    expect(await readPages(channel)).toHaveLength(1);
    expect(callsOf(shop)).toMatchObject({ "POST reports": 2 });
  });

  test("a read goes on in the same document; when that is gone it starts anew", async () => {
    const shop = await bed.openShop({ listings: 500, odd: false });
    const { channel, warnings } = bed.openClient(shop, plain);
    const pages = await readPages(channel);
    expect(pages.map(({ records }) => records.length)).toEqual([200, 200, 100]);
    const before = callsOf(shop)["GET reports"];
    const resume = pages[0]?.resume ?? "";
    expect(keysOf(await readPages(channel, { resume }))).toHaveLength(300);
    expect(callsOf(shop)["GET reports"]).toBe(before);
    const gone = resume.replace("amzn1.spdoc", "amzn1.gone");
    expect(keysOf(await readPages(channel, { resume: gone }))).toHaveLength(500);
    expect(warnings).toEqual([expect.stringContaining("starts anew")]);
    expect(keysOf(await readPages(channel, { resume: "other" }))).toHaveLength(500);
  });
});
