import { type AddressInfo, connect, createServer, type Socket } from "node:net";

import { describe, expect, test } from "@jest/globals";

import type { Fault, FaultScript } from "../../src/sandbox/extensiv-3pl/fault.js";
import { createRandom, type Random } from "../../src/sandbox/random.js";
import { expectDone, expectRepaired } from "./warehouse-laws.js";
import { createWarehouseRigs, type Door, editSome, met, type WarehouseRig } from "./warehouse-rig.js";

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
): Promise<number> {
  let faults = 0;
  for (const seed of seeds) {
    const random = createRandom(seed, 22);
    // What the cart gets behind the first run is created in the second one.
    const rig = await open({ products: 12 });
    prepare(rig, random, seed);
    expectDone(rig, await rig.import());
    editSome(rig, random, seed);
    if (seed % 3 === 0) rig.loseState();
    expectDone(rig, await rig.import());
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
    expect(faults).toBeGreaterThan(75);
  });

  test("R23, R24: connections break before, behind and in the answer, reads and writes: whole in 50 seeds", async () => {
    const faults = await expectWholeInSeeds((rig, random, seed) => {
      rig.warehouse.faults.add(some(random, 0.06, breaks));
      rig.warehouse.faults.add("lost-answer", { share: 0.06, seed });
    });
    expect(faults).toBeGreaterThan(75);
  });

  test("R23: connections break in the middle of what is sent: nothing is doubled or lost", async () => {
    let broken = 0;
    for (const seed of seeds.slice(0, 5)) {
      const random = createRandom(seed, 23);
      const rig = await open({ door: (url) => openBreakingDoor(url, random, () => (broken += 1)) });
      expectDone(rig, await rig.import());
      editSome(rig, random, seed);
      expectDone(rig, await rig.import());
      expect(refusedCreates(rig)).toBe(0);
      await rig.close();
    }
    expect(broken).toBeGreaterThan(10);
  });
});
