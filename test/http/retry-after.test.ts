import { describe, expect, test } from "@jest/globals";
import { parseRetryAfter } from "../../src/http/retry-after.js";

const now = Date.UTC(2026, 10, 23, 8, 0, 0);

describe("src/http/retry-after.ts", () => {
  test.each([
    ["seconds", "120", 120_000],
    ["none", "0", 0],
    ["a fraction", "1.5", 1500],
    ["white space", " 7 ", 7000],
    ["ten to the ninth", "1000000000", 10 ** 12],
    ["more than a number holds", "9".repeat(400), 10 ** 13],
    ["a date", "Mon, 23 Nov 2026 08:00:30 GMT", 30_000],
    ["a date of the old form", "Monday, 23-Nov-26 08:00:30 GMT", 30_000],
    ["a date of the oldest form", "Mon Nov 23 08:00:30 2026", 30_000],
    ["a date that has passed", "Mon, 23 Nov 2026 07:00:00 GMT", 0],
    ["a negative number", "-5", undefined],
    ["an empty text", "", undefined],
    ["a word", "soon", undefined],
    ["a year", "2026", 2_026_000],
    ["a broken date", "Mon, 99 Nov 2026 08:00:30 GMT", undefined],
    ["hexadecimal", "0x10", undefined],
  ])("%s", (_name, value, expected) => {
    expect(parseRetryAfter({ "retry-after": value }, now)).toBe(expected);
  });

  test("absent", () => {
    expect(parseRetryAfter({}, now)).toBeUndefined();
  });

  test("a date counts from the server's clock, whatever ours says", () => {
    const headers = { "retry-after": "Mon, 23 Nov 2026 08:10:30 GMT", date: "Mon, 23 Nov 2026 08:10:00 GMT" };
    expect(parseRetryAfter(headers, now)).toBe(30_000);
    expect(parseRetryAfter(headers, now + 86_400_000)).toBe(30_000);
    expect(parseRetryAfter({ ...headers, date: "today" }, now)).toBe(630_000);
  });
});
