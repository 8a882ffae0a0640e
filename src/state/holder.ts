import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

import type { Holder } from "./store.js";

/** What the system tells of a process. */
export interface ProcessLook {
  /** Whether a process with this pid lives, as far as can be seen from here. */
  isAlive(pid: number): boolean;
  /** What tells it from later processes with the same pid; undefined where the system does not say. */
  startOf(pid: number): string | undefined;
}

/** Looks at the processes of this machine. */
export const systemProcesses: ProcessLook = { isAlive, startOf };

/** This process as the holder of a slot. */
export function thisProcess(command: string, connection: string): Holder {
  const machine = thisMachine();
  const processStart = startOf(process.pid);
  return {
    host: hostname(),
    pid: process.pid,
    ...(machine === undefined ? {} : { machine }),
    ...(processStart === undefined ? {} : { processStart }),
    command,
    connection,
  };
}

/**
 * Whether a holder is a process of `seeker`'s machine that lives no more. False where that cannot be known: then only
 * time frees its slot.
 */
export function isGone(holder: Holder, seeker: Holder, processes: ProcessLook): boolean {
  if (holder.machine === undefined || holder.machine !== seeker.machine) return false;
  if (!processes.isAlive(holder.pid)) return true;
  const start = processes.startOf(holder.pid);
  return start !== undefined && holder.processStart !== undefined && start !== holder.processStart;
}

/** The boot id tells machines with one name apart, the namespace containers that number their processes alike. */
function thisMachine(): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${hostname()} ${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return !(typeof error === "object" && error !== null && "code" in error && error.code === "ESRCH");
  }
  // A zombie still has its pid; it will never write again.
  const state = statOf(pid)?.[0];
  return state !== "Z" && state !== "X";
}

function startOf(pid: number): string | undefined {
  return statOf(pid)?.[19];
}

/** The fields of /proc/PID/stat from the third on (proc(5)): the second, a name, may itself hold blanks and brackets. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
