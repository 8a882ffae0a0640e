import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Destination, DestinationParts } from "../../src/destinations/destination.js";
import { createFileDestination } from "../../src/destinations/file/index.js";
import { destinations } from "../../src/destinations/index.js";
import { InterruptedError } from "../../src/errors.js";
import { compileItemTable } from "../../src/mapping/compile-items.js";
import { loadItemTable } from "../../src/mapping/load.js";
import { builtinItemTables } from "../../src/runtime.js";
import { destinationSuite } from "../conformance/destination.js";
import {
  caught,
  type FileBench,
  never,
  openFileBench,
  readTree,
  run,
  stream,
} from "../support/file-destination.js";

const itemTable = await loadItemTable("extensiv-items", ".", builtinItemTables);
const itemMapper = compileItemTable(itemTable);

describe("src/destinations/file/index.ts", () => {
  let bench: FileBench;
  let folder: string;
  beforeEach(async () => {
    bench = await openFileBench();
    folder = bench.folder;
  });
  afterEach(() => bench.close());

  for (const change of [
    { format: "jsonl", formulaGuard: false },
    { format: "csv", formulaGuard: false },
    { format: "csv", formulaGuard: true },
  ] as const) {
    destinationSuite(`file, ${change.format}${change.formulaGuard ? " with formulaGuard" : ""}`, {
      kind: "document",
      async open() {
        return {
          destination: createFileDestination(
            bench.settings({ ...change, path: join(folder, `deep/er/out.${change.format}`) }),
          ),
          snapshot: () => readTree(folder),
        };
      },
    });
  }

  destinationSuite("file, extensiv-items", {
    kind: "document",
    async open() {
      const settings = bench.settings({ format: "extensiv-items", path: join(folder, "deep/er/out.tsv") });
      return {
        destination: createFileDestination(settings, { mapper: itemMapper }),
        snapshot: () => readTree(folder),
      };
    },
  });

  test("the registry has it", async () => {
    const { create } = await destinations.file.load();
    const parts = { mapper: itemMapper } as DestinationParts;
    const made = (format: "csv" | "extensiv-items"): Destination =>
      create({ type: "file", ...bench.settings({ format }) }, parts);
    expect(made("csv")).toMatchObject({ kind: "document", id: "file", account: join(folder, "out.csv") });
    const { fields } = made("extensiv-items").features;
    expect(fields).toEqual(new Set(["sku", ...itemMapper.fields]));
  });

  test("a format that needs a mapping table says so", () => {
    expect(() => createFileDestination(bench.settings({ format: "extensiv-items" }))).toThrow(
      "mapping table",
    );
  });

  test("JSON lines stand in order of SKU, keys in order of the canonical product", async () => {
    await bench.write({}, [
      { sku: "A", name: "Mug", UPC: "0012", quantity: 4, custom_fields: { b: 1, a: "x" } },
      { status: "active", tags: ["x", "y"], sku: "B" },
    ]);
    expect(await readFile(join(folder, "out.jsonl"), "utf8")).toBe(
      '{"sku":"A","name":"Mug","UPC":"0012","quantity":4,"custom_fields":{"b":1,"a":"x"}}\n' +
        '{"sku":"B","tags":["x","y"],"status":"active"}\n',
    );
  });

  test("the order is that of the UTF-8 bytes, and products out of order are refused as a bug", async () => {
    const skus = ["10", "9", "Z", "a", "\uff21", "\u{1f9e2}"];
    await bench.write(
      {},
      skus.map((sku) => ({ sku })),
    );
    await expect(bench.write({}, [{ sku: "\u{1f9e2}" }, { sku: "\uff21" }])).rejects.toThrow("do not ascend");
    await expect(bench.write({}, [{ sku: "A" }, { sku: "A" }])).rejects.toThrow("do not ascend");
    expect((await readFile(join(folder, "out.jsonl"), "utf8")).match(/\n/g)).toHaveLength(skus.length);
  });

  test("rows that are kept stay as they stand, byte for byte", async () => {
    const path = join(folder, "out.jsonl");
    await writeFile(path, '{ "sku":"B", "quantity": 1.50 }\n{"name":"x","sku":"D"}');
    await bench.write({}, [{ sku: "C" }]);
    expect(await readFile(path, "utf8")).toBe(
      '{ "sku":"B", "quantity": 1.50 }\n{"sku":"C"}\n{"name":"x","sku":"D"}\n',
    );
  });

  describe("find", () => {
    test("asks for the same, a lower and a later SKU, and sees that the file has changed", async () => {
      const destination = createFileDestination(bench.settings());
      const find = async (...skus: string[]): Promise<string[]> => [
        ...(await destination.find(skus, never)).keys(),
      ];
      await destination.replace(stream([{ sku: "B" }, { sku: "D" }, { sku: "F" }]), run, never);
      expect(await find("C", "D")).toEqual(["D"]);
      expect(await find("D", "E")).toEqual(["D"]);
      expect(await find("B")).toEqual(["B"]);
      expect(await find("E")).toEqual([]);
      expect(await find("D")).toEqual(["D"]);
      expect(await find("G")).toEqual([]);
      expect(await find("H")).toEqual([]);
      expect(await find("F", "A", "B")).toEqual(["B", "F"]);
      await writeFile(join(folder, "out.jsonl"), '{"sku":"G"}\n');
      expect(await find("G")).toEqual(["G"]);
      await rm(join(folder, "out.jsonl"));
      expect(await find("G")).toEqual([]);
    });

    test.each([
      ["a path with a placeholder", { path: "out-{run}.jsonl" }],
      ["changes", { content: "changes" }],
    ] as const)("finds nothing with %s, whose file is no memory", async (_, change) => {
      const path = join(folder, "path" in change ? change.path : "out.jsonl");
      const destination = createFileDestination(bench.settings({ ...change, path }));
      await destination.replace(stream([{ sku: "A" }]), run, never);
      expect((await destination.find(["A"], never)).size).toBe(0);
      expect(destination.features.readable).toBe(false);
      expect(
        await createFileDestination(bench.settings({ ...change, path: `${path}-none` })).isThere(run),
      ).toBe(true);
    });
  });

  test("placeholders make a file for each run, and no folder can be left by them", async () => {
    const path = join(folder, "{date}/{run}/out-{run}.jsonl");
    await bench.write({ path }, [{ sku: "A" }]);
    await bench.write({ path }, [{ sku: "B" }], { id: "../../x y$&", startedAt: "2026-11-25T23:59:59.999Z" });
    expect(await readTree(folder)).toEqual({
      [join(folder, `2026-11-24/${run.id}/out-${run.id}.jsonl`)]: '{"sku":"A"}\n',
      [join(folder, "2026-11-25/___.._x_y__/out-___.._x_y__.jsonl")]: '{"sku":"B"}\n',
    });
  });

  test("changes hold this run's products only", async () => {
    const change = { content: "changes" } as const;
    await bench.write(change, [{ sku: "A", name: "x" }, { sku: "B" }]);
    await bench.write(change, [{ sku: "A" }]);
    expect(await readFile(join(folder, "out.jsonl"), "utf8")).toBe('{"sku":"A"}\n');
    await writeFile(join(folder, "out.jsonl"), "my notes\n");
    expect((await caught(bench.write(change, [{ sku: "A" }]))).code).toBe("file-foreign");
  });

  test("check tells what stands there and makes no folder", async () => {
    const path = join(folder, "new/{date}/out.jsonl");
    expect(await bench.check({ path })).toEqual([
      { name: "destination folder", outcome: "pass", message: `${folder} can be written` },
    ]);
    expect((await bench.check({})).map(({ message }) => message)[1]).toContain("does not exist yet");
    await writeFile(join(folder, "out.jsonl"), "notes\n");
    expect((await bench.check({}))[1]).toMatchObject({
      outcome: "fail",
      exitCode: 4,
      message: expect.stringContaining("line 1"),
    });
    expect(await readdir(folder)).toEqual(["out.jsonl"]);
  });

  test("an aborted run stops before it begins", async () => {
    const destination = createFileDestination(bench.settings());
    const aborted = AbortSignal.abort();
    await expect(destination.replace(stream([]), run, aborted)).rejects.toThrow(InterruptedError);
    await expect(destination.find(["A"], aborted)).rejects.toThrow(InterruptedError);
    expect(await readdir(folder)).toEqual([]);
  });
});
