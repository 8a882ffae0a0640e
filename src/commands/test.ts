import { loadConfig } from "../config/load.js";
import { exitCodes, PsyncError } from "../errors.js";
import { productFields } from "../model/product.js";
import type { CheckResult } from "../model/report.js";
import { type CheckReport, runChecks, type TimedCheck, toFailedCheck } from "../pipeline/check.js";
import { buildRuntime, redactorOf } from "../runtime.js";
import { createLog } from "../ui/log.js";
import { noteError } from "../ui/render-error.js";
import { noteCheck, renderSample } from "../ui/render-checks.js";
import { toJson } from "../ui/text.js";
import { type GlobalFlags, outputFor } from "./flags.js";
import { withSignals } from "./signals.js";

export interface TestFlags extends GlobalFlags {
  readonly full?: boolean;
}

/** `psync test`: checks told as they happen. Writes nothing. Gives the exit code. */
export async function testCommand(flags: TestFlags): Promise<number> {
  const output = outputFor(flags);
  const checks: TimedCheck[] = [];
  const tell = async (check: TimedCheck): Promise<void> => {
    checks.push(check);
    if (!output.json) await noteCheck(output, check);
  };
  let result: Pick<CheckReport, "sample" | "drift"> = {
    sample: [],
    drift: { match: 0, differ: 0, missing: 0, extra: 0 },
  };
  try {
    result = await withSignals(output.note, (signal) => check(flags, tell, signal));
  } catch (error) {
    // A config that cannot be used is the first check that failed, with every fault told.
    if (!(error instanceof PsyncError) || checks.length > 0) throw error;
    noteError(output, error, (text) => text);
    await tell({ ...toFailedCheck("config", error), ms: 0 });
  }
  const failed = checks.filter((check) => check.outcome === "fail");
  const status = failed.length === 0 ? "ok" : "failed";
  if (output.json) {
    const told = checks.map(toDocument);
    await output.print(`${toJson({ command: "test", status, checks: told, ...result })}\n`);
  } else {
    if (result.sample.length > 0) await output.print(renderSample(output, result.sample, productFields));
    const warned = checks.filter((check) => check.outcome === "warn").length;
    const told = failed.length === 0 ? "It works" : `${failed.length} of ${checks.length} checks failed`;
    await output.print(
      `${told}${warned === 0 ? "" : `, with ${warned} warning${warned === 1 ? "" : "s"}`}.\n`,
    );
  }
  const [first] = failed;
  return first === undefined ? exitCodes.ok : (first.exitCode ?? exitCodes.partial);
}

async function check(
  flags: TestFlags,
  tell: (check: TimedCheck) => Promise<void>,
  signal: AbortSignal,
): Promise<Pick<CheckReport, "sample" | "drift">> {
  const started = Date.now();
  const loaded = await loadConfig({ file: flags.config });
  const redact = redactorOf(loaded);
  const log = await createLog(flags.logLevel, redact);
  const warnings: string[] = [...loaded.warnings];
  const warn = (message: string): void => void warnings.push(redact(message));
  const runtime = await buildRuntime(loaded, { command: "test", trace: log.trace, warn });
  try {
    await tell({ ...configCheck(loaded.file, warnings), ms: Date.now() - started });
    const tables = [runtime.table, runtime.itemTable].filter((table) => table !== undefined);
    const message = tables.map(({ name, rows }) => `table ${name}: ${rows.length} rows`).join(", ");
    await tell({ name: "mapping", outcome: "pass", message, ms: 0 });
    warnings.length = 0;
    const run = runChecks(runtime.parts, flags.full === true, signal);
    for (;;) {
      const next = await run.next();
      if (next.done === true) {
        if (warnings.length > 0) {
          await tell({ name: "warnings", outcome: "warn", message: warnings.join("; "), ms: 0 });
        }
        return next.value;
      }
      await tell(next.value);
    }
  } finally {
    await runtime.close();
  }
}

function configCheck(file: string, warnings: readonly string[]): CheckResult {
  if (warnings.length === 0) return { name: "config", outcome: "pass", message: file };
  return { name: "config", outcome: "warn", message: `${file}: ${warnings.join("; ")}` };
}

function toDocument(check: TimedCheck): Record<string, unknown> {
  const { name, outcome, message, hint, ms } = check;
  return { name, outcome, message, hint: hint ?? null, ms };
}
