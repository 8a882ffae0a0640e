import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, test } from "@jest/globals";

import type { OpenFile } from "../../src/destinations/file/replace-file.js";
import { ConfigError } from "../../src/errors.js";
import type { WooShop } from "../../src/sandbox/woocommerce/server.js";
import { builtBin, psync, type Ran } from "../e2e/installed.js";
import { expectRepaired, expectSound, expectWhole, type Rig } from "./rig.js";
import { watched } from "./watched.js";
import { createWooRigs, importable } from "./woo-rig.js";

const { bed, rigOn, open: openShopRig } = createWooRigs();

/** For psync as a process: on the machine's clock, and signing as over http. */
async function openProcessRig(products: number): Promise<{ readonly shop: WooShop; readonly rig: Rig }> {
  const shop = await bed.openShop({ products, clock: Date.now, assumeHttps: false });
  return { shop, rig: rigOn(shop) };
}

describe("a disk that is full", () => {
  test("R4: the state while it reads, on a small disk: code 4, the path is named, nothing is written; with room, all is well", async () => {
    const { shop, rig } = await openProcessRig(230);
    const small = openSmallDisk(rig.folder);
    try {
      writeFileSync(
        join(rig.folder, "psync.config.json"),
        configOf(shop, "disk/state.sqlite", "products.jsonl"),
      );
      const run = await small.psync(rig.folder);
      expect(run.code).toBe(4);
      expect(JSON.parse(run.stdout)).toMatchObject({ status: "failed", error: { code: "state-unwritable" } });
      expect(run.stderr).toContain(join("disk", "state.sqlite"));
      expect(run.stderr).not.toMatch(/\bat \S+ \(/);
      expect(existsSync(rig.file)).toBe(false);
      small.grow();
      expect((await small.psync(rig.folder)).code).toBe(0);
      expectWhole(rig, { list: [] });
    } finally {
      small.remove();
    }
  });

  test("R4: the document on a small disk: code 4, the path is named, the old one stays; with room, all is well", async () => {
    const { shop, rig } = await openProcessRig(230);
    const small = openSmallDisk(rig.folder);
    try {
      const document = join(rig.folder, "disk", "products.jsonl");
      writeFileSync(
        join(rig.folder, "psync.config.json"),
        configOf(shop, "state.sqlite", "disk/products.jsonl"),
      );
      writeFileSync(document, '{"sku":"OLD"}\n');
      const run = await small.psync(rig.folder);
      expect(run.code).toBe(4);
      // A limit on a process's files is met by the state first.
      const [code, path] = small.isDisk
        ? ["file-unwritable", document]
        : ["state-unwritable", join(rig.folder, "state.sqlite")];
      expect(JSON.parse(run.stdout)).toMatchObject({ counts: { created: 0 }, error: { code } });
      expect(run.stderr).toContain(path);
      expect(readFileSync(document, "utf8")).toBe('{"sku":"OLD"}\n');
      expect(readdirSync(join(rig.folder, "disk"))).toEqual(["products.jsonl"]);
      small.grow();
      expect((await small.psync(rig.folder)).code).toBe(0);
      expect(readFileSync(document, "utf8").split("\n")).toHaveLength(importable(shop).size + 2);
    } finally {
      small.remove();
    }
  });

  test("R4: the state behind the document: the document is whole, and the next run knows it as written", async () => {
    const { rig } = await openShopRig({ products: 130 });
    const full = new ConfigError("state-unwritable", "the state store cannot be written: disk is full");
    let isFull = false;
    const run = await rig
      .import({
        wrap: ({ store }) => ({
          store: watched(store, (call) => {
            isFull ||= call === "settleCreated";
            if (isFull) throw full;
          }),
        }),
      })
      .catch((error: unknown) => error);
    expect(run).toBe(full);
    const before = statSync(rig.file);
    const repaired = await expectRepaired(rig);
    expect(repaired.report.counts.created).toBe(rig.skus().length);
    expect(statSync(rig.file).ino).toBe(before.ino);
  });

  test("R4: at the document: code 4, the path is named, the old one stays whole, no product counts as written", async () => {
    const { shop, rig } = await openShopRig({ products: 130 });
    await rig.import();
    const before = rig.text();
    for (const { id } of shop.store.rows.slice(0, 20)) shop.edit(id, { description: "edited" });
    const full: OpenFile = async (path, flags, mode) => {
      const handle = await open(path, flags, mode);
      return new Proxy(handle, {
        get(target, name) {
          if (name === "appendFile") {
            return () =>
              Promise.reject(
                Object.assign(new Error("ENOSPC: no space left on device, write"), {
                  code: "ENOSPC",
                  syscall: "write",
                }),
              );
          }
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === "function" ? (value.bind(target) as unknown) : value;
        },
      });
    };
    const run = await rig.import({ openFile: full });
    expect(run).toMatchObject({ exit: 4, error: { code: "file-unwritable" } });
    expect((run.error as Error).message).toContain(`${rig.file}: no space is left`);
    expect(rig.text()).toBe(before);
    expect(readdirSync(rig.folder).filter((name) => name.includes(".tmp"))).toEqual([]);
    expect(run.report.counts).toMatchObject({ created: 0, updated: 0 });
    await expectSound(rig, run);
    await expectRepaired(rig);
  });
});

function configOf({ config }: WooShop, state: string, path: string): string {
  return JSON.stringify({ source: config, destination: { type: "file", path }, state: `sqlite:${state}` });
}

/**
 * A folder `disk` for which psync runs out of space: on a disk of its own where this user may mount one, otherwise
 * by the limit that a shell sets on the size of a process's files, which fails the same calls with another errno.
 */
function openSmallDisk(folder: string): {
  readonly isDisk: boolean;
  readonly psync: (cwd: string) => Promise<Ran>;
  readonly grow: () => void;
  readonly remove: () => void;
} {
  const disk = join(folder, "disk");
  mkdirSync(disk);
  const command = ["import", "--yes", "--json"];
  const system = (program: string, ...args: string[]): void =>
    void execFileSync(program, args, { stdio: "pipe" });
  try {
    system("mount", "-t", "tmpfs", "-o", "size=256k", "psync-test", disk);
  } catch {
    let limit = "ulimit -f 256; ";
    const limited = (cwd: string): Promise<Ran> =>
      new Promise((done) => {
        const args = ["-c", `${limit}exec "$0" "$@"`, process.execPath, builtBin, ...command];
        const child = execFile("/bin/sh", args, { cwd }, (_error, stdout, stderr) =>
          done({ code: child.exitCode, stdout, stderr }),
        );
      });
    return { isDisk: false, psync: limited, grow: () => void (limit = ""), remove: () => undefined };
  }
  return {
    isDisk: true,
    psync: (cwd) => psync(builtBin, command, { cwd }),
    grow: () => system("mount", "-o", "remount,size=64m", disk),
    remove: () => system("umount", disk),
  };
}
