import { describe, expect, test } from "@jest/globals";

import type { ConnectionState, StagedRecord } from "../../../src/state/store.js";
import { candidate, numbered, progress, report, runRow, stage, type Subject } from "./kit.js";

/** What is remembered of runs and connections. */
export function runsLaws(subject: Subject): void {
  describe("runs", () => {
    test("a run is found again until it is done, the latest one first", async () => {
      await subject.store.startRun(runRow("run-1"));
      await subject.store.startRun(runRow("run-2"));
      await subject.store.startRun(runRow("run-3", "import"));
      await subject.store.startRun(runRow("run-4", "sync", "elsewhere"));
      expect(await (await subject.again()).unfinishedRun("shop", "sync")).toEqual(runRow("run-2"));
      await subject.store.finishRun({ ...stage, run: "run-2" }, report("run-2"), undefined);
      expect(await subject.store.unfinishedRun("shop", "sync")).toEqual(runRow("run-1"));
      expect(await subject.store.unfinishedRun("shop", "test")).toBeUndefined();
    });

    test("a patch changes what it names", async () => {
      await subject.store.startRun({ ...runRow("run-1"), cursor: "c1", basis: "b" });
      await subject.store.saveRun("run-1", { phase: "write", incomplete: "3 are missing" });
      await subject.store.saveRun("run-1", { resume: "r", report: report("run-1") });
      expect(await (await subject.again()).unfinishedRun("shop", "sync")).toEqual({
        ...runRow("run-1"),
        phase: "write",
        cursor: "c1",
        basis: "b",
        incomplete: "3 are missing",
        resume: "r",
        report: report("run-1"),
      });
    });

    test("a page and its progress are kept together", async () => {
      await subject.store.startRun(runRow("run-1"));
      const first = { resume: "p2", cursor: "c", basis: "b", absent: { weight: 2 }, recordsRead: 3 };
      await subject.store.stage(stage, numbered(3), first);
      expect(await (await subject.again()).unfinishedRun("shop", "sync")).toEqual({
        ...runRow("run-1"),
        ...first,
      });
      const last = { cursor: "c", basis: "b", absent: { weight: 2 }, recordsRead: 4 };
      await subject.store.stage(stage, [candidate("k9", "S-9")], last);
      expect(await (await subject.again()).unfinishedRun("shop", "sync")).toEqual({
        ...runRow("run-1"),
        ...last,
      });
      expect(await subject.staged()).toHaveLength(4);
    });

    test("a page that cannot be kept leaves no progress", async () => {
      await subject.store.startRun(runRow("run-1"));
      const broken: StagedRecord = { key: "k", outcome: "staged" };
      await expect(
        subject.store.stage(stage, [candidate("a", "A"), broken], { ...progress, resume: "p2" }),
      ).rejects.toThrow(TypeError);
      expect(await subject.store.unfinishedRun("shop", "sync")).toEqual(runRow("run-1"));
      expect(await subject.staged()).toEqual([]);
    });

    test("a connection's state moves on when a run completes", async () => {
      const state: ConnectionState = {
        cursor: "c",
        completedRun: "run-1",
        completedAt: "2026-11-23T08:01:00.000Z",
        absent: { weight: 0.5 },
        recordsRead: 12,
      };
      expect(await subject.store.connection("shop")).toBeUndefined();
      await subject.store.startRun(runRow("run-1"));
      await subject.store.finishRun(stage, report("run-1"), undefined);
      expect(await subject.store.connection("shop")).toBeUndefined();
      await subject.store.finishRun(stage, report("run-1"), { state, full: false });
      expect(await (await subject.again()).connection("shop")).toEqual(state);
      const next = { completedRun: "run-2", completedAt: "2026-11-23T09:00:00.000Z" };
      await subject.store.finishRun({ ...stage, run: "run-2" }, report("run-2"), {
        state: next,
        full: false,
      });
      expect(await subject.store.connection("shop")).toEqual(next);
      expect(await subject.store.connection("elsewhere")).toBeUndefined();
    });
  });
}
