import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createFileDestination } from "../../../src/destinations/file/index.js";
import { caught, type FileBench, never, openFileBench, readTree } from "../../support/file-destination.js";

describe("src/destinations/file/catalogue.ts", () => {
  let bench: FileBench;
  let folder: string;
  beforeEach(async () => {
    bench = await openFileBench();
    folder = bench.folder;
  });
  afterEach(() => bench.close());

  describe("a file that psync did not write is left alone", () => {
    const head = "the header of a CSV file";
    test.each([
      ["jsonl", "notes", "# my notes\n", 1],
      ["jsonl", "another's JSON", '{"id":1}\n', 1],
      ["jsonl", "a field of another's", '{"sku":"A"}\n{"sku":"B","colour":"red"}\n', 2],
      ["jsonl", "a field of another kind", '{"sku":"A","quantity":"4"}\n', 1],
      ["jsonl", "an empty line", '{"sku":"A"}\n\n', 2],
      ["jsonl", "no order", '{"sku":"B"}\n{"sku":"C"}\n{"sku":"A"}\n', 3],
      ["jsonl", "a SKU twice", '{"sku":"B"}\n{"sku":"B"}\n', 2],
      ["jsonl", "a torn end", '{"sku":"A"}\n{"sku":"B","na', 2],
      ["csv", "another header", "sku,name\nA,x\n", 1],
      ["csv", "too few cells", `${head}A,x\n`, 2],
      ["csv", "no number", `${head}A${",".repeat(9)}four${",".repeat(38)}\n`, 2],
      ["csv", "an open quote", `${head}"A\n\n\n`, 2],
      ["csv", "a loose quote", `${head}A${",".repeat(4)}"x\ny"${",".repeat(43)}\n"B"x,\n`, 4],
      ["csv", "custom fields that are no JSON", `${head}A${",".repeat(42)}{Color}${",".repeat(5)}\n`, 2],
    ] as const)("%s: %s", async (format, _, text, line) => {
      const path = join(folder, `out.${format}`);
      await bench.write({ format }, []);
      await writeFile(path, text.replace(head, await readFile(path, "utf8")));
      const before = await readTree(folder);
      const errors = [
        await caught(bench.write({ format }, [{ sku: "A" }])),
        await caught(createFileDestination(bench.settings({ format })).find(["\u{10ffff}"], never)),
      ];
      for (const error of errors) {
        expect(error).toMatchObject({ code: "file-foreign", exitCode: 4 });
        expect(error.message).toContain(`${path}, line ${line}:`);
        expect(error.hint).toContain("move it away");
        expect(error.faults).toEqual([expect.objectContaining({ file: path, line })]);
      }
      expect(await readTree(folder)).toEqual(before);
    });

    test.each(["jsonl", "csv"] as const)("%s: bytes that are not UTF-8", async (format) => {
      const path = join(folder, `out.${format}`);
      await bench.write({ format }, [
        { sku: "0", name: "é" },
        { sku: "A", name: "NAME" },
      ]);
      const bytes = await readFile(path);
      bytes[bytes.indexOf("NAME")] = 0xff;
      await writeFile(path, bytes);
      const error = await caught(bench.write({ format }, [{ sku: "B" }]));
      expect(error.code).toBe("file-foreign");
      expect(error.message).toContain(`line ${format === "csv" ? 3 : 2}: not a psync document`);
      expect((await readFile(path)).equals(bytes)).toBe(true);
    });

    test("an empty file holds nothing that could be lost", async () => {
      await writeFile(join(folder, "out.csv"), "");
      await bench.write({ format: "csv" }, [{ sku: "A" }]);
      expect(await readFile(join(folder, "out.csv"), "utf8")).toContain("\nA,");
    });
  });
});
