import { Buffer } from "node:buffer";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  countPasses,
  type ExportRow,
  joinExport,
  surveyFile,
} from "../../src/channels/shopify/bulk-result.js";
import { ImageIndex, mostImages } from "../../src/channels/shopify/image-index.js";
import { InterruptedError } from "../../src/errors.js";
import { never } from "../conformance/channel.js";

const file = (text: string) => ({
  async *read() {
    // In small pieces, so that lines are cut everywhere.
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 50) yield await Promise.resolve(bytes.subarray(at, at + 50));
  },
});

const gid = (type: string, id: number): string => `gid://shopify/${type}/${id}`;

describe("src/channels/shopify/bulk-result.ts", () => {
  const variants = [1, 2, 3, 4].map((id) => ({
    id: gid("ProductVariant", id),
    legacyResourceId: String(id),
    product: { id: gid("Product", id % 3) },
  }));
  const child = (parent: string, url: string) => ({
    id: gid("MediaImage", 1),
    image: { url },
    __parentId: parent,
  });
  const toLines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  const files = {
    // Children before and after their parents: the order is not promised.
    variants: file(
      toLines([
        child(gid("ProductVariant", 4), "own4"),
        ...variants,
        child(gid("ProductVariant", 1), "own1"),
      ]),
    ),
    images: file(
      toLines([
        { id: gid("Product", 1) },
        { id: gid("Product", 2) },
        child(gid("Product", 2), "p2"),
        child(gid("Product", 1), "p1a"),
        child(gid("Product", 1), "p1b"),
      ]),
    ),
  };

  async function rowsOf(passes: number): Promise<ExportRow[]> {
    const rows: ExportRow[] = [];
    for await (const row of joinExport(files, passes, never())) rows.push(row);
    return rows;
  }

  test.each([1, 3, 5])("joins images in %i passes", async (passes) => {
    const rows = await rowsOf(passes);
    const images = Object.fromEntries(rows.map((row) => ("id" in row ? [row.id, row.images] : ["line", []])));
    expect(images).toEqual({ 1: ["own1", "p1a", "p1b"], 2: ["p2"], 3: [], 4: ["own4", "p1a", "p1b"] });
    expect(await rowsOf(passes)).toEqual(rows);
  });

  test("a line that cannot be read is told, whatever the passes, and its neighbours live", async () => {
    const torn = {
      variants: file(
        `${toLines(variants.slice(0, 1))}{"id":\n{"id":"x","product":{"id":"gid://shopify/Product/2"}\n${toLines(variants.slice(1))}`,
      ),
    };
    for (const passes of [1, 3]) {
      const rows: ExportRow[] = [];
      for await (const row of joinExport(torn, passes, never())) rows.push(row);
      expect(rows.filter((row) => "line" in row)).toEqual([{ line: 2 }, { line: 3 }]);
      expect(rows).toHaveLength(6);
    }
  });

  test("counts lines and notices a cut", async () => {
    const text = toLines(variants);
    expect(await surveyFile(file(text), never())).toMatchObject({ lines: 4, childBytes: 0, whole: true });
    expect(await surveyFile(file(text.slice(0, -1)), never())).toMatchObject({ lines: 4, whole: true });
    expect(await surveyFile(file(text.slice(0, -9)), never())).toMatchObject({ lines: 4, whole: false });
  });

  test("an abort ends it between two pieces of a file", async () => {
    const abort = new AbortController();
    const rows = joinExport(files, 1, abort.signal);
    abort.abort();
    await expect(rows.next()).rejects.toBeInstanceOf(InterruptedError);
    await expect(surveyFile(files.images, abort.signal)).rejects.toBeInstanceOf(InterruptedError);
  });

  test("what is held stays the same however large the files are", () => {
    expect(countPasses(0)).toBe(1);
    expect(countPasses(10 * 2 ** 20)).toBe(1);
    expect(countPasses(2 ** 30)).toBeGreaterThan(20);
    expect(countPasses(2 ** 30) % 2).toBe(1);
  });
});

describe("src/channels/shopify/image-index.ts", () => {
  const id = fc.oneof(fc.bigInt(0n, 2n ** 64n - 1n), fc.bigInt(0n, 40n), fc.constant(2n ** 53n)).map(String);

  test("gives back what came for each number, in order, as many as a product has places for", () => {
    const image = fc.tuple(id, fc.oneof(fc.webUrl(), fc.string({ unit: "grapheme" })));
    fc.assert(
      fc.property(fc.array(image, { maxLength: 200 }), fc.array(id), (images, opened) => {
        const index = new ImageIndex();
        const expected = new Map<string, string[]>(opened.map((each) => [each, []]));
        for (const each of opened) index.open(each);
        for (const [owner, url] of images) {
          index.add(owner, url);
          expected.set(owner, [...(expected.get(owner) ?? []), url]);
        }
        for (const [owner, urls] of expected) {
          expect(index.has(owner)).toBe(true);
          expect(index.of(owner)).toEqual(urls.slice(0, mostImages));
        }
        expect(index.has("77777777777")).toBe(false);
        expect(index.of("77777777777")).toEqual([]);
      }),
    );
  });

  test("holds many numbers, also such that are multiples of a power of two, and addresses of any length", () => {
    const index = new ImageIndex();
    const long = `https://cdn.example/${"x".repeat(600_000)}`;
    for (let nth = 0; nth < 5000; nth += 1)
      index.add(String(BigInt(nth) << 15n), `https://cdn.example/${nth}`);
    index.add("1", long);
    index.add("1", "https://cdn.example/behind");
    for (let nth = 0; nth < 5000; nth += 1) {
      expect(index.of(String(BigInt(nth) << 15n))[0]).toBe(`https://cdn.example/${nth}`);
    }
    expect(index.of("1")).toEqual([long, "https://cdn.example/behind"]);
  });
});
