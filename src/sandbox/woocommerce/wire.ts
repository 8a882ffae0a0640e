import type { IncomingMessage, ServerResponse } from "node:http";
import { jsonType, type Answer } from "./answer.js";

/** Writes JSON as PHP does: slashes and everything beyond ASCII escaped. */
function phpJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("/", "\\/")
    .replace(/[\u0080-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The body of an answer, as text. */
function bodyText(answer: Answer): string {
  const json = answer.json === undefined ? "" : phpJson(answer.json);
  return `${answer.before ?? ""}${answer.text ?? json}`;
}

/** Header lines as one record: names in lower case, several of one name joined by ", ". */
export function plainHeaders(message: IncomingMessage): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return plain;
}

/** Reads a request's body as text. Rejects when the connection breaks. */
export async function readBody(message: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

/** Sends an answer; with `cut` only half of its body, and then the connection is broken. `date` is in milliseconds. */
export function sendAnswer(
  response: ServerResponse,
  answer: Answer,
  options: { readonly head: boolean; readonly cut: boolean; readonly date: number },
): void {
  const bytes = Buffer.from(bodyText(answer), "utf8");
  // Node would write its own clock's date.
  response.sendDate = false;
  response.writeHead(answer.status, {
    Date: new Date(options.date).toUTCString(),
    Server: "Apache/2.4.71 (Debian)",
    "Content-Type": jsonType,
    ...answer.headers,
    "Content-Length": bytes.byteLength,
  });
  if (options.head) response.end();
  else if (options.cut) {
    response.write(bytes.subarray(0, bytes.byteLength >> 1), () => void response.destroy());
  } else response.end(bytes);
}
