import { Big } from "big.js";
import { Refusal } from "./refusal.js";

const plainDecimal = /^-?(?:\d+(?:\.\d+)?|\.\d+)$/;
const maxWholeDigits = 15;
const maxDecimals = 30;
const maxTextLength = 64;

/**
 * The exact decimal text of a number as a cart writes it: a JSON number, or text such as "12", ".5", "-3.25".
 * Separators of thousands, decimal commas, exponents in text and units are refused rather than guessed.
 */
export function toDecimal(value: unknown, maxWhole = maxWholeDigits): string | Refusal | undefined {
  if (value === undefined || value === null) return undefined;
  let text: string;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return new Refusal("no number", value);
    text = String(value);
    if (text.includes("e")) text = new Big(text).toFixed();
  } else if (typeof value === "string") {
    text = value.trim();
    if (text === "") return undefined;
    if (text.length > maxTextLength) return new Refusal("too many digits", value);
    if (!plainDecimal.test(text)) return new Refusal('not a plain decimal number such as "12.50"', value);
  } else {
    return new Refusal("no number", value);
  }
  if (text.length <= maxWholeDigits) return text;
  const [whole = "", decimals = ""] = text.replace("-", "").split(".");
  if (whole.replace(/^0+/, "").length > maxWhole || decimals.length > maxDecimals) {
    return new Refusal("too many digits", value);
  }
  return text;
}

/** True for "0", "-0", ".00": a decimal text without a digit above zero. */
export function isZero(decimal: string): boolean {
  return !/[1-9]/.test(decimal);
}

const Exact = Big();
// A quotient that needs more decimals than a price may have is refused below.
Exact.DP = maxDecimals;

/**
 * A price as decimal text: two decimals at least, no needless zeros beyond. Takes decimal text, a JSON number, or
 * money as Etsy writes it: `{ amount, divisor }`, whose quotient must be exact.
 */
export function toMoney(value: unknown): string | Refusal | undefined {
  const decimal = typeof value === "object" && value !== null ? quotient(value) : toDecimal(value);
  if (typeof decimal !== "string") return decimal;
  if (isZero(decimal)) return "0.00";
  if (decimal.startsWith("-")) return new Refusal("negative", value);
  const [whole = "", decimals = ""] = decimal.split(".");
  const significant = decimals.replace(/0+$/, "");
  return `${whole.replace(/^0+(?=\d)/, "") || "0"}.${significant.padEnd(2, "0")}`;
}

function quotient(value: object): string | Refusal {
  const amount = ownNumber(value, "amount");
  const divisor = ownNumber(value, "divisor");
  if (amount === undefined || divisor === undefined) {
    return new Refusal("no whole amount and divisor", value);
  }
  if (divisor <= 0) return new Refusal("a divisor that is not above zero", value);
  const exact = new Exact(amount).div(divisor);
  if (!exact.times(divisor).eq(amount)) return new Refusal("no exact decimal amount", value);
  const decimal = toDecimal(exact.toFixed());
  return typeof decimal === "string" ? decimal : new Refusal("too many digits", value);
}

function ownNumber(value: object, name: string): number | undefined {
  const found: unknown = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  return typeof found === "number" && Number.isSafeInteger(found) ? found : undefined;
}
