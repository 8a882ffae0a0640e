import type { Buffer } from "node:buffer";
import { promisify } from "node:util";
import * as zlib from "node:zlib";

/** The body is longer than it may be, or than it may become. */
export class TooLargeError extends Error {}

/** The body's encoding is one that was not asked for. */
export class UnknownEncodingError extends Error {}

const gunzip = promisify(zlib.gunzip);
const inflate = promisify(zlib.inflate);
const inflateRaw = promisify(zlib.inflateRaw);
const brotli = promisify(zlib.brotliDecompress);

/** What `inflateBody` understands, as an Accept-Encoding header. */
export const acceptedEncodings = "gzip, deflate, br";

/**
 * Unpacks a body as its Content-Encoding says, up to `maxBytes`, so that a small bomb stays small. Throws
 * TooLargeError, UnknownEncodingError, or zlib's own error where the body is cut or damaged.
 */
export async function inflateBody(body: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  if (body.length > maxBytes) throw new TooLargeError();
  // Encodings are named in the order in which they were put on.
  const layers = encoding.toLowerCase().split(",").reverse();
  let bytes = body;
  for (const layer of layers) bytes = await unpack(bytes, layer.trim(), maxBytes);
  return bytes;
}

async function unpack(bytes: Buffer, encoding: string, maxOutputLength: number): Promise<Buffer> {
  if (encoding === "" || encoding === "identity" || bytes.length === 0) return bytes;
  try {
    switch (encoding) {
      case "gzip":
      case "x-gzip":
        return await gunzip(bytes, { maxOutputLength });
      case "deflate":
        // Some servers leave out the header that the standard demands.
        return ((bytes[0] ?? 0) & 0x0f) === 8
          ? await inflate(bytes, { maxOutputLength })
          : await inflateRaw(bytes, { maxOutputLength });
      case "br":
        return await brotli(bytes, { maxOutputLength });
      default:
        throw new UnknownEncodingError(encoding);
    }
  } catch (error) {
    const code: unknown =
      typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
    throw code === "ERR_BUFFER_TOO_LARGE" ? new TooLargeError() : error;
  }
}
