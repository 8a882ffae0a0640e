import { getEventListeners } from "node:events";
import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { createPacer, type Bucket, type Pacer } from "../../src/http/pacing.js";
import { createFakeClock, type FakeClock } from "../support/fake-clock.js";

interface Grant {
  readonly index: number;
  readonly at: number;
  readonly cost: number;
}

/** Lets requests through at once and lets each take `latencyMs`; gives the grants in the order in which they came. */
async function run(
  pacer: Pacer,
  clock: FakeClock,
  costs: readonly number[],
  latencyMs: number,
  answer: (grant: Grant) => void = () => {},
): Promise<readonly Grant[]> {
  const grants: Grant[] = [];
  const { signal } = new AbortController();
  await Promise.all(
    costs.map(async (cost, index) => {
      const release = await pacer.acquire(cost, signal);
      const grant = { index, at: clock.now(), cost };
      grants.push(grant);
      await clock.sleep(latencyMs);
      release();
      answer(grant);
    }),
  );
  expect(clock.pending()).toBe(0);
  return grants;
}

/** A server's own bucket: says what it has left, or throws when it is asked for more than that. */
function serverBucket(clock: FakeClock, capacity: number, refillPerSec: number): (cost: number) => number {
  let points = capacity;
  let at = clock.now();
  return (cost) => {
    points = Math.min(capacity, points + ((clock.now() - at) / 1000) * refillPerSec);
    at = clock.now();
    if (cost > points + 1e-6) throw new Error(`asked for ${cost} of ${points}`);
    points -= cost;
    return points;
  };
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, () => 1);

describe("src/http/pacing.ts", () => {
  test("in no window does it spend more than the capacity and what flows in; first come, first served", async () => {
    const bucket = fc.record({
      capacity: fc.integer({ min: 1, max: 20 }),
      refillPerSec: fc.double({ min: 0.05, max: 50, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(bucket, { minLength: 1, maxLength: 3 }),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 3000 }),
        async (drawn, costs, maxConcurrent, latencyMs) => {
          const buckets: readonly Bucket[] = drawn.map((one) => ({
            ...one,
            capacity: Math.max(5, one.capacity),
          }));
          const clock = createFakeClock({ autoAdvance: true });
          const pacer = createPacer({ clock, buckets, maxConcurrent });
          const grants = await run(pacer, clock, costs, latencyMs);
          expect(grants.map((grant) => grant.index)).toEqual(costs.map((_cost, index) => index));
          for (const { capacity, refillPerSec } of buckets) {
            for (const [from, first] of grants.entries()) {
              let spent = 0;
              for (const grant of grants.slice(from)) {
                spent += grant.cost;
                const allowed = capacity + (refillPerSec * (grant.at - first.at)) / 1000;
                expect(spent).toBeLessThanOrEqual(allowed + 1e-6);
              }
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each([
    ["a rate of 10 a second", { capacity: 10, refillPerSec: 10 }, 1, 4, 250],
    ["points", { capacity: 1000, refillPerSec: 100 }, 148, 2, 900],
    ["a small rate", { capacity: 15, refillPerSec: 0.0167 }, 1, 1, 5000],
    ["a high rate", { capacity: 50, refillPerSec: 600 }, 1, 20, 20],
  ])(
    "uses at least 90 %% of a known rate and is never refused: %s",
    async (_name, bucket, cost, many, latency) => {
      const clock = createFakeClock({ autoAdvance: true });
      const server = serverBucket(clock, bucket.capacity, bucket.refillPerSec);
      const pacer = createPacer({ clock, buckets: [bucket], maxConcurrent: many });
      const start = clock.now();
      const signal = new AbortController().signal;
      const count = 300;
      await Promise.all(
        numbers(count).map(async () => {
          const release = await pacer.acquire(cost, signal);
          const remaining = server(cost);
          await clock.sleep(latency);
          release();
          pacer.observe({
            remaining,
            capacity: bucket.capacity,
            refillPerSec: bucket.refillPerSec,
            throttled: false,
          });
        }),
      );
      const seconds = (clock.now() - start - latency) / 1000;
      expect(count * cost).toBeGreaterThanOrEqual(0.9 * bucket.refillPerSec * seconds);
    },
  );

  test("asks for points before it knows the price, and takes back what was not spent", async () => {
    const clock = createFakeClock({ autoAdvance: true });
    const pacer = createPacer({ clock, buckets: [{ capacity: 1000, refillPerSec: 100 }], maxConcurrent: 1 });
    const start = clock.now();
    // Each is estimated at 500 points and costs 20.
    await run(
      pacer,
      clock,
      Array.from({ length: 20 }, () => 500),
      200,
      () => {
        pacer.observe({ remaining: 980 });
      },
    );
    expect(clock.now() - start).toBe(20 * 200);
  });

  test("another program's use of the same quota is seen in what remains", async () => {
    const clock = createFakeClock({ autoAdvance: true });
    const pacer = createPacer({ clock, buckets: [{ capacity: 10, refillPerSec: 1 }], maxConcurrent: 1 });
    const grants = await run(pacer, clock, [1, 1], 100, () => {
      pacer.observe({ remaining: 0 });
    });
    expect((grants[1]?.at ?? 0) - (grants[0]?.at ?? 0)).toBe(1100);
  });

  test("each bucket is corrected under its own name", async () => {
    const clock = createFakeClock({ autoAdvance: true });
    const buckets = [
      { name: "second", capacity: 5, refillPerSec: 5 },
      { name: "day", capacity: 10_000, refillPerSec: 0.1 },
    ];
    const pacer = createPacer({ clock, buckets, maxConcurrent: 1 });
    const grants = await run(pacer, clock, [1, 1], 0, () => {
      pacer.observe({ bucket: "second", remaining: 5 });
      pacer.observe({ bucket: "day", remaining: 0, capacity: 5000 });
    });
    expect((grants[1]?.at ?? 0) - (grants[0]?.at ?? 0)).toBe(10_000);
  });

  test("never lets a request go before the time that the server named", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 10 }),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        async (waits, maxConcurrent, throttled) => {
          const clock = createFakeClock({ autoAdvance: true });
          const buckets = [{ capacity: 3, refillPerSec: 2 }];
          const pacer = createPacer({ clock, buckets, maxConcurrent });
          let closedUntil = 0;
          const signal = new AbortController().signal;
          await Promise.all(
            [...waits, ...waits].map(async (_wait, index) => {
              const release = await pacer.acquire(1, signal);
              expect(clock.now()).toBeGreaterThanOrEqual(closedUntil);
              await clock.sleep(50);
              release();
              const retryAfterMs = waits[index];
              if (retryAfterMs === undefined) return;
              closedUntil = Math.max(closedUntil, clock.now() + retryAfterMs);
              pacer.observe({ retryAfterMs, throttled });
            }),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  test("waits as told and hardly longer", async () => {
    const clock = createFakeClock({ autoAdvance: true });
    const pacer = createPacer({ clock, maxConcurrent: 1 });
    const grants = await run(pacer, clock, numbers(11), 0, (grant) => {
      if (grant.index < 10) pacer.observe({ retryAfterMs: 1000, throttled: true });
    });
    expect((grants.at(-1)?.at ?? 0) - (grants[0]?.at ?? 0)).toBe(10_000);
  });

  test("where no limit is published, a refusal halves the rate and successes bring it back", async () => {
    const clock = createFakeClock({ autoAdvance: true });
    const pacer = createPacer({ clock, buckets: [{ capacity: 1, refillPerSec: 10 }], maxConcurrent: 1 });
    const gaps = async (count: number, throttled: boolean | undefined): Promise<readonly number[]> => {
      const grants = await run(pacer, clock, numbers(count), 0, () => {
        pacer.observe(throttled === undefined ? {} : { throttled });
      });
      return grants.slice(1).map((grant, index) => grant.at - (grants[index]?.at ?? 0));
    };
    expect(await gaps(3, undefined)).toEqual([100, 100]);
    await run(pacer, clock, [1], 0, () => {
      pacer.observe({ throttled: true });
    });
    expect(await gaps(3, undefined)).toEqual([200, 200]);
    await gaps(50, false);
    expect(await gaps(3, undefined)).toEqual([100, 100]);
  });

  test("refusals of requests that were under way together count once", async () => {
    const clock = createFakeClock({ autoAdvance: true });
    const pacer = createPacer({ clock, buckets: [{ capacity: 8, refillPerSec: 8 }], maxConcurrent: 8 });
    await run(pacer, clock, numbers(8), 10, () => {
      pacer.observe({ throttled: true });
    });
    await clock.sleep(10_000);
    const grants = await run(pacer, clock, numbers(10), 0);
    expect((grants[9]?.at ?? 0) - (grants[8]?.at ?? 0)).toBe(250);
  });

  test("in a storm the rate never falls to nothing", async () => {
    const clock = createFakeClock({ autoAdvance: true });
    const pacer = createPacer({ clock, buckets: [{ capacity: 1, refillPerSec: 10 }], maxConcurrent: 1 });
    const grants = await run(pacer, clock, numbers(30), 0, () => {
      pacer.observe({ throttled: true });
    });
    expect((grants[29]?.at ?? 0) - (grants[28]?.at ?? 0)).toBe(10_000);
  });

  test("a published rate replaces the configured one, and refusals do not halve it", async () => {
    const clock = createFakeClock({ autoAdvance: true });
    const pacer = createPacer({ clock, buckets: [{ capacity: 1, refillPerSec: 10 }], maxConcurrent: 1 });
    const grants = await run(pacer, clock, numbers(4), 0, () => {
      pacer.observe({ refillPerSec: 2, throttled: true });
    });
    const times = grants.map((grant) => grant.at - (grants[0]?.at ?? 0));
    expect(times).toEqual([0, 500, 1000, 1500]);
  });

  test("nonsense from a server changes nothing", async () => {
    const clock = createFakeClock({ autoAdvance: true });
    const pacer = createPacer({ clock, buckets: [{ capacity: 2, refillPerSec: 1 }], maxConcurrent: 1 });
    pacer.observe({ remaining: Number.NaN, capacity: -1, refillPerSec: 0, retryAfterMs: Number.NaN });
    pacer.observe({ bucket: "unknown", remaining: 0 });
    pacer.observe({ refillPerSec: Number.POSITIVE_INFINITY, capacity: 0, retryAfterMs: -5 });
    const grants = await run(pacer, clock, numbers(3), 0);
    expect(grants.map((grant) => grant.at - (grants[0]?.at ?? 0))).toEqual([0, 0, 1000]);
  });

  test("a request dearer than the bucket is deep waits for the full bucket", async () => {
    const clock = createFakeClock({ autoAdvance: true });
    const pacer = createPacer({ clock, buckets: [{ capacity: 10, refillPerSec: 10 }], maxConcurrent: 1 });
    const grants = await run(pacer, clock, [1, 30, 1], 0);
    expect(grants.map((grant) => grant.at - (grants[0]?.at ?? 0))).toEqual([0, 100, 2200]);
  });

  test("a server may give less at first", async () => {
    const clock = createFakeClock({ autoAdvance: true });
    const pacer = createPacer({
      clock,
      buckets: [{ capacity: 5, refillPerSec: 1, level: 0 }],
      maxConcurrent: 1,
    });
    const start = clock.now();
    const grants = await run(pacer, clock, [1], 0);
    expect(grants[0]?.at).toBe(start + 1000);
  });

  test("no more than maxConcurrent are under way", async () => {
    const clock = createFakeClock({ autoAdvance: true });
    const pacer = createPacer({ clock, maxConcurrent: 3 });
    let underWay = 0;
    let most = 0;
    const { signal } = new AbortController();
    await Promise.all(
      numbers(20).map(async (_one, index) => {
        const release = await pacer.acquire(1, signal);
        underWay += 1;
        most = Math.max(most, underWay);
        await clock.sleep(10 + index);
        underWay -= 1;
        release();
        release();
      }),
    );
    expect(most).toBe(3);
  });

  test("an abort frees the place in the queue, the timer and the listener", async () => {
    const clock = createFakeClock();
    const pacer = createPacer({ clock, buckets: [{ capacity: 10, refillPerSec: 1 }], maxConcurrent: 5 });
    const patient = new AbortController();
    const hasty = new AbortController();
    (await pacer.acquire(10, patient.signal))();
    const dear = pacer.acquire(10, hasty.signal);
    const cheap = pacer.acquire(1, patient.signal);
    const reason = new Error("enough");
    hasty.abort(reason);
    await expect(dear).rejects.toBe(reason);
    await clock.advance(1000);
    (await cheap)();
    await expect(pacer.acquire(1, hasty.signal)).rejects.toBe(reason);
    await clock.advance(0);
    expect(clock.pending()).toBe(0);
    expect(getEventListeners(patient.signal, "abort")).toHaveLength(0);
    expect(getEventListeners(hasty.signal, "abort")).toHaveLength(0);
  });

  test("a machine's clock that is set back by a day does not stop anything for a day", async () => {
    const clock = createFakeClock();
    const pacer = createPacer({ clock, buckets: [{ capacity: 1, refillPerSec: 1 }], maxConcurrent: 1 });
    const { signal } = new AbortController();
    (await pacer.acquire(1, signal))();
    pacer.observe({ retryAfterMs: 2000 });
    clock.jump(-86_400_000);
    const next = pacer.acquire(1, signal);
    await clock.advance(2000);
    (await next)();
    expect(clock.pending()).toBe(0);
  });
});
