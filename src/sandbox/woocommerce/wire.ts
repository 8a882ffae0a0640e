import type { WireAnswer } from "../serve.js";
import { jsonType, type Answer } from "./answer.js";

/** Writes JSON as PHP does: slashes and everything beyond ASCII escaped. */
function phpJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("/", "\\/")
    .replace(/[\u0080-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Makes an answer as Apache sends it. */
export function toWire(answer: Answer): WireAnswer {
  const json = answer.json === undefined ? "" : phpJson(answer.json);
  return {
    status: answer.status,
    headers: { Server: "Apache/2.4.71 (Debian)", "Content-Type": jsonType, ...answer.headers },
    body: `${answer.before ?? ""}${answer.text ?? json}`,
  };
}
