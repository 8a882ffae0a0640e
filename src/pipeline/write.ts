import type {
  DocumentDestination,
  ItemDestination,
  PlannedChange,
  WriteResult,
} from "../destinations/destination.js";
import type { Product } from "../model/product.js";
import type { RunRow, SettledItem, Slot, StageKey, StagedItem } from "../state/store.js";
import type { Emit } from "./events.js";
import type { RunParts } from "./parts.js";
import { type Decision, mergeProduct, planChange, type PlanSummary } from "./plan.js";
import { candidates } from "./planning.js";

/** Acknowledgements recorded in one transaction: a crash costs at most so many look-ups. */
const settleSize = 25;

/**
 * Carries out the plan on a system that takes items: batch by batch in order of SKU, recording each acknowledgement.
 * On abort the batch in flight ends where the destination lets it, and the rest stays staged.
 */
export async function writeItems(
  parts: RunParts & { readonly destination: ItemDestination },
  stage: StageKey,
  slot: Slot,
  plan: PlanSummary,
  emit: Emit,
  signal: AbortSignal,
): Promise<void> {
  const total = plan.create + plan.update;
  let written = 0;
  let failed = 0;
  let batch: Change[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    signal.throwIfAborted();
    await slot.assertHeld();
    const changes = batch;
    const before = written;
    batch = [];
    for await (const settled of acknowledged(parts.destination, changes, signal)) {
      await parts.store.settle(stage, slot, settled);
      failed += settled.filter((item) => item.outcome === "failed").length;
      written += settled.length;
      emit({ kind: "writing", written, total, failed });
    }
    if (written - before === changes.length) return;
    // An aborted write ends early; what it left stays staged, and the run must not pass for a whole one.
    signal.throwIfAborted();
    throw new Error(`${parts.destination.id} gave ${written - before} results for ${changes.length} changes`);
  };
  for await (const item of candidates(parts, stage, {})) {
    const decision = planChange(item, parts.options);
    if (decision.action !== "create" && decision.action !== "update") continue;
    batch.push(toChange(item, decision));
    if (batch.length >= parts.destination.features.maxBatch) await flush();
  }
  await flush();
}

/** Replaces a document, which writes the whole plan at once or nothing of it. */
export async function writeDocument(
  parts: RunParts & { readonly destination: DocumentDestination },
  stage: StageKey,
  slot: Slot,
  run: RunRow,
  plan: PlanSummary,
  emit: Emit,
  signal: AbortSignal,
): Promise<void> {
  await slot.assertHeld();
  const { destination, store } = parts;
  const total = plan.create + plan.update;
  const rows =
    destination.content === "catalogue" ? allProducts(parts, stage) : plannedProducts(parts, stage);
  await destination.replace(counted(rows, total, emit), { id: run.id, startedAt: run.startedAt }, signal);
  await store.saveRun(run.id, { phase: "settle" });
}

/** Records what a replaced document holds; repeated after a crash in between, it does no harm. */
export async function settleDocument(parts: RunParts, stage: StageKey, slot: Slot): Promise<void> {
  const { store } = parts;
  await store.settleCreated(stage, slot);
  let settled: SettledItem[] = [];
  for await (const item of candidates(parts, stage, { contested: true })) {
    const decision = planChange(item, parts.options);
    if (decision.action !== "update") continue;
    settled.push(toSettled(toChange(item, decision), { sku: item.sku, outcome: "written" }));
    if (settled.length < 500) continue;
    await store.settle(stage, slot, settled);
    settled = [];
  }
  await store.settle(stage, slot, settled);
}

/** A planned change with what its record is settled by. */
interface Change extends PlannedChange {
  readonly key: string;
  readonly skuKey: string;
  readonly fingerprint: string;
  readonly reserved: readonly string[];
}

function toChange(item: StagedItem, decision: Exclude<Decision, { action: "unchanged" }>): Change {
  const { key, skuKey, fingerprint, known } = item;
  return {
    action: decision.action === "create" ? "create" : "update",
    sku: known?.sku ?? item.sku,
    fields: decision.fields,
    product: decision.product,
    ...(known?.remoteId === undefined ? {} : { remoteId: known.remoteId }),
    key,
    skuKey,
    fingerprint,
    reserved: known?.reserved ?? [],
  };
}

async function* acknowledged(
  destination: ItemDestination,
  changes: readonly Change[],
  signal: AbortSignal,
): AsyncGenerator<readonly SettledItem[]> {
  const bySku = new Map(changes.map((change) => [change.sku, change]));
  let settled: SettledItem[] = [];
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const result of destination.write(changes, signal)) {
      const change = bySku.get(result.sku);
      if (change === undefined) continue;
      settled.push(toSettled(change, result));
      if (settled.length < settleSize) continue;
      yield settled;
      settled = [];
    }
  } catch (error) {
    failure = { error };
  }
  // Also when the destination gave up in the middle: what it acknowledged before is true.
  if (settled.length > 0) yield settled;
  if (failure !== undefined) throw failure.error;
}

function toSettled(change: Change, result: WriteResult): SettledItem {
  const { key, skuKey, fingerprint } = change;
  if (result.outcome === "failed") {
    return { key, skuKey, outcome: "failed", code: result.code, message: result.message };
  }
  const remoteId = result.remoteId ?? change.remoteId;
  const reserved = result.reserved ?? change.reserved;
  const known = {
    sku: change.sku,
    product: change.product,
    ...(remoteId === undefined ? {} : { remoteId }),
    ...(reserved.length === 0 ? {} : { reserved }),
  };
  return { key, skuKey, outcome: change.action === "create" ? "created" : "updated", known, fingerprint };
}

async function* allProducts(parts: RunParts, stage: StageKey): AsyncGenerator<Product> {
  for await (const { known, staged } of parts.store.catalogue(stage)) {
    if (staged === undefined) {
      if (known !== undefined) yield known.product;
    } else {
      yield known === undefined ? staged.product : mergeProduct(known, staged.product);
    }
  }
}

async function* plannedProducts(parts: RunParts, stage: StageKey): AsyncGenerator<Product> {
  for await (const item of candidates(parts, stage, {})) yield planChange(item, parts.options).product;
}

async function* counted(
  products: AsyncIterable<Product>,
  total: number,
  emit: Emit,
): AsyncGenerator<Product> {
  let rows = 0;
  for await (const product of products) {
    yield product;
    rows += 1;
    if (rows % 500 === 0) emit({ kind: "writing", written: Math.min(rows, total), total, failed: 0 });
  }
  emit({ kind: "writing", written: total, total, failed: 0 });
}
