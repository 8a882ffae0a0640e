import { describe, expect, test } from "@jest/globals";
import { parseConfigText } from "../../src/config/config-text.js";

const text = `# first
source:
  url: x
  statuses:
    - publish
    - private
  shared: &s
    deep: 1
destination: *s
`;

describe("src/config/position.ts", () => {
  test.each([
    [[], { line: 2, column: 1 }],
    [["source"], { line: 2, column: 1 }],
    [["source", "url"], { line: 3, column: 3 }],
    [["source", "statuses", 1], { line: 6, column: 7 }],
    [["source", "nothing"], { line: 2, column: 1 }],
    [["source", "url", "deeper"], { line: 3, column: 3 }],
    [["destination", "deep"], { line: 8, column: 5 }],
    [["state"], { line: 2, column: 1 }],
  ])("%j", (path, expected) => {
    expect(parseConfigText(text, "yaml").position(path)).toEqual(expected);
  });

  test("an empty file has no places", () => {
    expect(parseConfigText("", "yaml").position(["source"])).toBeUndefined();
  });
});
