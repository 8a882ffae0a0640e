import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { readLines } from "../../src/http/lines.js";

async function* chunked(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    yield bytes.subarray(at, at + size);
    at += size;
    await Promise.resolve();
  }
}

async function linesOf(text: string | Buffer, sizes: readonly number[], maxBytes = 1000) {
  const lines = [];
  for await (const line of readLines(chunked(Buffer.from(text), sizes), maxBytes)) lines.push(line);
  return lines;
}

describe("src/http/lines.ts", () => {
  test("cuts at line feeds, however the bytes come", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: fc.constantFrom("a", "é", "\r", "\t", "日") })),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (texts, sizes, ended) => {
          const whole = texts.join("\n") + (ended ? "\n" : "");
          const expected = whole.split("\n");
          if (expected.at(-1) === "") expected.pop();
          const lines = await linesOf(whole, sizes);
          expect(lines.map(({ bytes }) => bytes.toString("utf8"))).toEqual(expected);
          expect(lines.map(({ number }) => number)).toEqual(expected.map((_, index) => index + 1));
          expect(lines.map((line) => line.ended)).toEqual(
            expected.map((_, index) => index < expected.length - 1 || whole.endsWith("\n")),
          );
        },
      ),
    );
  });

  test("a line that is too long is cut and says so, and the next one is whole", async () => {
    const lines = await linesOf(`${"x".repeat(50)}\nabc\n`, [7], 10);
    expect(lines.map(({ bytes, tooLong }) => [bytes.toString(), tooLong])).toEqual([
      ["xxxxxxxxxx", true],
      ["abc", false],
    ]);
  });
});
