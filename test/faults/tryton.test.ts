import { beforeAll, expect, test } from "@jest/globals";

import { TransientError } from "../../src/errors.js";
import type { PacedClient } from "../../src/http/client.js";
import { createRandom } from "../../src/sandbox/random.js";
import type { StateStore } from "../../src/state/store.js";
import { type Fate, methods, type RelayedCall, type TrytonBed } from "../destinations/tryton-bed.js";
import { describeTryton } from "../support/tryton.js";
import {
  createTrytonRigs,
  expectDone,
  expectRepaired,
  type Imported,
  isWrite,
  type TrytonRig,
} from "./tryton-rig.js";
import { watched } from "./watched.js";

/** A process that ended; nothing of it reaches the state or the warehouse any more. */
class Crash extends Error {}

/** How far the places are apart at which a run is killed; 1 by hand. */
const step = 3;
/** How many seeds; more by hand. */
const seeds = 4;

const fates: readonly Fate[] = [
  "lose-answer",
  "tear-answer",
  "break-answer",
  "lose-call",
  { status: 502, body: "<html><title>Bad gateway</title></html>" },
  { status: 500, body: "" },
  { status: 504, body: "<title>Timeout</title>" },
];

describeTryton("src/destinations/tryton/index.ts, faults", () => {
  const rigs = createTrytonRigs();
  const { open } = rigs;
  let bed: TrytonBed;
  beforeAll(() => {
    bed = rigs.bed();
  });

  function editAll(rig: TrytonRig, name: string): void {
    for (const [sku, product] of rig.shop) rig.shop.set(sku, { ...product, name: `${name} ${sku}` });
  }

  /** Ends the process behind so many events: answers of the warehouse and writes to the state. */
  async function crashAt(rig: TrytonRig, place: number): Promise<boolean> {
    let events = 0;
    const live = (): void => {
      if (events >= place) throw new Crash("killed");
    };
    const wrapHttp = (http: PacedClient): PacedClient => ({
      ...http,
      async request(...given) {
        live();
        const answer = await http.request(...given);
        events += 1;
        live();
        return answer;
      },
    });
    const wrapStore = (store: StateStore): StateStore =>
      watched(store, () => {
        live();
        events += 1;
      });
    const ended: unknown = await rig
      .import({ maxBatch: 5, wrapHttp, wrapStore })
      .catch((error: unknown) => error);
    if (ended instanceof Crash) return true;
    const { error, exit } = ended as Imported;
    if (error instanceof Crash) return true;
    expect({ exit, error }).toEqual({ exit: 0, error: undefined });
    return false;
  }

  test("R2: killed behind every answer and before every record of it: nothing twice, nothing lost", async () => {
    let places = 0;
    let created = 0;
    let twice = 0;
    bed.relay.decide = () => "pass";
    for (let place = 6; ; place += step) {
      const rig = open(10);
      const count = async ({ method, params }: RelayedCall): Promise<Fate> => {
        if (method !== methods.create) return "pass";
        const rows = params[0] as { code: string }[];
        const there = new Set((await rig.standing()).map(({ code }) => code));
        created += rows.length;
        twice += rows.filter(({ code }) => there.has(code)).length;
        return "pass";
      };
      bed.relay.decide = count;
      if (!(await crashAt(rig, place))) break;
      places += 1;
      await expectDone(rig, await rig.import());
    }
    expect(places).toBeGreaterThanOrEqual(5);
    expect({ twice, created }).toEqual({ twice: 0, created: 10 * (places + 1) });
  });

  test("R2: the same in the middle of updates", async () => {
    const rig = open(10);
    await rig.import();
    let places = 0;
    for (let place = 4; ; place += step) {
      editAll(rig, `Edit ${place}`);
      if (!(await crashAt(rig, place))) break;
      places += 1;
      await expectDone(rig, await rig.import());
    }
    expect(places).toBeGreaterThanOrEqual(4);
    await expectRepaired(bed, rig);
  });

  test.each<[string, (now: number) => string | undefined, number]>([
    ["seconds", () => "7", 7000],
    ["an HTTP date", (now) => new Date(now + 40_999).toUTCString(), 40_000],
    ["nothing", () => undefined, 500],
    ["a negative number", () => "-30", 500],
  ])("R20: 429 with %s: no call comes early, nothing is lost", async (_name, toValue, leastMs) => {
    const rig = open(5);
    const at: number[] = [];
    let now = (): number => 0;
    bed.relay.decide = (call) => {
      const isFirst = at.length === 0;
      if (isFirst && !isWrite(call)) return "pass";
      at.push(now());
      const value = toValue(now());
      if (!isFirst) return "pass";
      const date = new Date(now()).toUTCString();
      const headers = value === undefined ? { date } : { date, "retry-after": value };
      return { status: 429, body: "", headers };
    };
    const run = await rig.import({ onClient: ({ clock }) => (now = () => clock.now()) });
    const gap = (at[1] ?? 0) - (at[0] ?? 0);
    expect(gap).toBeGreaterThanOrEqual(leastMs);
    expect(gap).toBeLessThanOrEqual(leastMs * 1.2);
    await expectDone(rig, run);
  });

  test("R20: 429 for a thousand million seconds ends at once with the time to come back", async () => {
    const rig = open(5);
    bed.relay.decide = (call) =>
      isWrite(call) ? { status: 429, body: "", headers: { "retry-after": "1000000000" } } : "pass";
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 5, error: { retryAfterMs: 1_000_000_000_000 } });
    expect(bed.relay.calls.filter((method) => method === methods.create).length).toBeGreaterThan(0);
    await expectRepaired(bed, rig);
  });

  const first = (): boolean => true;
  const page = { status: 200, body: "<html><title>Maintenance</title></html>" };
  test.each<[string, string, Fate, (call: RelayedCall) => boolean]>([
    ["429", "the first call", { status: 429, body: "" }, first],
    ["429", "the first write", { status: 429, body: "" }, isWrite],
    ["503", "the first call", { status: 503, body: "busy" }, first],
    ["503", "the first write", { status: 503, body: "busy" }, isWrite],
    ["cut calls", "the first write", "lose-call", isWrite],
    ["web pages", "the first write", page, isWrite],
  ])(
    "R21: %s for ten minutes from %s on: at most 60 calls in it, and all is well",
    async (_kind, _begin, fate, begins) => {
      const rig = open(30);
      let now = (): number => 0;
      let until = 0;
      let calls = 0;
      bed.relay.decide = (call) => {
        if (until === 0 && begins(call)) until = now() + 600_000;
        if (now() >= until) return "pass";
        calls += 1;
        return fate;
      };
      const run = await rig.import({ onClient: ({ clock }) => (now = () => clock.now()) });
      expect(calls).toBeGreaterThan(1);
      expect(calls).toBeLessThanOrEqual(60);
      await expectDone(rig, run);
    },
  );

  test("R21: writes alone fail for ten minutes: no product is to blame", async () => {
    const rig = open(30);
    let now = (): number => 0;
    let until = 0;
    let calls = 0;
    bed.relay.decide = (call) => {
      if (until === 0 && isWrite(call)) until = now() + 600_000;
      if (now() < until) calls += 1;
      return isWrite(call) && now() < until ? { status: 503, body: "" } : "pass";
    };
    const run = await rig.import({ onClient: ({ clock }) => (now = () => clock.now()) });
    expect(calls).toBeLessThanOrEqual(60);
    await expectDone(rig, run);
  });

  test("a server that fails at every write ends the run with code 5, and the next one makes it good", async () => {
    const rig = open(30);
    bed.relay.decide = (call) => (isWrite(call) ? { status: 500, body: "" } : "pass");
    const run = await rig.import();
    expect(run.error).toBeInstanceOf(TransientError);
    expect(run).toMatchObject({ exit: 5, list: [] });
    await expectRepaired(bed, rig);
  });

  test("R22, R23: 500, 502, 504 and cut connections on a fifth of the calls, over seeds", async () => {
    let met = 0;
    for (let seed = 1; seed <= seeds; seed += 1) {
      const random = createRandom(seed);
      const rig = open(12);
      const spoil = (): Fate => {
        if (!random.chance(0.2)) return "pass";
        met += 1;
        return random.pick(fates);
      };
      bed.relay.decide = spoil;
      const how = { maxBatch: 4 };
      const first = await rig.import(how);
      if (first.error === undefined) await expectDone(rig, first);
      else expect(first.error).toBeInstanceOf(TransientError);
      editAll(rig, "Edit");
      if (random.chance(0.3)) rig.forget();
      const second = await rig.import(how);
      if (second.error === undefined) await expectDone(rig, second);
      else expect(second.error).toBeInstanceOf(TransientError);
      await expectRepaired(bed, rig);
    }
    expect(met).toBeGreaterThan(3 * seeds);
  });
});
