import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";

import { LockHeldError } from "../../src/errors.js";
import type { ProcessLook } from "../../src/state/holder.js";
import { openStateStore } from "../../src/state/open.js";
import type { Holder, StateStore } from "../../src/state/store.js";
import { candidate, progress, settled, stage } from "./laws/kit.js";

const leaseMs = 60_000;
const hour = 3_600_000;

const holder = (pid: number, more: Partial<Holder> = {}): Holder => ({
  host: "here",
  pid,
  machine: "m",
  command: `sync ${pid}`,
  connection: "shop",
  ...more,
});

describe("src/state/slots.ts", () => {
  let folder: string;
  let wall: number;
  let monotonic: number;
  let processes: { isAlive: ProcessLook["isAlive"]; startOf: ProcessLook["startOf"] };
  let one: StateStore;
  let two: StateStore;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "psync-slots-"));
    wall = Date.parse("2026-11-23T08:00:00Z");
    monotonic = 5000;
    processes = { isAlive: () => true, startOf: () => undefined };
    const options = {
      now: () => wall,
      monotonic: () => monotonic,
      processes: {
        isAlive: (pid: number) => processes.isAlive(pid),
        startOf: (pid: number) => processes.startOf(pid),
      },
    };
    const url = `sqlite:${join(folder, "state.db")}`;
    one = await openStateStore(url, options);
    two = await openStateStore(url, options);
  });

  afterEach(async () => {
    await one.close();
    await two.close();
    rmSync(folder, { recursive: true });
  });

  test("a lease lasts as long as it is renewed", async () => {
    const slot = await one.acquireSlot("wms", holder(1), leaseMs);
    for (let beat = 0; beat < 5; beat += 1) {
      wall += 50_000;
      monotonic += 50_000;
      await expect(two.acquireSlot("wms", holder(2), leaseMs)).rejects.toThrow(
        "wms is held by psync sync 1 of shop on here, process 1, since 2026-11-23T08:00:00.000Z",
      );
      await slot.renew();
    }
    wall += leaseMs + 1;
    expect((await two.acquireSlot("wms", holder(2), leaseMs)).fence).toBe(slot.fence + 1);
  });

  test("a dead holder of this machine is taken over at once", async () => {
    await one.acquireSlot("wms", holder(1), leaseMs);
    processes.isAlive = (pid) => pid !== 1;
    await expect(two.acquireSlot("wms", holder(2, { machine: "other" }), leaseMs)).rejects.toThrow(
      LockHeldError,
    );
    expect((await two.acquireSlot("wms", holder(2), leaseMs)).fence).toBe(2);
  });

  test("a pid that was given to another process is no holder", async () => {
    await one.acquireSlot("wms", holder(1, { processStart: "100" }), leaseMs);
    processes.startOf = () => "100";
    await expect(two.acquireSlot("wms", holder(2), leaseMs)).rejects.toThrow(LockHeldError);
    processes.startOf = () => "200";
    expect((await two.acquireSlot("wms", holder(2), leaseMs)).fence).toBe(2);
  });

  test("a machine that slept notices before it writes", async () => {
    await one.stage(stage, [candidate("k1", "A")], progress);
    const slot = await one.acquireSlot("wms", holder(1), leaseMs);
    await slot.assertHeld();
    // Asleep: the monotonic clock of Linux stands still.
    wall += hour;
    const taker = await two.acquireSlot("wms", holder(2), leaseMs);
    await expect(slot.assertHeld()).rejects.toThrow(
      "the slot of wms was lost to psync sync 2 of shop on here",
    );
    const results = [settled(candidate("k1", "A"), "created")];
    await expect(one.settle(stage, slot, results)).rejects.toThrow(LockHeldError);
    expect(await one.countKnown(stage)).toBe(0);
    await taker.assertHeld();
  });

  test("a machine that slept, and whom nobody replaced, goes on with a new lease", async () => {
    const slot = await one.acquireSlot("wms", holder(1), leaseMs);
    wall += hour;
    await slot.assertHeld();
    await expect(two.acquireSlot("wms", holder(2), leaseMs)).rejects.toThrow(LockHeldError);
  });

  test("a clock that is set back does not lengthen the lease", async () => {
    const slot = await one.acquireSlot("wms", holder(1), leaseMs);
    monotonic += leaseMs;
    wall -= hour;
    const renewedAt = wall;
    await slot.assertHeld();
    wall = renewedAt + leaseMs + 1;
    expect((await two.acquireSlot("wms", holder(2), leaseMs)).fence).toBe(2);
  });
});
