import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, describe, expect, test } from "@jest/globals";

import type { FaultSettings } from "../../src/sandbox/fault.js";
import { json, type ShopifyRequest } from "../../src/sandbox/shopify/answer.js";
import type { ShopifyShop, ShopifyShopOptions } from "../../src/sandbox/shopify/server.js";
import { unusedUrl } from "../http/with-server.js";
import { createShopifyBed } from "../support/shopify-bed.js";
import { expectRepaired, expectSound, expectWhole, type Rig } from "./rig.js";
import {
  failure,
  isPage,
  met,
  openRig,
  refusal,
  script,
  type ShopifyFault,
  smallPages,
} from "./shopify-rig.js";

const bed = createShopifyBed();
const rigs: { close(): void }[] = [];

afterEach(async () => {
  for (const rig of rigs.splice(0)) rig.close();
  await bed.close();
});

async function open(options: ShopifyShopOptions = {}): Promise<{ shop: ShopifyShop; rig: Rig<ShopifyShop> }> {
  const shop = await bed.openShop({ products: 60, ...options });
  const rig = openRig(shop, { clock: bed.clock });
  rigs.push(rig);
  shop.faults.add(smallPages(10));
  return { shop, rig };
}

const isGraphql = ({ path }: ShopifyRequest): boolean => path.endsWith("/graphql.json");

describe("a shop that throttles", () => {
  test.each([
    ["seconds", "7", 7000],
    ["an HTTP date", new Date(Date.UTC(2026, 10, 24, 8, 0, 40)).toUTCString(), 40_000],
    ["nothing", undefined, 500],
    ["a negative number", "-30", 500],
  ])("R20: 429 with %s: no call comes early, nothing is lost", async (_name, value, leastMs) => {
    const { shop, rig } = await open();
    bed.clock.jump(Date.UTC(2026, 10, 24, 8) - bed.clock.now());
    const fault = refusal(429, value === undefined ? {} : { "Retry-After": value });
    shop.faults.add(script(fault, isPage, { from: 2, times: 1 }));
    const run = await rig.import();
    expect(run.exit).toBe(0);
    await expectSound(rig, run);
    expectWhole(rig, run);
    const refused = shop.requests.findIndex(({ status }) => status === 429);
    const gap = (shop.requests[refused + 1]?.at ?? 0) - (shop.requests[refused]?.at ?? 0);
    expect(gap).toBeGreaterThanOrEqual(leastMs);
    expect(gap).toBeLessThanOrEqual(leastMs * 1.2);
  });

  test("R20: 429 for a thousand million seconds ends at once with the time to come back, and the next run resumes", async () => {
    const { shop, rig } = await open();
    shop.faults.add(script(refusal(429, { "Retry-After": "1000000000" }), isPage, { from: 2 }));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { code: "retry-after" } });
    expect(met(shop)).toBe(1);
    await expectSound(rig, run);
    expect((await expectRepaired(rig)).report.run).toBe(run.report.run);
  });

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
    let end = 0;
    shop.faults.add({
      onRequest: (_n, request) => {
        if (end === 0 && isPage(request) && typeof request.variables["after"] === "string")
          end = bed.clock.now() + 600_000;
        return bed.clock.now() < end && of(request) ? fault : undefined;
      },
    });
    const run = await rig.import();
    expect(run.exit).toBe(0);
    await expectSound(rig, run);
    expectWhole(rig, run);
    expect(met(shop)).toBeGreaterThan(5);
    expect(met(shop)).toBeLessThanOrEqual(60);
    expect(run.list.filter(({ outcome }) => outcome === "rejected")).toEqual([]);
  });

  test("R21: a storm that does not end, or that stood there at the start, ends with code 5; the next run repairs", async () => {
    const { shop, rig } = await open();
    shop.faults.add(script(refusal(503), isGraphql, { from: 4 }));
    const first = await rig.import();
    expect(first).toMatchObject({ exit: 5, error: { code: "server-error" } });
    await expectSound(rig, first);
    shop.faults.add(script(refusal(503), () => true));
    const second = await rig.import();
    expect(second.exit).toBe(5);
    await expectSound(rig, second);
    await expectRepaired(rig);
  });
});

describe("a network that fails", () => {
  test("R22, R23, R24: of 100 calls some fail, are reset or cut: whole in 15 seeds", async () => {
    const { shop } = await open({ products: 60 });
    let faults = 0;
    for (let seed = 1; seed <= 15; seed += 1) {
      const rig = openRig(shop, { clock: bed.clock });
      rigs.push(rig);
      shop.faults.clear();
      shop.faults.add(smallPages(5));
      shop.faults.add("flaky", { seed, share: 0.08 });
      shop.faults.add("reset", { every: 11 + seed });
      shop.faults.add("cut-body", { every: 9 + seed });
      const before = met(shop);
      const run = await rig.import();
      faults += met(shop) - before;
      expect({ seed, exit: run.exit }).toEqual({ seed, exit: 0 });
      await expectSound(rig, run);
      expectWhole(rig, run);
    }
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

  test("R23: nobody answers any more in the middle of a read: code 5, the file untouched, and the next run resumes", async () => {
    const { shop, rig } = await open();
    await rig.import();
    const before = rig.text();
    for (const id of shop.variants.slice(0, 20)) shop.edit(id, { barcode: "edited" });
    shop.faults.add(script({ name: "reset", connection: "reset" }, isGraphql, { from: 6 }));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { code: "no-answer" } });
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    const cursors = shop.requests.length;
    expect((await expectRepaired(rig)).report.run).toBe(run.report.run);
    // What was kept is not asked for again.
    const resumed = shop.requests.slice(cursors).find(({ body }) => body.includes("VariantPage"));
    expect((JSON.parse(resumed?.body ?? "{}") as { variables: object }).variables).toMatchObject({
      after: expect.any(String),
    });
  });

  test("R25: a web page instead of the shop, with 200, is code 5 with its title; nothing is written", async () => {
    const { shop, rig } = await open();
    shop.faults.add("html-page", { every: 1 });
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { code: "web-page" } });
    expect((run.error as Error).message).toMatch(/web page.*Opening soon/);
    expect(rig.text()).toBe("");
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test("R30: a host that has no address, and one where nobody listens, are code 5", async () => {
    for (const baseUrl of ["http://no-such-shop.invalid", await unusedUrl()]) {
      const { rig } = await open({ products: 1 });
      const run = await rig.import({ settings: { baseUrl }, http: { timeouts: { connectMs: 300 } } });
      expect(run).toMatchObject({ exit: 5, error: { code: "no-answer" } });
      await expectSound(rig, run);
    }
  });
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
    const reached: string[] = [];
    const other = createServer((request, response) => {
      reached.push(`${request.url} ${JSON.stringify(request.headers)}`);
      response.end("{}");
    });
    await new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", resolve));
    const target = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    try {
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
      expect(reached).toEqual([]);
      await expectRepaired(rig);
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });
});
