import { describe, expect, test } from "@jest/globals";

import type { FaultSettings } from "../../src/sandbox/fault.js";
import { json, type ShopifyRequest } from "../../src/sandbox/shopify/answer.js";
import type { ShopifyShop, ShopifyShopOptions } from "../../src/sandbox/shopify/server.js";
import {
  endlessStormLaw,
  expectNotCalled,
  expectWholeInSeeds,
  longWaitLaw,
  noHostLaw,
  silenceLaw,
  throttleLaw,
  webPageLaw,
} from "./laws.js";
import { expectDone, expectRepaired, expectSound, expectWhole } from "./rig.js";
import { met, script, storm } from "./script.js";
import {
  createShopifyRigs,
  failure,
  isPage,
  refusal,
  type ShopifyFault,
  type ShopifyOpened,
  smallPages,
} from "./shopify-rig.js";

const { bed, rigOn, open: openLarge } = createShopifyRigs();

async function open(options: ShopifyShopOptions = {}): Promise<ShopifyOpened> {
  const opened = await openLarge(options);
  opened.shop.faults.add(smallPages(10));
  return opened;
}

const isGraphql = ({ path }: ShopifyRequest): boolean => path.endsWith("/graphql.json");

const subject = { clock: bed.clock, open, isPage, middle: 2, refusal };

describe("a shop that throttles", () => {
  throttleLaw(subject);
  longWaitLaw(subject);
  endlessStormLaw({ ...subject, isPage: isGraphql, middle: 4 }, "server-error");

  const everything = () => true;
  test.each<[string, ShopifyFault, (request: ShopifyRequest) => boolean]>([
    ["429, everything", refusal(429), everything],
    ["429, lists only", refusal(429), isPage],
    ["503, everything", refusal(503), everything],
    ["503, lists only", refusal(503), ({ query }) => query.includes("productVariants(")],
    ["THROTTLED, everything", failure("THROTTLED"), everything],
    ["INTERNAL_SERVER_ERROR, everything", failure("INTERNAL_SERVER_ERROR"), everything],
  ])("R21, R34: a storm of ten minutes (%s) is survived, with few calls", async (_name, fault, of) => {
    const { shop, rig } = await open();
    const begins = (request: ShopifyRequest): boolean =>
      isPage(request) && typeof request.variables["after"] === "string";
    shop.faults.add(storm(bed.clock, fault, begins, of));
    const run = await rig.import();
    await expectDone(rig, run);
    expect(met(shop)).toBeGreaterThan(5);
    expect(met(shop)).toBeLessThanOrEqual(60);
    expect(run.list.filter(({ outcome }) => outcome === "rejected")).toEqual([]);
  });
});

describe("a network that fails", () => {
  test("R22, R23, R24: of 100 calls some fail, are reset or cut: whole in 15 seeds", async () => {
    const { shop } = await open({ products: 60 });
    const faults = await expectWholeInSeeds(15, (seed) => {
      shop.faults.clear();
      shop.faults.add(smallPages(5));
      shop.faults.add("flaky", { seed, share: 0.08 });
      shop.faults.add("reset", { every: 11 + seed });
      shop.faults.add("cut-body", { every: 9 + seed });
      return { shop, rig: rigOn(shop) };
    });
    expect(faults).toBeGreaterThan(25);
  });

  test.each<[string, string, FaultSettings]>([
    ["R23: connections are reset", "reset", { every: 3 }],
    ["R24: bodies are cut short", "cut-body", { every: 3 }],
    ["R25: a web page comes in between", "html-page", { every: 3 }],
    ["R30: some requests are never answered", "hang", { every: 4 }],
    ["R34: THROTTLED inside of a 200", "throttled", { every: 3 }],
    ["R34: INTERNAL_SERVER_ERROR inside of a 200", "internal-error", { every: 3 }],
    ["R34: nulls for stock, and errors beside them", "partial-data", { every: 2 }],
  ])("%s: nothing is lost and nothing comes twice", async (_name, fault, settings) => {
    const { shop, rig } = await open();
    const sound = await rig.import();
    expect(sound.exit).toBe(0);
    const before = rig.text();
    shop.faults.add(fault, settings);
    const run = await rig.import({ http: { timeouts: { idleMs: 150 } } });
    expect(run).toMatchObject({ exit: 0, report: { counts: { updated: 0, created: 0, missing: 0 } } });
    expect(met(shop)).toBeGreaterThan(1);
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    expectWhole(rig, run);
  });

  silenceLaw(
    { open, isPage: isGraphql, middle: 6 },
    (shop) => {
      for (const id of shop.variants.slice(0, 20)) shop.edit(id, { barcode: "edited" });
    },
    (requests) => {
      // What was kept is not asked for again.
      const resumed = requests.find(({ body }) => body.includes("VariantPage"));
      expect((JSON.parse(resumed?.body ?? "{}") as { variables: object }).variables).toMatchObject({
        after: expect.any(String),
      });
    },
  );
  webPageLaw(open, "html-page", "Opening soon");
  noHostLaw(open, "baseUrl");
});

describe("credentials and rights", () => {
  const grant = ({ clientId, clientSecret }: ShopifyShop) => ({ accessToken: "", clientId, clientSecret });

  test("R31: a token that expires in the middle is renewed once, and the run goes on", async () => {
    const { shop, rig } = await open();
    shop.faults.add("expired-token", { every: 6, times: 1 });
    const run = await rig.import({ settings: grant(shop) });
    expect(run.exit).toBe(0);
    expect(shop.requests.filter(({ url }) => url.includes("/oauth/"))).toHaveLength(2);
    await expectSound(rig, run);
    expectWhole(rig, run);
  });

  test("R31: a refresh that fails with 500 is repeated; one that is refused is code 12, and the next run resumes", async () => {
    const { shop, rig } = await open();
    const isGrant = ({ path }: ShopifyRequest): boolean => path.includes("/oauth/");
    shop.faults.add("expired-token", { every: 6, times: 1 });
    shop.faults.add(script(refusal(500), isGrant, { from: 2, times: 2 }));
    const repeated = await rig.import({ settings: grant(shop) });
    expect(repeated.exit).toBe(0);
    shop.faults.clear();
    shop.faults.add(smallPages(10));
    shop.faults.add("expired-token", { every: 6, times: 1 });
    shop.faults.add(script(refusal(400), isGrant, { from: 2 }));
    const refused = await rig.import({ settings: grant(shop) });
    expect(refused).toMatchObject({ exit: 12, error: { code: "grant-refused" } });
    await expectSound(rig, refused);
    shop.faults.clear();
    const resumed = await rig.import({ settings: grant(shop) });
    expect(resumed).toMatchObject({ exit: 0, report: { run: refused.report.run } });
    expectWhole(rig, resumed);
  });

  test.each([1, 3])("R31, R32: a token that is refused from call %i on is code 12, at once", async (from) => {
    const { shop, rig } = await open();
    await rig.import();
    const before = rig.text();
    const seen = met(shop);
    shop.faults.add(script(refusal(401), isGraphql, { from }));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 12, error: { code: "token-refused" } });
    expect(met(shop) - seen).toBe(1);
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test.each(["read_products", "read_inventory"])(
    "R32: without %s the run is code 12, names the scope and where to click, and writes nothing",
    async (scope) => {
      const { shop, rig } = await open();
      shop.scopes.delete(scope);
      const run = await rig.import();
      expect(run).toMatchObject({ exit: 12, error: { code: "missing-scope" } });
      expect((run.error as Error).message).toContain(scope);
      expect((run.error as Error & { hint: string }).hint).toMatch(/Settings > Apps/);
      expect(rig.text()).toBe("");
      await expectSound(rig, run);
      shop.scopes.add(scope);
      await expectRepaired(rig);
    },
  );

  test("R33: redirects to https, to another host and in a circle are code 4; no other host gets a call", async () => {
    await expectNotCalled(async (target) => {
      const { shop, rig } = await open({ products: 30 });
      for (const [location, from] of [
        [target, 1],
        [target, 4],
        [shop.url.replace("http:", "https:"), 1],
        ["", 2],
      ] as const) {
        const moved: ShopifyFault = {
          name: "moved",
          instead: ({ path }) => json(302, {}, { Location: `${location}${path}` }),
        };
        const off = shop.faults.add(script(moved, isGraphql, { from }));
        const run = await rig.import();
        expect(run).toMatchObject({ exit: 4, error: { code: "redirect" } });
        await expectSound(rig, run);
        off();
      }
      await expectRepaired(rig);
    });
  });
});
