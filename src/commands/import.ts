import { applyOverrides, loadConfig } from "../config/load.js";
import { UsageError } from "../errors.js";
import type { PlanSummary } from "../pipeline/plan.js";
import { exitCodeOf } from "../pipeline/report.js";
import { runPass } from "../pipeline/run.js";
import { buildRuntime, redactorOf } from "../runtime.js";
import { createLog } from "../ui/log.js";
import type { Output } from "../ui/output.js";
import { createProgress, type Progress } from "../ui/progress.js";
import { confirm } from "../ui/prompt.js";
import { noteError, toErrorDocument } from "../ui/render-error.js";
import { describePlan, printRunJson, printRunText } from "../ui/render-run.js";
import { visible } from "../ui/text.js";
import { type GlobalFlags, outputFor } from "./flags.js";
import { withSignals } from "./signals.js";

export interface ImportFlags extends GlobalFlags {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly fresh?: boolean;
  readonly force?: boolean;
  readonly updates?: boolean;
  readonly priceSync?: boolean;
}

/** `psync import`: everything once. Gives the exit code. */
export async function importCommand(flags: ImportFlags): Promise<number> {
  const output = outputFor(flags);
  const dryRun = flags.dryRun === true;
  if (!dryRun && flags.yes !== true && !output.canAsk) {
    const message = "import asks before it writes, and there is no terminal to ask on";
    throw new UsageError("nobody-to-ask", message, { hint: "add --yes, or look first with --dry-run" });
  }
  const willAsk = !dryRun && flags.yes !== true;
  const loaded = await loadConfig({ file: flags.config });
  const redact = redactorOf(loaded);
  const config = applyOverrides(loaded.config, flags);
  const log = await createLog(flags.logLevel, redact);
  const progress = await createProgress(output, Date.now);
  const warn = (message: string): void => progress.show({ kind: "warning", message: redact(message) });
  for (const warning of loaded.warnings) warn(warning);
  const runtime = await buildRuntime({ ...loaded, config }, { command: "import", trace: log.trace, warn });
  try {
    const run = await withSignals(output.note, (signal) =>
      runPass(runtime.parts, {
        command: "import",
        dryRun,
        fresh: flags.fresh === true,
        force: flags.force === true,
        holder: runtime.holder,
        emit: (event) => {
          // The question tells the plan; it need not be told twice.
          if (event.kind !== "planned" || !willAsk) progress.show(event);
        },
        confirm: (plan) => ask(flags, output, progress, runtime.parts.destination.account, plan, signal),
        signal,
      }),
    );
    progress.stop();
    if (output.json) {
      await printRunJson(
        output,
        run,
        run.error === undefined ? undefined : toErrorDocument(run.error, redact),
      );
    } else {
      await printRunText(output, run);
    }
    if (run.error !== undefined) noteError(output, run.error, redact);
    await run.finish();
    return exitCodeOf(run);
  } finally {
    progress.stop();
    await runtime.close();
  }
}

async function ask(
  flags: ImportFlags,
  output: Output,
  progress: Progress,
  destination: string,
  plan: PlanSummary,
  signal: AbortSignal,
): Promise<boolean> {
  progress.stop();
  if (flags.yes === true) return true;
  output.note(`To ${visible(destination)}: ${describePlan(plan)}.`);
  return confirm("Proceed?", signal);
}
