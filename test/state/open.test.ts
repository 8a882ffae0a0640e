import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";

import { ConfigError } from "../../src/errors.js";
import { createCipher } from "../../src/state/cipher.js";
import { migrations } from "../../src/state/migrations.js";
import { openDatabase, openStateStore } from "../../src/state/open.js";
import { loadSqlite, SqliteEngine } from "../../src/state/sqlite.js";
import { createStore } from "../../src/state/store-sql.js";
import type { StateStore } from "../../src/state/store.js";
import { candidate, collect, holder, progress, report, runRow, settled, stage } from "./laws/kit.js";
import { version1 } from "./version-1.js";

const { DatabaseSync } = await loadSqlite();

/** Makes a SQLite file by hand. */
const makeFile = (file: string, text: string): void => {
  const handle = new DatabaseSync(file);
  handle.exec(text);
  handle.exec("pragma wal_checkpoint(truncate)");
  handle.close();
};

/** What a run builds on. Numbers that only a report tells are left out: a wrong one does no harm. */
const tellAll = async (store: StateStore): Promise<unknown> => {
  const run = await store.unfinishedRun("shop", "sync");
  return {
    state: await store.connection("shop"),
    // A run that does not look like the one asked for is read anew, which is right too.
    resume: run?.id === "run-1" && run.startedAt === runRow("run-1").startedAt ? run.resume : "page 2",
    staged: await store.staged(stage, {}, undefined, 100),
    catalogue: await collect(store.catalogue(stage)),
    unknown: await store.unknown(stage, undefined, 100),
    known: await store.countKnown(stage),
  };
};

describe("src/state/open.ts", () => {
  let folder: string;
  let path: string;
  let url: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(join(tmpdir(), "psync-open-"));
    path = join(folder, "state.db");
    url = `sqlite:${path}`;
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  /** A store in the middle of a run, with something in every table; closed. */
  const makeStore = async (): Promise<void> => {
    const store = await openStateStore(url);
    const slot = await store.acquireSlot("wms", holder("import"), 60_000);
    const old = { ...stage, run: "run-0" };
    const skipped = Array.from({ length: 40 }, (_, index) => ({
      key: `s${index}`,
      outcome: "skipped" as const,
      code: "no-sku",
      message: `record ${index} has no SKU`,
    }));
    const state = {
      completedRun: "run-0",
      completedAt: "2026-11-22T08:01:00.000Z",
      cursor: "2026-11-22T08:00:00Z",
    };
    await store.startRun(runRow("run-0"));
    await store.stage(old, skipped, progress);
    await store.finishRun(old, report("run-0"), { state, full: false });
    await store.startRun(runRow("run-1"));
    const records = Array.from({ length: 60 }, (_, index) => candidate(`k${index}`, `SKU-${index}`));
    await store.stage(stage, records, { ...progress, resume: "page 2" });
    const written = records.slice(0, 30).map((record) => settled(record, "created", `id ${record.key}`));
    await store.settle(stage, slot, written);
    await slot.release();
    await store.close();
  };

  const openAndTell = async (address = url): Promise<unknown> => {
    const store = await openStateStore(address);
    try {
      return await tellAll(store);
    } finally {
      await store.close();
    }
  };

  const refusal = async (): Promise<unknown> => {
    const before = fs.statSync(path).isFile() ? fs.readFileSync(path) : undefined;
    const error: unknown = await openAndTell().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ message: expect.stringContaining(path), hint: expect.stringMatching(/./) });
    // What was refused is left as it was found: it may still be of use to somebody.
    if (before !== undefined) expect(fs.readFileSync(path).equals(before)).toBe(true);
    return error;
  };

  test("a new file and its folder belong to the user alone, and warn of nothing", async () => {
    path = join(folder, "a", "b", "state.db");
    const warnings: string[] = [];
    const store = await openStateStore(`sqlite:${path}`, { onWarning: (message) => warnings.push(message) });
    await store.startRun(runRow("run-1"));
    expect(store.place).toBe(path);
    expect(fs.readdirSync(join(folder, "a", "b")).sort()).toEqual([
      "state.db",
      "state.db-shm",
      "state.db-wal",
    ]);
    if (process.platform !== "win32") {
      expect(fs.statSync(join(folder, "a")).mode & 0o777).toBe(0o700);
      for (const name of fs.readdirSync(join(folder, "a", "b"))) {
        expect([name, fs.statSync(join(folder, "a", "b", name)).mode & 0o777]).toEqual([name, 0o600]);
      }
    }
    await store.close();
    expect(warnings).toEqual([]);
  });

  test("a file that others can read is used, with a warning", async () => {
    await (await openStateStore(url)).close();
    fs.chmodSync(path, 0o644);
    const warnings: string[] = [];
    await (await openStateStore(url, { onWarning: (message) => warnings.push(message) })).close();
    expect(warnings).toEqual(
      process.platform === "win32" ? [] : [expect.stringContaining(`chmod 600 '${path}'`)],
    );
  });

  test.each(["postgre://host/db", "state.db", "", "sqlite:"])(
    "%p is no address of a state",
    async (address) => {
      const opened = openStateStore(address);
      await expect(opened).rejects.toMatchObject({ code: "state-url", exitCode: 4 });
    },
  );

  test("an address may be written with slashes", async () => {
    const store = await openStateStore(`sqlite://${path}`);
    expect(store.place).toBe(path);
    await store.close();
  });

  test("what was kept is there again", async () => {
    await makeStore();
    expect(await openAndTell()).toMatchObject({ known: 30, resume: "page 2" });
  });

  describe("refuses, and never starts from scratch", () => {
    test("an empty file", async () => {
      fs.writeFileSync(path, "");
      expect(await refusal()).toMatchObject({ code: "state-corrupt" });
    });

    test("a file of zeros", async () => {
      await makeStore();
      fs.writeFileSync(path, Buffer.alloc(fs.statSync(path).size));
      expect(await refusal()).toMatchObject({ code: "state-corrupt" });
    });

    test("a file that is cut short, wherever", async () => {
      await makeStore();
      const whole = fs.readFileSync(path);
      for (let part = 1; part < 24; part += 1) {
        fs.writeFileSync(path, whole.subarray(0, Math.floor((whole.length * part) / 24)));
        expect(await refusal()).toMatchObject({ code: "state-corrupt" });
      }
      fs.writeFileSync(path, whole.subarray(0, whole.length - 1));
      expect(await refusal()).toMatchObject({ code: "state-corrupt" });
    });

    test("some other file", async () => {
      fs.writeFileSync(path, "name,price\n".repeat(200));
      expect(await refusal()).toMatchObject({ code: "state-not-ours" });
    });

    test("a folder", async () => {
      fs.mkdirSync(path);
      expect(await refusal()).toMatchObject({ code: "state-not-ours" });
    });

    test.each([
      ["another program's database", "create table bookmarks (url text); insert into bookmarks values ('x')"],
      ["a database without tables", "create table t (a); drop table t"],
      ["a schema without a version", "create table psync_schema (version integer not null)"],
    ])("%s", async (_name, text) => {
      makeFile(path, text);
      expect(await refusal()).toMatchObject({ code: "state-not-ours" });
    });

    test("a newer schema", async () => {
      await makeStore();
      makeFile(path, "update psync_schema set version = 99");
      expect(await refusal()).toMatchObject({
        code: "state-newer",
        message: expect.stringContaining("version 99"),
      });
    });

    test("a file that SQLite may only read", async () => {
      await makeStore();
      const bytes = fs.readFileSync(path);
      // The file format's way to say so, which also stops the superuser (fileformat2.html, section 1.3.3).
      bytes[18] = 9;
      fs.writeFileSync(path, bytes);
      expect(await refusal()).toMatchObject({ code: "state-unwritable" });
    });

    test("a place where no file can be", async () => {
      fs.writeFileSync(join(folder, "file"), "x");
      const opened = openStateStore(`sqlite:${join(folder, "file", "state.db")}`);
      await expect(opened).rejects.toBeInstanceOf(ConfigError);
      await expect(opened).rejects.toMatchObject({ code: "state-unwritable" });
    });

    test("a table that somebody dropped", async () => {
      await makeStore();
      makeFile(path, "drop table psync_products");
      expect(await openAndTell().catch((reason: unknown) => reason)).toMatchObject({ code: "state-corrupt" });
    });
  });

  test("a bit that flipped is told or does no harm: 200 times", async () => {
    await makeStore();
    const whole = fs.readFileSync(path);
    const right = await openAndTell();
    let refused = 0;
    let seed = 20_261_123;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * below);
    };
    for (let round = 0; round < 200; round += 1) {
      const place = random(whole.length);
      const bit = random(8);
      const flipped = Buffer.from(whole);
      flipped[place] = (flipped[place] ?? 0) ^ (1 << bit);
      const copy = join(folder, `${round}.db`);
      fs.writeFileSync(copy, flipped, { mode: 0o600 });
      const told = await openAndTell(`sqlite:${copy}`).catch((reason: unknown) => reason);
      if (told instanceof ConfigError) refused += 1;
      else expect({ place, bit, told }).toEqual({ place, bit, told: right });
    }
    expect(refused).toBeGreaterThan(10);
    expect(refused).toBeLessThan(190);
  });

  describe("upgrades", () => {
    const next = [
      ...migrations,
      async (session: Parameters<(typeof migrations)[number]>[0]) => {
        await session.run("alter table psync_runs add column note text", []);
      },
    ];

    test("a file of version 1 is read", async () => {
      makeFile(path, version1);
      expect(await openAndTell()).toEqual({
        state: { completedRun: "run-0", completedAt: "2026-11-22T08:01:00.000Z", cursor: "c0" },
        resume: "page 2",
        staged: [expect.objectContaining({ key: "k2", sku: "B", product: { sku: "B", name: "Name of B" } })],
        catalogue: [
          { known: { sku: "A", product: { sku: "A", name: "Name of A" }, remoteId: "77" } },
          { staged: expect.objectContaining({ key: "k2" }) },
        ],
        unknown: [{ key: "k2", sku: "B", skuKey: "B" }],
        known: 1,
      });
      const store = await openStateStore(url);
      expect(await store.unfinishedRun("shop", "import")).toMatchObject({ id: "run-1", resume: "p2" });
      expect(await collect(store.issues({ ...stage, run: "run-0" }))).toEqual([
        { outcome: "skipped", code: "status", key: "k9", sku: "Z", message: "a draft" },
      ]);
      await store.close();
    });

    test("an older file is brought up to date once, with a backup, and is then too new for the old program", async () => {
      await makeStore();
      const before = await openAndTell();
      const opened = await Promise.all([
        openStateStore(url, { migrations: next }),
        openStateStore(url, { migrations: next }),
      ]);
      for (const store of opened) {
        expect(await tellAll(store)).toEqual(before);
        await store.close();
      }
      const names = fs.readdirSync(folder).filter((name) => !/-(wal|shm)$/.test(name));
      expect(names.sort()).toEqual(["state.db", `state.db.backup-v${migrations.length}`]);
      expect(fs.statSync(`${path}.backup-v${migrations.length}`).mode & 0o777).toBe(
        process.platform === "win32" ? 0o666 : 0o600,
      );
      expect(await refusal()).toMatchObject({ code: "state-newer" });
      expect(await openAndTell(`${url}.backup-v${migrations.length}`)).toEqual(before);
    });

    test("an upgrade that fails leaves the old file", async () => {
      await makeStore();
      const before = await openAndTell();
      const broken = [...next, () => Promise.reject(new Error("stopped in the middle"))];
      await expect(openStateStore(url, { migrations: broken })).rejects.toThrow("stopped in the middle");
      expect(await openAndTell()).toEqual(before);
    });
  });

  test("staging prepares its statements once", async () => {
    const database = await openDatabase("sqlite::memory:");
    const { engine } = database;
    if (!(engine instanceof SqliteEngine)) throw new Error("not SQLite");
    const { processes, monotonicMs, wallMs } = {
      processes: { isAlive: () => true, startOf: () => undefined },
      monotonicMs: () => 0,
      wallMs: () => 0,
    };
    const store = createStore(database, { processes, monotonicMs, wallMs }, createCipher("here", undefined));
    const page = (from: number): Promise<void> => {
      const records = Array.from({ length: 100 }, (_, index) =>
        candidate(`k${from + index}`, `S${from + index}`),
      );
      return store.stage(stage, records, progress);
    };
    await store.startRun(runRow(stage.run));
    // The first pages ask something more each: what those before them left.
    for (let from = 0; from < 300; from += 100) await page(from);
    const { prepared } = engine;
    for (let from = 300; from < 2000; from += 100) await page(from);
    expect(engine.prepared).toBe(prepared);
    expect(await store.countStaged(stage, { contested: false })).toBe(2000);
    await store.close();
  });
});
