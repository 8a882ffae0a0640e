import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { etsyHttpPolicy } from "../../src/channels/etsy/index.js";
import type { EtsyAnswer, EtsyRequest } from "../../src/sandbox/etsy/answer.js";
import { type EtsyShop, type EtsyShopOptions, startEtsyShop } from "../../src/sandbox/etsy/server.js";
import type { FaultScript } from "../../src/sandbox/fault.js";
import { keysOf, readPages } from "../conformance/channel.js";
import { createChannelMemory } from "../support/channel-memory.js";
import {
  apiCalls,
  catalogueOf,
  createEtsyBed,
  type EtsyBed,
  openEtsy,
  tokenCalls,
} from "../support/etsy-bed.js";
import { createFakeClock, type FakeClock } from "../support/fake-clock.js";
import { UnderWay } from "../support/under-way.js";

let bed: EtsyBed;
beforeEach(() => {
  bed = createEtsyBed();
});
afterEach(() => bed.close());

describe("src/channels/etsy/pager.ts", () => {
  test.each([
    [0, 1],
    [1, 1],
    [99, 1],
    // Nobody can tell a full page from the last one but by asking for the next.
    [100, 2],
    [101, 2],
    [250, 3],
  ])(
    "%i listings are read with %i requests, and an unchanged pass costs as many",
    async (listings, calls) => {
      const shop = await bed.openShop({ catalogue: catalogueOf(listings) });
      const [first, ...more] = await readPages(bed.openClient(shop).channel);
      expect(keysOf([...(first === undefined ? [] : [first]), ...more])).toHaveLength(listings);
      expect(apiCalls(shop)).toHaveLength(calls);
      expect(calls).toBeLessThanOrEqual(Math.ceil(listings / 100) + 3);
      expect(tokenCalls(shop)).toBe(1);
      if (listings > 0)
        expect(apiCalls(shop)[0]?.url).toBe(
          `/v3/application/shops/${shop.shopId}/listings?state=active&limit=100&offset=0&includes=Images,Inventory`,
        );
      // Etsy has no filter by date: the incremental pass reads what the full one reads, and needs no new token.
      await bed.clock.advance(1000);
      await readPages(bed.openClient(shop).channel, { since: first?.cursor ?? "" });
      expect(apiCalls(shop)).toHaveLength(2 * calls);
      expect(tokenCalls(shop)).toBe(1);
    },
  );

  test("2,500 listings are read with 26 requests", async () => {
    const shop = await bed.openShop({ catalogue: catalogueOf(2500) });
    expect(keysOf(await readPages(bed.openClient(shop).channel))).toHaveLength(2500);
    expect(apiCalls(shop)).toHaveLength(26);
  });

  test("each state more costs its own pages", async () => {
    const shop = await bed.openShop({ catalogue: catalogueOf(250, 120) });
    const settings = { states: ["active", "sold_out", "draft"] };
    expect(keysOf(await readPages(bed.openClient(shop, { settings }).channel))).toHaveLength(370);
    expect(apiCalls(shop)).toHaveLength(3 + 2 + 1);
  });

  test("where inventories come apart, each page costs one request more, and the shop one in all", async () => {
    const shop = await bed.openShop({ catalogue: catalogueOf(250), faults: ["refused-inventory"] });
    await readPages(bed.openClient(shop).channel);
    expect(apiCalls(shop)).toHaveLength(1 + 2 * 3);
  });
});

interface Paced {
  readonly shop: EtsyShop;
  readonly clock: FakeClock;
  read(): Promise<number>;
  close(): Promise<void>;
}

/** A shop on a clock that stands still while a request is under way, with pages so small that the rate is what counts. */
async function openPaced(options: EtsyShopOptions, startMs = 0): Promise<Paced> {
  const underWay = new UnderWay();
  const now = Date.UTC(2026, 10, 24, 8) + startMs;
  const clock = createFakeClock({ autoAdvance: true, busy: underWay.busy, now });
  const shop = await startEtsyShop({ clock: () => clock.now(), ...options });
  const request = (given: EtsyRequest): EtsyRequest => ({
    ...given,
    query: new Map([...given.query, ["limit", "1"]]),
  });
  const small: FaultScript<EtsyRequest, EtsyAnswer> = { onRequest: () => ({ name: "small", request }) };
  shop.faults.add(small);
  return {
    shop,
    clock,
    async read() {
      const http = underWay.watch(etsyHttpPolicy(clock), clock);
      const { channel } = openEtsy(shop, { clock, memory: createChannelMemory(), http });
      return keysOf(await readPages(channel)).length;
    },
    close: () => shop.close(),
  };
}

describe("src/channels/etsy/policy.ts", () => {
  test.each([
    [10, 370, 420],
    [3, 0, 130],
  ])(
    "of %i requests a second, beginning %i ms into one, more than nine in ten are used and none is refused",
    async (perSecond, startMs, listings) => {
      const paced = await openPaced({ catalogue: catalogueOf(listings), limits: { perSecond } }, startMs);
      try {
        expect(await paced.read()).toBe(listings);
        const calls = apiCalls(paced.shop);
        const refused = calls.filter(({ status }) => status === 429).length;
        expect(refused / calls.length).toBeLessThanOrEqual(0.01);
        const settled = calls.filter(({ at }) => at >= (calls[0]?.at ?? 0) + 30_000);
        const seconds = ((settled.at(-1)?.at ?? 0) - (settled[0]?.at ?? 0)) / 1000;
        expect(seconds).toBeGreaterThan(10);
        const rate = (settled.length - 1) / seconds;
        expect(rate / perSecond).toBeGreaterThanOrEqual(0.9);
        expect(rate / perSecond).toBeLessThanOrEqual(1);
      } finally {
        await paced.close();
      }
    },
  );

  test("after a 429 with retry-after no request comes before its time, and the rate is found again", async () => {
    const paced = await openPaced({ catalogue: catalogueOf(200) });
    const refuse: EtsyAnswer = {
      status: 429,
      headers: { "retry-after": "9" },
      json: { error: "Exceeded per second rate limit" },
    };
    paced.shop.faults.add({
      onRequest: (n) => (n % 60 === 0 ? { name: "429", instead: () => refuse } : undefined),
    });
    try {
      expect(await paced.read()).toBe(200);
      const calls = apiCalls(paced.shop);
      const gaps = calls
        .slice(1)
        .map(({ at }, index) => [calls[index]?.status, at - (calls[index]?.at ?? 0)]);
      const waits = gaps.flatMap(([status = 0, ms = 0]) => (status === 429 ? [ms] : []));
      expect(waits).toHaveLength(3);
      for (const ms of waits) expect(ms).toBeGreaterThanOrEqual(9000);
      for (const ms of waits) expect(ms).toBeLessThan(9000 * 1.2);
      expect(
        Math.max(...gaps.slice(1).flatMap(([status, ms = 0]) => (status === 429 ? [] : [ms]))),
      ).toBeLessThan(120);
    } finally {
      await paced.close();
    }
  });

  test("a day that is used up in the middle of a read costs one refused call, and is over when Etsy says so", async () => {
    const paced = await openPaced({ catalogue: catalogueOf(60), limits: { perDay: 40 } });
    try {
      await expect(paced.read()).rejects.toMatchObject({ code: "retry-after" });
      const statuses = apiCalls(paced.shop).map(({ status }) => status);
      expect(statuses.filter((status) => status === 429).length).toBeLessThanOrEqual(1);
      expect(statuses.length).toBeLessThanOrEqual(42);
    } finally {
      await paced.close();
    }
  });
});
