import { describe, expect, test } from "@jest/globals";

import type { FaultWish } from "../../src/sandbox/extensiv-3pl/fault.js";
import { createRandom, type Random } from "../../src/sandbox/random.js";
import { expectRepaired, expectSound, expectStanding } from "./warehouse-laws.js";
import {
  createWarehouseRigs,
  editSome,
  type Imported,
  type ImportOptions,
  Killed,
  met,
  type WarehouseRig,
} from "./warehouse-rig.js";

const open = createWarehouseRigs();

/** A fault of any kind that a server may have and that keeps what it says that it has kept. */
function mixed(random: Random): FaultWish {
  const share = random.int(5, 25) / 100;
  const every = random.int(4, 12);
  const from = random.int(1, 30);
  const seed = random.int(1, 1e6);
  return random.pick<FaultWish>([
    ...["rate-limit", "rate-limit-date", "rate-limit-silent", "rate-limit-negative"].map((name) => ({
      name,
      every,
    })),
    ...["server-error", "bad-gateway", "lost-answer", "lost-answer-error", "cut-before", "cut-body"].map(
      (name) => ({
        name,
        share,
        seed,
      }),
    ),
    ...["lost-answer", "lost-answer-error", "invisible", "invisible"].map((name) => ({
      name,
      share: 0.5,
      seed,
    })),
    ...["invisible", "page-size", "rql-ignored", "long-query", "refuse", "token-expires"].map((name) => ({
      name,
    })),
    { name: "invisible", seconds: 300 },
    { name: "web-page", every },
    { name: "storm", seconds: 300, seed, from },
    { name: "token-error", times: 3 },
    { name: "token-refused", times: 1 },
    { name: "stale-etag", times: 3 },
    { name: "duplicate-race", times: 3 },
    { name: "too-large", bytes: random.int(300, 900) },
    { name: "rate-limit-huge", from, times: 1 },
    { name: "bearer-refused", from, times: 8 },
    { name: "role-missing", from, times: 4 },
  ]);
}

/** An import with some of the options, which may be stopped or killed on its way. Its exit code. */
async function importInStorm(rig: WarehouseRig, random: Random): Promise<number | "killed"> {
  const updates = random.chance(0.8);
  const priceSync = random.chance(0.7);
  const last = rig.warehouse.requests.length + random.int(4, 40);
  const isOver = (): boolean => rig.warehouse.requests.length >= last;
  const end = random.int(1, 8);
  const stop = new AbortController();
  const how: ImportOptions = {
    priceSync,
    options: { updates },
    concurrency: random.pick([1, 4, 4, 12]),
    ...(end === 1 ? { isKilled: isOver } : {}),
    request: { signal: stop.signal },
  };
  if (end === 2)
    rig.warehouse.faults.add({
      onRequest: () => {
        if (isOver()) stop.abort();
        return undefined;
      },
    });
  let run: Imported;
  try {
    run = await rig.import(how);
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    expectStanding(rig);
    return "killed";
  }
  expectSound(rig, run, { ledger: "doubt" });
  return run.exit;
}

describe("src/destinations/extensiv-3pl/index.ts", () => {
  test("R2, R20 to R25, R29, R31, R32, R37 and R39: any mixture, in 50 seeds: one plain run makes it whole", async () => {
    const exits = new Set<string>();
    let faults = 0;
    for (let seed = 1; seed <= 50; seed += 1) {
      const random = createRandom(seed, 99);
      const rig = await open({ inventoryUnitSizes: random.chance(0.7) });
      for (let edition = 1; edition <= 3; edition += 1) {
        rig.warehouse.faults.clear();
        for (let count = random.int(1, 4); count > 0; count -= 1) {
          const { name, ...settings } = mixed(random);
          rig.warehouse.faults.add(name, settings);
        }
        if (random.chance(0.15)) rig.loseState();
        exits.add(String(await importInStorm(rig, random)));
        editSome(rig, random, edition);
        await rig.clock.advance(random.int(0, 100_000));
      }
      faults += met(rig);
      await expectRepaired(rig);
      await rig.close();
    }
    // Whatever can become of a run became of some.
    expect([...exits].sort()).toEqual(["0", "12", "130", "3", "5", "killed"]);
    expect(faults).toBeGreaterThan(1000);
  });
});
