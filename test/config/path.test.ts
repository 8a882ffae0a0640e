import { describe, expect, test } from "@jest/globals";
import { findAt, isBlock, toPathText } from "../../src/config/path.js";

describe("src/config/path.ts", () => {
  test.each([
    [[], ""],
    [["source", "consumerKey"], "source.consumerKey"],
    [["source", "statuses", 0], "source.statuses[0]"],
    [["$schema"], "$schema"],
    [["source", "two words"], 'source["two words…"]'],
    [["source", "consumerKey:cs_planted"], 'source["consumerKey…"]'],
    [["a\u001b[31m"], '["a\\u001b[31m…"]'],
  ])("%j reads %s", (path, text) => {
    expect(toPathText(path)).toBe(text);
  });

  test("finds own values only", () => {
    const data = { a: [{ b: 1 }], n: null };
    expect(findAt(data, ["a", 0, "b"])).toBe(1);
    expect(findAt(data, ["n"])).toBeNull();
    expect(findAt(data, ["n", "x"])).toBeUndefined();
    expect(findAt(data, ["constructor"])).toBeUndefined();
    expect(findAt(data, ["a", "length", "x"])).toBeUndefined();
  });

  test("a list and null are no blocks", () => {
    expect([{}, [], null, "x", undefined].map(isBlock)).toEqual([true, false, false, false, false]);
  });
});
