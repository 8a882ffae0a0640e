import { isSameImage } from "../mapping/project.js";
import { type JsonValue, type Product, type ProductField, productFields } from "../model/product.js";
import type { FieldChange } from "../model/report.js";
import type { KnownProduct, StagedItem } from "../state/store.js";
import type { MaxChanges } from "./parts.js";

const customPrefix = "custom_fields.";

/** What a run will do, in numbers. */
export interface PlanSummary {
  readonly create: number;
  readonly update: number;
  readonly unchanged: number;
  /** By code: `no-sku` -> 17. */
  readonly skipped: Readonly<Record<string, number>>;
  readonly rejected: number;
  /** How many of the updates touch each field. */
  readonly fields: Readonly<Record<string, number>>;
}

/** What becomes of one candidate. `product` is what stands in the destination afterwards. */
export type Decision =
  | {
      readonly action: "create" | "update" | "held";
      readonly fields: Readonly<Record<string, FieldChange>>;
      readonly product: Product;
    }
  | { readonly action: "unchanged"; readonly product: Product };

/**
 * Compares a candidate with what stands under its SKU. A field that is absent in the candidate is unknown, so it never
 * is a difference and the destination keeps its value; the SKU is never rewritten. `held` is an update that
 * `updates: false` keeps back.
 */
export function planChange(
  item: Pick<StagedItem, "product" | "known">,
  options: { readonly updates: boolean },
): Decision {
  const { product, known } = item;
  if (known === undefined) return { action: "create", fields: createdFields(product), product };
  const fields = changedFields(known, product);
  const merged = mergeProduct(known, product);
  if (Object.keys(fields).length === 0) return { action: "unchanged", product: merged };
  return { action: options.updates ? "update" : "held", fields, product: merged };
}

/**
 * What stands in the destination after a candidate was written over what is known: its own fields win, but for those
 * that are reserved.
 */
export function mergeProduct(known: KnownProduct, candidate: Product): Product {
  const product = withoutReserved(known, candidate);
  const merged: Record<string, unknown> = {};
  for (const field of productFields) {
    const value = product[field] ?? known.product[field];
    if (value !== undefined) merged[field] = value;
  }
  if (known.product.custom_fields !== undefined && product.custom_fields !== undefined) {
    merged["custom_fields"] = { ...known.product.custom_fields, ...product.custom_fields };
  }
  merged["sku"] = known.sku;
  return merged as Product;
}

/** The limit on updates, as a number of products; undefined where none applies yet. */
export function updateLimit(maxChanges: MaxChanges | undefined, known: number): number | undefined {
  if (maxChanges === undefined) return known < 100 ? undefined : Math.floor(known / 2);
  return maxChanges.kind === "count" ? maxChanges.count : Math.floor(known * maxChanges.share);
}

function createdFields(product: Product): Record<string, FieldChange> {
  const fields: Record<string, FieldChange> = {};
  for (const [name, value] of flatFields(product)) fields[name] = { to: value };
  return fields;
}

/** A candidate without what the destination's operator has reserved at its item. */
function withoutReserved({ reserved = [] }: KnownProduct, product: Product): Product {
  if (reserved.length === 0) return product;
  const kept: Record<string, unknown> = { ...product };
  const custom: Record<string, JsonValue> = { ...product.custom_fields };
  for (const name of reserved) {
    delete kept[name];
    if (name.startsWith(customPrefix)) delete custom[name.slice(customPrefix.length)];
  }
  if (Object.keys(custom).length > 0) kept["custom_fields"] = custom;
  else delete kept["custom_fields"];
  return kept as Product;
}

function changedFields(known: KnownProduct, after: Product): Record<string, FieldChange> {
  const fields: Record<string, FieldChange> = {};
  const old = new Map(flatFields(known.product));
  for (const [name, value] of flatFields(withoutReserved(known, after))) {
    if (name === "sku") continue;
    const from = old.get(name);
    if (from === undefined) fields[name] = { to: value };
    else if (!sameValue(from, value) && !sameImage(name, from, value)) fields[name] = { from, to: value };
  }
  return fields;
}

/** Fields in canonical order; each entry of custom_fields under a name of its own. */
function* flatFields(product: Product): Generator<[string, JsonValue]> {
  for (const field of productFields) {
    const value: Product[ProductField] = product[field];
    if (value === undefined) continue;
    if (field !== "custom_fields") {
      yield [field, value];
      continue;
    }
    for (const [name, entry] of Object.entries(product.custom_fields ?? {}))
      yield [`${customPrefix}${name}`, entry];
  }
}

function sameImage(name: string, left: JsonValue, right: JsonValue): boolean {
  if (!name.startsWith("image_url_") || typeof left !== "string" || typeof right !== "string") return false;
  return isSameImage(left, right);
}

function sameValue(left: JsonValue, right: JsonValue): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((value, index) => sameValue(value as JsonValue, right[index] as JsonValue));
  }
  const a = left as Readonly<Record<string, JsonValue>>;
  const b = right as Readonly<Record<string, JsonValue>>;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => {
    const [x, y] = [a[name], b[name]];
    return x !== undefined && y !== undefined && sameValue(x, y);
  });
}
