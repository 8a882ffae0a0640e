import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { compareUtf8 } from "../../src/model/order.js";

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

describe("src/model/order.ts", () => {
  test.each([
    ["", "", 0],
    ["", "A", -1],
    ["A", "A", 0],
    ["A", "B", -1],
    ["A", "AA", -1],
    ["Z", "a", -1],
    ["10", "9", -1],
    ["ä", "z", 1],
    // UTF-16 puts these two the other way round.
    ["\uff21", "\u{1f9e2}", -1],
    ["x\u{1f9e2}", "x\u{1f9e3}", -1],
    ["\u{1f9e2}", "\u{10ffff}", -1],
    ["\ud83e", "\u{1f9e2}", -1],
    ["\ud83e", "\ufffd", 0],
    ["\ud83e\udde2", "\ud83ex", 1],
  ])("%j and %j", (a, b, expected) => {
    expect(Math.sign(compareUtf8(a, b))).toBe(expected);
    expect(Math.sign(compareUtf8(b, a))).toBe(0 - expected);
  });

  test("is the order of the UTF-8 bytes, for any two texts", () => {
    const unit = fc.constantFrom(
      "a",
      "b",
      "\u07ff",
      "\u0800",
      "\ud7ff",
      "\ue000",
      "\ufffd",
      "\uffff",
      "\ud83e",
      "\udde2",
    );
    const near = fc.array(unit, { maxLength: 6 }).map((units) => units.join(""));
    fc.assert(
      fc.property(
        fc.oneof(near, fc.string({ unit: "binary" })),
        fc.oneof(near, fc.string({ unit: "binary" })),
        (a, b) => {
          expect(Math.sign(compareUtf8(a, b))).toBe(byBytes(a, b));
        },
      ),
      { numRuns: 3000 },
    );
  });
});
