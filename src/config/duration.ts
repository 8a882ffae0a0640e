import { ConfigError } from "../errors.js";

const pattern = /^(?:(\d{1,6})d)? ?(?:(\d{1,6})h)? ?(?:(\d{1,6})m)? ?(?:(\d{1,6})s)?$/u;
const unitsMs = [86_400_000, 3_600_000, 60_000, 1_000];

/** A timer of Node fires at once when it is asked to wait longer than this. */
const maxTimerMs = 2_147_483_647;

const cronShortcuts = new Set(["@yearly", "@monthly", "@weekly", "@daily", "@hourly"]);
const cronField =
  /^(?:[\d*/,?#-]|L|W|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|SUN|MON|TUE|WED|THU|FRI|SAT)+$/iu;

/** How often a watched sync repeats. */
export type Interval =
  { readonly kind: "every"; readonly ms: number } | { readonly kind: "cron"; readonly expression: string };

/**
 * Reads a duration as milliseconds: `90s`, `15m`, `24h`, `1d`, or several of them with the largest unit first (`1h30m`).
 * Throws ConfigError for anything else, and for nothing at all (`0s`).
 */
export function parseDuration(text: string): number {
  const match = pattern.exec(text.trim());
  let ms = 0;
  if (match !== null) {
    for (const [index, unitMs] of unitsMs.entries()) ms += Number(match[index + 1] ?? 0) * unitMs;
  }
  if (ms <= 0)
    throw new ConfigError("duration-invalid", "expected a duration such as 90s, 15m, 24h or 1h30m");
  return ms;
}

/**
 * Reads an interval: a duration, or a cron expression of five fields (six with seconds first), which is checked for
 * its shape only. Throws ConfigError for anything else, and for a duration of more than 24 days.
 */
export function parseInterval(text: string): Interval {
  const trimmed = text.trim();
  const fields = trimmed.split(/\s+/u);
  const isCron =
    (fields.length === 5 || fields.length === 6) && fields.every((field) => cronField.test(field));
  if (isCron || cronShortcuts.has(trimmed)) return { kind: "cron", expression: trimmed };
  let ms: number;
  try {
    ms = parseDuration(trimmed);
  } catch {
    throw new ConfigError(
      "interval-invalid",
      "expected a duration such as 15m or 1h30m, or a cron expression of five fields",
    );
  }
  if (ms > maxTimerMs) throw new ConfigError("interval-invalid", "an interval is 24 days at most");
  return { kind: "every", ms };
}
