import { describe, expect, test } from "@jest/globals";
import { dateText, readDate, readDateParameter, wallClock } from "../../../src/sandbox/woocommerce/dates.js";

const seconds = (text: string): number => Date.parse(text) / 1000;

describe("src/sandbox/woocommerce/dates.ts", () => {
  test.each([
    ["UTC", "2026-03-08T07:30:00", "2026-03-08T07:30:00"],
    ["Asia/Kolkata", "2026-01-01T00:00:00", "2026-01-01T05:30:00"],
    ["America/New_York", "2026-03-08T06:59:59", "2026-03-08T01:59:59"],
    ["America/New_York", "2026-03-08T07:00:00", "2026-03-08T03:00:00"],
    ["Australia/Adelaide", "2026-07-01T00:00:01", "2026-07-01T09:30:01"],
  ])("%s at %s shows %s", (zone, instant, wall) => {
    expect(dateText(wallClock(zone)(seconds(`${instant}Z`)))).toBe(wall);
  });

  test("an unknown zone is refused", () => {
    expect(() => wallClock("Mars/Olympus")).toThrow(RangeError);
  });

  test.each([
    ["2026-06-01T10:00:00", "2026-06-01T10:00:00"],
    ["2026-06-01 10:00:00", "2026-06-01T10:00:00"],
    ["2026-06-01T10:00:00.75", "2026-06-01T10:00:00"],
    ["2026-06-01T10:00:00Z", "2026-06-01T06:00:00"],
    ["2026-06-01T10:00:00+02:00", "2026-06-01T04:00:00"],
    ["2026-06-01T10:00:00-04", "2026-06-01T10:00:00"],
  ])("the parameter %s is compared as %s in New York", (text, wall) => {
    expect(readDateParameter(text, wallClock("America/New_York"))).toBe(seconds(`${wall}Z`));
  });

  test.each(["2026-06-01", "yesterday", "", "2026-06-01T10:00:00 00:00", "2026-13-01T10:00:00"])(
    "%j is no date",
    (text) => {
      expect(readDateParameter(text, wallClock("UTC"))).toBeUndefined();
    },
  );

  test("stored dates are read as UTC, nothing as null", () => {
    expect(readDate("2026-06-01T10:00:00")).toBe(seconds("2026-06-01T10:00:00Z"));
    expect(readDate(null)).toBeNull();
    expect(readDate("never")).toBeNull();
  });
});
