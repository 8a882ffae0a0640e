import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";

import { chunks, fromStored, list, paddedChunks, toStored, tuples } from "../../src/state/database.js";

describe("src/state/database.ts", () => {
  const text = fc.string({ unit: fc.constantFrom("\0", "\u0001", "\u0002", "a", "é") });

  test("any text comes back as it was, and is stored without NUL", () => {
    fc.assert(
      fc.property(fc.array(text), (values) => {
        const stored = toStored([...values, 1, null]);
        expect(stored.slice(-2)).toEqual([1, null]);
        for (const [index, value] of values.entries()) {
          expect(stored[index]).not.toContain("\0");
          const row = { value: stored[index], other: 1, none: null };
          fromStored(row);
          expect(row).toEqual({ value, other: 1, none: null });
        }
      }),
    );
  });

  test("texts that can be stored are not copied", () => {
    const params = ["a", "é", 1, null];
    expect(toStored(params)).toBe(params);
  });

  test("stored texts are in the order of the texts", () => {
    fc.assert(
      fc.property(text, text, (left, right) => {
        const order = Buffer.compare(Buffer.from(left), Buffer.from(right));
        const [first, second] = toStored([left, right]).map((value) => Buffer.from(String(value)));
        expect(Buffer.compare(first ?? Buffer.of(), second ?? Buffer.of())).toBe(order);
      }),
    );
  });

  test("chunks are of few sizes and lose nothing", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 400 }), (rows) => {
        const pieces = [...chunks(rows)];
        expect(pieces.flat()).toEqual(rows);
        for (const piece of pieces) expect([100, 50, 25, 10, 5, 2, 1]).toContain(piece.length);
      }),
    );
  });

  test("padded chunks are of the same sizes and ask for nothing else", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 250 }), (values) => {
        const pieces = [...paddedChunks(values)];
        expect(pieces).toHaveLength(Math.ceil(values.length / 100));
        expect(new Set(pieces.flat())).toEqual(new Set(values));
        for (const piece of pieces) expect(chunks(piece).next().value).toEqual(piece);
      }),
    );
  });

  test("placeholders", () => {
    expect(tuples(2, 3)).toBe("(?,?,?),(?,?,?)");
    expect(list(2)).toBe("(?,?)");
  });
});
