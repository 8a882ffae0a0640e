import type { RemoteItem } from "../destinations/destination.js";
import { GuardError } from "../errors.js";
import type { PlanEntry } from "../model/report.js";
import type { ConnectionState, KnownProduct, SettledItem, StageKey, StagedItem } from "../state/store.js";
import { skipDuplicates } from "./duplicates.js";
import type { Emit } from "./events.js";
import type { RunParts } from "./parts.js";
import { planChange, type PlanSummary, updateLimit } from "./plan.js";

/** A catalogue of fewer records may shrink to anything without a question. */
const smallestCatalogue = 10;

/** How many candidates are held in memory at once. */
const batchSize = 500;

const heldMessage = "it differs from the destination, and updates are off";

/**
 * Settles everything that needs no write and leaves exactly the candidates to be written staged. Candidates that
 * nothing is known of are looked up in the destination first, so that a lost state never creates twice. `dryRun`
 * learns nothing for later.
 */
export async function makePlan(
  parts: RunParts,
  stage: StageKey,
  dryRun: boolean,
  emit: Emit,
  signal: AbortSignal,
): Promise<PlanSummary> {
  const { store } = parts;
  await skipDuplicates(store, stage, parts.options.onDuplicateSku);
  await store.markUnchanged(stage);
  await lookUp(parts, stage, emit, signal);
  const { update, fields } = await settleContested(parts, stage, dryRun, signal);
  const create = await store.countStaged(stage, { contested: false });
  const counts = await store.counts(stage);
  const skipped: Record<string, number> = {};
  for await (const issue of store.issues(stage)) {
    if (issue.outcome === "skipped") skipped[issue.code] = (skipped[issue.code] ?? 0) + 1;
  }
  return { create, update, unchanged: counts.unchanged, skipped, rejected: counts.rejected, fields };
}

/** Throws GuardError when the plan would update more of the known products than the operator wants. */
export async function guardChanges(parts: RunParts, stage: StageKey, plan: PlanSummary): Promise<void> {
  const known = await parts.store.countKnown(stage);
  const limit = updateLimit(parts.options.maxChanges, known);
  if (limit === undefined || plan.update <= limit) return;
  const message = `the plan would update ${plan.update} of ${known} known products; maxChanges allows ${limit}`;
  const hint = "look at the plan with --dry-run; if it is right, run again with --force";
  throw new GuardError("max-changes", message, { hint });
}

/** What a full read came to, for the comparison with the one before. */
export interface ReadSize {
  readonly recordsRead?: number;
  /** How many records are products for the destination. */
  readonly fit: number;
  readonly setup: string;
}

/**
 * Throws GuardError when more than half of the records of the last full read are gone, or of the products among them.
 * Shops do not shrink like that over night; a wrong marketplace, a filter, a half-made export or a token that sees no
 * SKUs does.
 */
export function guardShrink(
  previous: ConnectionState | undefined,
  { recordsRead, fit, setup }: ReadSize,
): void {
  const hint = "look at the cart. If it is meant so, run once with --force";
  const records = previous?.recordsRead ?? 0;
  if (recordsRead !== undefined && isShrunk(recordsRead, records)) {
    const message = `the cart sent ${recordsRead} records; the last full read had ${records}`;
    throw new GuardError("source-shrank", message, { hint });
  }
  const products = previous?.setup === setup ? (previous.fit ?? 0) : 0;
  if (isShrunk(fit, products)) {
    const message = `${fit} of the cart's records are products to sync; in the last full read ${products} were`;
    throw new GuardError("source-shrank", message, { hint });
  }
}

function isShrunk(now: number, before: number): boolean {
  return before >= smallestCatalogue && now * 2 < before;
}

/** Yields every planned change, in order of SKU. */
export async function* planEntries(parts: RunParts, stage: StageKey): AsyncGenerator<PlanEntry> {
  for await (const item of candidates(parts, stage, {})) {
    const decision = planChange(item, parts.options);
    if (decision.action !== "create" && decision.action !== "update") continue;
    yield { action: decision.action, sku: item.known?.sku ?? item.sku, fields: decision.fields };
  }
}

/** Yields what is still staged, in order of SKU, some hundred in memory at once. */
export async function* candidates(
  parts: Pick<RunParts, "store">,
  stage: StageKey,
  filter: { readonly contested?: boolean },
): AsyncGenerator<StagedItem> {
  let after: string | undefined;
  for (;;) {
    const items = await parts.store.staged(stage, filter, after, batchSize);
    yield* items;
    after = items.at(-1)?.skuKey;
    if (items.length < batchSize) return;
  }
}

/** What the destination told of an item, as it is kept. */
export function toKnown({ id, sku, values, reserved = [] }: RemoteItem): KnownProduct {
  return { sku, product: values, remoteId: id, ...(reserved.length === 0 ? {} : { reserved }) };
}

async function lookUp(parts: RunParts, stage: StageKey, emit: Emit, signal: AbortSignal): Promise<void> {
  const { store, destination } = parts;
  const limit = Math.min(batchSize, destination.features.maxBatch);
  let after: string | undefined;
  let looked = 0;
  for (;;) {
    const items = await store.unknown(stage, after, limit);
    if (items.length === 0) return;
    after = items.at(-1)?.skuKey;
    const skus = items.map((item) => item.sku);
    const found = await destination.find(skus, signal);
    const notes: { key: string; known: KnownProduct }[] = [];
    for (const item of items) {
      const remote = found.get(item.sku);
      if (remote === undefined) continue;
      notes.push({ key: item.key, known: toKnown(remote) });
    }
    if (notes.length > 0) await store.noteRemote(stage, notes);
    looked += items.length;
    emit({ kind: "planning", looked });
  }
}

async function settleContested(
  parts: RunParts,
  stage: StageKey,
  dryRun: boolean,
  signal: AbortSignal,
): Promise<{ readonly update: number; readonly fields: Record<string, number> }> {
  const { store } = parts;
  const fields: Record<string, number> = {};
  let update = 0;
  let same: SettledItem[] = [];
  let held: string[] = [];
  const flush = async (): Promise<void> => {
    if (dryRun)
      await store.mark(
        stage,
        same.map((item) => item.key),
        { outcome: "unchanged" },
      );
    else await store.settle(stage, undefined, same);
    await store.mark(stage, held, { outcome: "skipped", code: "updates-off", message: heldMessage });
    same = [];
    held = [];
  };
  for await (const item of candidates(parts, stage, { contested: true })) {
    signal.throwIfAborted();
    const decision = planChange(item, parts.options);
    if (decision.action === "unchanged") {
      const known = { ...item.known, sku: decision.product.sku, product: decision.product };
      const { key, skuKey, fingerprint } = item;
      same.push({ key, skuKey, outcome: "unchanged", known, fingerprint });
    } else if (decision.action === "held") {
      held.push(item.key);
    } else {
      update += 1;
      for (const name of Object.keys(decision.fields)) fields[name] = (fields[name] ?? 0) + 1;
    }
    if (same.length + held.length >= batchSize) await flush();
  }
  await flush();
  return { update, fields };
}
