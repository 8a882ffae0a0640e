import { describe, expect, test } from "@jest/globals";

import type { OperationName } from "../../src/sandbox/amazon/answer.js";
import { createRandom } from "../../src/sandbox/random.js";
import { callsOf } from "../support/amazon-bed.js";
import { type AmazonFault, at, createAmazonRigs, refusal } from "./amazon-rig.js";
import {
  endlessStormLaw,
  expectWholeInSeeds,
  longWaitLaw,
  noHostLaw,
  survivalLaw,
  throttleLaw,
} from "./laws.js";
import { expectDone, expectRepaired, expectSound, expectWhole } from "./rig.js";
import { met, script, storm } from "./script.js";

const { bed, rigOn, open, later } = createAmazonRigs();

const page: AmazonFault = {
  name: "page",
  instead: () => ({
    status: 200,
    headers: { "Content-Type": "text/html" },
    text: "<!DOCTYPE html>\n<html>\n<head>\n<title>Amazon Sign-In</title></head></html>",
  }),
};

const isPage = at("searchCatalogItems");
const subject = { clock: bed.clock, open: () => open({ listings: 130 }), isPage, middle: 6, refusal };

describe("an Amazon that throttles", () => {
  throttleLaw({ ...subject, open }, (url) => url.startsWith("/catalog/"));
  longWaitLaw(subject, (shop) => {
    expect(callsOf(shop)).toMatchObject({ "POST reports": 1 });
  });
  endlessStormLaw(subject, "server-error");

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
      shop.faults.add(storm(bed.clock, refusal(status), at(first)));
      await expectDone(rig, await rig.import());
      expect(met(shop)).toBeGreaterThan(2);
      expect(met(shop)).toBeLessThanOrEqual(60);
    },
  );
});

describe("a network that fails", () => {
  test("R22, R23, R24: one call in twenty fails, breaks or is cut, by report and by listings: whole in 20 seeds", async () => {
    const shops = [await open(), await open({ withSellerId: true })];
    const kinds: readonly AmazonFault[] = [
      refusal(500),
      refusal(502),
      refusal(504),
      { name: "reset", connection: "reset" },
      { name: "cut", connection: "cut" },
    ];
    const faults = await expectWholeInSeeds(20, async (seed) => {
      const { shop } = shops[seed % 2] ?? (await open());
      const random = createRandom(seed);
      shop.faults.clear();
      shop.faults.add({ onRequest: () => (random.chance(0.05) ? random.pick(kinds) : undefined) });
      await later();
      return { shop, rig: rigOn(shop) };
    });
    expect(faults).toBeGreaterThan(4);
  });

  survivalLaw(open, [
    ["R23: connections are reset", "reset", { every: 3 }],
    ["R24: the document is cut", "cut-body", { times: 3 }],
    ["R24: the packed document is cut at its declared length", "cut-gzip", { times: 2 }],
    ["R25: a web page comes in the document's place", "html-page", { times: 2 }],
    ["R30: some requests are never answered", "hang", { every: 4 }],
    ["R31: a token dies early", "token-expired", {}],
  ]);

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

  noHostLaw(open, "baseUrl");
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
      await expectDone(rig, await rig.import());
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
