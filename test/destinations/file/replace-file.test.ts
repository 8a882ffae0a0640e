import { chmod, mkdir, open, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createFileDestination } from "../../../src/destinations/file/index.js";
import type { OpenFile } from "../../../src/destinations/file/replace-file.js";
import type { Product } from "../../../src/model/product.js";
import {
  caught,
  type FileBench,
  never,
  openFileBench,
  readTree,
  run,
  stream,
} from "../../support/file-destination.js";

function* manyProducts(): Generator<Product> {
  for (let number = 10_000; number < 99_999; number += 1) yield { sku: `B-${number}`, name: "x".repeat(100) };
}

/** A stand-in for a disk that takes `space` characters and no more. */
function smallDisk(space: number): OpenFile {
  return async (...args) => {
    const file = await open(...args);
    const append = file.appendFile.bind(file);
    let used = 0;
    file.appendFile = async (text, options) => {
      used += String(text).length;
      if (used > space)
        throw Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC", syscall: "write" });
      await append(text, options);
    };
    return file;
  };
}

/** Runs as a user without rights, where this one is root and nothing would be refused. */
async function withoutRights<T>(work: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe("src/destinations/file/replace-file.ts", () => {
  let bench: FileBench;
  let folder: string;
  beforeEach(async () => {
    bench = await openFileBench();
    folder = bench.folder;
  });
  afterEach(() => bench.close());

  test("only the new document is left, for its user alone, and an old one's permissions stay", async () => {
    const path = join(folder, "out.jsonl");
    await bench.write({}, [{ sku: "A" }]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await chmod(path, 0o640);
    await bench.write({}, [{ sku: "B" }]);
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect(await readdir(folder)).toEqual(["out.jsonl"]);
  });

  test("leftovers of crashed runs are removed, other files are not", async () => {
    const temps: string[] = [];
    const spy: OpenFile = async (...args) => {
      temps.push(String(args[0]));
      return await open(...args);
    };
    await createFileDestination(bench.settings(), { openFile: spy }).replace(stream([]), run, never);
    const [temp = ""] = temps;
    expect(temp).toContain(run.id);
    const again = temp.replace(/[0-9a-f]{4}\.tmp$/, "0000.tmp");
    const older = temp.replace("20261124", "20261123");
    const newer = temp.replace("20261124", "20261125");
    const others = temp.replace(/\.psync-[0-9a-f]{4}/, ".psync-0000");
    for (const path of [again, older, newer, others]) await writeFile(path, "half");
    await bench.write({}, [{ sku: "A" }]);
    expect(Object.keys(await readTree(folder)).sort()).toEqual(
      [join(folder, "out.jsonl"), newer, others].sort(),
    );
  });

  test("a reader that has the file open while it is replaced reads the old one to its end", async () => {
    await bench.write({}, [{ sku: "A" }, { sku: "B" }]);
    const reader = await open(join(folder, "out.jsonl"));
    await bench.write({}, [{ sku: "C" }]);
    expect(await reader.readFile("utf8")).toBe('{"sku":"A"}\n{"sku":"B"}\n');
    await reader.close();
  });

  describe("a place that cannot be written is named, and nothing changes", () => {
    test("a full disk", async () => {
      await bench.write({}, [{ sku: "A" }]);
      const before = await readTree(folder);
      const full = createFileDestination(bench.settings(), { openFile: smallDisk(200_000) });
      const error = await caught(full.replace(stream(manyProducts()), run, never));
      expect(error).toMatchObject({ code: "file-unwritable", exitCode: 4 });
      expect(error.message).toContain(join(folder, "out.jsonl"));
      expect(error.message).toContain("no space");
      expect(await readTree(folder)).toEqual(before);
    });

    test("a folder, a link, a file for a folder", async () => {
      await mkdir(join(folder, "taken.jsonl"));
      await writeFile(join(folder, "real.jsonl"), '{"sku":"A"}\n');
      await symlink(join(folder, "real.jsonl"), join(folder, "link.jsonl"));
      const before = await readTree(folder);
      for (const [name, why] of [
        ["taken.jsonl", "it is a folder"],
        ["link.jsonl", "it is a symbolic link"],
        ["real.jsonl/out.jsonl", "a part of the path is not a folder"],
        [`${"x".repeat(300)}.jsonl`, "the name is too long"],
      ] as const) {
        const path = join(folder, name);
        const errors = [
          await caught(bench.write({ path }, [{ sku: "B" }])),
          await caught(createFileDestination(bench.settings({ path })).find(["A"], never)),
        ];
        for (const error of errors)
          expect(error.message).toMatch(new RegExp(`cannot (write|read) .*: ${why}`));
        const failed = (await bench.check({ path })).filter(({ outcome }) => outcome === "fail");
        expect(failed.length).toBeGreaterThan(0);
        for (const result of failed) expect(result).toMatchObject({ exitCode: 4, hint: expect.anything() });
      }
      expect(await readTree(folder)).toEqual(before);
    });

    test("no permission", async () => {
      const locked = join(folder, "locked");
      await mkdir(locked, { mode: 0o555 });
      await chmod(folder, 0o755);
      const path = join(locked, "new/out.jsonl");
      const [error, results] = await withoutRights(async () => [
        await caught(bench.write({ path }, [{ sku: "A" }])),
        await bench.check({ path }),
      ]);
      expect(error).toMatchObject({
        code: "file-unwritable",
        message: `cannot write ${path}: permission denied`,
      });
      // access(2) goes by the real user, whom a process cannot leave for a while only.
      expect(results[0]?.outcome).toBe(process.getuid?.() === 0 ? "pass" : "fail");
    });
  });
});
