import type { Mapped, MappingFault } from "../mapping/contract.js";
import { canonicalJson, fingerprint } from "../mapping/project.js";
import type { ProductDraft } from "../model/product.js";
import { type RecordReject, type SourceRecord, unfitCodes } from "../model/record.js";
import type { StagedRecord } from "../state/store.js";

export interface JudgeRules {
  readonly includeDigital: boolean;
  readonly caseSensitiveSku: boolean;
  /** Applies the options to a mapped product. */
  readonly project: (draft: ProductDraft) => ProductDraft;
}

/** A product whose JSON has more characters is refused: memory and every destination have an end somewhere. */
const maxProductLength = 8 * 1024 * 1024;

/** What a destination tells SKUs apart by. */
function toSkuKey(sku: string, caseSensitive: boolean): string {
  return caseSensitive ? sku : sku.toLowerCase();
}

/**
 * Decides what a mapped record is as far as it can be decided by itself: a candidate, skipped by rule, or rejected.
 * Rules that look at several records (duplicates, case conflicts) come later, over the whole catalogue.
 */
export function judgeRecord(record: SourceRecord, mapped: Mapped, rules: JudgeRules): StagedRecord {
  const sku = mapped.ok ? mapped.draft.sku : mapped.sku;
  const base = {
    key: record.key,
    ...(record.address === undefined ? {} : { address: record.address }),
    ...(sku === undefined ? {} : { sku, skuKey: toSkuKey(sku, rules.caseSensitiveSku) }),
  };
  const reason = skipReason(record, mapped, rules);
  if (reason !== undefined) return { ...base, outcome: "skipped", ...reason };
  if (!mapped.ok) {
    return {
      ...base,
      outcome: "rejected",
      code: "invalid",
      message: describeFaults(mapped.faults, record.address),
    };
  }
  const product = canonicalJson(rules.project(mapped.draft));
  if (product.length > maxProductLength) {
    const message = `the product is larger than ${maxProductLength / 2 ** 20} MiB`;
    return { ...base, outcome: "rejected", code: "invalid", message: withAddress(message, record.address) };
  }
  return { ...base, product, fingerprint: fingerprint(product), outcome: "staged" };
}

/** A record that could not be read takes its place in the accounts as well. */
export function judgeReject(reject: RecordReject): StagedRecord {
  return { key: reject.key, outcome: "rejected", code: reject.code, message: reject.message };
}

function skipReason(
  record: SourceRecord,
  mapped: Mapped,
  rules: JudgeRules,
): { readonly code: string; readonly message: string } | undefined {
  const unfit = record.unfit ?? [];
  for (const code of unfitCodes) {
    if (code === "not-shippable" && rules.includeDigital) continue;
    const found = unfit.find((candidate) => candidate.code === code);
    if (found !== undefined) return { code, message: withAddress(found.message, record.address) };
  }
  if (mapped.ok ? mapped.draft.sku === undefined : lacksSku(mapped)) {
    return { code: "no-sku", message: withAddress("it has no SKU", record.address) };
  }
  return undefined;
}

/** A SKU that is there but cannot be used is a fault of the record, not a missing one. */
function lacksSku(mapped: Extract<Mapped, { ok: false }>): boolean {
  return mapped.sku === undefined && mapped.faults.every((fault) => fault.field !== "sku");
}

function describeFaults(faults: readonly MappingFault[], address: string | undefined): string {
  const text = faults
    .map((fault) => `${fault.field}: ${fault.message} (${fault.path}: ${fault.value})`)
    .join("; ");
  return withAddress(text, address);
}

function withAddress(message: string, address: string | undefined): string {
  return address === undefined ? message : `${message}; see ${address}`;
}
