import type { JsonValue, ProductDraft } from "../../model/product.js";
import type { PlannedChange, WriteResult } from "../destination.js";
import { TrytonRefusal } from "./errors.js";
import { fieldsOf } from "./item.js";
import { toUpdate, type UpdatePayload } from "./payload.js";
import type { StandingProduct } from "./products.js";
import {
  look,
  LookAgain,
  type Outcome,
  refuseWithoutRights,
  wantedItem,
  type WriteContext,
} from "./write-context.js";

/** The call that updates products; of none it changes nothing. */
export const updateMethod = "model.product.template.write";

/** How often a batch is read and written anew because somebody else writes the same products. */
const mostRereads = 3;

/** A change to a product that stands there. Without a payload there is nothing to do. */
export interface Job {
  readonly product: StandingProduct;
  readonly payload: UpdatePayload | undefined;
}

/** What a change means for the product as it stands: only its own fields, and of them only those that differ. */
export function toJob(context: WriteContext, change: PlannedChange, product: StandingProduct): Job {
  const item = wantedItem(context, change.product);
  const places = context.parts.mapper.toItem(draftOf(change)).keys();
  return { product, payload: toUpdate(places, item, product, context.facts) };
}

/**
 * Makes what updates some products in one call, which Tryton refuses where a record was written since it was read: then
 * it is read and written again. `jobs` is kept up to date. Throws LookAgain when one of the products is gone.
 */
export function updateSender(
  context: WriteContext,
  jobs: Map<PlannedChange, Job>,
  signal: AbortSignal,
): (changes: readonly PlannedChange[]) => Promise<Outcome> {
  let refused = false;
  return async (changes) => {
    for (let reads = 0; ; reads += 1) {
      try {
        await send(context, changes, jobs);
        return { ok: true, results: changes.flatMap((change) => toResults(context, change, jobs)) };
      } catch (error) {
        if (!(error instanceof TrytonRefusal)) throw error;
        if (error.reason !== "stale" || reads >= mostRereads || signal.aborted) {
          if (!refused && !signal.aborted) await refuseWithoutRights(context, signal);
          refused = true;
          return { ok: false, refusal: error };
        }
      }
      const standing = await look(context, changes, signal);
      for (const change of changes) {
        const product = standing.get(change.sku);
        if (product === undefined) throw new LookAgain();
        jobs.set(change, toJob(context, change, product));
      }
    }
  };
}

async function send(
  { api, facts }: WriteContext,
  changes: readonly PlannedChange[],
  jobs: ReadonlyMap<PlannedChange, Job>,
): Promise<void> {
  const groups: unknown[] = [];
  const stamps: Record<string, string> = {};
  for (const change of changes) {
    const job = jobs.get(change);
    if (job?.payload === undefined) continue;
    groups.push([job.product.templateId], job.payload.values);
    Object.assign(stamps, job.payload.stamps);
  }
  if (groups.length === 0) return;
  await api.write(updateMethod, groups, { ...facts.context, _timestamp: stamps });
}

function toResults(
  context: WriteContext,
  change: PlannedChange,
  jobs: ReadonlyMap<PlannedChange, Job>,
): readonly WriteResult[] {
  const product = jobs.get(change)?.product;
  return product === undefined ? [] : [toUpdated(context, change.sku, product)];
}

/** The result of a change to a product that stands there. */
export function toUpdated({ parts }: WriteContext, sku: string, product: StandingProduct): WriteResult {
  const reserved = fieldsOf(parts.mapper, product.reserved);
  return { sku, outcome: "written", remoteId: String(product.id), reserved };
}

/** The fields that a change is about, as a product. */
function draftOf({ fields, sku }: PlannedChange): ProductDraft {
  const prefix = "custom_fields.";
  const draft: Record<string, JsonValue> = {};
  const custom: Record<string, JsonValue> = {};
  for (const [name, { to }] of Object.entries(fields)) {
    if (name.startsWith(prefix)) custom[name.slice(prefix.length)] = to;
    else draft[name] = to;
  }
  if (Object.keys(custom).length > 0) draft["custom_fields"] = custom;
  return { ...draft, sku };
}
