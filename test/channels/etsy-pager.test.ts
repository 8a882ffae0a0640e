import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { EtsyApi } from "../../src/channels/etsy/api.js";
import { createIdSet } from "../../src/channels/id-set.js";
import { type ListTools, newListState, readList } from "../../src/channels/etsy/pager.js";
import { findGap } from "../../src/channels/tally.js";
import { never } from "../conformance/channel.js";
import { createFakeClock } from "../support/fake-clock.js";

/** What sellers do between two requests: listings leave, and new ones come to the top. */
interface Turn {
  readonly leave: readonly number[];
  readonly enter: number;
}

/** Reads a list that changes before each request but the first. */
async function readWhile(size: number, turns: readonly Turn[]) {
  let listed = Array.from({ length: size }, (_, index) => size - index);
  let next = size;
  let calls = 0;
  const api: EtsyApi = {
    get: (_path, query) => {
      const turn = calls === 0 ? undefined : turns[calls - 1];
      calls += 1;
      const leaving = new Set(turn?.leave.map((place) => listed[place % Math.max(1, listed.length)]));
      listed = listed.filter((id) => !leaving.has(id));
      for (let entered = turn?.enter ?? 0; entered > 0; entered -= 1) listed = [(next += 1), ...listed];
      const [offset, limit] = [Number(query["offset"]), Number(query["limit"])];
      const results = listed.slice(offset, offset + limit).map((listing_id) => ({
        listing_id,
        original_creation_timestamp: listing_id > size ? 2000 : 1,
      }));
      return Promise.resolve({ body: { count: listed.length, results } });
    },
    ask: () => Promise.reject(new Error("not asked")),
    token: () => Promise.reject(new Error("not asked")),
  };
  const tools: ListTools = {
    api,
    traits: { inventoryApart: false },
    warn: () => undefined,
    clock: createFakeClock({ autoAdvance: true }),
    seen: createIdSet(),
    gaps: [],
    startedMs: 1_000_000,
    resumed: false,
  };
  const list = newListState("active");
  const came: number[] = [];
  for await (const { items } of readList("1", list, tools, never())) came.push(...items.map(({ id }) => id));
  const gap = tools.gaps[0] ?? findGap(list, "active listings", true);
  return { came, gap, calls, lost: listed.filter((id) => id <= size && !came.includes(id)) };
}

describe("src/channels/etsy/pager.ts", () => {
  test("whatever leaves and enters between the pages, no listing that stays is lost unsaid", async () => {
    const turn = fc.record({
      leave: fc.oneof(
        fc.array(fc.nat({ max: 700 }), { maxLength: 4 }),
        fc.array(fc.nat({ max: 700 }), { maxLength: 160 }),
      ),
      enter: fc.oneof(fc.constant(0), fc.nat({ max: 3 }), fc.nat({ max: 150 })),
    });
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 700 }), fc.array(turn, { maxLength: 12 }), async (size, turns) => {
        const { came, gap, calls, lost } = await readWhile(size, turns);
        expect(new Set(came).size).toBe(came.length);
        if (gap === undefined) expect(lost).toEqual([]);
        expect(calls).toBeLessThan(60);
      }),
      { numRuns: 200 },
    );
  });

  test("one that leaves with each page costs no second read, and loses nothing", async () => {
    const turns = Array.from({ length: 20 }, () => ({ leave: [0], enter: 0 }));
    const { gap, calls, lost } = await readWhile(1000, turns);
    expect({ gap, lost }).toEqual({ gap: undefined, lost: [] });
    expect(calls).toBeLessThanOrEqual(13);
  });

  test("nothing that changes, nothing that is asked for twice", async () => {
    expect(await readWhile(950, [])).toMatchObject({ calls: 10, gap: undefined, lost: [] });
  });
});
