import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunStamp } from "../../src/destinations/destination.js";
import { createFileDestination, type FileSettings } from "../../src/destinations/file/index.js";
import { ConfigError } from "../../src/errors.js";
import type { Product } from "../../src/model/product.js";
import type { CheckResult } from "../../src/model/report.js";

export const never = new AbortController().signal;
export const run: RunStamp = { id: "20261124T080000000Z-b2", startedAt: "2026-11-24T08:00:00.000Z" };

export async function* stream(products: Iterable<Product>): AsyncGenerator<Product> {
  yield* products;
}

/** Every file below a folder with its text. */
export async function readTree(folder: string): Promise<Record<string, string>> {
  const tree: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) tree[path] = await readFile(path, "utf8");
  }
  return tree;
}

/** The ConfigError that a promise rejects with; anything else is a failure. */
export async function caught(promise: Promise<unknown>): Promise<ConfigError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConfigError)) throw new Error("no ConfigError was thrown", { cause: error });
  return error;
}

export interface FileBench {
  readonly folder: string;
  /** Settings of a JSON lines catalogue in the folder, with what the test needs otherwise. */
  settings(change?: Partial<FileSettings>): FileSettings;
  write(change: Partial<FileSettings>, products: Iterable<Product>, stamp?: RunStamp): Promise<void>;
  check(change: Partial<FileSettings>): Promise<CheckResult[]>;
  close(): Promise<void>;
}

/** A folder of its own with file destinations in it. */
export async function openFileBench(): Promise<FileBench> {
  const folder = await mkdtemp(join(tmpdir(), "psync-file-"));
  function settings(change: Partial<FileSettings> = {}): FileSettings {
    const format = change.format ?? "jsonl";
    return {
      path: join(folder, `out.${format}`),
      format,
      content: "catalogue",
      formulaGuard: false,
      ...change,
    };
  }
  return {
    folder,
    settings,
    async write(change, products, stamp = run) {
      await createFileDestination(settings(change)).replace(stream(products), stamp, never);
    },
    async check(change) {
      const results: CheckResult[] = [];
      for await (const result of createFileDestination(settings(change)).check(never)) results.push(result);
      return results;
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
