import { describe, expect, test } from "@jest/globals";

import { groupDigits, toJson, visible } from "../../src/ui/text.js";

// Built from numbers, so that this file itself carries none of them.
const dangerous = [
  ...range(0x00, 0x1f),
  ...range(0x7f, 0x9f),
  0x061c,
  0x200e,
  0x200f,
  ...range(0x2028, 0x202e),
  ...range(0x2066, 0x2069),
];

describe("src/ui/text.ts", () => {
  test.each(dangerous)("code point %d reaches neither a terminal nor a JSON document", (code) => {
    const character = String.fromCharCode(code);
    expect(visible(`a${character}b`)).toBe(`a\\u${code.toString(16).padStart(4, "0")}b`);
    const json = toJson({ name: `a${character}b` });
    expect(json).not.toContain(character);
    expect(JSON.parse(json)).toEqual({ name: `a${character}b` });
  });

  test("text of all scripts stays as it is", () => {
    const text = "急須 Kyūsu 🍵 مصباح 👩‍🚀 Chaîne";
    expect(visible(text)).toBe(text);
    expect(toJson(text)).toBe(JSON.stringify(text));
  });

  test("thousands are told apart", () => {
    expect([0, 999, 1020, 1_234_567].map(groupDigits)).toEqual(["0", "999", "1,020", "1,234,567"]);
  });
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
