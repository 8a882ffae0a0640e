import { hash } from "node:crypto";
import { isCanonical, productFields, type JsonValue, type ProductDraft } from "../model/product.js";
import type { MappingRow, Projection } from "./contract.js";

const customField = "custom_fields";
const priceFields = ["retail_price", "regular_price"] as const;
const customPrice = "custom_fields.price";

/**
 * The prices of a table's products. `custom_fields.price` is one where a row fills it (Etsy's does); elsewhere it is a
 * buyer's option that somebody called "price".
 */
export function pricesOf(rows: readonly Pick<MappingRow, "to">[]): ReadonlySet<string> {
  return new Set([...priceFields, ...(rows.some(({ to }) => to === customPrice) ? [customPrice] : [])]);
}

/**
 * What the options and the destination leave of a product: prices go unless they are synced, so do omitted fields
 * and those without a place in the destination; the rest takes the form that it has there. The SKU always stays. Gives
 * the product itself when nothing goes.
 */
export function projectProduct(product: ProductDraft, projection: Projection): ProductDraft {
  const left = dropFields(product, projection);
  if (projection.shape === undefined) return left;
  // A field that stands in for another one takes its name; what is omitted under that name is not sent either.
  return dropFields(projection.shape(left), projection);
}

function dropFields(product: ProductDraft, projection: Projection): ProductDraft {
  const keeps = keptFieldsOf(projection);
  const custom = product.custom_fields;
  const keptCustom = custom === undefined ? undefined : projectCustomFields(custom, projection);
  if (keptCustom === custom && keepsAll(product, keeps)) return product;
  const kept: Record<string, unknown> = {};
  for (const field in product) {
    if (field === customField) {
      if (keptCustom !== undefined) kept[field] = keptCustom;
    } else if (keeps.has(field)) kept[field] = product[field as keyof ProductDraft];
  }
  return kept;
}

/** A run has one projection for all its products. */
const keptFields = new WeakMap<Projection, ReadonlySet<string>>();

/** The canonical fields that stay; what stays of custom fields is looked at one by one. */
function keptFieldsOf(projection: Projection): ReadonlySet<string> {
  const known = keptFields.get(projection);
  if (known !== undefined) return known;
  const kept = new Set<string>(productFields.filter((field) => keepsField(field, projection)));
  kept.add(customField);
  keptFields.set(projection, kept);
  return kept;
}

function keepsAll(product: ProductDraft, keeps: ReadonlySet<string>): boolean {
  for (const field in product) if (!keeps.has(field)) return false;
  return true;
}

function keepsField(field: string, { fields, omit, priceSync, prices }: Projection): boolean {
  if (field === "sku") return true;
  if (!fields.has(field) || omit.includes(field)) return false;
  if (!priceSync && prices.has(field)) return false;
  return !(omit.includes("image_url_*") && field.startsWith("image_url_"));
}

function projectCustomFields(
  custom: Readonly<Record<string, JsonValue>>,
  { fields, omit, priceSync, prices }: Projection,
): Readonly<Record<string, JsonValue>> | undefined {
  if (omit.includes(customField)) return undefined;
  const all = fields.has(customField);
  if (all && omit.length === 0 && (priceSync || !prices.has(customPrice))) return custom;
  const kept: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;
  let changed = false;
  let count = 0;
  for (const [name, value] of Object.entries(custom)) {
    const field = `${customField}.${name}`;
    if ((!all && !fields.has(field)) || omit.includes(field) || (!priceSync && prices.has(field))) {
      changed = true;
      continue;
    }
    kept[name] = value;
    count += 1;
  }
  if (count === 0) return undefined;
  return changed ? kept : custom;
}

const fieldPrefixes = productFields.map((field) => [field, `${JSON.stringify(field)}:`] as const);

/**
 * The one JSON text of a product: fields in canonical order, names inside custom fields sorted by UTF-16 unit, at
 * every depth. Made once, it serves both the store and the fingerprint.
 */
export function canonicalJson(product: ProductDraft): string {
  // What a compiled table makes is in order already, but for its custom fields.
  if (isCanonical(product)) {
    const custom = product.custom_fields;
    if (custom === undefined || isSorted(custom)) return JSON.stringify(product);
    const sorted = toSorted(custom);
    // Names that are whole numbers go before others in any object, so that not every order can be had.
    if (isSorted(sorted)) return JSON.stringify({ ...product, custom_fields: sorted });
  }
  let json = "";
  for (const [field, prefix] of fieldPrefixes) {
    const value: JsonValue | undefined = product[field];
    if (value === undefined) continue;
    const text = field === customField ? sortedJson(value) : JSON.stringify(value);
    json += `${json === "" ? "" : ","}${prefix}${text}`;
  }
  return `{${json}}`;
}

/** Whether custom fields are plain values whose names are in order as they stand. */
function isSorted(custom: Readonly<Record<string, JsonValue>>): boolean {
  let last: string | undefined;
  for (const name in custom) {
    if ((last !== undefined && name <= last) || typeof custom[name] === "object") return false;
    last = name;
  }
  return true;
}

function toSorted(custom: Readonly<Record<string, JsonValue>>): Readonly<Record<string, JsonValue>> {
  const sorted = Object.create(null) as Record<string, JsonValue>;
  for (const name of Object.keys(custom).sort()) sorted[name] = custom[name] ?? null;
  return sorted;
}

function sortedJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  const entries = value as Readonly<Record<string, JsonValue>>;
  return `{${names.map((name) => `${JSON.stringify(name)}:${sortedJson(entries[name] ?? null)}`).join(",")}}`;
}

/** A cart's own mark against caches: it changes whenever the cart touches a picture, which stays the same. */
const imageVersions = /("image_url_\d+":"[^"]*?[?&]v=)\d+/g;

/**
 * Fingerprint of a product, or of its canonical JSON where that is at hand: SHA-256, base64url. Images are told apart
 * without the number in `?v=`.
 */
export function fingerprint(product: ProductDraft | string): string {
  const json = typeof product === "string" ? product : canonicalJson(product);
  return hash("sha256", json.includes("v=") ? json.replace(imageVersions, "$1") : json, "base64url");
}

/** Whether two addresses name one image: they may differ in `?v=`. */
export function isSameImage(one: string, other: string): boolean {
  return one === other || withoutVersion(one) === withoutVersion(other);
}

function withoutVersion(url: string): string {
  return url.replace(/([?&]v=)\d+/, "$1");
}
