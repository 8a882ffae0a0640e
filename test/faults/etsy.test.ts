import { describe, expect, test } from "@jest/globals";

import type { EtsyAnswer, EtsyRequest } from "../../src/sandbox/etsy/answer.js";
import { fullBody } from "../../src/sandbox/etsy/view.js";
import { createRandom } from "../../src/sandbox/random.js";
import {
  createEtsyRigs,
  type EtsyFault,
  isLater,
  isList,
  isToken,
  offsetOf,
  pagesOf,
  refusal,
} from "./etsy-rig.js";
import {
  endlessStormLaw,
  expectWholeInSeeds,
  noHostLaw,
  silenceLaw,
  survivalLaw,
  throttleLaw,
  webPageLaw,
} from "./laws.js";
import { expectDone, expectRepaired, expectSound } from "./rig.js";
import { met, script, storm } from "./script.js";

const { bed, rigOn, open } = createEtsyRigs();

const subject = { clock: bed.clock, open, isPage: isList, middle: 2, refusal };

describe("Etsy throttles", () => {
  throttleLaw(subject);
  endlessStormLaw(subject, "etsy-down");

  test("R20: 429 for a thousand million seconds ends at once with the time to come back; until then no call is made", async () => {
    bed.clock.jump(Date.UTC(2026, 10, 24, 8) - bed.clock.now());
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
      shop.faults.add(storm(bed.clock, refusal(status), isLater, isList));
      await expectDone(rig, await rig.import());
      expect(met(shop)).toBeGreaterThan(5);
      expect(met(shop)).toBeLessThanOrEqual(60);
      await expectRepaired(rig);
    },
  );

  test("R21: a storm while inventories are asked for apart is survived too", async () => {
    const { shop, rig } = await open({ faults: ["refused-inventory"] });
    const isBatch = ({ path }: EtsyRequest): boolean => path.endsWith("/batch/inventory");
    shop.faults.add(storm(bed.clock, refusal(503), isBatch, isBatch));
    await expectDone(rig, await rig.import());
    expect(met(shop, "503")).toBeLessThanOrEqual(60);
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
    const seen = await expectWholeInSeeds(5, (seed) => {
      const random = createRandom(seed, 0xe75);
      shop.faults.clear();
      // Few listings on many pages: many requests in little time. Tokens fail only in ways that lose none.
      shop.faults.add(pagesOf(5));
      shop.faults.add({
        onRequest: (_n, request) =>
          !isToken(request) && random.chance(1 / 8) ? random.pick(faults) : undefined,
      });
      // Each rig has a memory of its own: its operator has the newest token.
      return { shop, rig: rigOn(shop), how: { settings: { refreshToken: shop.tokens.at(-1) ?? "" } } };
    });
    expect(seen).toBeGreaterThan(5);
  });

  survivalLaw(
    () => open({ listings: 230 }),
    [
      ["R25: a web page comes in between", "html-page", { every: 3 }],
      ["R25: an answer is empty", "empty-body", { every: 3 }],
      ["R29: pages are smaller than asked for", pagesOf(30, "fewer"), {}],
      ["R29: the limit is ignored", pagesOf(25, "fewer"), {}],
      ["R29: one page lacks some", "short-page", { every: 1 }],
      ["R30: some requests are never answered", "hang", { every: 3 }],
    ],
  );

  silenceLaw(subject, (shop) => {
    for (const { id } of shop.store.listed("active").slice(0, 20)) shop.edit(id, { description: "edited" });
  });
  webPageLaw(open, "html-page", "Etsy");
  noHostLaw(open, "baseUrl");

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
});
