import { constants, createGzip } from "node:zlib";
import { decode, encode } from "iconv-lite";
import { documentShapes, valuesOf, type DocumentKind, type DocumentShape } from "./columns.js";
import type { AmazonListing } from "./model.js";

/** What a fault makes of a document. */
export interface DocumentFlaws {
  readonly headerOnly?: boolean;
  /** Half of the listings are missing. */
  readonly halved?: boolean;
  /** The last line stops in the middle. */
  readonly torn?: boolean;
  /** English names of columns that are not there. */
  readonly without?: readonly string[];
  /** The row (from 0) that has one field too many. */
  readonly longRow?: number;
  readonly byteOrderMark?: boolean;
  /** A charset that is declared in the right one's place. */
  readonly declaredCharset?: string;
  /** The packed file stops half way, though its length is right. */
  readonly cutGzip?: boolean;
  /** The text comes unpacked although the API announced a packed one. */
  readonly plain?: boolean;
}

/** The columns of a shape, without those that a flaw takes away. */
function columnsOf(shape: DocumentShape, flaws: DocumentFlaws) {
  return shape.columns.filter(([, name]) => flaws.without?.includes(name) !== true);
}

/** The lines of a document, the header first, without line ends. */
function* lines(
  rows: Iterable<AmazonListing>,
  shape: DocumentShape,
  flaws: DocumentFlaws,
): Generator<string> {
  const columns = columnsOf(shape, flaws);
  yield (flaws.byteOrderMark === true ? "\ufeff" : "") + columns.map(([header]) => header).join("\t");
  if (flaws.headerOnly === true) return;
  let place = -1;
  for (const listing of rows) {
    place += 1;
    if (flaws.halved === true && place % 2 === 1) continue;
    const values: Record<string, string> = { ...valuesOf(listing, shape.dates) };
    if (flaws.longRow === place) values["item-name"] = `${listing.name}\tbroken off`;
    yield rowOf(columns, values, shape);
    if (listing.rowFault !== "repeated") continue;
    // Around a change of channel a listing was seen twice, once without a quantity (unverified).
    yield rowOf(columns, { ...values, quantity: "", "pending-quantity": "" }, shape);
  }
}

function rowOf(
  columns: DocumentShape["columns"],
  values: Readonly<Record<string, string>>,
  shape: DocumentShape,
): string {
  const line = columns.map(([, name]) => values[name] ?? "").join("\t");
  return shape.dropsTrailing === true ? line.replace(/\t+$/, "") : line;
}

/** The document in pieces of some hundred rows, encoded; what the charset lacks becomes a question mark. */
function* encoded(
  rows: Iterable<AmazonListing>,
  shape: DocumentShape,
  flaws: DocumentFlaws,
): Generator<Buffer> {
  let held: string[] = [];
  let last = "";
  const flush = (): Buffer => {
    const text = held.map((line) => line + shape.lineEnd).join("");
    held = [];
    return encode(text, shape.encoding);
  };
  for (const line of lines(rows, shape, flaws)) {
    held.push(line);
    last = line;
    if (held.length > 500) {
      const [newest = ""] = held.splice(-1);
      const bytes = flush();
      held.push(newest);
      yield bytes;
    }
  }
  if (flaws.torn === true) held.splice(-1, 1);
  yield flush();
  if (flaws.torn === true) yield encode(last.slice(0, last.length >> 1), shape.encoding);
}

/**
 * Makes a document, packed with `gzip`. Only the packed bytes are held, so that a large shop's document costs little
 * memory.
 */
export async function makeDocument(
  rows: Iterable<AmazonListing>,
  kind: DocumentKind,
  gzip: boolean,
  flaws: DocumentFlaws,
): Promise<Buffer> {
  const parts = encoded(rows, documentShapes[kind], flaws);
  if (!gzip || flaws.plain === true) return Buffer.concat([...parts]);
  const packer = createGzip({ level: constants.Z_BEST_SPEED });
  const packed: Buffer[] = [];
  packer.on("data", (bytes: Buffer) => packed.push(bytes));
  const done = new Promise<void>((resolve, reject) => packer.once("end", resolve).once("error", reject));
  for (const bytes of parts)
    if (!packer.write(bytes)) await new Promise<void>((resolve) => void packer.once("drain", resolve));
  packer.end();
  await done;
  const whole = Buffer.concat(packed);
  return flaws.cutGzip === true ? whole.subarray(0, whole.byteLength >> 1) : whole;
}

/** The charset that the document host declares. */
export function declaredCharset(kind: DocumentKind, flaws: DocumentFlaws): string {
  return flaws.declaredCharset ?? documentShapes[kind].charset;
}

/** The SKUs of the rows that can be read, in order and as the document's charset left them. */
export function* documentSkus(rows: Iterable<AmazonListing>, kind: DocumentKind): Generator<string> {
  const { encoding } = documentShapes[kind];
  for (const { sku, rowFault } of rows) {
    if (sku === "" || rowFault === "embedded-tab") continue;
    const kept = decode(encode(sku, encoding), encoding);
    yield kept;
    if (rowFault === "repeated") yield kept;
  }
}
