import { createServer, connect, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

import { describe, expect, test } from "@jest/globals";

import type { Fault, FaultScript, FaultWish } from "../../src/sandbox/extensiv-3pl/fault.js";
import { createRandom, type Random } from "../../src/sandbox/random.js";
import { expectDone, expectRepaired, expectSound, expectStanding } from "./warehouse-laws.js";
import { thinProduct } from "./warehouse-products.js";
import {
  createWarehouseRigs,
  type Door,
  type Imported,
  type ImportOptions,
  Killed,
  type RigOptions,
  type WarehouseRig,
} from "./warehouse-rig.js";

const open = createWarehouseRigs();

const seeds = Array.from({ length: 50 }, (_, index) => index + 1);

/** Some requests meet one of these faults, by seed. */
function some(random: Random, share: number, faults: readonly Fault[]): FaultScript {
  return { onRequest: () => (random.chance(share) ? random.pick(faults) : undefined) };
}

/** An error before the request took effect, and one behind it. */
const errors = [500, 502, 504].flatMap((status): Fault[] => {
  const answer = () => ({ status, headers: { "Content-Type": "text/plain" }, text: "No." });
  return [
    { name: `${status}`, instead: answer },
    { name: `${status} late`, answer },
  ];
});

const breaks: Fault[] = [
  { name: "before", connection: "reset" },
  { name: "in the answer", connection: "cut" },
];

/** Some of the cart's products are others by now. */
function edit(rig: WarehouseRig, random: Random, edition: number): void {
  for (let left = random.int(1, 8); left > 0; left -= 1) rig.sell(thinProduct(random.int(0, 19), edition));
}

/** How many requests met a fault. */
function met({ warehouse }: WarehouseRig): number {
  return warehouse.requests.filter(({ faults }) => faults.length > 0).length;
}

/** Creates that the warehouse refused: what is in doubt is looked up before it is sent again. */
function refusedCreates({ warehouse }: WarehouseRig): number {
  return warehouse.requests.filter(
    // Two faults may carry one create out twice.
    ({ method, status, faults }) => method === "POST" && status === 400 && faults.length < 2,
  ).length;
}

/** Imports creates and then updates, in each seed on a warehouse of its own; everything arrives, nothing is doubled. */
async function expectWholeInSeeds(
  prepare: (rig: WarehouseRig, random: Random, seed: number) => void,
  options?: () => RigOptions,
): Promise<number> {
  let faults = 0;
  for (const seed of seeds) {
    const random = createRandom(seed, 22);
    const rig = await open(options?.());
    prepare(rig, random, seed);
    await expectDone(rig, await rig.import());
    edit(rig, random, seed);
    if (seed % 3 === 0) rig.loseState();
    await expectDone(rig, await rig.import());
    expect(refusedCreates(rig)).toBe(0);
    faults += met(rig);
    if (seed % 5 === 0) await expectRepaired(rig);
    await rig.close();
  }
  return faults;
}

/** A door that breaks some writes in the middle of their bodies, before the warehouse has all of it. */
async function openBreakingDoor(url: string, random: Random, broken: () => void): Promise<Door> {
  const { port } = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket
        .on("error", () => undefined)
        .on("close", () => {
          near.destroy();
          far.destroy();
        });
    }
    far.pipe(near);
    near.on("data", (bytes) => {
      const isWrite = /^(POST|PUT) \/customers\//.test(bytes.toString("latin1", 0, 40)) || bytes[0] === 0x7b;
      if (!isWrite || !random.chance(0.15)) {
        far.write(bytes);
        return;
      }
      broken();
      far.write(bytes.subarray(0, bytes.length - 10), () => near.destroy());
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}

describe("src/destinations/extensiv-3pl/write.ts", () => {
  test("R22: one call in twenty fails with 500, 502 or 504, reads and writes: whole in 50 seeds", async () => {
    const faults = await expectWholeInSeeds((rig, random) => {
      rig.warehouse.faults.add(some(random, 0.05, errors));
    });
    expect(faults).toBeGreaterThan(100);
  });

  test("R23, R24: connections break before, behind and in the answer, reads and writes: whole in 50 seeds", async () => {
    const faults = await expectWholeInSeeds((rig, random, seed) => {
      rig.warehouse.faults.add(some(random, 0.06, breaks));
      rig.warehouse.faults.add("lost-answer", { share: 0.06, seed });
    });
    expect(faults).toBeGreaterThan(100);
  });

  test("R23: connections break in the middle of what is sent: nothing is doubled or lost", async () => {
    let broken = 0;
    for (const seed of seeds.slice(0, 5)) {
      const random = createRandom(seed, 23);
      const rig = await open({ door: (url) => openBreakingDoor(url, random, () => (broken += 1)) });
      await expectDone(rig, await rig.import());
      edit(rig, random, seed);
      await expectDone(rig, await rig.import());
      expect(refusedCreates(rig)).toBe(0);
      await rig.close();
    }
    expect(broken).toBeGreaterThan(10);
  });

  test("R2, R20 to R25, R29, R31, R32, R37 and R39: any mixture, in 50 seeds: one plain run makes it whole", async () => {
    const exits = new Set<string>();
    let faults = 0;
    for (const seed of seeds) {
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
        edit(rig, random, edition);
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
  await expectSound(rig, run, { ledger: "doubt" });
  return run.exit;
}
