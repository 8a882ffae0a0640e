import { spawn } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";

import { describe, expect, test } from "@jest/globals";

import { isGone, type ProcessLook, systemProcesses, thisProcess } from "../../src/state/holder.js";
import type { Holder } from "../../src/state/store.js";

const look = (alive: boolean, start: string | undefined): ProcessLook => ({
  isAlive: () => alive,
  startOf: () => start,
});

describe("src/state/holder.ts", () => {
  test("this process tells who it is", () => {
    expect(thisProcess("sync", "shop")).toMatchObject({
      host: hostname(),
      pid: process.pid,
      command: "sync",
      connection: "shop",
    });
    expect(thisProcess("sync", "shop")).toEqual(thisProcess("sync", "shop"));
  });

  const seeker: Holder = {
    host: "h",
    pid: 1,
    machine: "m",
    processStart: "10",
    command: "c",
    connection: "s",
  };

  test.each<[string, Partial<Holder>, ProcessLook, boolean]>([
    ["a dead process", {}, look(false, undefined), true],
    ["a living process", {}, look(true, "7"), false],
    ["another process with its pid", {}, look(true, "8"), true],
    ["a living process whose start is not told", {}, look(true, undefined), false],
    ["a process of another machine", { machine: "other" }, look(false, undefined), false],
  ])("%s", (_name, change, processes, gone) => {
    const holder: Holder = { ...seeker, pid: 9, processStart: "7", ...change };
    expect(isGone(holder, seeker, processes)).toBe(gone);
  });

  test("without a machine's name nothing is known", () => {
    const holder: Holder = { host: "h", pid: 9, command: "c", connection: "s" };
    expect(isGone(holder, { ...holder, pid: 1 }, look(false, undefined))).toBe(false);
  });

  test("the system tells a living process from a dead one", async () => {
    const child = spawn(process.execPath, ["-e", "process.stdin.resume()"]);
    const { pid } = child;
    if (pid === undefined) throw new Error("no process");
    expect(systemProcesses.isAlive(pid)).toBe(true);
    expect(systemProcesses.startOf(pid)).toBe(systemProcesses.startOf(pid));
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(systemProcesses.isAlive(pid)).toBe(false);
    expect(systemProcesses.startOf(pid)).toBeUndefined();
  });
});
