import { describe, expect, test } from "@jest/globals";

import type { WooRequest } from "../../src/sandbox/woocommerce/answer.js";
import {
  endlessStormLaw,
  expectWholeInSeeds,
  longWaitLaw,
  noHostLaw,
  silenceLaw,
  survivalLaw,
  throttleLaw,
  webPageLaw,
} from "./laws.js";
import { expectDone, expectRepaired, expectWhole } from "./rig.js";
import { met, storm } from "./script.js";
import { createWooRigs, isList, isProducts, pageOf, refusal } from "./woo-rig.js";

const { bed, rigOn, open } = createWooRigs();

const subject = { clock: bed.clock, open, isPage: isList, middle: 2, refusal };

describe("a shop that throttles", () => {
  throttleLaw(subject);
  longWaitLaw(subject);
  endlessStormLaw(subject, "shop-overloaded");

  test.each([429, 503, 502])(
    "R21: a storm of %i for ten minutes is survived, with few calls",
    async (status) => {
      const { shop, rig } = await open();
      const begins = (request: WooRequest): boolean => isList(request) && pageOf(request) === 2;
      shop.faults.add(storm(bed.clock, refusal(status), begins, isList));
      await expectDone(rig, await rig.import());
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
});

describe("a network that fails", () => {
  test("R22: one call in twenty fails with 500, 502 or 504: whole in 50 seeds", async () => {
    // Few products on many pages: many requests in little time.
    const { shop } = await open({ products: 50 });
    const faults = await expectWholeInSeeds(50, (seed) => {
      shop.faults.clear();
      shop.faults.add("cap-page-size", { every: 10 });
      shop.faults.add("flaky", { seed, share: 0.05 });
      return { shop, rig: rigOn(shop), counted: "flaky" };
    });
    expect(faults).toBeGreaterThan(25);
  });

  survivalLaw(open, [
    ["R23: connections are reset", "reset", { every: 3 }],
    ["R24: bodies are cut short", "cut", { every: 3 }],
    ["R25: a login page comes in between", "html-login", { every: 3 }],
    ["R25: an answer is empty", "empty-body", { every: 3 }],
    ["R29: pages are smaller than asked for", "cap-page-size", { every: 30 }],
    ["R29: the page size is ignored", "cap-page-size", { every: 10 }],
    ["R30: some requests are never answered", "hang", { every: 4 }],
  ]);

  silenceLaw(subject, (shop) => {
    for (const { id } of shop.store.rows.slice(0, 20)) shop.edit(id, { description: "edited" });
  });
  webPageLaw(open, "html-login", "Log In");
  noHostLaw(open, "url");
});
