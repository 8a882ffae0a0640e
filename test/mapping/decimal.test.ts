import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { isZero, toDecimal, toMoney } from "../../src/mapping/decimal.js";
import { Refusal } from "../../src/mapping/refusal.js";

function outcome(value: unknown): unknown {
  return value instanceof Refusal ? null : value;
}

function priceOf(value: unknown): string {
  const money = toMoney(value);
  if (typeof money !== "string") throw new Error("no price");
  return money;
}

describe("src/mapping/decimal.ts", () => {
  test.each<[unknown, unknown]>([
    ["7.5", "7.50"],
    ["0", "0.00"],
    ["-0", "0.00"],
    [".5", "0.50"],
    ["19.999", "19.999"],
    ["0.125", "0.125"],
    ["28", "28.00"],
    ["28.000", "28.00"],
    ["7.1230", "7.123"],
    ["007.5", "7.50"],
    [" 12.30 ", "12.30"],
    ["999999999999999.99", "999999999999999.99"],
    ["0000000000000000000001.5", "1.50"],
    [7.5, "7.50"],
    [0, "0.00"],
    [-0, "0.00"],
    [0.1, "0.10"],
    [1e-7, "0.0000001"],
    [1e14, "100000000000000.00"],
    [{ amount: 2800, divisor: 100, currency_code: "USD" }, "28.00"],
    [{ amount: 12345, divisor: 1000 }, "12.345"],
    [{ amount: 4500, divisor: 1 }, "4500.00"],
    [{ amount: 0, divisor: 100 }, "0.00"],
    ["", undefined],
    ["  ", undefined],
    [null, undefined],
    [undefined, undefined],
  ])("price %j becomes %j", (input, expected) => {
    expect(outcome(toMoney(input))).toBe(expected);
  });

  test.each<[unknown]>([
    ["-1"],
    [-0.01],
    ["1,299.00"],
    ["1.299,00"],
    ["1 299.00"],
    ["1e3"],
    ["$5"],
    ["5 USD"],
    ["5."],
    ["."],
    ["+5"],
    ["0x10"],
    ["NaN"],
    ["Infinity"],
    ["1.2.3"],
    ["١٢"],
    ["1".repeat(16)],
    ["9".repeat(30)],
    [`0.${"1".repeat(31)}`],
    ["0".repeat(100_000)],
    [1e21],
    [5e-324],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [true],
    [[]],
    [{}],
    [{ amount: 1, divisor: 0 }],
    [{ amount: 1, divisor: -100 }],
    [{ amount: 1, divisor: 3 }],
    [{ amount: -1, divisor: 100 }],
    [{ amount: "2800", divisor: 100 }],
    [{ amount: 1.5, divisor: 100 }],
    [{ amount: 2 ** 53, divisor: 1 }],
    [10n],
  ])("price %p is refused", (input) => {
    expect(toMoney(input)).toBeInstanceOf(Refusal);
  });

  test("money keeps its value exactly and its form", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 15n - 1n }),
        fc.stringMatching(/^\d{1,10}$/),
        fc.integer({ min: 0, max: 3 }),
        (whole, fraction, zeros) => {
          const money = priceOf(`${"0".repeat(zeros)}${whole}.${fraction}`);
          expect(money).toMatch(/^(?:0|[1-9]\d*)\.\d{2}(?:\d*[1-9])?$/);
          const [wholePart = "", fractionPart = ""] = money.split(".");
          expect(BigInt(wholePart)).toBe(whole);
          const width = Math.max(fraction.length, fractionPart.length);
          expect(BigInt(fractionPart.padEnd(width, "0"))).toBe(BigInt(fraction.padEnd(width, "0")));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("a price that went through once comes out the same", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e14, noNaN: true }), (value) => {
        const once = toMoney(value);
        fc.pre(typeof once === "string");
        expect(toMoney(once)).toBe(once);
        expect(Number(once)).toBe(value);
      }),
    );
  });

  test("minor units divide exactly", () => {
    const cases = fc.tuple(fc.integer({ min: 0, max: 10 ** 12 }), fc.integer({ min: 0, max: 4 }));
    fc.assert(
      fc.property(cases, ([amount, places]) => {
        const money = priceOf({ amount, divisor: 10 ** places });
        const [whole = "", fraction = ""] = money.split(".");
        const scale = 10n ** BigInt(fraction.length);
        expect((BigInt(whole) * scale + BigInt(fraction)) * 10n ** BigInt(places)).toBe(
          BigInt(amount) * scale,
        );
      }),
    );
  });

  test("decimals of numbers are those that JSON shows, exponents expanded", () => {
    expect(toDecimal(1.5e-9)).toBe("0.0000000015");
    expect(toDecimal(0.1 + 0.2)).toBe("0.30000000000000004");
    expect(toDecimal("-.25")).toBe("-.25");
  });

  test("zero in any form", () => {
    expect(["0", "-0", ".00", "000.0"].every(isZero)).toBe(true);
    expect(isZero("0.01")).toBe(false);
  });
});
