import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { StoredRow } from "../../../src/destinations/file/format.js";
import { jsonlFormat } from "../../../src/destinations/file/jsonl.js";
import type { Product } from "../../../src/model/product.js";

describe("src/destinations/file/jsonl.ts", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "psync-jsonl-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function read(text: string | Buffer): Promise<StoredRow[]> {
    const path = join(folder, "out.jsonl");
    await writeFile(path, text);
    const rows: StoredRow[] = [];
    for await (const row of jsonlFormat.read(path)) rows.push(row);
    return rows;
  }

  test.each([
    ["line and paragraph separators", { sku: "A", name: "one\u2028two\u2029three\rfour\nfive" }],
    ["half a surrogate pair", { sku: "A", name: "\ud83e" }],
    ["right-to-left override, NUL, byte order mark", { sku: "A", name: "\u202e\0\ufeff" }],
    [
      "a name that objects have",
      { sku: "A", custom_fields: JSON.parse('{"__proto__":"x","constructor":1}') },
    ],
    ["a description of a megabyte", { sku: "A", description: "ü".repeat(1_000_000) }],
    ["10,000 tags", { sku: "A", tags: Array.from({ length: 10_000 }, (_, index) => `tag ${index}`) }],
  ] as [string, Product][])("%s comes back as it was", async (_, product) => {
    const text = jsonlFormat.toRow(product);
    const rows = await read(text.repeat(3));
    expect(rows.map(({ line }) => line)).toEqual([1, 2, 3]);
    for (const row of rows) {
      expect(row.product).toEqual(product);
      expect(row.text).toBe(text);
    }
  });

  test("a file without line ends is given up before it fills the memory", async () => {
    await expect(read(Buffer.alloc(33 * 1024 * 1024, 0x20))).rejects.toThrow("the line is too long");
  });
});
