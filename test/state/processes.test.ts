import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, test } from "@jest/globals";

import { LockHeldError } from "../../src/errors.js";
import { thisProcess } from "../../src/state/holder.js";
import { openStateStore } from "../../src/state/open.js";
import { collect, stage } from "./laws/kit.js";
import { Programs } from "./compiled.js";

const taker = `
  import { openStateStore } from "./state/open.js";
  import { thisProcess } from "./state/holder.js";
  const store = await openStateStore(process.argv[2]);
  try {
    const slot = await store.acquireSlot("wms", thisProcess("import", "shop"), 60_000);
    console.log("got " + slot.fence);
  } catch (error) {
    console.log(error.name + " " + error.message);
  }
  process.stdin.resume();
  process.stdin.on("end", () => process.exit());
`;

const writer = `
  import { openStateStore } from "./state/open.js";
  import { thisProcess } from "./state/holder.js";
  const store = await openStateStore(process.argv[2]);
  const stage = { connection: "shop", records: "shop", run: process.argv[3], destination: "wms" };
  const slot = await store.acquireSlot("wms", thisProcess("import", "shop"), 60_000);
  for (let batch = 0; ; batch += 1) {
    const records = Array.from({ length: 25 }, (_, index) => {
      const sku = stage.run + "-" + (batch * 25 + index);
      return { key: sku, sku, skuKey: sku, product: JSON.stringify({ sku }), fingerprint: "f", outcome: "staged" };
    });
    await store.stage(stage, records, { absent: {}, recordsRead: batch * 25 });
    await store.settle(stage, slot, records.map(({ key, skuKey, sku, fingerprint }) =>
      ({ key, skuKey, outcome: "created", fingerprint, known: { sku, product: { sku }, remoteId: sku } })));
    for (const { sku } of records) console.log(sku);
  }
`;

describe("src/state", () => {
  const folder = mkdtempSync(join(tmpdir(), "psync-processes-"));
  const programs = new Programs();
  afterAll(() => {
    rmSync(folder, { recursive: true });
    rmSync(programs.folder, { recursive: true });
  });

  test("of several that start at once on a new file one gets the slot; when it is killed the next takes over", async () => {
    const url = `sqlite:${join(folder, "race.db")}`;
    const running = Array.from({ length: 5 }, () => programs.start(taker, [url]));
    const lines = await Promise.all(running.map((program) => program.line()));
    const winners = running.filter((_, index) => lines[index]?.startsWith("got ") === true);
    expect(winners).toHaveLength(1);
    for (const line of lines)
      expect(line).toMatch(/^got 1$|^LockHeldError wms is held by psync import of shop /);

    const store = await openStateStore(url);
    const seeker = thisProcess("sync", "shop");
    await expect(store.acquireSlot("wms", seeker, 60_000)).rejects.toThrow(LockHeldError);
    for (const winner of winners) await winner.kill();
    // The lease has most of its minute left: that the process is dead is what frees the slot. It is seen where the
    // system tells machines apart; elsewhere only time helps.
    const next = store.acquireSlot("wms", seeker, 60_000);
    if (seeker.machine === undefined) await expect(next).rejects.toThrow(LockHeldError);
    else expect((await next).fence).toBe(2);
    await store.close();
    for (const program of running) await program.stop();
  });

  test("what was acknowledged is there after kill -9", async () => {
    const url = `sqlite:${join(folder, "killed.db")}`;
    const acknowledged: string[] = [];
    for (const [round, least] of [40, 110, 3, 77].entries()) {
      const program = programs.start(writer, [url, `run-${round}`]);
      for (let count = 0; count < least; count += 1) {
        const line = await program.line();
        if (line === undefined) throw new Error("the writer ended by itself");
        acknowledged.push(line);
      }
      acknowledged.push(...(await program.kill()));

      const store = await openStateStore(url, {
        // Frees the slot also where the system does not tell machines apart.
        now: () => Date.now() + 120_000,
      });
      const known = await collect(store.catalogue(stage));
      const skus = new Set(known.map((entry) => entry.known?.sku));
      expect(acknowledged.filter((sku) => !skus.has(sku))).toEqual([]);
      const slot = await store.acquireSlot("wms", thisProcess("import", "shop"), 60_000);
      await slot.release();
      await store.close();
    }
  });
});
