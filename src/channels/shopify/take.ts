import type { RecordReject, SourceRecord } from "../../model/record.js";
import { type Read, toReject } from "./open-read.js";
import { toVariantRecord } from "./records.js";
import { ownerSchema, toLegacyId, toNode, variantSchema } from "./schema.js";

export interface Taken {
  readonly records: SourceRecord[];
  readonly rejects: RecordReject[];
}

/**
 * Makes records of a page of the flat list, and takes them down in the read's books. A row that came before is left out:
 * the list is ordered by id, so a row at or below the highest id so far is a repeated one.
 */
export function takeVariants(read: Read, nodes: readonly unknown[]): Taken {
  const { state, frame } = read;
  const taken: Taken = { records: [], rejects: [] };
  const ids = nodes.map((node) => variantSchema.safeParse(node).data?.legacyResourceId);
  if (!isRising(ids)) state.ordered = false;
  for (const [index, node] of nodes.entries()) {
    const id = ids[index];
    const variant = toNode(node);
    if (id === undefined || variant === undefined || !ownerSchema.safeParse(variant["product"]).success) {
      const key = toLegacyId(variant?.["id"]) ?? `variants, position ${state.seen + 1}`;
      taken.rejects.push(toReject(key, "the shop sent it in a form that cannot be read"));
      state.seen += 1;
      continue;
    }
    if (state.ordered && BigInt(id) <= BigInt(state.floor)) continue;
    if (BigInt(id) > BigInt(state.floor)) state.floor = id;
    state.seen += 1;
    if (isFresh(variant["createdAt"], state.startedMs)) state.fresh += 1;
    taken.records.push(toVariantRecord(variant, id, frame));
  }
  return taken;
}

/** Whether the ids of a page, as far as they are known, only rise. */
export function isRising(ids: readonly (string | undefined)[]): boolean {
  let last = 0n;
  for (const id of ids) {
    if (id === undefined) continue;
    if (BigInt(id) <= last) return false;
    last = BigInt(id);
  }
  return true;
}

/** Whether a record was made after the read began: the number that was declared at first does not count it. */
export function isFresh(createdAt: unknown, startedMs: number): boolean {
  return typeof createdAt === "string" && Date.parse(createdAt) >= startedMs;
}
