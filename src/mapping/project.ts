import { hash } from "node:crypto";
import { productFields, type JsonValue, type ProductDraft } from "../model/product.js";
import type { Projection } from "./contract.js";

const customField = "custom_fields";
const priceFields: ReadonlySet<string> = new Set(["retail_price", "regular_price", "custom_fields.price"]);

/**
 * What the options and the destination leave of a product: prices go unless they are synced, so do omitted fields
 * and those without a place in the destination. The SKU always stays. Gives the product itself when nothing goes.
 */
export function projectProduct<P extends ProductDraft>(product: P, projection: Projection): P {
  const kept: Record<string, unknown> = {};
  let changed = false;
  for (const [field, value] of Object.entries(product)) {
    const left =
      field === customField
        ? projectCustomFields(value as Readonly<Record<string, JsonValue>>, projection)
        : keepsField(field, projection) && value;
    if (left === false) changed = true;
    else {
      if (left !== value) changed = true;
      kept[field] = left;
    }
  }
  return changed ? (kept as P) : product;
}

function keepsField(field: string, { fields, omit, priceSync }: Projection): boolean {
  if (field === "sku") return true;
  if (!fields.has(field) || omit.includes(field)) return false;
  if (!priceSync && priceFields.has(field)) return false;
  return !(omit.includes("image_url_*") && field.startsWith("image_url_"));
}

function projectCustomFields(
  custom: Readonly<Record<string, JsonValue>>,
  { fields, omit, priceSync }: Projection,
): Readonly<Record<string, JsonValue>> | false {
  if (omit.includes(customField)) return false;
  const all = fields.has(customField);
  const kept: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;
  let changed = false;
  let count = 0;
  for (const [name, value] of Object.entries(custom)) {
    const field = `${customField}.${name}`;
    if ((!all && !fields.has(field)) || omit.includes(field) || (!priceSync && priceFields.has(field))) {
      changed = true;
      continue;
    }
    kept[name] = value;
    count += 1;
  }
  if (count === 0) return false;
  return changed ? kept : custom;
}

const fieldPlaces: ReadonlyMap<string, number> = new Map(productFields.map((field, place) => [field, place]));
const fieldPrefixes = productFields.map((field) => [field, `${JSON.stringify(field)}:`] as const);

/**
 * The one JSON text of a product: fields in canonical order, names inside custom fields sorted by UTF-16 unit, at
 * every depth. Made once, it serves both the store and the fingerprint.
 */
export function canonicalJson(product: ProductDraft): string {
  // What a compiled table makes is in order already, and there is nothing to sort without custom fields.
  if (product.custom_fields === undefined && isOrdered(product)) return JSON.stringify(product);
  let json = "";
  for (const [field, prefix] of fieldPrefixes) {
    const value: JsonValue | undefined = product[field];
    if (value === undefined) continue;
    const text = field === customField ? sortedJson(value) : JSON.stringify(value);
    json += `${json === "" ? "" : ","}${prefix}${text}`;
  }
  return `{${json}}`;
}

function isOrdered(product: ProductDraft): boolean {
  let last = -1;
  for (const field of Object.keys(product)) {
    const place = fieldPlaces.get(field) ?? -1;
    if (place <= last) return false;
    last = place;
  }
  return true;
}

function sortedJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  const entries = value as Readonly<Record<string, JsonValue>>;
  return `{${names.map((name) => `${JSON.stringify(name)}:${sortedJson(entries[name] ?? null)}`).join(",")}}`;
}

/** Fingerprint of a product, or of its canonical JSON where that is at hand: SHA-256, base64url. */
export function fingerprint(product: ProductDraft | string): string {
  return hash("sha256", typeof product === "string" ? product : canonicalJson(product), "base64url");
}
