import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";

import { afterEach, describe, expect, test } from "@jest/globals";

import type { SourceChannel } from "../../src/channels/channel.js";
import type { OpenFile } from "../../src/destinations/file/replace-file.js";
import { ConfigError, LockHeldError } from "../../src/errors.js";
import { exitCodeOf } from "../../src/pipeline/report.js";
import type { WooShop } from "../../src/sandbox/woocommerce/server.js";
import { systemProcesses } from "../../src/state/holder.js";
import { openDatabase, openStateStore } from "../../src/state/open.js";
import { createStore } from "../../src/state/store-sql.js";
import type { StateStore } from "../../src/state/store.js";
import { createBench, holder, record } from "../support/pipeline.js";
import { createWooBed } from "../support/woo-bed.js";
import { expectRepaired, expectSound, openRig, type Rig } from "./rig.js";

const bed = createWooBed();
const rigs: Rig[] = [];

afterEach(async () => {
  for (const rig of rigs.splice(0)) rig.close();
  await bed.close();
});

async function openShopRig(products = 60): Promise<{ readonly shop: WooShop; readonly rig: Rig }> {
  const shop = await bed.openShop({ products });
  return { shop, rig: rigOn(shop) };
}

function rigOn(shop: WooShop): Rig {
  const rig = openRig(shop, { clock: bed.clock });
  rigs.push(rig);
  return rig;
}

/** The store, with something that happens before each call that changes it. */
function watched(store: StateStore, before: (call: string) => void | Promise<void>): StateStore {
  const changing = new Set<string>([
    "startRun",
    "saveRun",
    "stage",
    "mark",
    "markUnchanged",
    "noteRemote",
    "settle",
    "settleCreated",
    "finishRun",
  ]);
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      const call = value.bind(target) as (...given: unknown[]) => unknown;
      if (typeof name !== "string" || !changing.has(name)) return call;
      return async (...given: unknown[]) => {
        await before(name);
        return call(...given);
      };
    },
  });
}

/** A shop that stops answering does not end a process; this does. */
class Crash extends Error {}

describe("a crash", () => {
  test("R1, R2: at every single write to the state, the next run repairs", async () => {
    const { shop, rig: whole } = await openShopRig();
    const calls: string[] = [];
    await whole.import({ wrap: ({ store }) => ({ store: watched(store, (call) => void calls.push(call)) }) });
    expect(new Set(calls)).toEqual(
      new Set(["startRun", "saveRun", "stage", "mark", "markUnchanged", "settle", "settleCreated", "finishRun"]),
    );
    const unharmed = whole.text();
    for (let at = 1; at <= calls.length; at += 1) {
      const rig = rigOn(shop);
      let made = 0;
      // From there on nothing reaches the state any more, as behind a kill -9.
      const die = (): void => {
        made += 1;
        if (made >= at) throw new Crash("killed");
      };
      const crashed = await rig
        .import({ wrap: ({ store }) => ({ store: watched(store, die) }) })
        .catch((error: unknown) => error);
      expect(crashed).toBeInstanceOf(Crash);
      expect(["", unharmed]).toContain(rig.text());
      await expectRepaired(rig);
      expect(rig.text()).toBe(unharmed);
    }
  });

  test("R2: between the acknowledgement of a create and its record, at 100 places: no second create", async () => {
    const records = Array.from({ length: 100 }, (_, index) => record(String(100 + index), {}));
    for (const { key } of records) {
      const bench = await createBench({ records, pageSize: 100, maxBatch: 10 });
      bench.destination.failWrite(`SKU-${key}`, { when: "after", error: new Crash("killed") });
      const crashed = await bench.run();
      expect(crashed.error).toBeInstanceOf(Crash);
      const after = await bench.run();
      expect(after.report).toMatchObject({ status: "ok", counts: { read: 100, failed: 0 } });
      expect(bench.destination.items.size).toBe(100);
      expect(bench.destination.writes).toHaveLength(100);
      await bench.store.close();
    }
  });
});

describe("a disk that is full", () => {
  /** A store on a file that may not grow by more than some pages of 4 KiB from `limit` on. */
  async function openSmall(url: string): Promise<{ store: StateStore; limit: (pages: number) => Promise<void> }> {
    const database = await openDatabase(url);
    const senses = {
      processes: systemProcesses,
      monotonicMs: () => performance.now(),
      wallMs: () => Date.now(),
    };
    return {
      store: createStore(database, senses),
      limit: async (pages) => {
        const [row] = await database.all<{ readonly page_count: number }>("pragma page_count", []);
        await database.all(`pragma max_page_count = ${(row?.page_count ?? 0) + pages}`, []);
      },
    };
  }

  test("R4: at the state while it reads: code 4, the path is named, nothing is written", async () => {
    const { rig } = await openShopRig(230);
    const run = await rig.import({
      openStore: async (url) => {
        const { store, limit } = await openSmall(url);
        await limit(30);
        return store;
      },
    }).catch((error: unknown) => error);
    expect(run).toBeInstanceOf(ConfigError);
    expect(run).toMatchObject({ exitCode: 4, code: "state-unwritable" });
    expect((run as Error).message).toContain(rig.state);
    expect((run as Error).message).toMatch(/full/);
    expect(existsSync(rig.file)).toBe(false);
    await expectRepaired(rig);
  });

  test("R4: at the state behind the document: the document is whole, and the next run knows it as written", async () => {
    const { rig } = await openShopRig(130);
    let fill: () => Promise<void> = () => Promise.resolve();
    const run = await rig.import({
      openStore: async (url) => {
        const { store, limit } = await openSmall(url);
        fill = () => limit(0);
        return store;
      },
      wrap: ({ store }) => ({
        store: watched(store, (call) => (call === "settleCreated" ? fill() : undefined)),
      }),
    }).catch((error: unknown) => error);
    expect(run).toBeInstanceOf(ConfigError);
    expect(run).toMatchObject({ exitCode: 4, code: "state-unwritable" });
    const before = statSync(rig.file);
    const repaired = await expectRepaired(rig);
    expect(repaired.report.counts.created).toBe(rig.skus().length);
    expect(statSync(rig.file).ino).toBe(before.ino);
  });

  test("R4: at the document: code 4, the path is named, the old one stays whole, no product counts as written", async () => {
    const { shop, rig } = await openShopRig(130);
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

describe("a state that is gone or damaged", () => {
  test.each<[string, (rig: Rig) => void]>([
    ["cut short", ({ state }) => writeFileSync(state, readFileSync(state).subarray(0, 5000))],
    ["empty", ({ state }) => writeFileSync(state, "")],
    ["filled with zeros", ({ state }) => writeFileSync(state, Buffer.alloc(4096))],
    ["some other file", ({ state, file }) => copyFileSync(file, state)],
  ])("R5: %s: code 4 before the shop is asked, with the way out, and the file stays", async (_name, damage) => {
    const { shop, rig } = await openShopRig();
    await rig.import();
    const before = rig.text();
    damage(rig);
    const calls = shop.requests.length;
    const refused: unknown = await rig.import().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ConfigError);
    expect((refused as ConfigError).hint).not.toBe("");
    expect((refused as ConfigError).message).toContain(rig.state);
    expect(shop.requests).toHaveLength(calls);
    expect(rig.text()).toBe(before);
  });

  test("R6: deleted: what stands in the file is adopted, nothing is created twice, nothing is written", async () => {
    const { shop, rig } = await openShopRig(230);
    await rig.import();
    const before = statSync(rig.file);
    rmSync(rig.state);
    const run = await rig.import();
    const { counts } = run.report;
    expect(counts).toMatchObject({ created: 0, updated: 0, unchanged: rig.skus().length });
    expect(statSync(rig.file)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
    await expectSound(rig, run);
    rmSync(rig.state);
    const [first] = rig.products();
    shop.edit(Number(first?.product_id), { name: "The only difference" });
    expect((await rig.import()).report.counts).toMatchObject({ created: 0, updated: 1 });
    await expectRepaired(rig);
  });
});

describe("two runs at once", () => {
  test("R9: of 200 starts, ten at a time, no two hold the destination together, and the refused name the holder", async () => {
    const { rig } = await openShopRig(3);
    await rig.import();
    let [holding, together, refused, done] = [0, 0, 0, 0];
    const observed = (channel: SourceChannel): SourceChannel => ({
      ...channel,
      async *read(request, signal) {
        holding += 1;
        together = Math.max(together, holding);
        try {
          yield* channel.read(request, signal);
        } finally {
          holding -= 1;
        }
      },
    });
    for (let round = 0; round < 20; round += 1) {
      const starts = Array.from({ length: 10 }, () =>
        rig.import({ wrap: ({ channel }) => ({ channel: observed(channel) }) }).then(
          ({ exit }) => {
            expect(exit).toBe(0);
            done += 1;
          },
          (error: unknown) => {
            expect(error).toBeInstanceOf(LockHeldError);
            expect((error as LockHeldError).message).toContain(String(process.pid));
            expect((error as LockHeldError).exitCode).toBe(11);
            refused += 1;
          },
        ),
      );
      await Promise.all(starts);
    }
    expect(done + refused).toBe(200);
    expect(done).toBeGreaterThanOrEqual(20);
    expect(refused).toBeGreaterThan(20);
    expect(together).toBe(1);
    await expectRepaired(rig);
  });

  test("R10: a machine that slept while another took over writes nothing any more: code 11", async () => {
    const { rig } = await openShopRig(3);
    let slept = 0;
    const senses = {
      now: () => Date.now() + slept,
      monotonic: () => performance.now() + slept,
    };
    const url = `sqlite:${rig.state}`;
    const records = Array.from({ length: 30 }, (_, index) => record(String(10 + index), {}));
    const bench = await createBench({ records, pageSize: 10, store: await openStateStore(url, senses) });
    const other = await openStateStore(url, senses);
    const { channel } = bench.parts;
    bench.parts = {
      ...bench.parts,
      channel: {
        ...channel,
        async *read(request, signal) {
          for await (const page of channel.read(request, signal)) {
            yield page;
            if (slept > 0) continue;
            slept = 3_600_000;
            await other.acquireSlot("memory memory", { ...holder, host: "elsewhere" }, 60_000);
          }
        },
      },
    };
    const run = await bench.run();
    expect(exitCodeOf(run)).toBe(11);
    expect(bench.destination.writes).toHaveLength(0);
    await other.close();
    await bench.store.close();
  });
});

/** A folder on a disk of its own that is soon full; undefined where this user may not mount one. */
function mountSmallDisk(folder: string, kibibytes: number): { grow: () => void; unmount: () => void } | undefined {
  const mount = (...args: string[]): void => void execFileSync("mount", args, { stdio: "pipe" });
  try {
    mount("-t", "tmpfs", "-o", `size=${kibibytes}k`, "psync-test", folder);
  } catch {
    return undefined;
  }
  return {
    grow: () => mount("-o", "remount,size=64m", folder),
    unmount: () => void execFileSync("umount", [folder], { stdio: "pipe" }),
  };
}

void mountSmallDisk;
void join;
