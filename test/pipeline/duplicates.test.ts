import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";

import { compareKeys, judgeGroup } from "../../src/pipeline/duplicates.js";

const row = (key: string, sku = "A") => ({ key, sku });

describe("src/pipeline/duplicates.ts", () => {
  test("with `fail` none of the duplicates is written, and all are named", () => {
    expect(judgeGroup([row("10"), row("9")], "fail")).toEqual([
      { keys: ["9", "10"], code: "duplicate-sku", message: "the SKU A stands on the records 9, 10" },
    ]);
  });

  test("with `first` the lowest key stays, numbers as numbers", () => {
    expect(judgeGroup([row("10"), row("9"), row("100")], "first")).toEqual([
      {
        keys: ["10", "100"],
        code: "duplicate-sku",
        message: "the SKU A stands on the records 9, 10, 100; 9 is taken",
      },
    ]);
  });

  test("spellings that differ in case only are conflicts of those that are left", () => {
    const rows = [row("1", "abc"), row("2", "ABC"), row("3", "Abc"), row("4", "Abc")];
    expect(judgeGroup(rows, "fail")).toEqual([
      { keys: ["3", "4"], code: "duplicate-sku", message: "the SKU Abc stands on the records 3, 4" },
      {
        keys: ["1", "2"],
        code: "case-conflict",
        message: "the destination does not tell these SKUs apart: abc (record 1), ABC (record 2)",
      },
    ]);
  });

  test("one spelling that is left alone is no conflict", () => {
    expect(judgeGroup([row("1", "abc"), row("2", "ABC"), row("3", "ABC")], "fail")).toHaveLength(1);
  });

  test("the order in which pages came does not matter, in 20 shuffles", () => {
    const rows = Array.from({ length: 12 }, (_, index) =>
      row(String(index * 7), index % 3 === 0 ? "abc" : "ABC"),
    );
    const expected = judgeGroup(rows, "first");
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (shuffled) => {
        expect(judgeGroup(shuffled, "first")).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  test("keys of digits compare as numbers, beyond what a number holds", () => {
    const keys = ["b", "10", "9", "20880011001000000001", "20880011001000000000", "a"];
    expect([...keys].sort(compareKeys)).toEqual([
      "9",
      "10",
      "20880011001000000000",
      "20880011001000000001",
      "a",
      "b",
    ]);
  });
});
