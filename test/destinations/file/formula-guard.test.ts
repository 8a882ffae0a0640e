import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { guardCell, unguardCell } from "../../../src/destinations/file/formula-guard.js";

const leads = ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"];

describe("src/destinations/file/formula-guard.ts", () => {
  test.each(leads)("%j is marked, in every disguise", (lead) => {
    for (const before of [
      "",
      " ",
      "   ",
      "\u00a0",
      "\u200b",
      " \u00a0 ",
      "text\n",
      "text\r\n",
      "text\n\n \u00a0",
      "'",
      "''",
    ]) {
      const cell = `${before}${lead}1+1`;
      expect(guardCell(cell)).toBe(`'${cell}`);
    }
  });

  test.each(["", "text", "a=b", "1+1", "O'Neill", "'quoted'", "x\ny", "<p>=</p>", "#N/A", "a - b"])(
    "%j is not",
    (cell) => {
      expect(guardCell(cell)).toBe(cell);
      expect(unguardCell(cell)).toBe(cell);
    },
  );

  test("every cell comes back exactly, and a marked one is marked once", () => {
    const unit = fc.constantFrom(...leads, "'", "'", " ", "\u00a0", "\n", "a", "1");
    fc.assert(
      fc.property(
        fc.array(unit, { maxLength: 8 }).map((units) => units.join("")),
        (cell) => {
          expect(unguardCell(guardCell(cell))).toBe(cell);
          expect(guardCell(unguardCell(guardCell(cell)))).toBe(guardCell(cell));
        },
      ),
      { numRuns: 3000 },
    );
  });

  test("a megabyte of blanks and line ends is looked through once", () => {
    const cell = "\n ".repeat(500_000);
    expect(guardCell(cell)).toBe(cell);
  });
});
