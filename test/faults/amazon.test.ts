import { afterEach, describe, expect, test } from "@jest/globals";

import type { OperationName } from "../../src/sandbox/amazon/answer.js";
import type { FaultSettings } from "../../src/sandbox/fault.js";
import { createRandom } from "../../src/sandbox/random.js";
import { unusedUrl } from "../http/with-server.js";
import { callsOf, createAmazonBed } from "../support/amazon-bed.js";
import { type AmazonFault, at, createAmazonRigs, met, refusal, script } from "./amazon-rig.js";
import { expectRepaired, expectSound, expectWhole, type Rig } from "./rig.js";

const bed = createAmazonBed();
const rigs: Rig[] = [];
const { open, rigOn, later } = createAmazonRigs(bed, rigs);

afterEach(async () => {
  for (const rig of rigs.splice(0)) rig.close();
  await bed.close();
});

const page: AmazonFault = {
  name: "page",
  instead: () => ({
    status: 200,
    headers: { "Content-Type": "text/html" },
    text: "<!DOCTYPE html>\n<html>\n<head>\n<title>Amazon Sign-In</title></head></html>",
  }),
};

describe("an Amazon that throttles", () => {
  test.each([
    ["seconds", (): string => "7", 7000],
    ["an HTTP date", (): string => new Date(bed.clock.now() + 40_999).toUTCString(), 40_000],
    ["nothing", (): undefined => undefined, 500],
    ["a negative number", (): string => "-30", 500],
  ])("R20: 429 with %s: no call comes early, nothing is lost", async (_name, value, leastMs) => {
    const { shop, rig } = await open();
    const refused = (): AmazonFault => {
      const told = value();
      return refusal(429, told === undefined ? {} : { "Retry-After": told });
    };
    shop.faults.add(script(refused, at("searchCatalogItems"), { from: 2, times: 1 }));
    const run = await rig.import();
    expect(run.exit).toBe(0);
    await expectSound(rig, run);
    expectWhole(rig, run);
    const calls = shop.requests.filter(({ url }) => url.startsWith("/catalog/"));
    const place = calls.findIndex(({ status }) => status === 429);
    const gap = (calls[place + 1]?.at ?? 0) - (calls[place]?.at ?? 0);
    expect(gap).toBeGreaterThanOrEqual(leastMs);
    expect(gap).toBeLessThanOrEqual(leastMs * 1.2);
  });

  test("R20: 429 for a thousand million seconds ends at once with the time to come back, and the next run resumes", async () => {
    const { shop, rig } = await open({ listings: 130 });
    const fault = refusal(429, { "Retry-After": "1000000000" });
    shop.faults.add(script(fault, at("searchCatalogItems"), { from: 6 }));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { code: "retry-after" } });
    expect(met(shop)).toBe(1);
    await expectSound(rig, run);
    expect((await expectRepaired(rig)).report.run).toBe(run.report.run);
    expect(callsOf(shop)).toMatchObject({ "POST reports": 1 });
  });

  test.each<[number, OperationName, boolean]>([
    [429, "searchCatalogItems", false],
    [503, "searchCatalogItems", false],
    [500, "searchCatalogItems", false],
    [503, "getReport", false],
    [429, "createReport", false],
    [503, "document", false],
    [503, "token", false],
    [429, "searchListingsItems", true],
  ])(
    "R21: a storm of %i at %s for ten minutes is survived, with few calls",
    async (status, first, withSellerId) => {
      const { shop, rig } = await open({ withSellerId });
      let end = 0;
      shop.faults.add({
        onRequest: (_n, { operation }) => {
          if (end === 0 && operation === first) end = bed.clock.now() + 600_000;
          return bed.clock.now() < end ? refusal(status) : undefined;
        },
      });
      const run = await rig.import();
      expect(run.exit).toBe(0);
      await expectSound(rig, run);
      expectWhole(rig, run);
      expect(met(shop)).toBeGreaterThan(2);
      expect(met(shop)).toBeLessThanOrEqual(60);
    },
  );

  test("R21: a storm that does not end, or that stood there at the start, ends with code 5; the next run repairs", async () => {
    const { shop, rig } = await open({ listings: 130 });
    shop.faults.add(script(refusal(503), at("searchCatalogItems"), { from: 6 }));
    const first = await rig.import();
    expect(first).toMatchObject({ exit: 5, error: { code: "server-error" } });
    await expectSound(rig, first);
    const before = shop.requests.length;
    shop.faults.add(script(refusal(503), () => true));
    const second = await rig.import();
    expect(second.exit).toBe(5);
    expect(shop.requests.length - before).toBeLessThan(60);
    expect(rig.text()).toBe("");
    await expectSound(rig, second);
    await expectRepaired(rig);
  });
});

describe("a network that fails", () => {
  test("R22, R23, R24: one call in twenty fails, breaks or is cut, by report and by listings: whole in 20 seeds", async () => {
    const shops = [await open(), await open({ withSellerId: true })];
    let faults = 0;
    for (let seed = 1; seed <= 20; seed += 1) {
      const { shop } = shops[seed % 2] ?? (await open());
      const random = createRandom(seed);
      const kinds: readonly AmazonFault[] = [
        refusal(500),
        refusal(502),
        refusal(504),
        { name: "reset", connection: "reset" },
        { name: "cut", connection: "cut" },
      ];
      shop.faults.clear();
      shop.faults.add({ onRequest: () => (random.chance(0.05) ? random.pick(kinds) : undefined) });
      const rig = rigOn(shop);
      const before = met(shop);
      await later();
      const run = await rig.import();
      faults += met(shop) - before;
      expect({ seed, exit: run.exit }).toEqual({ seed, exit: 0 });
      await expectSound(rig, run);
      expectWhole(rig, run);
    }
    expect(faults).toBeGreaterThan(4);
  });

  test.each<[string, string, FaultSettings]>([
    ["R23: connections are reset", "reset", { every: 3 }],
    ["R24: the document is cut", "cut-body", { times: 3 }],
    ["R24: the packed document is cut at its declared length", "cut-gzip", { times: 2 }],
    ["R25: a web page comes in the document's place", "html-page", { times: 2 }],
    ["R30: some requests are never answered", "hang", { every: 4 }],
    ["R31: a token dies early", "token-expired", {}],
  ])("%s: nothing is lost and nothing comes twice", async (_name, fault, settings) => {
    const { shop, rig } = await open();
    shop.faults.add(fault, settings);
    const run = await rig.import({ http: { timeouts: { idleMs: 150 } } });
    expect(run.exit).toBe(0);
    expect(met(shop)).toBeGreaterThan(0);
    await expectSound(rig, run);
    expectWhole(rig, run);
  });

  test("R24, R25: cut JSON and web pages with 200 in between are asked for again", async () => {
    const { shop, rig } = await open();
    let n = 0;
    const faults: readonly AmazonFault[] = [
      page,
      { name: "cut", connection: "cut" },
      { ...page, instead: () => ({ status: 200, headers: {}, text: "" }) },
    ];
    // Not what creates a report: of that the outcome would be unknown.
    shop.faults.add({
      onRequest: (_n, { operation }) =>
        operation === "createReport" || ++n % 3 !== 0 ? undefined : faults[(n / 3) % faults.length],
    });
    const run = await rig.import();
    expect(run.exit).toBe(0);
    expect(met(shop)).toBeGreaterThan(3);
    await expectSound(rig, run);
    expectWhole(rig, run);
    await expectRepaired(rig);
  });

  test.each<[string, OperationName, AmazonFault, string]>([
    ["R23: nobody answers", "searchCatalogItems", { name: "reset", connection: "reset" }, "no-answer"],
    ["R24: every document is cut", "document", { name: "cut", connection: "cut" }, "no-answer"],
    ["R25: the API is a web page", "getReport", page, "web-page"],
    ["R25: the document is a web page", "document", page, "torn-report"],
  ])(
    "%s for good: code 5, the file untouched, and the next run resumes",
    async (_name, operation, fault, code) => {
      const { shop, rig } = await open({ listings: operation === "searchCatalogItems" ? 130 : 45 });
      await rig.import();
      const before = rig.text();
      for (const { sku } of [...shop.rows()].slice(0, 20)) shop.edit(sku, { description: "edited" });
      await later();
      shop.faults.add(script(fault, at(operation), { from: operation === "searchCatalogItems" ? 6 : 1 }));
      const run = await rig.import();
      expect(run).toMatchObject({ exit: 5, error: { code } });
      if (fault === page) expect((run.error as Error).message).toMatch(/web page.*Amazon Sign-In/);
      expect(rig.text()).toBe(before);
      await expectSound(rig, run);
      expect((await expectRepaired(rig)).report.run).toBe(run.report.run);
      expect(rig.text()).not.toBe(before);
    },
  );

  test("R30: a host that has no address, and one where nobody listens, are code 5", async () => {
    for (const baseUrl of ["http://no-such-host.invalid", await unusedUrl()]) {
      const { rig } = await open();
      const run = await rig.import({ settings: { baseUrl }, http: { timeouts: { connectMs: 300 } } });
      expect(run).toMatchObject({ exit: 5, error: { code: "no-answer" } });
      await expectSound(rig, run);
    }
  });
});

describe("tokens, rights and redirects", () => {
  test("R31: parallel refusals of a token cost one new one; a token endpoint that fails meanwhile is asked again", async () => {
    const { shop, rig } = await open();
    let seen = 0;
    shop.faults.add({
      onRequest: (_n, { operation }) => {
        if (operation === "searchCatalogItems" && ++seen === 2) shop.expireTokens();
        return operation === "token" && seen > 0 && met(shop) < 2 ? refusal(500) : undefined;
      },
    });
    const run = await rig.import();
    expect(run.exit).toBe(0);
    expectWhole(rig, run);
    // The first one, two failures, and one for all.
    expect(shop.requests.filter(({ url }) => url === "/auth/o2/token").map(({ status }) => status)).toEqual([
      200, 500, 500, 200,
    ]);
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test.each([7_200_000, -86_400_000])(
    "R31: a clock that jumps by %i ms in the middle, away from Amazon's, does no harm",
    async (jumpMs) => {
      let skewMs = 0;
      const { shop, rig } = await open({ clock: () => bed.clock.now() - skewMs });
      shop.faults.add({
        onRequest: (n) => {
          if (n !== 6) return undefined;
          bed.clock.jump(jumpMs);
          skewMs = jumpMs;
          return undefined;
        },
      });
      const run = await rig.import();
      expect(run.exit).toBe(0);
      await expectSound(rig, run);
      expectWhole(rig, run);
      // What was made before the jump looks as if it came from the future: it is not taken for new for a whole day.
      for (const { sku } of [...shop.rows()].slice(0, 20)) shop.edit(sku, { description: "edited" });
      await later();
      expect((await rig.import()).report.counts).toMatchObject({ updated: 20 });
    },
  );

  test.each<[string, string, number, RegExp]>([
    ["R31: consent taken back in the middle", "revoked", 6, /source\.refreshToken/],
    ["R31: a secret that ran out in the middle", "invalid-client", 6, /180 days/],
    ["R32: no token from the first call on", "revoked", 1, /source\.refreshToken/],
    ["R32: no role for reports", "no-role", 1, /role Product Listing.*new refresh token/],
  ])("%s is code 12 and says what to do; nothing is written", async (_name, fault, from, hint) => {
    const { shop, rig } = await open();
    shop.faults.add({
      onRequest: (n) => {
        if (n === from) {
          shop.expireTokens();
          shop.faults.add(fault);
        }
        return undefined;
      },
    });
    if (from === 1) shop.faults.add(fault);
    const run = await rig.import();
    expect(run.exit).toBe(12);
    expect((run.error as Error & { hint: string }).hint).toMatch(hint);
    expect(rig.text()).toBe("");
    expect(callsOf(shop)["GET catalog"] ?? 0).toBeLessThanOrEqual(5);
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test("R32: no right to the catalogue is code 12 and names the way without; taken, all is well", async () => {
    const { shop, rig } = await open({ roles: ["Pricing"] });
    const run = await rig.import();
    expect(run.exit).toBe(12);
    expect((run.error as Error & { hint: string }).hint).toContain("source.enrich: false");
    expect(rig.text()).toBe("");
    await expectSound(rig, run);
    const without = await rig.import({ settings: { enrich: false } });
    expect(without.exit).toBe(0);
    expectWhole(rig, without);
    expect(shop.skus()).toHaveLength(rig.skus().length);
  });

  test.each<[string, OperationName, string]>([
    ["the API", "getReports", "unexpected-answer"],
    ["the token endpoint", "token", "token-refused"],
    ["the document's host", "document", "download-refused"],
  ])(
    "R33: a redirect of %s to another host is followed by nobody: code 6",
    async (_name, operation, code) => {
      const other = await bed.openShop({ listings: 1 });
      const { shop, rig } = await open();
      shop.faults.add(script(({ path }) => refusal(302, { Location: `${other.url}${path}` }), at(operation)));
      const run = await rig.import();
      expect(run).toMatchObject({ exit: 6, error: { code } });
      expect(other.requests).toEqual([]);
      await expectSound(rig, run);
      await expectRepaired(rig);
    },
  );
});
