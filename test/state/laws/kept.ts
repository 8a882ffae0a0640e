import { describe, expect, test } from "@jest/globals";

import { LockHeldError } from "../../../src/errors.js";
import { awkward, holder, type Subject } from "./kit.js";

/** What channels keep. */
export function keptLaws(subject: Subject): void {
  describe("kept", () => {
    test("values are kept by account and name, and the last one counts", async () => {
      const { store } = subject;
      const entries = new Map(awkward.map((text, index) => [`n${index} ${text}`, text] as const));
      await store.keep("etsy 7", entries);
      await store.keep("etsy 8", new Map([["token", "theirs"]]));
      await store.keep("etsy 7", new Map([["token", "first"]]));
      await store.keep("etsy 7", new Map([["token", "second"]]));
      const names = [...entries.keys(), "token", "never kept"];
      const again = await subject.again();
      expect(await again.kept("etsy 7", names)).toEqual(new Map([...entries, ["token", "second"]]));
      expect(await again.kept("etsy 8", names)).toEqual(new Map([["token", "theirs"]]));
      expect(await again.kept("etsy 7", [])).toEqual(new Map());
    });

    test("with a slot only its holder keeps", async () => {
      const { store } = subject;
      const slot = await store.acquireSlot("lock", holder("sync"), 60_000);
      await store.keep("etsy 7", new Map([["token", "first"]]), slot);
      await slot.release();
      const next = await store.acquireSlot("lock", holder("import"), 60_000);
      const entries = new Map([
        ["token", "late"],
        ["other", "late"],
      ]);
      await expect(store.keep("etsy 7", entries, slot)).rejects.toThrow(LockHeldError);
      expect(await store.kept("etsy 7", ["token", "other"])).toEqual(new Map([["token", "first"]]));
      await next.release();
    });
  });
}
