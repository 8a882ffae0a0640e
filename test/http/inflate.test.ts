import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { inflateBody, TooLargeError, UnknownEncodingError } from "../../src/http/inflate.js";

const limit = 10_000;
const plain = Buffer.from("Tasse, groß ☕ ".repeat(20));

describe("src/http/inflate.ts", () => {
  test.each([
    ["", plain],
    ["identity", plain],
    ["gzip", gzipSync(plain)],
    ["X-GZIP", gzipSync(plain)],
    ["deflate", deflateSync(plain)],
    ["deflate", deflateRawSync(plain)],
    ["br", brotliCompressSync(plain)],
    ["deflate, gzip", gzipSync(deflateSync(plain))],
  ])("unpacks %j", async (encoding, body) => {
    expect((await inflateBody(body, encoding, limit)).equals(plain)).toBe(true);
  });

  test("an empty body is an empty body, whatever is declared", async () => {
    expect(await inflateBody(Buffer.alloc(0), "gzip", limit)).toHaveLength(0);
  });

  test.each([
    ["gzip", gzipSync(plain)],
    ["deflate", deflateSync(plain)],
    ["br", brotliCompressSync(plain)],
  ])("a cut %s body is an error at every place", async (encoding, body) => {
    for (const share of [0.1, 0.5, 0.9]) {
      const cut = body.subarray(0, Math.ceil(body.length * share));
      await expect(inflateBody(cut, encoding, limit)).rejects.toThrow();
    }
    await expect(inflateBody(body.subarray(0, -1), encoding, limit)).rejects.toThrow();
  });

  test.each([
    ["gzip", gzipSync(Buffer.alloc(10 ** 7))],
    ["deflate", deflateSync(Buffer.alloc(10 ** 7))],
    ["br", brotliCompressSync(Buffer.alloc(10 ** 7))],
    ["gzip, gzip", gzipSync(gzipSync(Buffer.alloc(10 ** 7)))],
    ["", Buffer.alloc(limit + 1)],
  ])("a bomb in %j stops at the limit", async (encoding, body) => {
    await expect(inflateBody(body, encoding, limit)).rejects.toThrow(TooLargeError);
  });

  test("an encoding that was not asked for", async () => {
    await expect(inflateBody(plain, "zstd", limit)).rejects.toThrow(UnknownEncodingError);
  });
});
