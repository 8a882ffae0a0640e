import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";

import type { PsyncError } from "../../src/errors.js";
import type { EtsyAnswer, EtsyRequest } from "../../src/sandbox/etsy/answer.js";
import type { EtsyShop, EtsyShopOptions } from "../../src/sandbox/etsy/server.js";
import type { FaultScript } from "../../src/sandbox/fault.js";
import { catalogueOf, createEtsyBed, type EtsyBed, tokenCalls } from "../support/etsy-bed.js";
import { createFakeClock } from "../support/fake-clock.js";
import {
  type EtsyFault,
  expectDone,
  isList,
  isToken,
  met,
  offsetOf,
  openEtsyRig,
  refusal,
  script,
} from "./etsy-rig.js";
import { expectRepaired, expectSound, type Imported, type Rig } from "./rig.js";

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

function hintOf({ error }: Imported): string {
  return (error as PsyncError).hint ?? "";
}

const isLater = (request: EtsyRequest): boolean => isList(request) && offsetOf(request) > 0;

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

  test("R26: when it stays so, code 8: what came is written, nothing counts as missing, the file loses nothing", async () => {
    const { shop, rig } = await open({ listings: 230 });
    await rig.import();
    const before = rig.skus();
    const cursor = await rig.ask((store, { connection }) => store.connection(connection));
    await bed.clock.advance(3_600_000);
    shop.edit(shop.store.listed("active")[0]?.id ?? 0, { title: "Edited meanwhile" });
    shop.faults.add(script(empty, isLater));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 8, report: { status: "partial", counts: { missing: 0 } } });
    expect(run.report.counts.updated).toBeGreaterThan(0);
    expect(run.events.some(({ kind }) => kind === "second-look")).toBe(true);
    expect(rig.skus()).toEqual(before);
    expect(rig.text()).toContain("Edited meanwhile");
    await expectSound(rig, run);
    // The cursor stays where the last complete pass left it.
    expect(await rig.ask((store, { connection }) => store.connection(connection))).toEqual(cursor);
    await expectRepaired(rig);
  });

  test("R26: an empty shop where there was a full one is code 8, and the file keeps everything", async () => {
    const { shop, rig } = await open();
    await rig.import();
    const before = rig.text();
    shop.faults.add(script(empty, isList));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 8, report: { counts: { read: 0, missing: 0 } } });
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

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

  test("R28: a page that comes again and again is seen within two extra calls: code 6, nothing is written", async () => {
    const { shop, rig } = await open({ listings: 310 });
    await rig.import();
    const before = rig.text();
    const calls = shop.requests.length;
    shop.faults.add("duplicate-page");
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 6, error: { code: "endless-pages" } });
    // Two that differ by nothing from the one before, after the one that showed it.
    expect(shop.requests.slice(calls).filter(({ faults }) => faults.includes("duplicate-page"))).toHaveLength(
      3,
    );
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test("R33: a redirect to another host, to https or in a circle is code 4; no call and no key goes there", async () => {
    const reached: string[] = [];
    const other = createServer((request, response) => {
      reached.push(`${request.url} ${JSON.stringify(request.headers)}`);
      response.end("{}");
    });
    await new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", resolve));
    try {
      const { shop, rig } = await open();
      const target = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
      for (const to of [target, shop.url.replace("http:", "https:"), "/v3/application/shops/1/listings"])
        for (const kind of [isList, isToken]) {
          // The token endpoint is asked only where no token is kept.
          rig.kept.clear();
          shop.faults.clear();
          shop.faults.add(
            script(
              { name: "elsewhere", instead: () => ({ status: 302, headers: { Location: to }, text: "" }) },
              kind,
            ),
          );
          const run = await rig.import({ settings: { refreshToken: shop.tokens.at(-1) ?? "" } });
          expect(run).toMatchObject({ exit: 4, error: { code: "redirect" } });
          await expectSound(rig, run);
        }
      expect(reached).toEqual([]);
      expect(met(shop)).toBeLessThan(10);
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
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
      const rig = openEtsyRig(shop, { clock });
      rigs.push(rig);
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
