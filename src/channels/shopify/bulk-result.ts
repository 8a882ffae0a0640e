import type { Download } from "../../http/download.js";
import { readLines } from "../../http/lines.js";
import { imageUrl } from "./records.js";
import { type Node, toLegacyId, toNode } from "./schema.js";

/** A variant's text is some kilobytes; a line of more is damage. */
const longestLine = 8 * 2 ** 20;
/** How much of the files' image lines is held at a time. */
const heldBytes = 12 * 2 ** 20;
/** As many as the canonical product has places for. */
const mostImages = 20;

/** The files of an export, which can be read as often as needed. */
export interface ExportFiles {
  readonly variants: Pick<Download, "read">;
  /** Images of products; absent where nobody asked for them. */
  readonly images?: Pick<Download, "read">;
}

export interface FileFacts {
  /** Lines, children included. */
  readonly lines: number;
  readonly roots: number;
  /** Bytes of lines that belong to another one. */
  readonly childBytes: number;
  /** Whether the last line is whole. */
  readonly whole: boolean;
}

/** Goes through a file once without taking anything out of it. */
export async function surveyFile(file: Pick<Download, "read">): Promise<FileFacts> {
  let [lines, roots, childBytes] = [0, 0, 0];
  let whole = true;
  for await (const line of readLines(file.read(), longestLine)) {
    lines += 1;
    if (line.bytes.includes('"__parentId"')) childBytes += line.bytes.length;
    else roots += 1;
    // A cut file ends inside of a line. Whether the last one has a line feed is not documented.
    whole = line.ended || parseLine(line.bytes) !== undefined;
  }
  return { lines, roots, childBytes, whole };
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
export async function* joinExport(files: ExportFiles, passes: number): AsyncGenerator<ExportRow> {
  for (let pass = 0; pass < passes; pass += 1) {
    const isHeld = (productId: string): boolean => Number(productId.slice(-9)) % passes === pass;
    const ofProducts = await collectImages(files.images, isHeld);
    const wanted =
      passes === 1 || files.images === undefined ? undefined : await collectVariants(files, isHeld);
    const own =
      files.images === undefined
        ? new Map<string, string[]>()
        : await collectImages(files.variants, (id) => wanted === undefined || wanted.has(id));
    for await (const line of readLines(files.variants.read(), longestLine)) {
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
      const images = [...(own.get(id) ?? []).slice(0, 1), ...(ofProducts.get(productId) ?? [])];
      yield { variant: node, id, images };
    }
  }
}

async function collectVariants(
  files: ExportFiles,
  isHeld: (productId: string) => boolean,
): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const line of readLines(files.variants.read(), longestLine)) {
    const near = numberBehind(line.bytes, productMark);
    if (near !== undefined && !isHeld(near)) continue;
    const node = parseLine(line.bytes);
    const id = toLegacyId(node?.["id"]);
    if (node === undefined || id === undefined || typeof node["__parentId"] === "string") continue;
    if (isHeld(productOf(node))) found.add(id);
  }
  return found;
}

/** Addresses of images by the number of what they belong to. */
async function collectImages(
  file: Pick<Download, "read"> | undefined,
  isWanted: (parentId: string) => boolean,
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  if (file === undefined) return found;
  for await (const line of readLines(file.read(), longestLine)) {
    if (!line.bytes.includes('"__parentId"')) continue;
    const near = numberBehind(line.bytes, ownerMark) ?? numberBehind(line.bytes, variantMark);
    if (near !== undefined && !isWanted(near)) continue;
    const node = parseLine(line.bytes);
    const parentId = toLegacyId(node?.["__parentId"]);
    const url = imageUrl(node);
    if (parentId === undefined || url === undefined || !isWanted(parentId)) continue;
    const urls = found.get(parentId);
    if (urls === undefined) found.set(parentId, [url]);
    else if (urls.length < mostImages) urls.push(url);
  }
  return found;
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
