import { Buffer } from "node:buffer";

const mask = "***";

/** Shorter texts occur by chance everywhere; hiding them would make logs unreadable and hide nothing. */
const shortestSecret = 4;

/** A piece of base64 that is shorter than this is no evidence of a secret. */
const shortestPiece = 8;

const secretNames = [
  "access_token",
  "api_key",
  "api-key",
  "apikey",
  "client_secret",
  "clientsecret",
  "code_verifier",
  "consumer_key",
  "consumer_secret",
  "id_token",
  "oauth_consumer_key",
  "oauth_signature",
  "oauth_token",
  "passwd",
  "password",
  "refresh_token",
  "secret",
  "shared_secret",
  "signature",
  "x-amz-credential",
  "x-amz-security-token",
  "x-amz-signature",
];

/** Names that are secrets in a query only: elsewhere they are everyday words. */
const secretQueryNames = new Set([...secretNames, "code", "hmac", "sig", "token"]);

const secretHeaders = [
  "authorization",
  "cookie",
  "proxy-authorization",
  "set-cookie",
  "x-amz-access-token",
  "x-api-key",
  "x-shopify-access-token",
];

const names = secretNames.join("|");
const headers = secretHeaders.join("|");

/** Each rule keeps its first group and hides what follows. */
const rules: readonly RegExp[] = [
  new RegExp(String.raw`((?:${names})(?:=|%3D))[^&;\s"'<>#]+`, "gi"),
  new RegExp(String.raw`((?:${names})\\?["']\s*:\s*\\?["'])[^"'\\]+`, "gi"),
  new RegExp(String.raw`([?&](?:code|hmac|sig|token)=)[^&\s"'<>#]+`, "gi"),
  new RegExp(String.raw`((?:^|[^a-z-])(?:${headers})\\?["']?\s*[:=]\s*\[?\s*\\?["']?)[^"'\\\r\n]+`, "gim"),
  /(\b(?:Basic|Bearer)\s+)(?=[\w.~+/=-]*\d)[\w.~+/=-]{16,}/gi,
  /(\b[a-z][a-z\d+.-]{1,20}:\/\/)[^/?#\s@"'<>]+(?=@)/gi,
];

/**
 * Makes a function that hides secrets in a text: each of `secrets` as it is, escaped in any way that addresses, forms,
 * JSON and HTML escape, in hexadecimal and in base64 (also inside a longer base64 text, as in `user:secret`), and
 * whatever stands behind a name known for secrets or in an authorization header. Secrets of fewer than four
 * characters are left alone. A secret that is put into the list later, as a token that was learnt on the way, is hidden
 * from then on.
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  let count = secrets.length;
  let redact = compile(secrets);
  return (text) => {
    if (secrets.length !== count) {
      count = secrets.length;
      redact = compile(secrets);
    }
    return redact(text);
  };
}

function compile(secrets: readonly string[]): (text: string) => string {
  const known = [...new Set(secrets)].filter((secret) => secret.length >= shortestSecret);
  if (known.length === 0) return redactByName;
  // The longest first: a secret may be part of another one.
  known.sort((a, b) => b.length - a.length);
  const encoded = known.flatMap((secret) => [...encodedForms(secret)]).sort((a, b) => b.length - a.length);
  const parts = [
    ...known.map((secret) => Array.from(secret, anyEscape).join("")),
    ...encoded.map(escapePattern),
  ];
  const pattern = new RegExp([...new Set(parts)].join("|"), "g");
  return (text) => redactByName(text.replace(pattern, mask));
}

/** Hides what stands behind a name known for secrets, for texts whose secrets are not known. */
export function redactByName(text: string): string {
  let result = text;
  for (const rule of rules) result = result.replace(rule, `$1${mask}`);
  return result;
}

/** An address without user and password and without the values of query parameters known for secrets. */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) return redactByName(url);
  const target = new URL(url);
  target.username = "";
  target.password = "";
  if (target.search === "") return redactByName(target.href);
  // Worked on as text: URLSearchParams would encode everything anew and make the address another one.
  const parts = target.search.slice(1).split("&");
  const shown = parts.map((part) => {
    const end = part.indexOf("=");
    if (end < 0) return part;
    return secretQueryNames.has(decode(part.slice(0, end)).toLowerCase())
      ? part.slice(0, end + 1) + mask
      : part;
  });
  target.search = "";
  const [before = "", fragment] = target.href.split("#", 2);
  return redactByName(`${before}?${shown.join("&")}${fragment === undefined ? "" : `#${fragment}`}`);
}

const htmlEntities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;|&#34;",
  "'": "&#39;|&#039;|&apos;",
};

/** A pattern for one character in whatever way it is written. Encoders differ in which signs they leave alone. */
function anyEscape(character: string): string {
  if (/^[A-Za-z\d]$/.test(character)) return character;
  const ways: string[] = [];
  // Encoded once, or twice as in OAuth's base string; hexadecimal digits come in both cases.
  const bytes = [...Buffer.from(character, "utf8")];
  ways.push(bytes.map((byte) => `%(?:25)?${eitherCase(byte.toString(16).padStart(2, "0"))}`).join(""));
  const entity = htmlEntities[character];
  if (entity !== undefined) ways.push(entity);
  const json = JSON.stringify(character).slice(1, -1);
  if (json !== character) ways.push(escapePattern(json));
  if (character === " ") ways.push(String.raw`\+`);
  if (character === "/") ways.push(String.raw`\\/`);
  // As it is comes last: a longer way may begin with it.
  ways.push(escapePattern(character));
  return `(?:${ways.join("|")})`;
}

function eitherCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

function* encodedForms(secret: string): Iterable<string> {
  const bytes = Buffer.from(secret, "utf8");
  yield* [bytes.toString("hex"), bytes.toString("hex").toUpperCase()];
  yield* bothAlphabets(bytes.toString("base64"));
  yield* bothAlphabets(bytes.toString("base64").replace(/=+$/, ""));
  for (const offset of [0, 1, 2]) {
    // Six bits a character: those that depend on the secret alone are the same whatever stands around it.
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const piece = text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
    if (piece.length >= shortestPiece) yield* bothAlphabets(piece);
  }
}

function bothAlphabets(base64: string): readonly string[] {
  return [base64, base64.replaceAll("+", "-").replaceAll("/", "_"), encodeURIComponent(base64)];
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
