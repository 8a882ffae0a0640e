/** Control characters (C0, DEL, C1) and those that turn the direction of text, which no cart may send to a screen. */
const unsafe = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Text for a terminal: what could steer it is shown as `\u001b` instead; line breaks and tabs too. */
export function visible(text: string): string {
  return text.replace(unsafe, escapeCharacter);
}

/** One JSON value on one line, control characters escaped. */
export function toJson(value: unknown): string {
  return JSON.stringify(value).replace(unsafe, escapeCharacter);
}

/** A number with its thousands told apart: 1,020. */
export function groupDigits(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
