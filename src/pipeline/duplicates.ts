import type { SkuGroup, StageKey, StateStore } from "../state/store.js";

type Row = SkuGroup["rows"][number];

/** What a group of candidates for one SKU comes to: who is skipped, and with which words. */
export interface Verdict {
  readonly keys: readonly string[];
  readonly code: "duplicate-sku" | "case-conflict";
  readonly message: string;
}

/**
 * Skips candidates that one SKU of the destination cannot stand for together. Decided over the whole catalogue, so the
 * order of pages does not matter.
 */
export async function skipDuplicates(
  store: StateStore,
  stage: StageKey,
  policy: "fail" | "first",
): Promise<void> {
  for await (const group of store.skuGroups(stage)) {
    for (const verdict of judgeGroup(group.rows, policy)) {
      const { code, message } = verdict;
      await store.mark(stage, verdict.keys, { outcome: "skipped", code, message });
    }
  }
}

/**
 * Exact duplicates first: with `first` the lowest key stays. Those that remain and differ in case only are conflicts,
 * since rows of one group are one SKU to the destination.
 */
export function judgeGroup(rows: readonly Row[], policy: "fail" | "first"): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  const bySku = new Map<string, Row[]>();
  for (const row of [...rows].sort((a, b) => compareKeys(a.key, b.key))) {
    const same = bySku.get(row.sku);
    if (same === undefined) bySku.set(row.sku, [row]);
    else same.push(row);
  }
  const remaining: Row[] = [];
  for (const [sku, same] of bySku) {
    const [first] = same;
    if (first === undefined) continue;
    if (same.length === 1) {
      remaining.push(first);
      continue;
    }
    if (policy === "first") remaining.push(first);
    const losers = policy === "first" ? same.slice(1) : same;
    const others = policy === "first" ? `; ${first.key} is taken` : "";
    const message = `the SKU ${sku} stands on the records ${listKeys(same)}${others}`;
    verdicts.push({ keys: losers.map((row) => row.key), code: "duplicate-sku", message });
  }
  if (remaining.length > 1) {
    const spellings = remaining.map((row) => `${row.sku} (record ${row.key})`).join(", ");
    const message = `the destination does not tell these SKUs apart: ${spellings}`;
    verdicts.push({ keys: remaining.map((row) => row.key), code: "case-conflict", message });
  }
  return verdicts;
}

/** Keys of digits only compare as numbers and come before others. */
export function compareKeys(left: string, right: string): number {
  const [leftDigits, rightDigits] = [/^\d+$/.test(left), /^\d+$/.test(right)];
  if (leftDigits && rightDigits) {
    const [a, b] = [BigInt(left), BigInt(right)];
    if (a !== b) return a < b ? -1 : 1;
  } else if (leftDigits !== rightDigits) {
    return leftDigits ? -1 : 1;
  }
  return left < right ? -1 : left > right ? 1 : 0;
}

/** All of them are named; a runaway group is cut so that one message stays readable. */
function listKeys(rows: readonly Row[]): string {
  const named = rows.slice(0, 20).map((row) => row.key);
  const more = rows.length - named.length;
  return more === 0 ? named.join(", ") : `${named.join(", ")} and ${more} more`;
}
