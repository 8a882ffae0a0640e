import { describe, expect, test } from "@jest/globals";

import type { PsyncError } from "../../src/errors.js";
import type { EtsyAnswer, EtsyRequest } from "../../src/sandbox/etsy/answer.js";
import type { FaultScript } from "../../src/sandbox/fault.js";
import { tokenCalls } from "../support/etsy-bed.js";
import { createFakeClock } from "../support/fake-clock.js";
import { createEtsyRigs, type EtsyFault, isLater, isList, isToken, refusal } from "./etsy-rig.js";
import { emptyShopLaw, endlessPagesLaw, expectNotCalled, shortListLaw } from "./laws.js";
import { expectDone, expectRepaired, expectSound, type Imported } from "./rig.js";
import { met, script } from "./script.js";

const { bed, rigOn, open } = createEtsyRigs();

function hintOf({ error }: Imported): string {
  return (error as PsyncError).hint ?? "";
}

describe("pages that do not add up", () => {
  const empty: EtsyFault = {
    name: "empty",
    answer: (answer) => ({ ...answer, json: { count: 0, results: [] } }),
  };

  test("R26: an empty page with a count of 0 in the middle, once, is asked for again", async () => {
    const { shop, rig } = await open({ faults: ["empty-page"] });
    await expectDone(rig, await rig.import());
    expect(met(shop)).toBe(1);
  });

  shortListLaw(
    bed.clock,
    () => open({ listings: 230 }),
    (shop) => {
      shop.edit(shop.store.listed("active")[0]?.id ?? 0, { title: "Edited meanwhile" });
      return "Edited meanwhile";
    },
    script(empty, isLater),
  );
  emptyShopLaw(open, script(empty, isList));

  test.each(["drift", "drift-added"])(
    "R27: listings come or go before each page: no live one that was there is missed: %s",
    async (fault) => {
      const { shop, rig } = await open({ listings: 501 });
      const there = [...rig.importable().values()];
      shop.faults.add(fault);
      const run = await rig.import();
      expect(met(shop)).toBeGreaterThan(4);
      expect([0, 8]).toContain(run.exit);
      await expectSound(rig, run);
      const written = new Set(rig.skus());
      const live = new Set(rig.importable().values());
      expect(there.filter((sku) => live.has(sku) && !written.has(sku))).toEqual([]);
      shop.faults.clear();
      // What came is taken by the next run; what went was there when it was read, and counts as missing.
      const next = await rig.import();
      expect(next).toMatchObject({ exit: 0, report: { counts: { updated: 0 } } });
      expect(next.report.counts.missing).toBe([...written].filter((sku) => !live.has(sku)).length);
      const all = new Set(rig.skus());
      expect([...live].filter((sku) => !all.has(sku))).toEqual([]);
    },
  );

  // Two that differ by nothing from the one before, after the one that showed it.
  endlessPagesLaw(() => open({ listings: 310 }), "duplicate-page", {
    code: "endless-pages",
    calls: (shop) => met(shop, "duplicate-page"),
    most: 3,
  });

  test("R33: a redirect to another host, to https or in a circle is code 4; no call and no key goes there", async () => {
    await expectNotCalled(async (other) => {
      const { shop, rig } = await open();
      for (const to of [`${other}/`, shop.url.replace("http:", "https:"), "/v3/application/shops/1/listings"])
        for (const kind of [isList, isToken]) {
          // The token endpoint is asked only where no token is kept.
          rig.kept.clear();
          shop.faults.clear();
          const elsewhere: EtsyFault = {
            name: "elsewhere",
            instead: () => ({ status: 302, headers: { Location: to }, text: "" }),
          };
          shop.faults.add(script(elsewhere, kind));
          const run = await rig.import({ settings: { refreshToken: shop.tokens.at(-1) ?? "" } });
          expect(run).toMatchObject({ exit: 4, error: { code: "redirect" } });
          await expectSound(rig, run);
        }
      expect(met(shop)).toBeLessThan(10);
    });
  });
});

describe("credentials and rights", () => {
  test("R31: a token that ends in the middle of a run is renewed once", async () => {
    const { shop, rig } = await open({ listings: 230 });
    shop.faults.add("token-expired");
    await expectDone(rig, await rig.import());
    expect(tokenCalls(shop)).toBe(2);
    await expectRepaired(rig);
  });

  test("R31: a token endpoint that fails with 500 is asked again with the same token, and one that stays so is code 5", async () => {
    const { shop, rig } = await open();
    shop.faults.add(script(refusal(500), isToken));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { code: "etsy-down" } });
    await expectSound(rig, run);
    shop.faults.clear();
    shop.faults.add("refresh-500");
    await expectDone(rig, await rig.import());
    await expectRepaired(rig);
  });

  test("R31: tokens that are revoked in the middle of a run are code 12 with what to do; nothing is written", async () => {
    const { shop, rig } = await open();
    await rig.import();
    const before = rig.text();
    const revoked: FaultScript<EtsyRequest, EtsyAnswer> = {
      onRequest: (_n, request) => {
        if (isLater(request)) shop.revoke();
        return undefined;
      },
    };
    shop.faults.add(revoked);
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 12, error: { code: "invalid-grant" } });
    expect(hintOf(run)).toContain("psync auth etsy");
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
  });

  test("R31: a machine's clock that is wrong, or jumps by hours in the middle of a run, costs refreshes and nothing else", async () => {
    const { shop } = await open({ listings: 130 });
    for (const jump of [7_200_000, -7_200_000]) {
      const clock = createFakeClock({ autoAdvance: true, now: bed.clock.now() + jump });
      const rig = rigOn(shop, { clock });
      shop.faults.clear();
      shop.faults.add({
        onRequest: (_n, request) => {
          if (isLater(request)) clock.jump(jump);
          return undefined;
        },
      });
      // Each rig has a memory of its own, so the last token that was given is the one that its owner has.
      const settings = { refreshToken: shop.tokens.at(-1) ?? "" };
      const calls = tokenCalls(shop);
      await expectDone(rig, await rig.import({ settings }));
      expect(tokenCalls(shop) - calls).toBeLessThanOrEqual(4);
    }
  });

  test("R32: a key that is refused on the first call is code 12, at once", async () => {
    const { shop, rig } = await open({ faults: ["key-refused"] });
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 12, error: { code: "key-refused" } });
    expect(hintOf(run)).toContain("source.keystring");
    expect(met(shop)).toBe(1);
    await expectSound(rig, run);
  });

  test("R32: a token without the scope is code 12 and names the scope; nothing else is begun", async () => {
    const { shop, rig } = await open({ scopes: ["shops_r"] });
    const run = await rig.import();
    expect(run.exit).toBe(12);
    expect(hintOf(run)).toContain("listings_r");
    expect(shop.requests.filter(({ url }) => url.includes("/listings"))).toHaveLength(1);
    expect(rig.text()).toBe("");
    await expectSound(rig, run);
  });
});
