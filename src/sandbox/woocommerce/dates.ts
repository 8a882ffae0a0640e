/** Turns an instant into the shop's wall clock. Both are seconds; the wall's count as if the zone were UTC. */
export type ToWall = (instant: number) => number;

/** Makes the conversion for a time zone. Throws RangeError for a zone that is not known. */
export function wallClock(timeZone: string): ToWall {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  // Offsets change at full quarters of an hour only, and formatting is slow: a local-time filter asks for every row.
  const offsets = new Map<number, number>();
  return (instant) => {
    const quarter = Math.floor(instant / 900);
    let offset = offsets.get(quarter);
    if (offset === undefined) {
      const at = quarter * 900;
      const part: Record<string, number> = {};
      for (const { type, value } of format.formatToParts(at * 1000)) part[type] = Number(value);
      const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
      offset = Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - at;
      offsets.set(quarter, offset);
    }
    return instant + offset;
  };
}

/** Writes seconds as WordPress writes dates: "2026-01-31T08:05:00", without a zone. */
export function dateText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19);
}

/** Reads a date as WordPress writes it, as UTC, in seconds; null for null and for what is no date. */
export function readDate(value: unknown): number | null {
  if (typeof value !== "string") return null;
  const time = Date.parse(`${value.slice(0, 19)}Z`);
  return Number.isNaN(time) ? null : time / 1000;
}

const restDate = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|[+-]\d{2}(?::\d{2})?)?$/;

/**
 * Reads `modified_after` and its kin the way WordPress compares them: with a zone, the instant is turned into the
 * shop's wall clock, whatever column it is compared with afterwards; without one, it is taken as written. Undefined
 * for what WordPress calls an invalid date. Fractions of a second are dropped.
 */
export function readDateParameter(text: string, toWall: ToWall): number | undefined {
  const match = restDate.exec(text);
  if (match === null) return undefined;
  const [, day, time, zone] = match;
  const written = Date.parse(`${day}T${time}Z`);
  if (Number.isNaN(written)) return undefined;
  if (zone === undefined) return written / 1000;
  const full = zone === "Z" || zone.length === 6 ? zone : `${zone}:00`;
  const instant = Date.parse(`${day}T${time}${full}`);
  return Number.isNaN(instant) ? undefined : toWall(instant / 1000);
}
