import { describe, expect, test } from "@jest/globals";
import { TransientError } from "../../src/errors.js";
import { createTokenCache } from "../../src/http/token.js";
import { createFakeClock } from "../support/fake-clock.js";

const signal = new AbortController().signal;

function openCache(lifeMs = 3_600_000) {
  const clock = createFakeClock();
  let fetched = 0;
  let failing = false;
  const cache = createTokenCache(clock, 60_000, async () => {
    fetched += 1;
    const value = `t${fetched}`;
    await Promise.resolve();
    if (failing) throw new TransientError("no-answer", "nobody there");
    return { value, expiresAtMs: clock.now() + lifeMs };
  });
  return {
    cache,
    clock,
    count: () => fetched,
    fail: (value: boolean) => {
      failing = value;
    },
  };
}

describe("src/http/token.ts", () => {
  test("fifty that ask at once, and fifty that were refused at once, cost one request each time", async () => {
    const { cache, count } = openCache();
    const fifty = <Value>(ask: () => Promise<Value>) => Promise.all(Array.from({ length: 50 }, ask));
    expect(new Set(await fifty(() => cache.current(signal)))).toEqual(new Set(["t1"]));
    expect(new Set(await fifty(() => cache.renew("t1", signal)))).toEqual(new Set(["t2"]));
    expect(await cache.renew("t1", signal)).toBe("t2");
    expect(count()).toBe(2);
  });

  test("a token is renewed before its end, not earlier", async () => {
    const { cache, clock } = openCache();
    expect(await cache.current(signal)).toBe("t1");
    await clock.advance(3_539_999);
    expect(await cache.current(signal)).toBe("t1");
    await clock.advance(1);
    expect(await cache.current(signal)).toBe("t2");
  });

  test("a failure goes to all who wait, and the next one tries again", async () => {
    const { cache, count, fail } = openCache();
    fail(true);
    const asked = [cache.current(signal), cache.current(signal)];
    for (const one of asked) await expect(one).rejects.toBeInstanceOf(TransientError);
    fail(false);
    expect(await cache.current(signal)).toBe("t2");
    expect(count()).toBe(2);
  });
});
