import { describe, expect, test } from "@jest/globals";

import { LockHeldError } from "../../../src/errors.js";
import { holder, type Subject } from "./kit.js";

/** Who may write. */
export function slotsLaws(subject: Subject): void {
  describe("slots", () => {
    test("a held slot is refused, and the refusal names its holder", async () => {
      await subject.store.acquireSlot("wms", holder("import"), 60_000);
      const refused = subject.store.acquireSlot("wms", holder("sync"), 60_000);
      await expect(refused).rejects.toThrow(LockHeldError);
      await expect(refused).rejects.toThrow(
        new RegExp(`^wms is held by psync import of shop on here, process ${process.pid}, since 20\\d\\d-`),
      );
    });

    test("another destination is free, a released one too", async () => {
      const first = await subject.store.acquireSlot("wms", holder("import"), 60_000);
      await subject.store.acquireSlot("other", holder("sync"), 60_000);
      await first.release();
      const next = await (await subject.again()).acquireSlot("wms", holder("sync"), 60_000);
      expect(next.destination).toBe("wms");
    });

    test("the fence grows with every holder, also behind a release", async () => {
      const fences: number[] = [];
      for (let round = 0; round < 3; round += 1) {
        const slot = await subject.store.acquireSlot("wms", holder("sync"), 60_000);
        fences.push(slot.fence);
        await slot.release();
      }
      expect(fences[1]).toBeGreaterThan(fences[0] ?? Infinity);
      expect(fences[2]).toBeGreaterThan(fences[1] ?? Infinity);
    });

    test("a lease that has run out is taken over, and its old holder notices", async () => {
      const old = await subject.store.acquireSlot("wms", holder("import"), 0);
      const taker = await (await subject.again()).acquireSlot("wms", holder("sync"), 60_000);
      expect(taker.fence).toBeGreaterThan(old.fence);
      await expect(old.renew()).rejects.toThrow(/^the slot of wms was lost to psync sync of shop/);
      await expect(old.assertHeld()).rejects.toThrow(LockHeldError);
      // Its release does not free what is no longer its own.
      await old.release();
      await taker.renew();
      await expect(subject.store.acquireSlot("wms", holder("import"), 60_000)).rejects.toThrow(LockHeldError);
    });

    test("a lease that has run out and was not taken is renewed", async () => {
      const slot = await subject.store.acquireSlot("wms", holder("import"), 0);
      await slot.assertHeld();
      await slot.renew();
    });

    test("a released slot is not renewed", async () => {
      const slot = await subject.takeSlot();
      await slot.release();
      await expect(slot.renew()).rejects.toThrow(LockHeldError);
      await slot.release();
    });

    test("of many that ask at once one gets it", async () => {
      const stores = [subject.store, await subject.again(), await subject.again()];
      const asked = Array.from({ length: 12 }, (_, index) =>
        (stores[index % 3] ?? subject.store).acquireSlot("wms", holder(`sync ${index}`), 60_000),
      );
      const answers = await Promise.allSettled(asked);
      expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(1);
      for (const answer of answers) {
        if (answer.status === "rejected") expect(answer.reason).toBeInstanceOf(LockHeldError);
      }
    });
  });
}
