import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";

import type { EtsyAnswer, EtsyRequest } from "../../src/sandbox/etsy/answer.js";
import type { EtsyShop, EtsyShopOptions } from "../../src/sandbox/etsy/server.js";
import { fullBody } from "../../src/sandbox/etsy/view.js";
import type { FaultScript } from "../../src/sandbox/fault.js";
import { createRandom } from "../../src/sandbox/random.js";
import { unusedUrl } from "../http/with-server.js";
import { catalogueOf, createEtsyBed, type EtsyBed } from "../support/etsy-bed.js";
import {
  type EtsyFault,
  expectDone,
  isList,
  isToken,
  met,
  offsetOf,
  openEtsyRig,
  pagesOf,
  refusal,
  script,
} from "./etsy-rig.js";
import { expectRepaired, expectSound, type Rig } from "./rig.js";

let bed: EtsyBed;
const rigs: Rig[] = [];

beforeEach(() => {
  bed = createEtsyBed();
});
afterEach(async () => {
  for (const rig of rigs.splice(0)) rig.close();
  await bed.close();
});

interface Opened {
  readonly shop: EtsyShop;
  readonly rig: Rig<EtsyShop>;
}

function rigOn(shop: EtsyShop): Rig<EtsyShop> {
  const rig = openEtsyRig(shop, { clock: bed.clock });
  rigs.push(rig);
  return rig;
}

async function open(options: EtsyShopOptions = {}): Promise<Opened> {
  const shop = await bed.openShop({ catalogue: catalogueOf(options.listings ?? 130), ...options });
  return { shop, rig: rigOn(shop) };
}

describe("Etsy throttles", () => {
  test.each([
    ["seconds", "7", 7000],
    ["an HTTP date", new Date(Date.UTC(2026, 10, 24, 8, 0, 40)).toUTCString(), 40_000],
    ["nothing", undefined, 500],
    ["a negative number", "-30", 500],
  ])("R20: 429 with %s: no call comes early, nothing is lost", async (_name, value, leastMs) => {
    const { shop, rig } = await open();
    const fault = refusal(429, value === undefined ? {} : { "retry-after": value });
    shop.faults.add(script(fault, isList, { from: 2, times: 1 }));
    await expectDone(rig, await rig.import());
    const refused = shop.requests.findIndex(({ status }) => status === 429);
    const gap = (shop.requests[refused + 1]?.at ?? 0) - (shop.requests[refused]?.at ?? 0);
    expect(gap).toBeGreaterThanOrEqual(leastMs);
    expect(gap).toBeLessThanOrEqual(leastMs * 1.2);
  });

  test("R20: 429 for a thousand million seconds ends at once with the time to come back; until then no call is made", async () => {
    const { shop, rig } = await open();
    shop.faults.add(script(refusal(429, { "retry-after": "1000000000" }), isList, { from: 2 }));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { code: "retry-after" } });
    expect(met(shop)).toBe(1);
    await expectSound(rig, run);
    const calls = shop.requests.length;
    const early = await rig.import();
    expect(early).toMatchObject({ exit: 5, error: { code: "retry-after" } });
    expect((early.error as Error).message).toContain("the next try is possible at 2026-11-25T08:00:0");
    expect(shop.requests).toHaveLength(calls);
    await expectSound(rig, early);
    await bed.clock.advance(86_400_000);
    await expectRepaired(rig);
  });

  test.each([429, 503, 502])(
    "R21: a storm of %i for ten minutes is survived, with few calls",
    async (status) => {
      const { shop, rig } = await open();
      let end = 0;
      shop.faults.add({
        onRequest: (_n, request) => {
          if (!isList(request)) return undefined;
          if (end === 0 && offsetOf(request) > 0) end = bed.clock.now() + 600_000;
          return bed.clock.now() < end ? refusal(status) : undefined;
        },
      });
      await expectDone(rig, await rig.import());
      expect(met(shop)).toBeGreaterThan(5);
      expect(met(shop)).toBeLessThanOrEqual(60);
      await expectRepaired(rig);
    },
  );

  test("R21: a storm while inventories are asked for apart is survived too", async () => {
    const { shop, rig } = await open({ faults: ["refused-inventory"] });
    let end = 0;
    shop.faults.add({
      onRequest: (_n, { path }) => {
        if (!path.endsWith("/batch/inventory")) return undefined;
        if (end === 0) end = bed.clock.now() + 600_000;
        return bed.clock.now() < end ? refusal(503) : undefined;
      },
    });
    await expectDone(rig, await rig.import());
    expect(met(shop, "503")).toBeLessThanOrEqual(60);
  });

  test("R21: a storm that does not end, or that stood there at the start, ends with code 5; the next run repairs", async () => {
    const { shop, rig } = await open();
    shop.faults.add(script(refusal(503), isList, { from: 2 }));
    const first = await rig.import();
    expect(first).toMatchObject({ exit: 5, error: { code: "etsy-down" } });
    await expectSound(rig, first);
    shop.faults.add(script(refusal(503), () => true));
    const second = await rig.import();
    expect(second.exit).toBe(5);
    await expectSound(rig, second);
    await expectRepaired(rig);
  });
});

describe("a network that fails", () => {
  const causes: readonly (readonly [string, readonly EtsyFault[]])[] = [
    ["R22: calls fail with 500, 502, 503 or 504", [500, 502, 503, 504].map((status) => refusal(status))],
    ["R23: connections are reset", [{ name: "reset", connection: "reset" }]],
    ["R24: a body that is cut", [{ name: "cut", connection: "cut" }]],
  ];

  test.each(causes)("%s, one in eight: whole in 5 seeds", async (_name, faults) => {
    const { shop } = await open({ listings: 60 });
    let seen = 0;
    for (let seed = 1; seed <= 5; seed += 1) {
      const random = createRandom(seed, 0xe75);
      const rig = rigOn(shop);
      shop.faults.clear();
      // Few listings on many pages: many requests in little time. Tokens fail only in ways that lose none.
      shop.faults.add(pagesOf(5));
      shop.faults.add({
        onRequest: (_n, request) =>
          !isToken(request) && random.chance(1 / 8) ? random.pick(faults) : undefined,
      });
      const before = shop.requests.length;
      // Each rig has a memory of its own: its operator has the newest token.
      const run = await rig.import({ settings: { refreshToken: shop.tokens.at(-1) ?? "" } });
      seen += shop.requests
        .slice(before)
        .filter((request) => request.faults.some((name) => name !== "small-pages")).length;
      expect({ seed, exit: run.exit }).toEqual({ seed, exit: 0 });
      await expectDone(rig, run);
    }
    expect(seen).toBeGreaterThan(5);
  });

  test.each<readonly [string, string | FaultScript<EtsyRequest, EtsyAnswer>]>([
    ["R25: a web page comes in between", "html-page"],
    ["R25: an answer is empty", "empty-body"],
    ["R29: pages are smaller than asked for", pagesOf(30)],
    ["R29: the limit is ignored", pagesOf(25)],
    ["R29: one page lacks some", "short-page"],
    ["R30: some requests are never answered", "hang"],
  ])("%s: nothing is lost and nothing comes twice", async (_name, fault) => {
    const { shop, rig } = await open({ listings: 230 });
    shop.faults.add(fault, { every: fault === "short-page" ? 1 : 3 });
    const run = await rig.import({ http: { timeouts: { idleMs: 150 } } });
    expect(met(shop)).toBeGreaterThan(0);
    await expectDone(rig, run);
  });

  test("R23: nobody answers any more in the middle of a read: code 5, the file untouched, and the next run resumes", async () => {
    const { shop, rig } = await open();
    await rig.import();
    const before = rig.text();
    for (const { id } of shop.store.listed("active").slice(0, 20)) shop.edit(id, { description: "edited" });
    shop.faults.add(script({ name: "reset", connection: "reset" }, isList, { from: 2 }));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { code: "no-answer" } });
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    expect((await expectRepaired(rig)).report.run).toBe(run.report.run);
  });

  test("R25: a web page instead of Etsy, with 200, is code 5 with its title; nothing is written", async () => {
    const { shop, rig } = await open();
    shop.faults.add("html-page", { every: 1 });
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { code: "web-page" } });
    expect((run.error as Error).message).toMatch(/web page.*Etsy/);
    expect(rig.text()).toBe("");
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test("R29: pages larger than asked for: nothing is lost between them", async () => {
    const { shop, rig } = await open({ listings: 330 });
    const view = { includes: new Set(["Images", "Inventory"] as const), owner: true, scoped: true };
    const answer = (given: EtsyAnswer, request: EtsyRequest): EtsyAnswer => {
      const rows = shop.store.listed("active");
      const some = rows.slice(offsetOf(request), offsetOf(request) + 150);
      return {
        ...given,
        json: { count: rows.length, results: some.map((row) => fullBody(shop.store, row, view)) },
      };
    };
    shop.faults.add(script({ name: "larger", answer }, isList));
    await expectDone(rig, await rig.import());
  });

  test("R30: a host that has no address, and one where nobody listens, are code 5", async () => {
    const { rig } = await open();
    for (const baseUrl of ["http://no-such-shop.invalid", await unusedUrl()]) {
      // Where no name server answers, looking up takes as long as it is let.
      const run = await rig.import({ settings: { baseUrl }, http: { timeouts: { connectMs: 300 } } });
      expect(run).toMatchObject({ exit: 5, error: { code: "no-answer" } });
      await expectSound(rig, run);
    }
  });
});
