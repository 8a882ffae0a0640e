import type { PlanEntry, RunIssue, RunReport } from "../model/report.js";
import type { PlanSummary } from "../pipeline/plan.js";
import type { Output } from "./output.js";
import { groupDigits, toJson, visible } from "./text.js";

/** What a run has to tell; a RunResult is one. */
export interface TellableRun {
  readonly report: RunReport;
  readonly declined: boolean;
  readonly error?: unknown;
  issues(): AsyncIterable<RunIssue>;
  entries(): AsyncIterable<PlanEntry>;
}

/** Issues told on a terminal; all of them stand in the JSON document. */
const toldIssues = 20;

const skipWords: Readonly<Record<string, string>> = {
  status: "of another status",
  "not-sellable": "not sellable by themselves",
  "not-shippable": "never shipped",
  "no-sku": "without SKU",
  "duplicate-sku": "with a duplicate SKU",
  "case-conflict": "whose SKUs differ in case only",
  "updates-off": "kept back because updates are off",
};

/** One honest sentence: "create 412, update 38 (name 9, weight_lbs 30), leave 1,020, skip 17 without SKU". */
export function describePlan(plan: PlanSummary): string {
  const parts: string[] = [];
  if (plan.create > 0) parts.push(`create ${groupDigits(plan.create)}`);
  if (plan.update > 0) {
    const fields = Object.entries(plan.fields)
      .sort((a, b) => b[1] - a[1])
      .slice(0, 6)
      .map(([field, count]) => `${visible(field)} ${groupDigits(count)}`);
    const more = Object.keys(plan.fields).length > fields.length ? ", ..." : "";
    parts.push(`update ${groupDigits(plan.update)} (${fields.join(", ")}${more})`);
  }
  if (parts.length === 0) parts.push("nothing to write");
  if (plan.unchanged > 0) parts.push(`leave ${groupDigits(plan.unchanged)}`);
  for (const code of skipOrder(plan.skipped)) {
    parts.push(`skip ${groupDigits(plan.skipped[code] ?? 0)} ${skipWords[code] ?? code}`);
  }
  if (plan.rejected > 0) parts.push(`reject ${groupDigits(plan.rejected)}`);
  return parts.join(", ");
}

/** Prints the one JSON document of a run, issue by issue, so that its size does not matter. */
export async function printRunJson(output: Output, run: TellableRun, error: unknown): Promise<void> {
  const head = toJson({ ...run.report, ...(error === undefined ? {} : { error }) });
  await output.print(`${head.slice(0, -1)},"issues":`);
  await printArray(output, run.issues());
  if (run.report.dryRun) {
    await output.print(`,"plan":`);
    await printArray(output, run.entries());
  }
  await output.print("}\n");
}

export async function printRunText(output: Output, run: TellableRun): Promise<void> {
  const { report } = run;
  const { counts } = report;
  if (run.declined) {
    await output.print("Nothing was written.\n");
    return;
  }
  if (report.dryRun) {
    for await (const entry of run.entries()) await output.print(renderEntry(output, entry));
  }
  await printIssues(output, run);
  const told = [
    `read ${groupDigits(counts.read)}`,
    `created ${groupDigits(counts.created)}`,
    `updated ${groupDigits(counts.updated)}`,
    `unchanged ${groupDigits(counts.unchanged)}`,
    `skipped ${groupDigits(counts.skipped)}`,
    ...(counts.rejected > 0 ? [`rejected ${groupDigits(counts.rejected)}`] : []),
    ...(counts.failed > 0 ? [`failed ${groupDigits(counts.failed)}`] : []),
    ...(counts.missing > 0 ? [`no longer in the cart ${groupDigits(counts.missing)}`] : []),
  ];
  const would = report.dryRun ? " (a dry run: this is what would happen)" : "";
  const { channel, account } = report.source;
  await output.print(
    `${visible(`${channel} ${account}`)} -> ${visible(`${report.destination.type} ${report.destination.account}`)}\n` +
      `${output.paint.bold(statusWord(run))}: ${told.join(", ")}${would}\n`,
  );
}

function statusWord(run: TellableRun): string {
  switch (run.report.status) {
    case "ok":
      return "Done";
    case "partial":
      return "Done, with issues";
    case "failed":
      return "Stopped";
    case "interrupted":
      return "Interrupted";
  }
}

function renderEntry(output: Output, entry: PlanEntry): string {
  const fields = Object.entries(entry.fields);
  if (entry.action === "create") {
    const name = entry.fields["name"]?.to;
    return `${output.paint.green("create")} ${visible(entry.sku)}${typeof name === "string" ? `  ${visible(shorten(name))}` : ""}  (${fields.length} fields)\n`;
  }
  const lines = fields.map(
    ([field, change]) =>
      `       ${visible(field)}: ${change.from === undefined ? "(none)" : renderValue(change.from)} -> ${renderValue(change.to)}\n`,
  );
  return `${output.paint.yellow("update")} ${visible(entry.sku)}\n${lines.join("")}`;
}

function renderValue(value: unknown): string {
  return visible(shorten(typeof value === "string" ? value : JSON.stringify(value)));
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

async function printIssues(output: Output, run: TellableRun): Promise<void> {
  let told = 0;
  let more = 0;
  const skipped: Record<string, number> = {};
  for await (const issue of run.issues()) {
    if (issue.outcome === "skipped") {
      skipped[issue.code] = (skipped[issue.code] ?? 0) + 1;
      continue;
    }
    if (told >= toldIssues) {
      more += 1;
      continue;
    }
    told += 1;
    const who = issue.sku === null ? `record ${issue.key}` : issue.sku;
    await output.print(
      `${output.paint.red(issue.outcome)} ${visible(who)}  ${issue.code}: ${visible(issue.message)}\n`,
    );
  }
  if (more > 0) await output.print(`and ${groupDigits(more)} more (--json lists all)\n`);
  for (const code of skipOrder(skipped)) {
    await output.print(`skipped ${groupDigits(skipped[code] ?? 0)} ${skipWords[code] ?? code}\n`);
  }
}

/** Codes in the order of the rules that they stand for. */
function skipOrder(skipped: Readonly<Record<string, number>>): readonly string[] {
  const known = Object.keys(skipWords).filter((code) => skipped[code] !== undefined);
  return [...known, ...Object.keys(skipped).filter((code) => skipWords[code] === undefined)];
}

async function printArray(output: Output, items: AsyncIterable<unknown>): Promise<void> {
  let text = "[";
  let first = true;
  for await (const item of items) {
    text += `${first ? "" : ","}${toJson(item)}`;
    first = false;
    if (text.length < 65_536) continue;
    await output.print(text);
    text = "";
  }
  await output.print(`${text}]`);
}
