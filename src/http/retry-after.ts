/** Far enough to be "not today", near enough to be a date. */
const farthestMs = 10 ** 13;

const httpDate = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? /i;

/**
 * How long a `Retry-After` header asks to wait, in milliseconds from now; undefined where it is absent or says
 * nothing that can be understood. A date counts from the server's own `Date`, because two clocks rarely agree; only
 * without one from `now` (milliseconds since 1970). A date that has passed is 0. Source: RFC 9110, 10.2.3.
 */
export function parseRetryAfter(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const value = headers["retry-after"]?.trim() ?? "";
  if (/^\d+(?:\.\d+)?$/.test(value)) return Math.min(farthestMs, Math.ceil(Number(value) * 1000));
  const at = parseHttpDate(value);
  if (at === undefined) return undefined;
  const from = parseHttpDate(headers["date"]?.trim() ?? "") ?? now;
  return Math.min(farthestMs, Math.max(0, at - from));
}

function parseHttpDate(text: string): number | undefined {
  if (!httpDate.test(text)) return undefined;
  // The oldest of the three forms names no zone and means GMT.
  const at = Date.parse(/\bgmt$/i.test(text) ? text : `${text} GMT`);
  return Number.isNaN(at) ? undefined : at;
}
