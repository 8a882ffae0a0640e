import { getEventListeners } from "node:events";
import { describe, expect, test } from "@jest/globals";
import { systemClock } from "../../src/http/clock.js";

describe("src/http/clock.ts", () => {
  test("a sleep never ends before its time and leaves no listener", async () => {
    const { signal } = new AbortController();
    for (let round = 0; round < 20; round += 1) {
      const from = systemClock.now();
      await systemClock.sleep(3, signal);
      expect(systemClock.now()).toBeGreaterThanOrEqual(from + 3);
    }
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  test("an abort ends a sleep of years with the signal's reason", async () => {
    const controller = new AbortController();
    const sleep = systemClock.sleep(10 ** 12, controller.signal);
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(sleep).rejects.toBe(reason);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
    await expect(systemClock.sleep(1, controller.signal)).rejects.toBe(reason);
  });
});
