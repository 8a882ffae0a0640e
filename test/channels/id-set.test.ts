import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createIdSet } from "../../src/channels/id-set.js";

describe("src/channels/id-set.ts", () => {
  test("remembers like a Set: neighbours, ids far apart, ids beyond 32 bits", () => {
    const ids = fc.oneof(
      fc.integer({ min: 1, max: 300 }),
      fc.nat(500).map((index) => 4_294_950_000 + index * 211),
      fc.maxSafeInteger().filter((id) => id > 0),
    );
    fc.assert(
      fc.property(fc.array(ids, { maxLength: 3000 }), (given) => {
        const [own, plain] = [createIdSet(), new Set<number>()];
        for (const id of given) {
          expect(own.add(id)).toBe(!plain.has(id));
          plain.add(id);
          expect(own.has(id)).toBe(true);
          expect(own.has(id + 1)).toBe(plain.has(id + 1));
        }
        expect(given.every((id) => own.has(id))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});
