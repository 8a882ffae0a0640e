import { exitCodes, PsyncError } from "../errors.js";
import type { RunResult } from "./run.js";

/** The exit code that a run ends with (product.md section 7). */
export function exitCodeOf(result: Pick<RunResult, "report" | "error">): number {
  if (result.error instanceof PsyncError) return result.error.exitCode;
  if (result.error !== undefined) return exitCodes.bug;
  const { rejected, failed } = result.report.counts;
  return rejected + failed > 0 ? exitCodes.partial : exitCodes.ok;
}
