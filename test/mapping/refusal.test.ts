import { describe, expect, test } from "@jest/globals";
import { showValue } from "../../src/mapping/refusal.js";

describe("src/mapping/refusal.ts", () => {
  test.each<[unknown, string]>([
    ["1,5 kg", "1,5 kg"],
    ["a\u0000b\u001b[2J", "a\\u0000b\\u001b[2J"],
    ["a\u202eb\u009bc", "a\\u202eb\\u009bc"],
    ["a\nb", "a\\u000ab"],
    ["x\ud800", "x\\ud800"],
    [undefined, "undefined"],
    [null, "null"],
    [10n, "10"],
    [Number.NaN, "NaN"],
    [true, "true"],
    [{ amount: 1, divisor: 0 }, '{"amount":1,"divisor":0}'],
    [[1, 2], "[1,2]"],
    [Symbol("x"), "symbol"],
  ])("%p is shown as %j", (value, shown) => {
    expect(showValue(value)).toBe(shown);
  });

  test("long values are cut, never through a pair", () => {
    expect(showValue("x".repeat(81))).toBe(`${"x".repeat(79)}…`);
    expect(showValue(`${"x".repeat(78)}😀😀`)).toBe(`${"x".repeat(78)}…`);
  });

  test("a value that cannot be written is named by its kind", () => {
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    expect(showValue(circle)).toBe("an object");
  });
});
