import { describe, expect, test } from "@jest/globals";
import { parseDuration, parseInterval } from "../../src/config/duration.js";
import { ConfigError } from "../../src/errors.js";

describe("src/config/duration.ts", () => {
  test.each([
    ["90s", 90_000],
    ["15m", 900_000],
    ["24h", 86_400_000],
    ["1d", 86_400_000],
    ["1h30m", 5_400_000],
    ["1d 2h 3m 4s", 93_784_000],
    [" 15m ", 900_000],
  ])("%s is %d ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each([
    "",
    " ",
    "0s",
    "0h0m",
    "15",
    "m",
    "-5m",
    "1.5h",
    "15 minutes",
    "30m1h",
    "15M",
    "9999999d",
    "1w",
  ])("%j is no duration", (text) => {
    expect(() => parseDuration(text)).toThrow(ConfigError);
  });

  test.each(["*/15 * * * *", "0 3 * * MON-FRI", "30 0 3 1,15 * ?", "@hourly", "0 0 L * *"])(
    "%s is cron",
    (text) => {
      expect(parseInterval(text)).toEqual({ kind: "cron", expression: text });
    },
  );

  test("an interval may be a duration", () => {
    expect(parseInterval("15m")).toEqual({ kind: "every", ms: 900_000 });
  });

  test.each(["* * * *", "every five minutes or so", "* * * * * * *", "@reboot", "25d", "rm -rf / x y"])(
    "%s is no interval",
    (text) => {
      expect(() => parseInterval(text)).toThrow(ConfigError);
    },
  );
});
