import { InterruptedError, PsyncError } from "../errors.js";
import type { CheckResult } from "../model/report.js";

/** What one check finds. What it throws of ours is a failure with the error's words and exit code. */
export type Check = (signal: AbortSignal) => Promise<Omit<CheckResult, "name">>;

/**
 * Runs checks in their order. After a failed one the others are skipped, saying so, unless it is named in `harmless`.
 * Throws InterruptedError, and what is not foreseen.
 */
export async function* runCheckList(
  checks: Readonly<Record<string, Check>>,
  signal: AbortSignal,
  harmless: readonly string[] = [],
): AsyncGenerator<CheckResult> {
  let failed: string | undefined;
  for (const [name, check] of Object.entries(checks)) {
    if (failed !== undefined) {
      yield { name, outcome: "skip", message: `not tried, because ${failed} failed` };
      continue;
    }
    const result = await runCheck(name, check, signal);
    yield result;
    if (result.outcome === "fail" && !harmless.includes(name)) failed = name;
  }
}

/** Runs one check. Throws as `runCheckList` does. */
export async function runCheck(name: string, check: Check, signal: AbortSignal): Promise<CheckResult> {
  try {
    return { name, ...(await check(signal)) };
  } catch (error) {
    if (!(error instanceof PsyncError) || error instanceof InterruptedError) throw error;
    return {
      name,
      outcome: "fail",
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      exitCode: error.exitCode,
    };
  }
}

/** A check that passed. */
export function pass(message: string): Omit<CheckResult, "name"> {
  return { outcome: "pass", message };
}
