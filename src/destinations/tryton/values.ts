/** A decimal as Tryton's JSON carries it. */
interface TrytonDecimal {
  readonly __class__: "Decimal";
  readonly decimal: string;
}

/** Wraps a plain decimal text. */
export function toTrytonDecimal(decimal: string): TrytonDecimal {
  return { __class__: "Decimal", decimal };
}

/** More digits than any price has; a power beyond them would be a text of megabytes. */
const mostDigits = 40;

/**
 * The exact plain text of a Decimal of Tryton's (`1E+2` is "100"), without needless zeros; a JSON number is taken as it
 * is written. Undefined for null, NaN and nonsense.
 */
export function parseDecimal(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : decimalText(value);
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text ?? "");
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", power = "0"] = match;
  const digits = whole + fraction;
  const point = whole.length + Number(power);
  if (digits === "" || Math.abs(point) > mostDigits || digits.length > 2 * mostDigits) return undefined;
  const padded = digits.padStart(digits.length + Math.max(0, 1 - point), "0").padEnd(point, "0");
  const split = Math.max(1, point);
  const units = padded.slice(0, split).replace(/^0+(?=\d)/, "");
  const decimals = padded.slice(split).replace(/0+$/, "");
  const plainText = decimals === "" ? units : `${units}.${decimals}`;
  return sign === "-" && /[1-9]/.test(plainText) ? `-${plainText}` : plainText;
}

function decimalText(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("decimal" in value)) return undefined;
  return typeof value.decimal === "string" ? value.decimal : undefined;
}

/** A plain decimal text rounded half up to so many decimals; anything else comes back as it is. */
export function roundDecimal(decimal: string, digits: number): string {
  const match = /^(-?)(\d*)\.(\d*)$/.exec(decimal);
  const [, sign = "", whole = "", fraction = ""] = match ?? [];
  if (match === null || fraction.length <= digits) return decimal;
  const up = (fraction[digits] ?? "0") >= "5" ? 1n : 0n;
  const scaled = (BigInt(whole + fraction.slice(0, digits)) + up).toString().padStart(digits + 1, "0");
  const split = scaled.length - digits;
  return `${sign}${scaled.slice(0, split)}${digits === 0 ? "" : `.${scaled.slice(split)}`}`;
}

/** Whether two plain decimal texts are one number. */
export function isSameDecimal(one: string, other: string): boolean {
  return parseDecimal({ decimal: one }) === parseDecimal({ decimal: other });
}

/** What no text may hold: half a character cannot be encoded, and PostgreSQL takes no NUL. */
const unwritable = /[\p{Surrogate}\0]/gu;

/** Whether no code in the database can be equal to this one. */
export function isUnwritable(text: string): boolean {
  return text.search(unwritable) >= 0;
}

/** A text of several lines as Tryton can keep it. */
export function cleanText(text: string): string {
  return text.replace(unwritable, "\uFFFD");
}

/** A text of one line: Tryton refuses tabs and every kind of line break in its short texts. */
export function cleanLine(text: string): string {
  return cleanText(text)
    .replace(/[\t\n\r\v\f]+/g, " ")
    .trim();
}
