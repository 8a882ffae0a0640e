import { copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";

import { describe, expect, test } from "@jest/globals";

import type { SourceChannel } from "../../src/channels/channel.js";
import { ConfigError, LockHeldError } from "../../src/errors.js";
import { exitCodeOf } from "../../src/pipeline/report.js";
import { openStateStore } from "../../src/state/open.js";
import { createBench, holder, record } from "../support/pipeline.js";
import { expectRepaired, expectSound, type Rig } from "./rig.js";
import { watched } from "./watched.js";
import { createWooRigs } from "./woo-rig.js";

const { rigOn, open } = createWooRigs();

/** A shop that stops answering does not end a process; this does. */
class Crash extends Error {}

describe("a crash", () => {
  test("R1, R2: at every single write to the state, the next run repairs", async () => {
    const { shop, rig: whole } = await open({ products: 60 });
    const calls: string[] = [];
    await whole.import({ wrap: ({ store }) => ({ store: watched(store, (call) => void calls.push(call)) }) });
    expect(new Set(calls)).toEqual(
      new Set([
        "startRun",
        "saveRun",
        "stage",
        "mark",
        "markUnchanged",
        "settle",
        "settleCreated",
        "finishRun",
      ]),
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

describe("a state that is gone or damaged", () => {
  test.each<[string, (rig: Rig) => void]>([
    ["cut short", ({ state }) => writeFileSync(state, readFileSync(state).subarray(0, 5000))],
    ["empty", ({ state }) => writeFileSync(state, "")],
    ["filled with zeros", ({ state }) => writeFileSync(state, Buffer.alloc(4096))],
    ["some other file", ({ state, file }) => copyFileSync(file, state)],
  ])(
    "R5: %s: code 4 before the shop is asked, with the way out, and the file stays",
    async (_name, damage) => {
      const { shop, rig } = await open({ products: 60 });
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
    },
  );

  test("R6: deleted: what stands in the file is adopted, nothing is created twice, nothing is written", async () => {
    const { shop, rig } = await open({ products: 230 });
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
    const { rig } = await open({ products: 3 });
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
      const start = async (): Promise<void> => {
        try {
          const { exit } = await rig.import({ wrap: ({ channel }) => ({ channel: observed(channel) }) });
          expect(exit).toBe(0);
          done += 1;
        } catch (error) {
          expect(error).toBeInstanceOf(LockHeldError);
          expect((error as LockHeldError).message).toContain(String(process.pid));
          expect((error as LockHeldError).exitCode).toBe(11);
          refused += 1;
        }
      };
      await Promise.all(Array.from({ length: 10 }, start));
    }
    expect(done + refused).toBe(200);
    expect(done).toBeGreaterThanOrEqual(20);
    expect(refused).toBeGreaterThan(20);
    expect(together).toBe(1);
    await expectRepaired(rig);
  });

  test("R10: a machine that slept while another took over writes nothing any more: code 11", async () => {
    const { rig } = await open({ products: 3 });
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
