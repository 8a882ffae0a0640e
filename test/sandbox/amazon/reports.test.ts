import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "@jest/globals";
import { decode } from "iconv-lite";
import {
  startAmazonShop,
  type AmazonShop,
  type AmazonShopOptions,
} from "../../../src/sandbox/amazon/server.js";
import { callAmazon, logIn, type AmazonCaller } from "../../support/amazon-client.js";

const us = "ATVPDKIKX0DER";
const type = "GET_MERCHANT_LISTINGS_ALL_DATA";
const path = "/reports/2021-06-30/reports";

type Body = Readonly<Record<string, unknown>>;
const text = (body: unknown, name: string): string => String((body as Body)[name]);

async function create(call: AmazonCaller, marketplaceId = us): Promise<string> {
  const body = { reportType: type, marketplaceIds: [marketplaceId] };
  const { status, responseBody } = await call(path, { method: "POST", body });
  expect(status).toBe(202);
  return text(responseBody, "reportId");
}

async function reportOf(call: AmazonCaller, id: string): Promise<Body> {
  return (await call(`${path}/${id}`)).responseBody as Body;
}

/** Asks for a report that is ready at once, and for the address of its document. */
async function locate(call: AmazonCaller, id: string): Promise<Body> {
  const report = await reportOf(call, id);
  return (await call(`/reports/2021-06-30/documents/${text(report, "reportDocumentId")}`))
    .responseBody as Body;
}

const linesOf = (bytes: Buffer, encoding = "utf8"): string[] =>
  decode(gunzipSync(bytes), encoding).trimEnd().split(/\r?\n/);

describe("src/sandbox/amazon/reports.ts", () => {
  let now = Date.UTC(2026, 0, 5);
  const shops: AmazonShop[] = [];
  afterEach(async () => {
    for (const shop of shops.splice(0)) await shop.close();
  });

  async function open(options: AmazonShopOptions = {}) {
    const shop = await startAmazonShop({ clock: () => now, reportDelayMs: 0, limits: false, ...options });
    shops.push(shop);
    return { shop, call: await logIn(shop) };
  }

  test("a report waits, works and is done", async () => {
    const { call } = await open({ reportDelayMs: 8000 });
    const id = await create(call);
    const states: string[] = [];
    for (let second = 0; second <= 8; second += 2) {
      const report = await reportOf(call, id);
      states.push(text(report, "processingStatus"));
      expect("reportDocumentId" in report).toBe(second === 8);
      now += 2000;
    }
    expect(states).toEqual(["IN_QUEUE", "IN_PROGRESS", "IN_PROGRESS", "IN_PROGRESS", "DONE"]);
    expect((await call(`${path}/1`)).status).toBe(404);
  });

  test("a report is refused that the model refuses", async () => {
    const { call } = await open();
    const good = { reportType: type, marketplaceIds: [us] };
    const statusOf = async (body: unknown) => (await call(path, { method: "POST", body })).status;
    expect(await statusOf({ ...good, reportOptions: { custom: true } })).toBe(400);
    expect(await statusOf({ ...good, marketplaceIds: [] })).toBe(400);
    expect(await statusOf({ ...good, reportType: "GET_OTHER" })).toBe(400);
    expect(await statusOf({ ...good, reportOptions: { preferredReportDocumentLocale: "en_US" } })).toBe(202);
    const form = { method: "POST", text: "reportType=x", headers: { "content-type": "text/plain" } };
    expect((await call(path, form)).status).toBe(415);
  });

  test("reports are listed newest first; a page token stands alone", async () => {
    const { call } = await open();
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) ids.unshift(await create(call));
    const query = `${path}?reportTypes=${type}&processingStatuses=DONE&pageSize=2`;
    const first = (await call(query)).responseBody as { reports: readonly Body[]; nextToken: string };
    const token = encodeURIComponent(first.nextToken);
    const second = (await call(`${path}?nextToken=${token}`)).responseBody as { reports: readonly Body[] };
    expect([...first.reports, ...second.reports].map(({ reportId }) => reportId)).toEqual(ids);
    expect(second).not.toHaveProperty("nextToken");
    expect((await call(`${query}&nextToken=${token}`)).status).toBe(400);
    expect((await call(path)).status).toBe(400);
    expect((await call(`${path}?reportTypes=${type}&processingStatuses=BAD`)).status).toBe(400);
    const later = new Date(now + 1).toISOString();
    expect((await call(`${query}&createdSince=${later}`)).responseBody).toEqual({ reports: [] });
  });

  test("the content of a report is used again for an hour", async () => {
    const { shop } = await open();
    const fetchRows = async (): Promise<string> => {
      const call = await logIn(shop);
      const { url } = await locate(call, await create(call));
      return linesOf((await callAmazon(String(url))).bytes).join("\n");
    };
    const before = await fetchRows();
    const [sku = ""] = shop.skus();
    shop.edit(sku, { name: "Renamed" });
    now += 3_599_000;
    expect(await fetchRows()).toBe(before);
    now += 1000;
    expect(await fetchRows()).toContain("Renamed");
  });

  test("reports that are asked for too often are cancelled, as are those of an empty account", async () => {
    const { call } = await open();
    const states: string[] = [];
    for (let n = 0; n < 7; n += 1)
      states.push(text(await reportOf(call, await create(call)), "processingStatus"));
    expect(states).toEqual([...Array.from({ length: 6 }, () => "DONE"), "CANCELLED"]);
    const empty = await open({ listings: 0 });
    const report = await reportOf(empty.call, await create(empty.call));
    expect(report).toMatchObject({ processingStatus: "CANCELLED" });
    expect(report).not.toHaveProperty("reportDocumentId");
    const bare = await open({ listings: 0, whenEmpty: "header-only" });
    const { url } = await locate(bare.call, await create(bare.call));
    expect(linesOf((await callAmazon(String(url))).bytes)).toHaveLength(1);
  });

  test("a document lies on another host, for five minutes, for those who bring nothing else", async () => {
    const { shop, call } = await open();
    const { url, compressionAlgorithm } = await locate(call, await create(call));
    const address = String(url);
    expect(compressionAlgorithm).toBe("GZIP");
    expect(new URL(address).origin).toBe(shop.documentUrl);
    expect(shop.documentUrl).not.toBe(shop.url);
    const good = await callAmazon(address);
    expect(good.headers).toMatchObject({
      "content-type": "text/plain; charset=utf8",
      "content-encoding": "identity",
    });
    const statusOf = async (headers: Readonly<Record<string, string>>) =>
      (await callAmazon(address, { headers })).status;
    expect(await statusOf({ "x-amz-access-token": "Atza|x" })).toBe(400);
    expect(await statusOf({ cookie: "a=b" })).toBe(400);
    expect((await callAmazon(address.replace("Expires=300", "Expires=900"))).status).toBe(200);
    expect((await callAmazon(address.replace(/Signature=./, "Signature=x"))).status).toBe(403);
    now += 300_000;
    const late = await callAmazon(address);
    expect([late.status, late.bytes.toString()]).toEqual([403, expect.stringContaining("expired")]);
    expect(shop.requests.at(-1)).toMatchObject({ method: "GET", status: 403 });
  });

  test("another marketplace's report is a header; a plain document is announced as such", async () => {
    const { call } = await open({ gzip: false });
    const foreign = await locate(call, await create(call, "A1AM78C64UM0Y8"));
    expect(foreign).not.toHaveProperty("compressionAlgorithm");
    const header = (await callAmazon(String(foreign["url"]))).bytes.toString("utf8");
    expect(header.trimEnd().split("\n")).toHaveLength(1);
    const own = await locate(call, await create(call));
    expect(
      (await callAmazon(String(own["url"]))).bytes.toString("utf8").split("\r\n").length,
    ).toBeGreaterThan(300);
  });

  test("somebody else's report is in the list, and may lack columns", async () => {
    const { shop, call } = await open();
    const id = shop.reportElsewhere(["quantity", "item-description"]);
    const { responseBody } = await call(`${path}?reportTypes=${type}`);
    const { reports: listed } = responseBody as { readonly reports: readonly Body[] };
    expect(listed.map(({ reportId }) => reportId)).toEqual([id]);
    const { url } = await locate(call, id);
    const [header = ""] = linesOf((await callAmazon(String(url))).bytes);
    expect(header.split("\t")).toHaveLength(27);
    const own = await locate(call, await create(call));
    expect(linesOf((await callAmazon(String(own["url"]))).bytes)[0]?.split("\t")).toHaveLength(29);
  });

  test("the shape of documents can be changed while the shop is open", async () => {
    const { shop, call } = await open();
    const { url } = await locate(call, await create(call));
    shop.setDocument("de");
    const { headers, bytes } = await callAmazon(String(url));
    expect(headers["content-type"]).toBe("text/plain; charset=Cp1252");
    expect(linesOf(bytes, "win1252")[0]).toContain("Händler-SKU");
    expect(shop.skus()).toContain("?ÓD?-1");
  });

  describe("faults", () => {
    test("connections break before an answer and in the middle of a document", async () => {
      const { shop, call } = await open({ faults: ["cut-body"] });
      const { url } = await locate(call, await create(call));
      await expect(callAmazon(String(url))).rejects.toThrow("aborted");
      expect((await callAmazon(String(url))).status).toBe(200);
      shop.faults.add("reset", { every: 1 });
      await expect(call(path)).rejects.toThrow("ECONNRESET");
    });

    async function documentWith(fault: string) {
      const { shop, call } = await open({ faults: [fault] });
      const located = await locate(call, await create(call));
      return { shop, call, located, reply: await callAmazon(String(located["url"])) };
    }

    test.each([
      ["cancelled", "CANCELLED"],
      ["fatal", "FATAL"],
      ["stuck", "IN_PROGRESS"],
    ])("%s", async (fault, status) => {
      const { call } = await open({ faults: [fault] });
      const report = await reportOf(call, await create(call));
      expect(report["processingStatus"]).toBe(status);
      expect("reportDocumentId" in report).toBe(fault === "fatal");
    });

    test("a document may be short of rows, columns or its end", async () => {
      const whole = linesOf((await documentWith("bom")).reply.bytes);
      const linesWith = async (fault: string) => linesOf((await documentWith(fault)).reply.bytes);
      expect(await linesWith("header-only")).toHaveLength(1);
      expect(await linesWith("shrunk")).toHaveLength(1 + ((whole.length - 1) >> 1));
      const torn = await linesWith("torn-last-line");
      expect(torn).toHaveLength(whole.length);
      expect(whole.at(-1)?.startsWith(torn.at(-1) ?? "none")).toBe(true);
      expect(torn.at(-1)?.length).toBeLessThan(whole.at(-1)?.length ?? 0);
      expect((await linesWith("missing-columns"))[0]).not.toMatch(/\t(price|quantity)\t/);
      expect((await linesWith("no-status-column"))[0]).not.toMatch(/status$/);
      expect((await linesWith("bad-row"))[3]?.split("\t")).toHaveLength(30);
    });

    test("a document may come in other bytes than was announced", async () => {
      const cut = await documentWith("cut-gzip");
      expect(() => gunzipSync(cut.reply.bytes)).toThrow("unexpected end of file");
      const plain = await documentWith("plain-despite-gzip");
      expect(plain.located["compressionAlgorithm"]).toBe("GZIP");
      expect(plain.reply.bytes.toString("utf8")).toMatch(/^item-name\t/);
      const packed = await documentWith("gzip-undeclared");
      expect(packed.located).not.toHaveProperty("compressionAlgorithm");
      expect(linesOf(packed.reply.bytes).length).toBeGreaterThan(300);
      const typeWith = async (fault: string) => (await documentWith(fault)).reply.headers["content-type"];
      expect(await typeWith("unknown-charset")).toBe("text/plain; charset=EBCDIC-US");
      expect(await typeWith("no-charset")).toBe("text/plain");
      expect(await typeWith("html-page")).toBe("text/html");
    });

    test("the first address may be too old", async () => {
      const { located, reply } = await documentWith("expired-url");
      expect(reply.status).toBe(403);
      expect((await callAmazon(String(located["url"]))).status).toBe(200);
    });

    test("the API may refuse", async () => {
      const { call, shop } = await open();
      const statusWith = async (fault: string, url: string): Promise<number> => {
        const off = shop.faults.add(fault);
        const { status } = await call(url);
        off();
        return status;
      };
      const reports = `${path}?reportTypes=${type}`;
      const items = (asin: string) =>
        `/catalog/2022-04-01/items?marketplaceIds=${us}&identifiersType=ASIN&identifiers=${asin}`;
      const [first, second] = [...shop.rows()].map(({ asin }) => asin);
      expect(await statusWith("no-role", reports)).toBe(403);
      expect(await statusWith("down", reports)).toBe(503);
      expect(await statusWith("catalog-down", items(String(second)))).toBe(503);
      expect(await statusWith("catalog-bad-asin", items(String(first)))).toBe(500);
      expect(await statusWith("catalog-refused-asin", items(`${String(second)},${String(first)}`))).toBe(400);
      expect(await statusWith("catalog-bad-asin", items(String(second)))).toBe(200);
      shop.faults.add("rate-limit", { every: 1 });
      const limited = await call(reports);
      expect([limited.status, limited.headers["x-amzn-ratelimit-limit"]]).toEqual([429, "0.1428"]);
    });
  });
});
