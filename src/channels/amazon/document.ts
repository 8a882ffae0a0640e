import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { InterruptedError, RemoteError, TransientError } from "../../errors.js";
import type { Download } from "../../http/download.js";
import { type Line, readLines } from "../../http/lines.js";
import {
  type Charset,
  createUtf8Signs,
  decodeLine,
  isSingleByte,
  toCharset,
  type Utf8Signs,
} from "./charset.js";
import type { AmazonContext } from "./context.js";
import { quoted } from "./errors.js";
import { parseHeader, type ReportHeader } from "./header.js";
import { outlastStorm } from "../../http/storm.js";
import { stormCodes } from "./patience.js";
import { longestLineBytes } from "./rows.js";
import { documentSchema } from "./schema.js";

/** A report's document, downloaded, whole and ready to be read. */
export interface OpenDocument {
  readonly id: string;
  readonly header: ReportHeader;
  readonly charset: Charset;
  /** Rows behind the header. */
  readonly rowCount: number;
  /** All lines from the first, unpacked; as often as it is called. */
  readonly lines: () => AsyncIterable<Line>;
  /** Takes the file away. May be called twice. */
  readonly discard: () => Promise<void>;
}

/** A signed address lives 5 minutes, and a file may come torn: each of them is worth another try. */
const mostDownloads = 3;
/** Of a document, to tell what came in its place. */
const longestHead = 4000;
const firstPage = /^\s*<(?:!doctype|html|\?xml)/i;
const bom = Buffer.from([0xef, 0xbb, 0xbf]);
/** Packed text of this size is no report: the largest accounts have some millions of listings. */
const longestUnpacked = 16 * 2 ** 30;

/**
 * Downloads a report's document and reads it once to its end, so that a torn file is noticed before the first row is
 * used. Throws RemoteError with its `status` for a document that is gone, and for one without a header of listings;
 * TransientError when it comes torn again and again.
 */
export async function openDocument(
  context: AmazonContext,
  id: string,
  signal: AbortSignal,
): Promise<OpenDocument> {
  return withDownload(context, id, signal, (download) => examine(context, id, download, signal));
}

/** The first words of a document, for messages: a failed report says in it why. */
export async function readDocumentHead(
  context: AmazonContext,
  id: string,
  signal: AbortSignal,
): Promise<string> {
  return withDownload(context, id, signal, async (download) => {
    try {
      for await (const chunk of unpack(download)) return chunk.subarray(0, 2000).toString("utf8");
      return "";
    } finally {
      await download.discard();
    }
  });
}

async function withDownload<Result>(
  context: AmazonContext,
  id: string,
  signal: AbortSignal,
  use: (download: Download) => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    const url = await findAddress(context, id, signal);
    let download: Download | undefined;
    try {
      // From another host, which sees neither token nor cookie.
      download = await outlastStorm(context.parts, stormCodes, signal, (attempts) =>
        context.parts.http.download({
          method: "GET",
          url,
          signal,
          ...(attempts === undefined ? {} : { attempts }),
        }),
      );
      return await use(download);
    } catch (error) {
      await download?.discard();
      const isExpired = error instanceof RemoteError && error.status === 403;
      const isTorn = error instanceof TransientError && error.code === "torn-report";
      if (!(isExpired || isTorn) || tries >= mostDownloads) throw error;
    }
  }
}

async function findAddress(
  { api, settings }: AmazonContext,
  id: string,
  signal: AbortSignal,
): Promise<string> {
  const path = `/reports/2021-06-30/documents/${encodeURIComponent(id)}`;
  const found = await api.get("getReportDocument", path, {}, documentSchema, signal);
  const { protocol } = new URL(found.url);
  const mayBePlain = settings.baseUrl?.startsWith("http:") === true;
  if (protocol !== "https:" && !(protocol === "http:" && mayBePlain)) {
    throw new RemoteError("document-address", "Amazon names an address for the report that is not https");
  }
  if (found.compressionAlgorithm !== undefined && found.compressionAlgorithm !== "GZIP") {
    const how = quoted(found.compressionAlgorithm, (text) => text);
    throw new RemoteError(
      "unknown-compression",
      `Amazon packed the report in a way that psync does not know${how}`,
    );
  }
  return found.url;
}

async function examine(
  context: AmazonContext,
  id: string,
  download: Download,
  signal: AbortSignal,
): Promise<OpenDocument> {
  const declared = toCharset(download.headers["content-type"]);
  const lines = (): AsyncIterable<Line> => readLines(unpack(download), longestLineBytes);
  let first: Buffer | undefined;
  let head = "";
  let rowCount = 0;
  const signs = createUtf8Signs();
  for await (const { bytes, tooLong } of lines()) {
    if (signal.aborted) throw new InterruptedError();
    first ??= bytes;
    if (head.length < longestHead) head += `${bytes.toString("latin1", 0, longestHead)}\n`;
    // A lone carriage return is an empty line.
    if (bytes.length > 1) rowCount += 1;
    if (!tooLong) signs.note(bytes);
  }
  if (first === undefined) throw torn("it is empty");
  if (firstPage.test(head)) {
    throw torn(`a web page came in its place${quoted(head, context.parts.redact)}`);
  }
  const hasBom = first.subarray(0, 3).equals(bom);
  const charset = hasBom ? "utf8" : chooseCharset(declared, signs, context.parts.warn);
  const text = decodeLine(hasBom ? first.subarray(3) : first, charset);
  const header = text === undefined ? undefined : parseHeader(text);
  if (header === undefined) {
    const words = quoted(text?.replaceAll("\t", ", ") ?? "", context.parts.redact);
    throw new RemoteError("report-header", `Amazon's report has no column for the SKU${words}`, {
      hint: "Its header may be in a language that psync does not know. Please report it, with the marketplace.",
    });
  }
  return {
    id,
    header,
    charset,
    rowCount: rowCount - 1,
    lines,
    discard: download.discard,
  };
}

/** The declared charset, unless the whole file says that it is another one. */
function chooseCharset(
  declared: Charset | undefined,
  signs: Utf8Signs,
  warn: (message: string) => void,
): Charset {
  if (declared === undefined) {
    if (signs.areValid()) return "utf8";
    warn("Amazon's report names no charset; it was read as windows-1252, so look at accented letters");
    return "win1252";
  }
  if (!isSingleByte(declared) || !signs.areProof()) return declared;
  warn(
    "Amazon declares another charset for the report than UTF-8, which it is to its last byte; it was read as UTF-8",
  );
  return "utf8";
}

/** Gunzips what begins like gzip, whatever the API declared: it declares both too much and too little. */
async function* unpack(download: Download): AsyncGenerator<Buffer> {
  const chunks = download.read()[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done === true) return;
  const all = (async function* () {
    yield first.value;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  })();
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
    yield* all;
    return;
  }
  const source = Readable.from(all);
  const gunzip = createGunzip();
  source.on("error", (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  let size = 0;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > longestUnpacked)
        throw new RemoteError("report-too-large", "Amazon's report unpacks without an end");
      yield chunk;
    }
  } catch (error) {
    throw isZlibError(error) ? torn("its compressed data is cut or damaged") : error;
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

function isZlibError(error: unknown): boolean {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" && code.startsWith("Z_");
}

function torn(why: string): TransientError {
  return new TransientError("torn-report", `Amazon's report did not come whole: ${why}`, {
    hint: "Try again later.",
  });
}
