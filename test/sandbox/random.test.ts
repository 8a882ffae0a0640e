import { describe, expect, test } from "@jest/globals";
import { assert, integer, nat, property } from "fast-check";
import { createRandom } from "../../src/sandbox/random.js";

function draw(...seeds: number[]): number[] {
  const random = createRandom(...seeds);
  return Array.from({ length: 20 }, () => random.int(0, 1_000_000));
}

describe("src/sandbox/random.ts", () => {
  test("the same seeds give the same choices, others give others", () => {
    expect(draw(1, 2)).toEqual(draw(1, 2));
    expect(draw(1, 2)).not.toEqual(draw(2, 1));
    expect(draw(0)).not.toEqual(draw(0, 0));
  });

  test("whole numbers stay within their bounds and reach both", () => {
    assert(
      property(integer(), integer({ min: -50, max: 50 }), nat(50), (seed, low, span) => {
        const random = createRandom(seed);
        const value = random.int(low, low + span);
        expect(Number.isInteger(value)).toBe(true);
        expect(value).toBeGreaterThanOrEqual(low);
        expect(value).toBeLessThanOrEqual(low + span);
      }),
    );
    const random = createRandom(7);
    expect(new Set(Array.from({ length: 100 }, () => random.int(1, 3)))).toEqual(new Set([1, 2, 3]));
  });

  test("a share of chances comes true", () => {
    const random = createRandom(3);
    const hits = Array.from({ length: 10_000 }, () => random.chance(0.05)).filter(Boolean).length;
    expect(hits).toBeGreaterThan(400);
    expect(hits).toBeLessThan(600);
  });

  test("nothing can be picked from nothing", () => {
    expect(() => createRandom(1).pick([])).toThrow(RangeError);
  });
});
