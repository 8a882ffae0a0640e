/**
 * Why a value cannot be mapped. Returned, not thrown: one bad value is a common event, and every fault of a record
 * is told at once. `message` says what the value is: "no number", "negative".
 */
export class Refusal {
  readonly message: string;
  readonly value: unknown;
  /** Which of the row's paths held the value. */
  readonly index: number;

  constructor(message: string, value: unknown, index = 0) {
    this.message = message;
    this.value = value;
    this.index = index;
  }
}

const shownLength = 80;

// C0, DEL, C1, the line separators, the marks that reverse text, and halves of surrogate pairs.
// oxlint-disable-next-line no-control-regex
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Cs}/gu;

/** A value as a fault shows it: at most 80 characters on one line, control characters escaped. */
export function showValue(value: unknown): string {
  let text = typeof value === "string" ? value : showOther(value);
  if (text.length > shownLength) {
    // A surrogate pair that the cut would split goes as a whole.
    text = `${text.slice(0, shownLength - 1).replace(/[\ud800-\udbff]$/, "")}…`;
  }
  return text.replace(unsafe, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function showOther(value: unknown): string {
  if (value === undefined || typeof value === "function" || typeof value === "symbol") return typeof value;
  if (typeof value === "bigint" || typeof value === "number") return String(value);
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return "an object";
  }
}
