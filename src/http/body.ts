import { RemoteError, TransientError } from "../errors.js";
import type { HttpResponse } from "./contract.js";
import { redactByName, redactUrl } from "./redaction.js";

/** Deeper than any vendor's data; still shallow enough for code that walks through a value by calling itself. */
const deepest = 500;
const longestQuote = 200;
/** A notice stands at the beginning. How many brackets are tried as the beginning of the data behind it. */
const mostStarts = 50;

/**
 * The value that a JSON answer holds; `who` names the server in messages ("the shop"). Nothing is salvaged from an
 * answer that is not JSON from its first character to its last; only a byte order mark is let pass. `redact` hides
 * secrets in the words that a message quotes.
 *
 * Throws TransientError: `empty-answer`, `web-page` (with its title), `torn-json` (cut or damaged). Throws
 * RemoteError: `text-before-json` (with the text, a PHP notice as a rule), `too-deep` (nested in more than 500
 * levels, as far as a run of closing brackets tells).
 */
export function parseJson(
  response: HttpResponse,
  who: string,
  redact: (text: string) => string = redactByName,
): unknown {
  const text = response.text.startsWith("\uFEFF") ? response.text.slice(1) : response.text;
  const what = `${who} sent`;
  const where = `(${response.status} from ${addressOf(response.url)})`;
  if (text.trim() === "") throw new TransientError("empty-answer", `${what} an empty answer ${where}`);
  if (isWebPage(response)) {
    throw new TransientError(
      "web-page",
      `${what} a web page instead of data ${where}: ${quote(text, redact)}`,
      {
        hint: "A login page, a maintenance page or a firewall answers in its place. Open the address in a browser.",
      },
    );
  }
  const value = tryParse(text);
  if (value.ok) {
    if (isTooDeep(text)) {
      throw new RemoteError("too-deep", `${what} data nested in more than ${deepest} levels ${where}`);
    }
    return value.value;
  }
  const start = findData(text);
  if (start !== undefined) {
    throw new RemoteError(
      "text-before-json",
      `${what} text in front of its data ${where}: ${quote(text.slice(0, start), redact)}`,
      {
        status: response.status,
        hint: "It looks like a notice of PHP. Set display_errors to Off (WP_DEBUG_DISPLAY to false) on the server.",
      },
    );
  }
  throw new TransientError(
    "torn-json",
    `${what} data that is cut short or damaged ${where}, ${text.length} characters`,
  );
}

/** Whether an answer is a page for people: by what its body begins with, or by its content type. */
export function isWebPage(response: HttpResponse): boolean {
  if (/^<(?:!doctype|html|head|body)\b/i.test(withoutPreamble(response.text.slice(0, 4000)))) return true;
  if (!/\bhtml\b/i.test(response.headers["content-type"] ?? "")) return false;
  // A server whose notices spoil the header still sends data: it is judged by parsing.
  return tryParse(response.text).ok ? false : findData(response.text) === undefined;
}

/** The title of a web page, or its first words, as plain text of 200 characters at most. */
export function pageTitle(html: string): string {
  const lower = html.slice(0, 50_000).toLowerCase();
  const from = lower.indexOf("<title");
  const open = from < 0 ? -1 : lower.indexOf(">", from);
  const close = open < 0 ? -1 : lower.indexOf("</title", open);
  const title = close < 0 ? "" : plain(html.slice(open + 1, close));
  return title === "" ? plain(html.slice(0, 4000)) : title;
}

/** Skips white space, comments and an XML declaration. */
function withoutPreamble(text: string): string {
  let rest = text.trimStart();
  for (;;) {
    const end = rest.startsWith("<!--")
      ? rest.indexOf("-->")
      : rest.startsWith("<?")
        ? rest.indexOf(">")
        : -1;
    if (end < 0) return rest;
    rest = rest.slice(rest.indexOf(">", end) + 1).trimStart();
  }
}

function quote(text: string, redact: (text: string) => string): string {
  // Hidden before it is cut: half a secret would not be recognised.
  const words = redact(pageTitle(redact(text.slice(0, 50_000))));
  return `"${words}"`;
}

function plain(html: string): string {
  const text = html
    .replace(/<(script|style)\b[^<>]*>[^<]*(?:<\/\1>)?/gi, " ")
    .replace(/<[^<>]*>/g, " ")
    // Control and formatting signs: what a terminal would obey.
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim();
  return text.length > longestQuote ? `${text.slice(0, longestQuote - 1)}…` : text;
}

type Attempt = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

function tryParse(text: string): Attempt {
  try {
    return { ok: true, value: JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text) };
  } catch {
    return { ok: false };
  }
}

/** Where JSON begins behind other text, if the rest of the body is JSON. */
function findData(text: string): number | undefined {
  // What begins like data has nothing in front of it: it is cut or damaged further on.
  if (/^\s*[[{]/.test(text)) return undefined;
  const starts = /[[{]/g;
  for (let tries = 0; tries < mostStarts; tries += 1) {
    const found = starts.exec(text);
    if (found === null) return undefined;
    if (tryParse(text.slice(found.index)).ok) return found.index;
  }
  return undefined;
}

/** What the end of a deeply nested value looks like. Counting in every page would cost a third of its parsing. */
const deepEndings = ["]".repeat(40), "}".repeat(40), "]}".repeat(20)];

/** Counts brackets of a text that is known to be JSON, if any of it looks like the end of something deep. */
function isTooDeep(text: string): boolean {
  if (!deepEndings.some((ending) => text.includes(ending))) return false;
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 0x22) {
      index = endOfString(text, index);
    } else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > deepest) return true;
    } else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
    }
  }
  return false;
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end > 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}

function addressOf(url: string): string {
  return redactUrl(url).replace(/[?#].*$/s, "");
}
