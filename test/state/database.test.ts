import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";

import { chunks, fromStored, list, toStored, tuples } from "../../src/state/database.js";

describe("src/state/database.ts", () => {
  const text = fc.string({ unit: fc.constantFrom("\0", "\u0001", "\u0002", "a", "é") });

  test("any text comes back as it was, and is stored without NUL", () => {
    fc.assert(
      fc.property(text, (value) => {
        const stored = toStored(value);
        expect(stored).not.toContain("\0");
        const row = { value: stored, other: 1, none: null };
        fromStored(row);
        expect(row).toEqual({ value, other: 1, none: null });
      }),
    );
  });

  test("stored texts are in the order of the texts", () => {
    fc.assert(
      fc.property(text, text, (left, right) => {
        const order = Buffer.compare(Buffer.from(left), Buffer.from(right));
        expect(
          Buffer.compare(Buffer.from(String(toStored(left))), Buffer.from(String(toStored(right)))),
        ).toBe(order);
      }),
    );
  });

  test("chunks are of few sizes and lose nothing", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 400 }), (rows) => {
        const pieces = [...chunks(rows)];
        expect(pieces.flat()).toEqual(rows);
        for (const piece of pieces) expect([100, 25, 5, 1]).toContain(piece.length);
      }),
    );
  });

  test("placeholders", () => {
    expect(tuples(2, 3)).toBe("(?,?,?),(?,?,?)");
    expect(list(2)).toBe("(?,?)");
  });
});
