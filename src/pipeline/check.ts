import { exitCodes, InterruptedError, PsyncError } from "../errors.js";
import { projectProduct } from "../mapping/project.js";
import { type Product, productFields } from "../model/product.js";
import type { CheckResult } from "../model/report.js";
import { judgeRecord } from "./judge.js";
import { connectionName, destinationName, type RunParts } from "./parts.js";
import { planChange } from "./plan.js";
import { candidates, toKnown } from "./planning.js";
import { readAndStage } from "./read.js";
import { skipDuplicates } from "./duplicates.js";

/** A check with the time that it took. */
export interface TimedCheck extends CheckResult {
  readonly ms: number;
}

/** Of the products looked at: how many stand in the destination and are equal, differ, or are not there. */
export interface Drift {
  readonly match: number;
  readonly differ: number;
  readonly missing: number;
  /** Known in the destination and no longer in the cart; only when everything was compared. */
  readonly extra: number;
}

export interface CheckReport {
  readonly checks: readonly TimedCheck[];
  readonly sample: readonly Product[];
  readonly drift: Drift;
}

/** Products that a sample shows; one page is read for them. */
const sampleSize = 20;

/**
 * Tells whether a connection works, check by check as they happen, and writes nothing. With `full` the whole catalogue
 * is compared with the destination. Failures are results; only an interruption is thrown.
 */
export async function* runChecks(
  parts: RunParts,
  full: boolean,
  signal: AbortSignal,
): AsyncGenerator<TimedCheck, Pick<CheckReport, "sample" | "drift">> {
  const noDrift: Drift = { match: 0, differ: 0, missing: 0, extra: 0 };
  let failed = false;
  for (const side of [parts.channel, parts.destination]) {
    for await (const check of timed(side.check(signal), parts)) {
      failed ||= check.outcome === "fail";
      yield check;
    }
  }
  if (failed) {
    const message = "not looked at, because a check before it failed";
    yield { name: "sample", outcome: "skip", message, ms: 0 };
    yield { name: "in-step", outcome: "skip", message, ms: 0 };
    return { sample: [], drift: noDrift };
  }
  const started = Date.now();
  let sample: readonly Product[] = [];
  let comparable: readonly Product[] = [];
  try {
    const look = await takeSample(parts, signal);
    sample = look.taken.map(({ product }) => product);
    comparable = await withoutSkipped(parts, look.taken);
    yield { ...look.check, ms: Date.now() - started };
    if (look.homeless.length > 0) yield { ...tellHomeless(parts, look.homeless), ms: 0 };
  } catch (error) {
    yield { ...toFailedCheck("sample", error), ms: Date.now() - started };
    return { sample, drift: noDrift };
  }
  const compared = Date.now();
  try {
    if (!parts.destination.features.readable) {
      const message = "this destination keeps nothing that could be compared";
      yield { name: "in-step", outcome: "skip", message, ms: 0 };
      return { sample, drift: noDrift };
    }
    const drift = full ? await compareAll(parts, signal) : await compareSample(parts, comparable, signal);
    yield { ...(await judgeDrift(parts, drift, full)), ms: Date.now() - compared };
    return { sample, drift };
  } catch (error) {
    yield { ...toFailedCheck("in-step", error), ms: Date.now() - compared };
    return { sample, drift: noDrift };
  }
}

/** A failure as a check. Throws an interruption on, and what is a bug. */
export function toFailedCheck(name: string, error: unknown): CheckResult {
  if (error instanceof InterruptedError || !(error instanceof PsyncError)) throw error;
  return {
    name,
    outcome: "fail",
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    exitCode: error.exitCode,
  };
}

async function* timed(checks: AsyncIterable<CheckResult>, parts: RunParts): AsyncGenerator<TimedCheck> {
  let started = parts.now().getTime();
  for await (const check of checks) {
    const now = parts.now().getTime();
    yield { ...check, ms: now - started };
    started = now;
  }
}

/** A record of the sample, and what it became. */
interface Taken {
  readonly key: string;
  readonly product: Product;
}

/**
 * One page cannot tell a duplicate from a product of its own, nor an update that is kept back. What the last run
 * skipped on purpose is no gap.
 */
async function withoutSkipped(parts: RunParts, taken: readonly Taken[]): Promise<readonly Product[]> {
  const connection = connectionName(parts.channel, parts.destination);
  const outcomes = await parts.store.outcomesOf(
    connection,
    taken.map(({ key }) => key),
  );
  return taken.filter(({ key }) => outcomes.get(key) !== "skipped").map(({ product }) => product);
}

/** What a look at the cart came to. */
interface Look {
  readonly taken: readonly Taken[];
  readonly check: CheckResult;
  /** Fields that records fill and that the destination has no place for, in canonical order. */
  readonly homeless: readonly string[];
}

function tellHomeless({ destination }: RunParts, homeless: readonly string[]): CheckResult {
  const message = `${destination.id} has no place for these, so they are left out: ${homeless.join(", ")}`;
  return { name: "fields", outcome: "pass", message };
}

/** A destination that has places for single custom fields leaves only the others out. */
function isHomeless(field: string, places: ReadonlySet<string>): boolean {
  return (
    !places.has(field) && !(field === "custom_fields" && [...places].some((place) => place.startsWith(field)))
  );
}

async function takeSample(parts: RunParts, signal: AbortSignal): Promise<Look> {
  const rules = {
    includeDigital: parts.options.includeDigital,
    caseSensitiveSku: parts.destination.features.caseSensitiveSku,
    project: (draft: Parameters<typeof projectProduct>[0]) => projectProduct(draft, parts.projection),
  };
  const taken: Taken[] = [];
  const filled = new Set<string>();
  const counts = { read: 0, skipped: 0, rejected: 0 };
  for await (const page of parts.channel.read({ fields: parts.mapper.roots }, signal)) {
    counts.read += page.records.length + page.rejects.length;
    counts.rejected += page.rejects.length;
    for (const record of page.records) {
      const mapped = parts.mapper.map(record.fields);
      const judged = judgeRecord(record, mapped, rules);
      if (judged.outcome === "skipped") counts.skipped += 1;
      if (judged.outcome === "rejected") counts.rejected += 1;
      if (judged.outcome !== "staged" || !mapped.ok || judged.sku === undefined) continue;
      for (const field of Object.keys(mapped.draft)) filled.add(field);
      const product = { ...rules.project(mapped.draft), sku: judged.sku };
      if (taken.length < sampleSize) taken.push({ key: record.key, product });
    }
    if (taken.length >= sampleSize) break;
  }
  const told = `${taken.length} products mapped of ${counts.read} records looked at (${counts.skipped} skipped by rule, ${counts.rejected} rejected)`;
  const { fields } = parts.destination.features;
  const homeless = productFields.filter((field) => filled.has(field) && isHomeless(field, fields));
  if (counts.read === 0) {
    return {
      taken,
      homeless,
      check: {
        name: "sample",
        outcome: "warn",
        message: "the cart has no record",
        hint: "add a product to the cart",
      },
    };
  }
  if (taken.length === 0) {
    const hint = "run `psync import --dry-run` to see why each record is left out";
    return { taken, homeless, check: { name: "sample", outcome: "warn", message: told, hint } };
  }
  return { taken, homeless, check: { name: "sample", outcome: "pass", message: told } };
}

async function compareSample(
  parts: RunParts,
  sample: readonly Product[],
  signal: AbortSignal,
): Promise<Drift> {
  const drift = { match: 0, differ: 0, missing: 0, extra: 0 };
  await compare(parts, sample, drift, signal);
  return drift;
}

/** Reads everything, under a name of its own, and asks the destination for every candidate. */
async function compareAll(parts: RunParts, signal: AbortSignal): Promise<Drift> {
  const { store } = parts;
  const run = `test-${parts.now().toISOString()}`;
  const connection = connectionName(parts.channel, parts.destination);
  // Under a destination of its own nothing is known, so that no product counts as unchanged without being looked up.
  const stage = { connection, records: run, run, destination: run };
  const row = {
    id: run,
    connection,
    command: "test",
    startedAt: parts.now().toISOString(),
    setup: parts.setup,
    phase: "read" as const,
  };
  const drift = { match: 0, differ: 0, missing: 0, extra: 0 };
  try {
    const read = await readAndStage(parts, { stage, run: row, emit: () => undefined, signal });
    if (read.incomplete !== undefined) throw read.incomplete;
    await skipDuplicates(store, stage, parts.options.onDuplicateSku);
    let batch: Product[] = [];
    for await (const item of candidates(parts, stage, {})) {
      batch.push({ ...item.product, sku: item.sku });
      if (batch.length < parts.destination.features.maxBatch) continue;
      await compare(parts, batch, drift, signal);
      batch = [];
    }
    await compare(parts, batch, drift, signal);
    const destination = destinationName(parts.destination);
    drift.extra = await store.countMissing({ ...stage, destination });
    return drift;
  } finally {
    await store.discard(stage.records);
  }
}

async function compare(
  parts: RunParts,
  products: readonly Product[],
  drift: { match: number; differ: number; missing: number },
  signal: AbortSignal,
): Promise<void> {
  if (products.length === 0) return;
  const sorted = [...products].sort((a, b) => Buffer.compare(Buffer.from(a.sku), Buffer.from(b.sku)));
  const found = await parts.destination.find(
    sorted.map((product) => product.sku),
    signal,
  );
  for (const product of sorted) {
    const item = found.get(product.sku);
    if (item === undefined) {
      drift.missing += 1;
      continue;
    }
    const decision = planChange({ product, known: toKnown(item) }, { updates: true });
    if (decision.action === "unchanged") drift.match += 1;
    else drift.differ += 1;
  }
}

async function judgeDrift(parts: RunParts, drift: Drift, full: boolean): Promise<CheckResult> {
  const looked = drift.match + drift.differ + drift.missing;
  const message = `of ${looked} products ${drift.match} are in the destination and equal, ${drift.differ} differ, ${drift.missing} are not there${full ? `, ${drift.extra} are there and no longer in the cart` : ""}`;
  if (drift.differ + drift.missing === 0) return { name: "in-step", outcome: "pass", message };
  const complete = await parts.store.connection(connectionName(parts.channel, parts.destination));
  if (complete === undefined) {
    const hint = "nothing was imported yet; run `psync import`";
    return { name: "in-step", outcome: "warn", message, hint };
  }
  const hint = "run `psync import` to bring them in step, or `psync import --dry-run` to see the differences";
  return { name: "in-step", outcome: "fail", message, hint, exitCode: exitCodes.partial };
}
