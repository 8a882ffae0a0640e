import { describe, expect, test } from "@jest/globals";
import { isFixedPath, toDocumentPath, toFileName } from "../../../src/destinations/file/place.js";

describe("src/destinations/file/place.ts", () => {
  test.each([
    ["20261124T080000000Z-a1", "20261124T080000000Z-a1"],
    ["a/b\\c:d", "a_b_c_d"],
    ["..", "__"],
    [".hidden", "_hidden"],
    ["v1.2", "v1.2"],
    ["", "_"],
    ["ü\u{1f9e2}~", "____"],
  ])("the run %j is %j in a file name", (id, name) => {
    expect(toFileName(id)).toBe(name);
  });

  test.each([
    ["/out/a.jsonl", "/out/a.jsonl", true],
    ["/out/{run}.jsonl", "/out/R-1.jsonl", false],
    ["/out/{date}/{run}-{run}.csv", "/out/2026-11-24/R-1-R-1.csv", false],
    ["/out/{other}.csv", "/out/{other}.csv", true],
  ])("%s is %s", (template, path, isFixed) => {
    expect(toDocumentPath(template, { id: "R-1", startedAt: "2026-11-24T23:30:00.000Z" })).toBe(path);
    expect(isFixedPath(template)).toBe(isFixed);
  });
});
