import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { TransientError } from "../../src/errors.js";
import { failureOf, keysOf, never, readPages } from "../conformance/channel.js";
import { apiCalls, createEtsyBed, type EtsyBed } from "../support/etsy-bed.js";

let bed: EtsyBed;
beforeEach(() => {
  bed = createEtsyBed();
});
afterEach(() => bed.close());

describe("src/channels/etsy/quota.ts", () => {
  test("a day that is used up ends the run, and the next one asks nothing until it is over", async () => {
    const shop = await bed.openShop({ listings: 30, odd: false, faults: ["day-exhausted"] });
    const error = await failureOf(readPages(bed.openClient(shop).channel));
    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ code: "retry-after", retryAfterMs: 86_400_000 });
    expect(error.message).toContain("2026-11-25T08:00:00.000Z");
    shop.faults.clear();
    const before = shop.requests.length;
    await bed.clock.advance(3_600_000);
    const again = await failureOf(readPages(bed.openClient(shop).channel));
    expect(again).toMatchObject({ code: "retry-after", retryAfterMs: 82_800_000 });
    expect(shop.requests).toHaveLength(before);
    await bed.clock.advance(82_800_000);
    expect(keysOf(await readPages(bed.openClient(shop).channel))).toEqual(shop.keys().toSorted());
  });

  test("a closed day that another clock wrote far in the future is not believed", async () => {
    const shop = await bed.openShop({ listings: 3, odd: false });
    const at = bed.clock.now() + 86_400_000;
    bed.kept.set("quota", JSON.stringify({ v: 1, at, closedUntil: at + 1000 }));
    expect(await readPages(bed.openClient(shop).channel)).toHaveLength(1);
  });

  test("says at the beginning when the day will not do", async () => {
    const shop = await bed.openShop({ listings: 700, odd: false, limits: { perDay: 4 } });
    const { channel, warnings } = bed.openClient(shop);
    const pages = channel.read({}, never())[Symbol.asyncIterator]();
    await pages.next();
    expect(warnings.join()).toContain("3 more requests today, and this read needs at least 6");
    await pages.return?.();
    const enough = bed.openClient(await bed.openShop({ listings: 700, odd: false }));
    await readPages(enough.channel);
    expect(enough.warnings).toEqual([]);
  });

  test("what is left is written down rarely, and known to the next run", async () => {
    const shop = await bed.openShop({ listings: 900, odd: false });
    let writes = 0;
    const memory = {
      ...bed.memory,
      set: async (entries: ReadonlyMap<string, string>) => {
        writes += 1;
        await bed.memory.set(entries);
      },
    };
    await readPages(bed.openClient(shop, { memory }).channel);
    expect(apiCalls(shop).length).toBeGreaterThan(8);
    expect(writes).toBe(1);
    expect(JSON.parse(bed.kept.get("quota") ?? "")).toMatchObject({
      perDay: 10_000,
      leftToday: 10_000 - apiCalls(shop).length,
    });
  });
});

describe("src/channels/etsy/policy.ts", () => {
  test("keeps to the pace that Etsy's headers tell", async () => {
    const shop = await bed.openShop({ listings: 1200, odd: false, limits: { perSecond: 2 } });
    await readPages(bed.openClient(shop).channel);
    expect(shop.requests.filter(({ status }) => status === 429)).toEqual([]);
    const times = apiCalls(shop).map(({ at }) => at);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThanOrEqual(((times.length - 2) / 2) * 1000);
  });

  test("reads the limit also where its header is misspelt", async () => {
    const shop = await bed.openShop({ listings: 300, odd: false });
    shop.faults.add({
      onRequest: () => ({
        name: "misspelt",
        answer: ({ headers, ...answer }) => ({
          ...answer,
          headers: { ...headers, "x-remaining-this-second": "", "x-remaining-this-secon": "0" },
        }),
      }),
    });
    await readPages(bed.openClient(shop).channel);
    expect(bed.clock.sleeps.every((ms) => ms >= 100)).toBe(true);
  });
});
