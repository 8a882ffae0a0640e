import { decodeHTMLStrict } from "entities";
import { Refusal } from "./refusal.js";

const anySurrogate = /[\ud800-\udfff]/;
const loneSurrogates = /\p{Cs}/gu;
const lineBreaks = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u001f\u007f]/;

/** Replaces halves of surrogate pairs by U+FFFD: they cannot be written as UTF-8, so two stores would differ. */
export function toWellFormed(text: string): string {
  return anySurrogate.test(text) ? text.replace(loneSurrogates, "\ufffd") : text;
}

/**
 * Text on one line: entities decoded once, line breaks and tabs to one space, trimmed; tags are not touched. Only
 * entities that end in a semicolon count, so that "Pen&notebook" stays what it is. A number becomes its decimal text.
 */
export function toText(value: unknown): string | Refusal | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number") return numberText(value);
  if (typeof value !== "string") return new Refusal("no text", value);
  const decoded = value.includes("&") ? decodeHTMLStrict(value) : value;
  const text = toWellFormed(decoded).replace(lineBreaks, " ").trim();
  return text === "" ? undefined : text;
}

/** Text as the cart keeps it, not even trimmed. Nothing but spaces is nothing. */
export function toRaw(value: unknown): string | Refusal | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") return new Refusal("no text", value);
  return value.trim() === "" ? undefined : toWellFormed(value);
}

/** A stock keeping unit: trimmed, otherwise untouched. A number is taken while it is exact. */
export function toSku(value: unknown): string | Refusal | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number") return wholeText(value);
  if (typeof value !== "string") return new Refusal("no text", value);
  const text = value.trim();
  if (controls.test(text)) return new Refusal("a control character in it", value);
  return text === "" ? undefined : toWellFormed(text);
}

/** An identifier of the cart's as text. Zero is how carts write "none". */
export function toId(value: unknown): string | Refusal | undefined {
  const text = toSku(value);
  return text === "0" ? undefined : text;
}

/** UPC, EAN or GTIN: spaces and hyphens go when 8, 12, 13 or 14 digits remain; anything else stays as it is. */
export function toUpc(value: unknown): string | Refusal | undefined {
  const text = toSku(value);
  if (typeof text !== "string") return text;
  const digits = text.replace(/[\s-]/g, "");
  return /^(?:\d{8}|\d{12,14})$/.test(digits) ? digits : text;
}

function numberText(value: number): string | Refusal {
  return Number.isFinite(value) ? String(value) : new Refusal("no number", value);
}

function wholeText(value: number): string | Refusal {
  // Beyond 2^53 the number that was read may not be the number that was sent.
  return Number.isSafeInteger(value) ? String(value) : new Refusal("no exact whole number", value);
}
