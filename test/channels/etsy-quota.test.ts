import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { TransientError } from "../../src/errors.js";
import { failureOf, keysOf, never, readPages } from "../conformance/channel.js";
import { apiCalls, catalogueOf, createEtsyBed, type EtsyBed } from "../support/etsy-bed.js";

let bed: EtsyBed;
beforeEach(() => {
  bed = createEtsyBed();
});
afterEach(() => bed.close());

describe("src/channels/etsy/quota.ts", () => {
  test("a day that is used up ends the run, and the next one asks nothing until it is over", async () => {
    const shop = await bed.openShop({ catalogue: catalogueOf(30), faults: ["day-exhausted"] });
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
    const shop = await bed.openShop({ catalogue: catalogueOf(3), faults: ["day-exhausted"] });
    await failureOf(readPages(bed.openClient(shop).channel));
    shop.faults.clear();
    const told = JSON.parse(bed.kept.get("quota") ?? "") as { at: number; closedUntil: number };
    const [at, closedUntil] = [told.at + 86_400_000, told.closedUntil + 86_400_000];
    bed.kept.set("quota", JSON.stringify({ ...told, at, closedUntil }));
    expect(await readPages(bed.openClient(shop).channel)).toHaveLength(1);
  });

  test("another app's day is not this one's", async () => {
    const full = await bed.openShop({ catalogue: catalogueOf(3), faults: ["day-exhausted"] });
    await failureOf(readPages(bed.openClient(full).channel));
    // A shop of its own has a key of its own.
    const fresh = await bed.openShop({ catalogue: catalogueOf(3) });
    expect(await readPages(bed.openClient(fresh).channel)).toHaveLength(1);
  });

  test("a memory that cannot be written does not hide why the run ends", async () => {
    const shop = await bed.openShop({ catalogue: catalogueOf(3) });
    await readPages(bed.openClient(shop).channel);
    shop.faults.add("day-exhausted");
    const memory = { ...bed.memory, set: () => Promise.reject(new Error("the disk is full")) };
    expect(await failureOf(readPages(bed.openClient(shop, { memory }).channel))).toMatchObject({
      code: "retry-after",
    });
  });

  test("says at the beginning when the day will not do", async () => {
    const shop = await bed.openShop({ catalogue: catalogueOf(700), limits: { perDay: 4 } });
    const { channel, warnings } = bed.openClient(shop);
    const pages = channel.read({}, never())[Symbol.asyncIterator]();
    await pages.next();
    expect(warnings.join()).toContain("3 more requests today, and this read needs at least 6");
    await pages.return?.();
    const enough = bed.openClient(await bed.openShop({ catalogue: catalogueOf(700) }));
    await readPages(enough.channel);
    expect(enough.warnings).toEqual([]);
  });

  test("what is left is written down rarely, and known to the next run", async () => {
    const shop = await bed.openShop({ catalogue: catalogueOf(900) });
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
