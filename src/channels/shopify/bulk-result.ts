import { InterruptedError } from "../../errors.js";
import type { Download } from "../../http/download.js";
import { type Line, readLines } from "../../http/lines.js";
import { ImageIndex } from "./image-index.js";
import { imageUrl } from "./records.js";
import { type Node, toLegacyId, toNode } from "./schema.js";

/** A variant's text is some kilobytes; a line of more is damage. */
const longestLine = 8 * 2 ** 20;
/** How much of the files' image lines is held at a time. */
const heldBytes = 12 * 2 ** 20;
/** The files of an export, which can be read as often as needed. */
export interface ExportFiles {
  readonly variants: ExportFile;
  /** Images of products; absent where nobody asked for them. */
  readonly images?: ExportFile;
}

type ExportFile = Pick<Download, "read">;

export interface FileFacts {
  /** Lines, children included. */
  readonly lines: number;
  /** Bytes of lines that belong to another one. */
  readonly childBytes: number;
  /** Whether the last line is whole. */
  readonly whole: boolean;
}

/** Goes through a file once without taking anything out of it. */
export async function surveyFile(file: ExportFile, signal: AbortSignal): Promise<FileFacts> {
  let [lines, childBytes] = [0, 0];
  let whole = true;
  for await (const line of linesOf(file, signal)) {
    lines += 1;
    if (line.bytes.includes('"__parentId"')) childBytes += line.bytes.length;
    // A cut file ends inside of a line. Whether the last one has a line feed is not documented.
    whole = line.ended || parseLine(line.bytes) !== undefined;
  }
  return { lines, childBytes, whole };
}

function linesOf(file: ExportFile, signal: AbortSignal): AsyncIterable<Line> {
  return readLines(untilAbort(file.read(), signal), longestLine);
}

async function* untilAbort(chunks: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    if (signal.aborted) throw new InterruptedError();
    yield chunk;
  }
}

/**
 * In how many passes the files are joined, so that what is held stays the same however large the catalogue is. Odd:
 * Shopify's ids are often multiples of a power of two.
 */
export function countPasses(childBytes: number): number {
  return Math.ceil(childBytes / heldBytes) | 1;
}

/** A variant of an export, or a line that cannot be read. */
export type ExportRow =
  | { readonly variant: Node; readonly id: string; readonly images: readonly string[] }
  | { readonly line: number };

/**
 * Gives each variant with the images of its own and of its product. Lines of children may stand anywhere in the file.
 * Pass by pass, the products whose number falls to the pass are held; the order is the same each time.
 */
export async function* joinExport(
  files: ExportFiles,
  passes: number,
  signal: AbortSignal,
): AsyncGenerator<ExportRow> {
  for (let pass = 0; pass < passes; pass += 1) {
    const isHeld = (productId: string): boolean => Number(productId.slice(-9)) % passes === pass;
    const ofProducts = new ImageIndex();
    const own = new ImageIndex();
    if (files.images !== undefined) {
      await collectImages(files.images, isHeld, ofProducts, signal);
      if (passes > 1) await collectVariants(files, isHeld, own, signal);
      await collectImages(files.variants, (id) => passes === 1 || own.has(id), own, signal);
    }
    for await (const line of linesOf(files.variants, signal)) {
      // Most lines of most passes are somebody else's: parsing them all would be most of the work.
      const near = numberBehind(line.bytes, productMark);
      if (near !== undefined && !isHeld(near)) continue;
      const node = line.tooLong ? undefined : parseLine(line.bytes);
      if (node !== undefined && typeof node["__parentId"] === "string") continue;
      const id = toLegacyId(node?.["id"]);
      if (node === undefined || id === undefined) {
        if (near !== undefined || pass === 0) yield { line: line.number };
        continue;
      }
      const productId = productOf(node);
      if (passes > 1 && !isHeld(productId)) continue;
      const images = [...own.of(id).slice(0, 1), ...ofProducts.of(productId)];
      yield { variant: node, id, images };
    }
  }
}

/** Takes down the variants of a pass: their own images do not name the product. */
async function collectVariants(
  files: ExportFiles,
  isHeld: (productId: string) => boolean,
  found: ImageIndex,
  signal: AbortSignal,
): Promise<void> {
  for await (const line of linesOf(files.variants, signal)) {
    const near = numberBehind(line.bytes, productMark);
    if (near !== undefined && !isHeld(near)) continue;
    const node = parseLine(line.bytes);
    const id = toLegacyId(node?.["id"]);
    if (node === undefined || id === undefined || typeof node["__parentId"] === "string") continue;
    if (isHeld(productOf(node))) found.open(id);
  }
}

async function collectImages(
  file: ExportFile,
  isWanted: (parentId: string) => boolean,
  found: ImageIndex,
  signal: AbortSignal,
): Promise<void> {
  for await (const line of linesOf(file, signal)) {
    if (!line.bytes.includes('"__parentId"')) continue;
    const near = numberBehind(line.bytes, ownerMark) ?? numberBehind(line.bytes, variantMark);
    if (near !== undefined && !isWanted(near)) continue;
    const node = parseLine(line.bytes);
    const parentId = toLegacyId(node?.["__parentId"]);
    const url = imageUrl(node);
    if (parentId !== undefined && url !== undefined && isWanted(parentId)) found.add(parentId, url);
  }
}

/** How the files name owners, as long as Shopify writes them without spaces. In a text the quotes would be escaped. */
const productMark = '"product":{"id":"gid://shopify/Product/';
const ownerMark = '"__parentId":"gid://shopify/Product/';
const variantMark = '"__parentId":"gid://shopify/ProductVariant/';

/** The number behind a mark, found without parsing the line. */
function numberBehind(bytes: Buffer, mark: string): string | undefined {
  const at = bytes.indexOf(mark);
  if (at < 0) return undefined;
  const from = at + mark.length;
  const number = bytes.toString("latin1", from, bytes.indexOf('"', from));
  return /^\d{1,20}$/.test(number) ? number : undefined;
}

/** "0" where a variant names no product, so that it falls to the first pass. */
function productOf(variant: Node): string {
  return toLegacyId(toNode(variant["product"])?.["id"]) ?? "0";
}

function parseLine(bytes: Buffer): Node | undefined {
  try {
    return toNode(JSON.parse(bytes.toString("utf8")));
  } catch {
    return undefined;
  }
}
