import { describe, expect, test } from "@jest/globals";
import { Refusal } from "../../src/mapping/refusal.js";
import { toId, toRaw, toSku, toText, toUpc, toWellFormed } from "../../src/mapping/text.js";

/** SKUs as carts have them, each with what it becomes; null stands for a refusal, undefined for none. */
const skus: readonly (readonly [input: unknown, expected: string | null | undefined])[] = [
  ["ABC-1", "ABC-1"],
  ["abc-1", "abc-1"],
  [" ABC ", "ABC"],
  ["\tABC\n", "ABC"],
  ["\u00a0ABC\u00a0", "ABC"],
  ["A B", "A B"],
  ["A  B", "A  B"],
  ["0", "0"],
  ["00", "00"],
  ["000123", "000123"],
  ["123", "123"],
  ["-5", "-5"],
  ["+5", "+5"],
  ["1E5", "1E5"],
  ["1e5", "1e5"],
  ["0x10", "0x10"],
  ["0b1", "0b1"],
  ["1.0", "1.0"],
  ["1,000", "1,000"],
  ["Infinity", "Infinity"],
  ["NaN", "NaN"],
  ["null", "null"],
  ["undefined", "undefined"],
  ["true", "true"],
  ["false", "false"],
  ["__proto__", "__proto__"],
  ["constructor", "constructor"],
  ["A/B", "A/B"],
  ["A\\B", "A\\B"],
  ["A?B", "A?B"],
  ["A#B", "A#B"],
  ["A%20B", "A%20B"],
  ["A&B", "A&B"],
  ["A&amp;B", "A&amp;B"],
  ['A"B', 'A"B'],
  ["A'B", "A'B"],
  ["A;B", "A;B"],
  ["A,B", "A,B"],
  ["A|B", "A|B"],
  ["A*B", "A*B"],
  ["<b>A</b>", "<b>A</b>"],
  ["=A1", "=A1"],
  ["@A", "@A"],
  ["../A", "../A"],
  ["CHAÎNE-É5", "CHAÎNE-É5"],
  ["CHAI\u0302NE", "CHAI\u0302NE"],
  ["日本-1", "日本-1"],
  ["SKU-😀", "SKU-😀"],
  ["A\u200bB", "A\u200bB"],
  ["A\u202eB", "A\u202eB"],
  ["A\u2028B", "A\u2028B"],
  ["A\u00adB", "A\u00adB"],
  ["S".repeat(300), "S".repeat(300)],
  ["A\ud800B", "A\ufffdB"],
  ["\udc00", "\ufffd"],
  [10045, "10045"],
  [0, "0"],
  [2 ** 53 - 1, "9007199254740991"],
  ["", undefined],
  ["   ", undefined],
  ["\u00a0\t", undefined],
  [null, undefined],
  [undefined, undefined],
  ["A\u0000B", null],
  ["A\nB", null],
  ["A\tB", null],
  ["A\u001b[2JB", null],
  ["A\u007fB", null],
  [2 ** 53, null],
  [1.5, null],
  [Number.NaN, null],
  [true, null],
  [["A"], null],
  [{ sku: "A" }, null],
];

function outcome(value: unknown): unknown {
  return value instanceof Refusal ? null : value;
}

describe("src/mapping/text.ts", () => {
  test("the list of SKUs is long enough to mean something", () => {
    expect(skus.length).toBeGreaterThanOrEqual(60);
  });

  test.each(skus)("SKU %j becomes %j", (input, expected) => {
    expect(outcome(toSku(input))).toBe(expected);
  });

  test.each<[unknown, unknown]>([
    ["Cedar &amp; Oak", "Cedar & Oak"],
    ["&amp;quot;", "&quot;"],
    ["&#39;&#x27;&quot;", "''\""],
    ["Pen&notebook &copy 2026", "Pen&notebook &copy 2026"],
    ["a\r\n\t b", "a  b"],
    ["a\u2028b", "a b"],
    ["&#10;a&#9;b&nbsp;", "a b"],
    ["<b>x</b>", "<b>x</b>"],
    ["a\ud83d", "a\ufffd"],
    ["😀", "😀"],
    [12.5, "12.5"],
    [" \n", undefined],
    ["&nbsp;", undefined],
    [null, undefined],
    [Number.POSITIVE_INFINITY, null],
    [true, null],
    [{}, null],
  ])("text %j becomes %j", (input, expected) => {
    expect(outcome(toText(input))).toBe(expected);
  });

  test.each<[unknown, unknown]>([
    [" <p>a &amp; b</p>\r\n", " <p>a &amp; b</p>\r\n"],
    ["x\udfff", "x\ufffd"],
    [" \n ", undefined],
    ["", undefined],
    [5, null],
  ])("raw text %j becomes %j", (input, expected) => {
    expect(outcome(toRaw(input))).toBe(expected);
  });

  test.each<[unknown, unknown]>([
    [27, "27"],
    [0, undefined],
    ["0", undefined],
    [" 0012 ", "0012"],
    [20880011001, "20880011001"],
    [2 ** 60, null],
    [-1, "-1"],
  ])("id %j becomes %j", (input, expected) => {
    expect(outcome(toId(input))).toBe(expected);
  });

  test.each<[unknown, unknown]>([
    ["0 36000 29145 2", "036000291452"],
    ["4006-3813-33931", "4006381333931"],
    ["9638-5074", "96385074"],
    ["00012345600012", "00012345600012"],
    ["978-0-306 X", "978-0-306 X"],
    [" 123-4 ", "123-4"],
    ["123456789", "123456789"],
    [36000291452, "36000291452"],
    ["", undefined],
    [{}, null],
  ])("UPC %j becomes %j", (input, expected) => {
    expect(outcome(toUpc(input))).toBe(expected);
  });

  test("a megabyte of text is kept", () => {
    const long = `<p>${"é&amp;😀".repeat(100_000)}</p>`;
    expect(toRaw(long)).toBe(long);
    expect(toWellFormed(long)).toBe(long);
  });
});
