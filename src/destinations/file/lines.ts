import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { foreignError } from "./errors.js";

/** No row is longer, in bytes. Keeps a foreign file without line ends out of memory. */
export const maxRowBytes = 32 * 1024 * 1024;

function decode(path: string, bytes: Buffer, line: number): string {
  // Decoding alone would turn a byte that is not UTF-8 into another one, and a row that is kept would change.
  if (!isUtf8(bytes)) throw foreignError(path, line, "it is not UTF-8");
  return bytes.toString("utf8");
}

/**
 * Yields the lines of a file one by one, without their line feeds; the first has the number 1. Only a line feed ends a
 * line: node's readline would also cut at U+2028, which JSON carries unescaped. Throws ConfigError `file-foreign` for
 * what is no text, and the system's errors as they are.
 */
export async function* readLines(path: string): AsyncGenerator<string, void, undefined> {
  let pieces: Buffer[] = [];
  let bytes = 0;
  let line = 1;
  const chunks: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: 256 * 1024 });
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf("\n"); end !== -1; end = chunk.indexOf("\n", from)) {
      const piece = chunk.subarray(from, end);
      yield decode(path, pieces.length === 0 ? piece : Buffer.concat([...pieces, piece]), line);
      pieces = [];
      bytes = 0;
      line += 1;
      from = end + 1;
    }
    if (from === chunk.length) continue;
    pieces.push(chunk.subarray(from));
    bytes += chunk.length - from;
    if (bytes > maxRowBytes) throw foreignError(path, line, "the line is too long");
  }
  if (pieces.length > 0) yield decode(path, Buffer.concat(pieces), line);
}
