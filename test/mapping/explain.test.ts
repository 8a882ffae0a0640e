import { describe, expect, test } from "@jest/globals";
import { explainRecord } from "../../src/mapping/explain.js";

describe("src/mapping/explain.ts", () => {
  test("each row tells its paths, its converter and what stands in the record", () => {
    const rows = [
      { from: "name", to: "name", file: "t.yaml", line: 1 },
      { from: ["d.length", "unit"], to: "length_cm", convert: "length", file: "t.yaml", line: 2 },
      { from: "tags[]", to: "tags", convert: "list", file: "t.yaml", line: 3 },
      { from: "gone", to: "vendor", convert: "raw", file: "t.yaml", line: 4 },
    ];
    expect(explainRecord(rows, { name: "a &amp; b", d: "10 x 20", unit: "", tags: ["x"] })).toEqual([
      { to: "name", from: ["name"], convert: "text", raw: ["a &amp; b"] },
      { to: "length_cm", from: ["d.length", "unit"], convert: "length", raw: ["10 x 20", ""] },
      { to: "tags", from: ["tags[]"], convert: "list", raw: [["x"]] },
      { to: "vendor", from: ["gone"], convert: "raw", raw: [null] },
    ]);
  });
});
