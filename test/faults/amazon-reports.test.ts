import { describe, expect, test } from "@jest/globals";

import type { DocumentKind } from "../../src/sandbox/amazon/columns.js";
import type { FaultSettings } from "../../src/sandbox/fault.js";
import { callsOf } from "../support/amazon-bed.js";
import { at, changed, createAmazonRigs } from "./amazon-rig.js";
import { expectDone, expectRepaired, expectSound, expectWhole, inOrder } from "./rig.js";
import { met, script } from "./script.js";

const { bed, rigOn, open, openShopOf, later } = createAmazonRigs();

const listings = at("searchListingsItems");

describe("answers that do not add up", () => {
  test("R26: an empty page with a total of 0 in the middle of the listings: the second look, by report, is whole", async () => {
    const { shop, rig } = await open({ withSellerId: true });
    const empty = changed("empty", () => ({ numberOfResults: 0, items: [] }));
    shop.faults.add(script(empty, listings, { from: 3 }));
    const run = await rig.import();
    expect(run.exit).toBe(0);
    expect(run.events.some(({ kind }) => kind === "second-look")).toBe(true);
    await expectSound(rig, run);
    expectWhole(rig, run);
  });

  test("R26: a header without rows where there were some: asked for again once; when it stays so, code 8 and nothing is lost", async () => {
    const { shop, rig } = await open();
    await rig.import();
    const before = rig.text();
    await later();
    shop.faults.add("header-only", { times: 1 });
    expect((await rig.import()).report.counts).toMatchObject({ read: 45, unchanged: 45 });
    await later();
    shop.faults.add("header-only");
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 8, report: { counts: { read: 0, missing: 0 } } });
    expect(rig.logs.join("\n")).not.toContain("undefined");
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test("R26: a catalogue that knows nothing any more is code 8, and what it told stays", async () => {
    const { shop, rig } = await open();
    await rig.import();
    const before = rig.text();
    await later();
    shop.faults.add(
      script(
        changed("nothing", () => ({ numberOfResults: 0, items: [] })),
        at("searchCatalogItems"),
      ),
    );
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 8, error: { code: "field-vanished" } });
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test("R27: listings removed and added while pages are read: no live one is missed", async () => {
    const { shop, rig } = await open({ withSellerId: true });
    let pages = 0;
    shop.faults.add({
      onRequest: (_n, request) => {
        if (!listings(request)) return undefined;
        pages += 1;
        if (pages === 1) return undefined;
        const [first] = shop.rows();
        shop.remove(first?.sku ?? "");
        if (pages % 3 === 0) shop.add({});
        return undefined;
      },
    });
    const run = await rig.import();
    expect(run.exit).toBe(0);
    await expectSound(rig, run);
    for (const sku of rig.importable().values()) expect(rig.skus()).toContain(sku);
  });

  test("R28: pages that repeat, and page tokens that go round in a circle, end; nothing is missed", async () => {
    const { shop, rig } = await open({ withSellerId: true });
    let first: unknown;
    const again = changed("again", (json) => {
      first ??= json["items"];
      return { ...json, items: first };
    });
    shop.faults.add(script(again, listings, { from: 2, times: 2 }));
    const repeated = await rig.import();
    expect(repeated.exit).toBe(0);
    expectWhole(rig, repeated);
    shop.faults.clear();

    const tokens = new Set<unknown>();
    const circle = changed("circle", (json) => {
      tokens.add((json["pagination"] as { nextToken?: string } | undefined)?.nextToken);
      return { ...json, pagination: { nextToken: [...tokens][0] } };
    });
    const off = shop.faults.add(script(circle, listings));
    const before = callsOf(shop)["GET listings"] ?? 0;
    const stopped = await rig.import();
    expect(stopped).toMatchObject({ exit: 6, error: { code: "endless-pages" } });
    expect((callsOf(shop)["GET listings"] ?? 0) - before).toBeLessThanOrEqual(3);
    await expectSound(rig, stopped);
    off();

    const odd = changed("circle", (json) => ({ ...json, pagination: { nextToken: `${met(shop) % 2}` } }));
    shop.faults.add(
      script(
        {
          ...odd,
          request: (request) => ({
            ...request,
            query: request.query.filter(([name]) => name !== "nextToken"),
          }),
        },
        at("getInventorySummaries"),
      ),
    );
    const stock = await rig.import({ settings: { inventoryLocation: "AMAZON_NA" } });
    expect(stock).toMatchObject({ exit: 6, error: { code: "endless-pages" } });
    await expectRepaired(rig);
  });

  test("R29: pages of three, whatever was asked for: nothing is missed", async () => {
    for (const withSellerId of [true, false]) {
      const { shop, rig } = await open({ withSellerId });
      shop.faults.add({
        onRequest: () => ({
          name: "small",
          request: (request) => ({
            ...request,
            query: request.query.map(([name, value]) => [name, name === "pageSize" ? "3" : value]),
          }),
        }),
      });
      await expectDone(rig, await rig.import());
      // The catalogue's small pages told as much as its full ones.
      shop.faults.clear();
      expect((await rig.import()).report.counts).toMatchObject({ updated: 0, unchanged: 45 });
    }
  });
});

describe("reports", () => {
  test.each(["cancelled", "fatal", "stuck"])(
    "R36: %s: the last one that was done is used, with a warning, and a minute has one createReport at most",
    async (fault) => {
      const { shop, rig } = await open();
      await rig.import();
      await later();
      shop.faults.add(fault);
      const run = await rig.import();
      expect(run.exit).toBe(0);
      expect(run.report.counts).toMatchObject({ read: 45, unchanged: 45 });
      expect(rig.logs.filter((line) => line.includes("is used in its place"))).toHaveLength(1);
      await expectSound(rig, run);
      await later();
      await expectRepaired(rig);
      expectSparse(shop.requests);
    },
  );

  test.each([
    ["cancelled", 5, "report-cancelled"],
    ["fatal", 6, "report-fatal"],
    ["stuck", 5, "report-slow"],
  ])(
    "R36: %s, and none was done before: code %i, nothing written; the next run repairs",
    async (fault, exit, code) => {
      const { shop, rig } = await open();
      shop.faults.add(fault);
      const run = await rig.import();
      expect(run).toMatchObject({ exit, error: { code } });
      expect(rig.text()).toBe("");
      await expectSound(rig, run);
      // One that is stuck is still in the list for a while.
      await later();
      await expectRepaired(rig);
      expectSparse(shop.requests);
    },
  );

  test.each(["cut", "reset"] as const)(
    "R23, R36: an asking that is %s: its twin is looked for, and a minute has one",
    async (connection) => {
      const { shop, rig } = await open();
      shop.faults.add(script({ name: connection, connection }, at("createReport"), { times: 1 }));
      const run = await rig.import();
      expect(run.exit).toBe(0);
      expectWhole(rig, run);
      expect(callsOf(shop)["POST reports"]).toBe(connection === "cut" ? 1 : 2);
      expectSparse(shop.requests);
    },
  );

  test.each<[string, FaultSettings, DocumentKind]>([
    ["plain-despite-gzip", {}, "de"],
    ["gzip-undeclared", {}, "short"],
    ["no-charset", {}, "de"],
    ["wrong-charset", {}, "us"],
    ["bom", {}, "us"],
    ["expired-url", { times: 2 }, "deprecated"],
    ["rate-limit", { every: 4 }, "b2b"],
  ])("R36: %s: the document is read all the same", async (fault, settings, document) => {
    const { shop, rig } = await open({ document });
    shop.faults.add(fault, settings);
    const run = await rig.import();
    expect(run.exit).toBe(0);
    await expectSound(rig, run);
    expect(rig.skus()).toEqual(inOrder(shop.skus()));
    // Not one letter is another one without the fault.
    shop.faults.clear();
    expect((await rig.import()).report.counts).toMatchObject({ updated: 0, unchanged: 45 });
  });

  test.each([
    ["unknown-charset", 6, "unknown-charset"],
    ["no-sku-column", 6, "report-header"],
    ["report-refused", 6, "bad-request"],
  ])("R36: %s is code %i and told; the next run repairs", async (fault, exit, code) => {
    const { shop, rig } = await open();
    shop.faults.add(fault);
    const run = await rig.import();
    expect(run).toMatchObject({ exit, error: { code } });
    expect((run.error as Error & { hint?: string }).hint).toBeDefined();
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test("R36: a last row that is torn: a second report is whole; torn for good, code 8 and the file loses nothing", async () => {
    const { shop, rig } = await open();
    shop.faults.add("torn-last-line", { times: 1 });
    const run = await rig.import();
    expect(run.exit).toBe(0);
    expectWhole(rig, run);
    expect(callsOf(shop)["POST reports"]).toBe(2);
    await later();
    shop.faults.add("torn-last-line");
    const torn = await rig.import();
    expect(torn).toMatchObject({
      exit: 8,
      error: { code: "report-torn" },
      report: { counts: { missing: 0 } },
    });
    await expectSound(rig, torn);
    expectWhole(rig, run);
    await later();
    await expectRepaired(rig);
  });
});

describe("shops of every size", () => {
  test("R59: half of the report is missing: the guard stops before the first write; --force takes it", async () => {
    const { shop, rig } = await open({ listings: 131 });
    await rig.import();
    const before = rig.text();
    await later();
    shop.faults.add("shrunk");
    for (const { sku } of [...shop.rows()].slice(0, 70)) shop.remove(sku);
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 7, error: { code: "source-shrank" } });
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    shop.faults.clear();
    await later();
    const forced = await rig.import({ request: { force: true } });
    expect(forced).toMatchObject({ exit: 0, report: { counts: { read: 61, missing: 70 } } });
    expect(rig.text()).toBe(before);
  });

  test.each<[string, Record<string, string>]>([
    ["all prices are a hundred times as high", { price: "2499.00" }],
    ["all names are equal", { name: "Artikel" }],
  ])("R59: %s: the guard stops before the first write", async (_name, patch) => {
    const { shop, rig } = await open({ listings: 130 });
    await rig.import({ priceSync: true });
    const before = rig.text();
    await later();
    for (const { sku } of shop.rows()) shop.edit(sku, patch);
    const run = await rig.import({ priceSync: true });
    expect(run).toMatchObject({ exit: 7, error: { code: "max-changes" } });
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    expect((await rig.import({ priceSync: true, request: { force: true } })).report.counts).toMatchObject({
      updated: 130,
    });
  });

  test.each([0, 1, 100, 101, 1001])("R60: %i listings, by report and by listings", async (size) => {
    for (const withSellerId of [false, true]) {
      const shop = await bed.openShop({ listings: size, odd: false, whenEmpty: "header-only", withSellerId });
      const rig = rigOn(shop);
      const run = await rig.import({ settings: { enrich: size < 1000 } });
      expect(run.exit).toBe(0);
      await expectSound(rig, run);
      expect(rig.skus()).toHaveLength(size);
      expectWhole(rig, run);
    }
  });

  test("R60: an account that gets no report because it is empty is told so after one more try", async () => {
    const { rig } = await openShopOf([]);
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { code: "report-cancelled" } });
    expect((run.error as Error & { hint: string }).hint).toContain("nothing to report");
    await expectSound(rig, run);
  });
});

/** Between two askings for a report that reached Amazon lies a minute at least. */
function expectSparse(requests: Awaited<ReturnType<typeof open>>["shop"]["requests"]): void {
  const times = requests
    .filter(({ method, url }) => method === "POST" && url.endsWith("/reports"))
    .map((each) => each.at);
  for (const [index, time] of times.entries())
    if (index > 0) expect(time - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(60_000);
}
