import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { toRefusal } from "../../src/destinations/extensiv-3pl/errors.js";
import {
  ExactNumber,
  isSameNumber,
  parseExact,
  writeExact,
} from "../../src/destinations/extensiv-3pl/exact-json.js";
import { encodeValue, filterBySku, groupSkus } from "../../src/destinations/extensiv-3pl/rql.js";
import { usableMs } from "../../src/destinations/extensiv-3pl/token.js";
import { oddSkus } from "../conformance/samples.js";

describe("src/destinations/extensiv-3pl/exact-json.ts", () => {
  test("numbers keep their digits, names and texts their signs", () => {
    const text =
      '{"a":12345678901234567890,"b":0.1000,"c":[-1.5E+3,"12","n1","s","\\u0000\\"{1}"],"__proto__":{"x":1e400},"10":null,"2":true,"é:1":{}}';
    expect(JSON.parse(writeExact(parseExact(text)))).toEqual(JSON.parse(text));
    const written = writeExact(parseExact(`\uFEFF${text}`));
    for (const digits of ["12345678901234567890", "0.1000", "-1.5E+3", "1e400"])
      expect(written).toContain(digits);
  });

  test("any JSON comes out as it went in", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.parse(writeExact(parseExact(text)))).toEqual(JSON.parse(text));
      }),
    );
  });

  test.each([
    ["28.00", "28", true],
    ["1e3", "1000", true],
    ["0.10", ".1", false],
    ["-0", "0.00", true],
    ["0.1", "0.1000000000000000001", false],
    ["12345678901234567890", "12345678901234567891", false],
    ["-1.50", "-15E-1", true],
    ["x", "x", false],
  ])("%s and %s are one number: %s", (one, other, same) => {
    expect(isSameNumber(one, other)).toBe(same);
    expect(new ExactNumber(one).text).toBe(one);
  });
});

describe("src/destinations/extensiv-3pl/rql.ts", () => {
  test("the signs of the language are encoded twice, as the vendor's page has it", () => {
    expect(encodeValue("a%b!c(d)e*f=g,h;i")).toBe("a%2525b%2521c%2528d%2529e%252Af%253Dg%252Ch%253Bi");
    expect(filterBySku(["A-1", "B,2"]).query).toBe("rql=sku=in=(A-1,B%252C2)");
  });

  test("after two decodings a value is itself, and none of its signs survives the first one", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (value) => {
        const once = decodeURIComponent(encodeValue(value));
        expect(decodeURIComponent(once)).toBe(value);
        expect(once).not.toMatch(/[!()*=,;+\s'"\\&#]/);
      }),
    );
  });

  test("every SKU is in a group of its turn, and no query is too long", () => {
    const skus = [...oddSkus, ...Array.from({ length: 400 }, () => "x")];
    const groups = groupSkus(skus, 100);
    expect(groups.flat()).toEqual(skus);
    for (const group of groups) {
      expect(group.length).toBeLessThanOrEqual(100);
      expect(filterBySku(group).query.length).toBeLessThan(2000);
    }
    expect(
      groupSkus(["日本".repeat(500)], 100).map((group) => filterBySku(group).query.length < 2000),
    ).toEqual([true]);
  });
});

describe("src/destinations/extensiv-3pl/errors.ts", () => {
  const refusalOf = (status: number, text: string): ReturnType<typeof toRefusal> =>
    toRefusal({ status, headers: {}, text, url: "http://x" }, (words) =>
      words.replaceAll("hidden-secret", "***"),
    );

  test.each([
    [
      400,
      '{"ErrorCode":"DoesNotExist","Hint":"no\\u001b[2J such <b>unit</b> hidden-secret","Properties":[{"Name":"A"},7]}',
      "does-not-exist",
      "DoesNotExist: no [2J such unit ***",
    ],
    [409, "", "refused", "refused with 409, no reason given"],
    [413, "<html><title>Too large</title></html>", "too-large", "Too large"],
    [400, '{"Message":"The request is invalid."}', "refused", "The request is invalid."],
    [
      400,
      `{"ErrorCode":"${"x".repeat(300)}","Hint":"${"y".repeat(9000)}"}`,
      "x".repeat(60),
      `${"x".repeat(199)}…`,
    ],
  ])("%s %s", (status, text, code, words) => {
    expect(refusalOf(status, text)).toMatchObject({ status, code, words: expect.stringContaining(words) });
  });
});

describe("src/destinations/extensiv-3pl/token.ts", () => {
  test.each([
    [3600, 1800],
    [1800, 1500],
    [600, 300],
    [400, 200],
    [10, 5],
  ])("a token of %s s is used for %s s", (life, use) => {
    expect(usableMs(life * 1000)).toBe(use * 1000);
  });
});
