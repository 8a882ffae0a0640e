import { isAscii, isUtf8 } from "node:buffer";
import iconv from "iconv-lite";
import { RemoteError } from "../../errors.js";

/** How the bytes of a report become text: `utf8`, or a name that iconv-lite knows. */
export type Charset = "utf8" | "win1252" | "cp932" | "gb18030" | (string & {});

/**
 * Labels as they were seen in the Content-Type of report documents, without signs and in lower case. Java's names:
 * Cp1252, MS932. ISO-8859-1 is declared where windows-1252 is meant: German quotes would become control characters.
 */
const labels: ReadonlyMap<string, Charset> = new Map([
  ["utf8", "utf8"],
  ["cp1252", "win1252"],
  ["windows1252", "win1252"],
  ["iso88591", "win1252"],
  ["latin1", "win1252"],
  ["usascii", "win1252"],
  ["ascii", "win1252"],
  ["ms932", "cp932"],
  ["cp932", "cp932"],
  ["windows31j", "cp932"],
  ["shiftjis", "cp932"],
  ["sjis", "cp932"],
  ["gbk", "gb18030"],
  ["gb2312", "gb18030"],
  ["gb18030", "gb18030"],
]);

/**
 * The charset that a Content-Type declares; undefined when it declares none. Throws RemoteError for a label that nobody
 * has seen: guessing would spoil every accent.
 */
export function toCharset(contentType: string | undefined): Charset | undefined {
  const label = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType ?? "")?.[1];
  if (label === undefined) return undefined;
  const plain = label.toLowerCase().replace(/[^a-z\d]/g, "");
  const known = labels.get(plain);
  if (known !== undefined) return known;
  // Other single-byte pages have no tab or line feed inside of a character either.
  const page = /^(?:(?:cp|windows)(125\d)|(iso8859)(\d{1,2}))$/.exec(plain);
  const name = page?.[1] === undefined ? plain : `win${page[1]}`;
  if (page !== null && iconv.encodingExists(name)) return name;
  throw new RemoteError(
    "unknown-charset",
    `Amazon's report is in a charset that psync does not know: ${shown(label)}`,
    {
      hint: "Please report it, with the marketplace. With source.sellerId set, shops of up to 1,000 SKUs need no report.",
    },
  );
}

/** Whether each byte of the charset is a character, so that nothing tells a file that is in another one. */
export function isSingleByte(charset: Charset): boolean {
  return /^(?:win125|iso8859)/.test(charset);
}

/** Looks through the lines of a file for what only UTF-8 can be. */
export interface Utf8Signs {
  note(line: Buffer): void;
  /** Every line so far is UTF-8, or ASCII. */
  areValid(): boolean;
  /** Besides, there are signs of several bytes that would hardly stand so in a single-byte charset. */
  areProof(): boolean;
}

export function createUtf8Signs(): Utf8Signs {
  let isValid = true;
  const signs = new Set<string>();
  let isProof = false;
  return {
    note(line) {
      if (!isValid || isAscii(line)) return;
      isValid = isUtf8(line);
      if (!isValid || isProof) return;
      for (const sign of line.toString("utf8")) if (sign > "\u007f") signs.add(sign);
      // "CAFÉ™" in windows-1252 happens to be one sign of two bytes; three bytes, or two such signs, do not happen.
      isProof = signs.size > 1 || [...signs].some((sign) => sign > "\u07ff");
    },
    areValid: () => isValid,
    areProof: () => isValid && isProof,
  };
}

function shown(label: string): string {
  return label.replace(/[^\w.:-]/g, "?").slice(0, 40);
}

/** The text of one line; undefined where a byte is none of the charset's. */
export function decodeLine(bytes: Buffer, charset: Charset): string | undefined {
  // Node's own decoder of windows-1252 gives control characters for quotes and dashes (nodejs/node#56542).
  const text = charset === "utf8" ? bytes.toString("utf8") : iconv.decode(bytes, charset);
  if (!text.includes("\uFFFD")) return text;
  // What Amazon itself lost is a letter like any other in UTF-8.
  return charset === "utf8" && Buffer.from(text, "utf8").equals(bytes) ? text : undefined;
}
