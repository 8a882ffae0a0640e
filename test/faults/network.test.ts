import { afterEach, describe, expect, test } from "@jest/globals";

import type { FaultSettings } from "../../src/sandbox/woocommerce/fault.js";
import type { FaultName } from "../../src/sandbox/woocommerce/named-faults.js";
import type { WooShop, WooShopOptions } from "../../src/sandbox/woocommerce/server.js";
import { unusedUrl } from "../http/with-server.js";
import { createWooBed } from "../support/woo-bed.js";
import { expectRepaired, expectSound, expectWhole, type Rig } from "./rig.js";
import { openRig } from "./woo-rig.js";
import { isList, isProducts, met, pageOf, refusal, script } from "./script.js";

const bed = createWooBed();
const rigs: Rig[] = [];

afterEach(async () => {
  for (const rig of rigs.splice(0)) rig.close();
  await bed.close();
});

async function open(options: WooShopOptions = {}): Promise<{ readonly shop: WooShop; readonly rig: Rig }> {
  const shop = await bed.openShop({ products: 130, ...options });
  const rig = openRig(shop, { clock: bed.clock });
  rigs.push(rig);
  return { shop, rig };
}

describe("a shop that throttles", () => {
  test.each([
    ["seconds", "7", 7000],
    ["an HTTP date", new Date(Date.UTC(2026, 10, 24, 8, 0, 40)).toUTCString(), 40_000],
    ["nothing", undefined, 500],
    ["a negative number", "-30", 500],
  ])("R20: 429 with %s: no call comes early, nothing is lost", async (_name, value, leastMs) => {
    const { shop, rig } = await open();
    bed.clock.jump(Date.UTC(2026, 10, 24, 8) - bed.clock.now());
    shop.faults.add(
      script(refusal(429, value === undefined ? {} : { "Retry-After": value }), isList, {
        from: 2,
        times: 1,
      }),
    );
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
    shop.faults.add(script(refusal(429, { "Retry-After": "1000000000" }), isList, { from: 2 }));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { code: "retry-after" } });
    expect(met(shop)).toBe(1);
    await expectSound(rig, run);
    expect((await expectRepaired(rig)).report.run).toBe(run.report.run);
  });

  test.each([429, 503, 502])(
    "R21: a storm of %i for ten minutes is survived, with few calls",
    async (status) => {
      const { shop, rig } = await open();
      let end = 0;
      shop.faults.add({
        onRequest: (_n, request) => {
          if (!isList(request)) return undefined;
          if (end === 0 && pageOf(request) === 2) end = bed.clock.now() + 600_000;
          return bed.clock.now() < end ? refusal(status) : undefined;
        },
      });
      const run = await rig.import();
      expect(run.exit).toBe(0);
      await expectSound(rig, run);
      expectWhole(rig, run);
      expect(met(shop)).toBeGreaterThan(5);
      expect(met(shop)).toBeLessThanOrEqual(60);
      await expectRepaired(rig);
    },
  );

  test("R21: the size of pages comes back behind a storm, and a shop that is only slow keeps the smaller one", async () => {
    const sizesOf = async (stormMs: number): Promise<number[]> => {
      const { shop, rig } = await open({ products: 430 });
      let end = 0;
      shop.faults.add({
        onRequest: (_n, request) => {
          if (!isProducts(request) || pageOf(request) < 2) return undefined;
          if (end === 0) end = bed.clock.now() + stormMs;
          const isLarge = Number(new Map(request.query).get("per_page")) > 50;
          return bed.clock.now() < end || (stormMs === 0 && isLarge) ? refusal(504) : undefined;
        },
      });
      const run = await rig.import();
      expect(run.exit).toBe(0);
      expectWhole(rig, run);
      return shop.requests
        .filter(({ status, url }) => status === 200 && url.includes("/wc/v3/products?"))
        .map(({ url }) => Number(new URL(url, shop.url).searchParams.get("per_page")));
    };
    expect(await sizesOf(120_000)).toEqual([100, 10, 100, 100, 100, 100]);
    expect(new Set((await sizesOf(0)).slice(1))).toEqual(new Set([50]));
  });

  test("R21: a storm that does not end, or that stood there at the start, ends with code 5; the next run repairs", async () => {
    const { shop, rig } = await open();
    shop.faults.add(script(refusal(503), isList, { from: 2 }));
    const first = await rig.import();
    expect(first).toMatchObject({ exit: 5, error: { code: "shop-overloaded" } });
    await expectSound(rig, first);
    shop.faults.add(script(refusal(503), () => true));
    const second = await rig.import();
    expect(second.exit).toBe(5);
    await expectSound(rig, second);
    await expectRepaired(rig);
  });
});

describe("a network that fails", () => {
  test("R22: one call in twenty fails with 500, 502 or 504: whole in 50 seeds", async () => {
    // Few products on many pages: many requests in little time.
    const { shop } = await open({ products: 50 });
    let faults = 0;
    for (let seed = 1; seed <= 50; seed += 1) {
      const rig = openRig(shop, { clock: bed.clock });
      shop.faults.clear();
      shop.faults.add("cap-page-size", { every: 10 });
      shop.faults.add("flaky", { seed, share: 0.05 });
      const before = shop.requests.length;
      const run = await rig.import();
      faults += shop.requests.slice(before).filter((request) => request.faults.includes("flaky")).length;
      expect({ seed, exit: run.exit }).toEqual({ seed, exit: 0 });
      await expectSound(rig, run);
      expectWhole(rig, run);
      rig.close();
    }
    expect(faults).toBeGreaterThan(25);
  });

  test.each<[string, FaultName, FaultSettings]>([
    ["R23: connections are reset", "reset", { every: 3 }],
    ["R24: bodies are cut short", "cut", { every: 3 }],
    ["R25: a login page comes in between", "html-login", { every: 3 }],
    ["R25: an answer is empty", "empty-body", { every: 3 }],
    ["R29: pages are smaller than asked for", "cap-page-size", { every: 30 }],
    ["R29: the page size is ignored", "cap-page-size", { every: 10 }],
    ["R30: some requests are never answered", "hang", { every: 4 }],
  ])("%s: nothing is lost and nothing comes twice", async (_name, fault, settings) => {
    const { shop, rig } = await open();
    shop.faults.add(fault, settings);
    const run = await rig.import({ http: { timeouts: { idleMs: 150 } } });
    expect(run.exit).toBe(0);
    expect(met(shop)).toBeGreaterThan(0);
    await expectSound(rig, run);
    expectWhole(rig, run);
    await expectRepaired(rig);
  });

  test("R23: nobody answers any more in the middle of a read: code 5, the file untouched, and the next run resumes", async () => {
    const { shop, rig } = await open();
    await rig.import();
    const before = rig.text();
    for (const { id } of shop.store.rows.slice(0, 20)) shop.edit(id, { description: "edited" });
    shop.faults.add(script({ name: "reset", connection: "reset" }, isList, { from: 2 }));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { code: "no-answer" } });
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    expect((await expectRepaired(rig)).report.run).toBe(run.report.run);
  });

  test("R25: a web page instead of the shop, with 200, is code 5 with its title; nothing is written", async () => {
    const { shop, rig } = await open();
    shop.faults.add("html-login", { every: 1 });
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { code: "web-page" } });
    expect((run.error as Error).message).toMatch(/web page.*Log In/);
    expect(rig.text()).toBe("");
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test("R30: a host that has no address, and one where nobody listens, are code 5", async () => {
    for (const url of ["http://no-such-shop.invalid", await unusedUrl()]) {
      const { rig } = await open();
      // Where no name server answers, looking up takes as long as it is let.
      const run = await rig.import({ settings: { url }, http: { timeouts: { connectMs: 300 } } });
      expect(run).toMatchObject({ exit: 5, error: { code: "no-answer" } });
      await expectSound(rig, run);
    }
  });
});
