import { describe, expect, test } from "@jest/globals";
import { findGap, missingOf, newTally, noteTotal, type Tally } from "../../src/channels/tally.js";

function tallyOf(totals: readonly number[], seen: number, fresh = 0): Tally {
  const tally = newTally();
  for (const total of totals) noteTotal(tally, total);
  return { ...tally, seen, fresh };
}

describe("src/channels/tally.ts", () => {
  test.each([
    ["all came", [254, 254, 254], 254, 0, true],
    ["one is missing", [254, 254, 254], 253, 0, false],
    ["one was removed after it came", [254, 253], 254, 0, true],
    ["one was removed before it came", [254, 253], 253, 0, true],
    ["one was added and came", [254, 255], 255, 1, true],
    ["one was added and came, another is missing", [254, 255], 254, 1, false],
    ["one entered earlier pages: the next pass takes it", [254, 255], 254, 0, true],
    ["one was added, another left without a sign", [254, 254], 254, 1, false],
    ["no totals", [], 12, 3, true],
  ])("%s", (_name, totals, seen, fresh, complete) => {
    expect(findGap(tallyOf(totals, seen, fresh), "products", true) === undefined).toBe(complete);
  });

  test("an incremental list does not know what is fresh in it", () => {
    expect(findGap(tallyOf([10, 10], 10, 4), "products", false)).toBeUndefined();
    expect(findGap(tallyOf([10, 12], 9, 2), "products", false)).toContain("declares 12 products and sent 9");
  });

  test("says how the total changed, and what is still to come", () => {
    const tally = newTally();
    const totals = [10, 13, 12, undefined, 12];
    expect(totals.map((total) => noteTotal(tally, total))).toEqual([0, 3, -1, 0, 0]);
    expect({ ...tally, missing: missingOf(tally) }).toEqual({
      seen: 0,
      total: 12,
      grown: 3,
      fresh: 0,
      missing: 12,
    });
  });
});
