import { describe, expect, test } from "@jest/globals";

import { LockHeldError, TransientError } from "../../src/errors.js";
import { createChannelMemory } from "../../src/pipeline/memory.js";
import { openStateStore } from "../../src/state/open.js";
import { createFakeClock } from "../support/fake-clock.js";
import { holder } from "../state/laws/kit.js";

const signal = new AbortController().signal;

async function openMemories() {
  const clock = createFakeClock({ autoAdvance: true });
  const store = await openStateStore("sqlite::memory:", { now: () => clock.now() });
  // Holders of another machine cannot be looked up: only time frees what they hold.
  const parts = (name: string) => ({
    store,
    holder: { ...holder(name), host: name, machine: name },
    sleep: (ms: number, on: AbortSignal) => clock.sleep(ms, on),
  });
  return {
    clock,
    store,
    here: createChannelMemory(() => "etsy 7", parts("here")),
    there: createChannelMemory(() => "etsy 7", parts("there")),
    other: createChannelMemory(() => "etsy 8", parts("here")),
  };
}

describe("src/pipeline/memory.ts", () => {
  test("what one process keeps another one gets, by account", async () => {
    const { here, there, other, store } = await openMemories();
    await here.set(
      new Map([
        ["token", "a"],
        ["quota", "b"],
      ]),
    );
    expect(await there.get(["token", "none", "quota"])).toEqual(
      new Map([
        ["token", "a"],
        ["quota", "b"],
      ]),
    );
    expect(await other.get(["token"])).toEqual(new Map());
    await store.close();
  });

  test("work under one name is done by one at a time, and others see what it kept", async () => {
    const { here, there, store } = await openMemories();
    const seen: (string | undefined)[] = [];
    const count = (memory: typeof here) =>
      memory.exclusive("token", signal, async (keep) => {
        const value = (await memory.get(["token"])).get("token");
        seen.push(value);
        await new Promise((resolve) => setImmediate(resolve));
        await keep(new Map([["token", `${Number(value ?? 0) + 1}`]]));
      });
    await Promise.all([count(here), count(there), count(here), count(there)]);
    expect(seen).toEqual([undefined, "1", "2", "3"]);
    await store.close();
  });

  test("a lock is given back also when the work fails", async () => {
    const { here, there, store } = await openMemories();
    const failing = here.exclusive("token", signal, () => Promise.reject(new Error("no")));
    await expect(failing).rejects.toThrow("no");
    expect(await there.exclusive("token", signal, () => Promise.resolve("mine"))).toBe("mine");
    await store.close();
  });

  test("who waits for more than a minute is told who holds it", async () => {
    const { clock, here, there, store } = await openMemories();
    await here.exclusive("token", signal, async () => {
      const error = await there
        .exclusive("token", signal, () => Promise.resolve())
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(TransientError);
      expect(String((error as TransientError).hint)).toContain("here");
    });
    expect(clock.now() - Date.UTC(2026, 0, 1)).toBeGreaterThanOrEqual(60_000);
    await store.close();
  });

  test("a holder that was away for too long keeps nothing", async () => {
    const { clock, here, there, store } = await openMemories();
    const late = here.exclusive("token", signal, async (keep) => {
      await clock.advance(181_000);
      await there.exclusive("token", signal, (kept) => kept(new Map([["token", "theirs"]])));
      await keep(new Map([["token", "mine"]]));
    });
    await expect(late).rejects.toBeInstanceOf(LockHeldError);
    expect(await here.get(["token"])).toEqual(new Map([["token", "theirs"]]));
    await store.close();
  });
});
