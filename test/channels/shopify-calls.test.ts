import { afterEach, describe, expect, test } from "@jest/globals";
import { shopifyHttpPolicy } from "../../src/channels/shopify/index.js";
import type { ShopifyShop, ShopifyShopOptions } from "../../src/sandbox/shopify/server.js";
import { keysOf, readPages } from "../conformance/channel.js";
import { createFakeClock } from "../support/fake-clock.js";
import { createShopifyBed, openShopify } from "../support/shopify-bed.js";
import { UnderWay } from "../support/under-way.js";

const bed = createShopifyBed();
const { openClient } = bed;

afterEach(() => bed.close());

/** A shop of products with one variant each. */
const openShop = (products: number, options: ShopifyShopOptions = {}): Promise<ShopifyShop> =>
  bed.openShop({ products, odd: false, variantsPerProduct: 1, ...options });

/** So slow that paging would take hours. */
const slow = { bucket: { maximum: 20_000, restoreRate: 0.02 } };

describe("src/channels/shopify/read.ts, by its requests", () => {
  test.each([0, 1, 250, 251, 2500])("a full read of %i variants: one for each 250, and two", async (size) => {
    const shop = await openShop(size);
    const { channel, http } = openClient(shop);
    expect(keysOf(await readPages(channel))).toHaveLength(size);
    expect(shop.requests).toHaveLength(Math.max(1, Math.ceil(size / 250)) + 2);
    expect(http.counts()).toMatchObject({ sent: shop.requests.length, retried: 0, throttled: 0 });
  });

  test("a full read as an export: ten, files included", async () => {
    const size = 1000;
    const shop = await openShop(size, slow);
    const { channel, http } = openClient(shop);
    expect(keysOf(await readPages(channel))).toHaveLength(size);
    // Three and two starts, two polls and one, two files.
    expect(http.counts().sent).toBe(10);
    expect(shop.requests.length + shop.downloads.requests.length).toBe(10);
  });

  test("where exports are refused, the attempt is the only request more", async () => {
    const shop = await openShop(2500, slow);
    shop.faults.add("bulk-refused");
    expect(keysOf(await readPages(openClient(shop).channel))).toHaveLength(2500);
    expect(shop.requests).toHaveLength(10 + 2 + 1);
  });
});

describe("src/channels/shopify/changes.ts, by its requests", () => {
  test.each([1, 2500])("an unchanged shop of %i variants costs three", async (size) => {
    const shop = await openShop(size);
    await bed.clock.advance(3_600_000);
    const since = new Date(bed.clock.now() - 60_000).toISOString();
    expect(keysOf(await readPages(openClient(shop).channel, { since }))).toEqual([]);
    expect(shop.requests).toHaveLength(3);
  });

  test("each 25 changed products cost one more", async () => {
    const shop = await openShop(300);
    await bed.clock.advance(3_600_000);
    const since = new Date(bed.clock.now()).toISOString();
    for (const id of shop.variants.slice(0, 60)) shop.edit(id, { price: "2.00" });
    expect(keysOf(await readPages(openClient(shop).channel, { since }))).toHaveLength(60);
    expect(shop.requests).toHaveLength(2 + 3);
  });
});

describe("src/channels/shopify/policy.ts, under a quota that binds", () => {
  /** Reads a shop on a clock that stands still while a request is under way. */
  async function readPaced(options: ShopifyShopOptions, fault?: [string, object]) {
    const underWay = new UnderWay();
    const clock = createFakeClock({
      autoAdvance: true,
      now: Date.UTC(2026, 10, 24, 8),
      busy: underWay.busy,
    });
    const shop = await openShop(2500, { clock: () => clock.now(), ...options });
    /** Points that were spent, and when. */
    const spent: { readonly at: number; readonly points: number }[] = [];
    shop.faults.add({
      onRequest: () => ({
        name: "watched",
        answer: (answer) => {
          const { extensions } = answer.body as {
            extensions?: { cost?: { actualQueryCost: number | null } };
          };
          spent.push({ at: clock.now(), points: extensions?.cost?.actualQueryCost ?? 0 });
          return answer;
        },
      }),
    });
    if (fault !== undefined) shop.faults.add(...fault);
    const http = underWay.watch(shopifyHttpPolicy(clock), clock);
    const settings = { accessToken: shop.accessToken, inventoryLocation: "7001" };
    const client = openShopify(shop.url, clock, settings, { http });
    const startedAt = clock.now();
    const keys = keysOf(await readPages(client.channel));
    expect(keys).toHaveLength(2500);
    return { shop, spent, startedAt, endedAt: clock.now(), counts: client.http.counts() };
  }

  test.each([
    { maximum: 1000, restoreRate: 50 },
    { maximum: 400, restoreRate: 40 },
  ])("%j: after 30 s at least 90 % of the rate is used, and nothing is refused", async (bucket) => {
    // Small pages would be many, but none of them would wait.
    const costFactor = bucket.restoreRate / 8;
    const { spent, startedAt, counts } = await readPaced({ bucket, costFactor, maxCost: bucket.maximum });
    const from = startedAt + 30_000;
    const late = spent.filter(({ at }) => at > from);
    const last = late.at(-1);
    expect(late.length).toBeGreaterThan(3);
    // The last one was waited for, and is spent behind the time that is looked at.
    const points = late.slice(0, -1).reduce((sum, each) => sum + each.points, 0);
    const seconds = ((last?.at ?? 0) - (late[0]?.at ?? 0)) / 1000;
    expect(points / (seconds * bucket.restoreRate)).toBeGreaterThanOrEqual(0.9);
    expect(counts.throttled).toBeLessThanOrEqual(Math.floor(counts.sent / 100));
  });

  test("no request comes before the time that a 429 names", async () => {
    const { shop } = await readPaced({}, ["rate-limit", { every: 3, retryAfter: 9 }]);
    const { requests } = shop;
    const refused = requests.flatMap(({ status, at }, index) =>
      status === 429 ? [(requests[index + 1]?.at ?? Infinity) - at] : [],
    );
    expect(refused.length).toBeGreaterThan(3);
    for (const gapMs of refused) {
      expect(gapMs).toBeGreaterThanOrEqual(9000);
      expect(gapMs).toBeLessThan(10_000);
    }
  });

  test("a query that is THROTTLED is repeated when its points are back, not before", async () => {
    const { shop, counts } = await readPaced({}, ["throttled", { every: 4 }]);
    const { requests } = shop;
    const gaps = requests.flatMap(({ faults, at }, index) =>
      faults.includes("throttled") ? [(requests[index + 1]?.at ?? Infinity) - at] : [],
    );
    expect(counts.throttled).toBe(gaps.length);
    expect(gaps.length).toBeGreaterThan(2);
    // Some 120 points are lacking, and a hundred come back each second.
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...gaps)).toBeLessThan(1300);
  });
});
