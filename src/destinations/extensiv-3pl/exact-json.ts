/** A number as its digits stood in the text. A float would change long ids and the last places of decimals. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A JSON value whose numbers are kept as they were written. */
export type ExactValue = string | boolean | null | ExactNumber | ExactValue[] | ExactObject;

/** Without a prototype: every name is a member's. */
export interface ExactObject {
  [name: string]: ExactValue;
}

/** A text, which a colon behind it makes a name, or a number. Numbers and texts are all that needs care. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Reads JSON. Throws SyntaxError for what is none. */
export function parseExact(text: string): ExactValue {
  const plain = text.startsWith("\uFEFF") ? text.slice(1) : text;
  // Each number travels as a text; the first character tells which is which.
  const marked = plain.replace(tokens, (token, colon: string | undefined) => {
    if (colon !== undefined) return token;
    return token.startsWith('"') ? `"s${token.slice(1)}` : `"n${token}"`;
  });
  return unmark(JSON.parse(marked));
}

function unmark(value: unknown): ExactValue {
  if (typeof value === "string")
    return value.startsWith("n") ? new ExactNumber(value.slice(1)) : value.slice(1);
  if (Array.isArray(value)) return value.map(unmark);
  if (typeof value !== "object" || value === null)
    return value === true ? true : value === false ? false : null;
  const object = emptyObject();
  for (const [name, member] of Object.entries(value)) object[name] = unmark(member);
  return object;
}

/** Writes JSON, each number with the digits that it has. */
export function writeExact(value: ExactValue): string {
  if (value instanceof ExactNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(writeExact).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}:${writeExact(member)}`,
  );
  return `{${members.join(",")}}`;
}

export function emptyObject(): ExactObject {
  return Object.create(null) as ExactObject;
}

export function isObject(value: ExactValue | undefined): value is ExactObject {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
  );
}

/** True for texts of one and the same number: "28.00" and "28", "1e3" and "1000". */
export function isSameNumber(one: string, other: string): boolean {
  const [left, right] = [digitsOf(one), digitsOf(other)];
  return left !== undefined && left === right;
}

/** Sign, digits without needless zeros, and the power of ten; undefined for what is no number. */
function digitsOf(text: string): string | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,6}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", power = "0"] = match;
  const digits = (whole + fraction).replace(/^0+/, "");
  const kept = digits.replace(/0+$/, "");
  if (kept === "") return "0";
  return `${sign}${kept}e${Number(power) - fraction.length + digits.length - kept.length}`;
}
