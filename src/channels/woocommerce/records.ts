import type { SourceRecord, Unfit } from "../../model/record.js";
import { type Item, toGmtMs, toId } from "./schema.js";

/** What the records of one read have in common. */
export interface RecordFrame {
  readonly site: string;
  readonly statuses: readonly string[];
  readonly weightUnit: string;
  readonly dimensionUnit: string;
}

const notSellable: ReadonlyMap<string, string> = new Map([
  ["variable", "a variable product: its variations are the items"],
  ["grouped", "a grouped product: its members are the items"],
  ["external", "an external product: it is sold elsewhere"],
  ["bundle", "a product bundle: its members are the items"],
  ["composite", "a composite product: its components are the items"],
  ["gift-card", "a gift card"],
]);

/** Makes a record of a product as sent, parents of variations included. */
export function toProductRecord(product: Item, id: number, frame: RecordFrame): SourceRecord {
  const unfit: Unfit[] = [];
  const { status, type } = product;
  if (isUnwanted(status, frame)) unfit.push({ code: "status", message: `its status is ${String(status)}` });
  const reason = typeof type === "string" ? notSellable.get(type) : undefined;
  if (reason !== undefined) unfit.push({ code: "not-sellable", message: reason });
  pushNotShippable(unfit, product);
  return {
    key: String(id),
    ...dateOf(product),
    fields: { ...product, ...unitsOf(frame), ...metaOf(product) },
    ...(unfit.length === 0 ? {} : { unfit }),
    address: editAddress(frame, id),
  };
}

/** Makes a record of a variation: its own fields, and its parent's where it leaves one empty. */
export function toVariationRecord(
  variation: Item,
  id: number,
  parent: Item,
  frame: RecordFrame,
): SourceRecord {
  const unfit: Unfit[] = [];
  if (isUnwanted(variation["status"], frame)) {
    unfit.push({ code: "status", message: `its status is ${String(variation["status"])}` });
  } else if (isUnwanted(parent["status"], frame)) {
    unfit.push({ code: "status", message: `its parent's status is ${String(parent["status"])}` });
  }
  pushNotShippable(unfit, variation);
  if (lacksSku(variation["sku"], parent["sku"])) {
    unfit.push({ code: "no-sku", message: "a variation without an SKU of its own" });
  }
  return {
    key: String(id),
    ...dateOf(variation),
    fields: {
      ...variation,
      ...inheritedFields(variation, parent),
      ...unitsOf(frame),
      ...metaOf(variation),
      ...(variation["manage_stock"] === "parent" ? { shared_quantity: true } : {}),
    },
    ...(unfit.length === 0 ? {} : { unfit }),
    address: editAddress(frame, toId(parent["id"]) ?? id),
  };
}

function inheritedFields(variation: Item, parent: Item): Record<string, unknown> {
  const fields: Record<string, unknown> = {
    name: nameOf(variation, parent),
    images: imagesOf(variation, parent),
  };
  for (const name of ["description", "short_description", "weight", "tags", "categories"]) {
    if (isEmpty(variation[name])) fields[name] = parent[name];
  }
  const own = variation["dimensions"];
  const theirs = parent["dimensions"];
  if (isEmpty(own)) fields["dimensions"] = theirs;
  else if (isObject(own) && isObject(theirs)) {
    const dimensions: Record<string, unknown> = { ...own };
    for (const side of ["length", "width", "height"]) {
      if (isEmpty(own[side])) dimensions[side] = theirs[side];
    }
    fields["dimensions"] = dimensions;
  }
  // What neither of them has stays absent instead of becoming a key without a value.
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) delete fields[name];
  }
  return fields;
}

/** Terms come encoded and names raw; the mapping decodes the whole once. */
function nameOf(variation: Item, parent: Item): unknown {
  const { name } = parent;
  const attributes = variation["attributes"];
  if (typeof name !== "string" || !Array.isArray(attributes)) return name;
  const options = attributes
    .map((attribute: unknown) => (isObject(attribute) ? attribute["option"] : undefined))
    .filter((option) => typeof option === "string" && option !== "");
  return options.length === 0 ? name : `${name} - ${options.join(", ")}`;
}

function imagesOf(variation: Item, parent: Item): unknown {
  const own = variation["image"];
  const theirs = parent["images"];
  if (!isObject(own)) return theirs;
  return Array.isArray(theirs) ? [own, ...(theirs as unknown[])] : [own];
}

/** The shop answers a variation without an SKU with its parent's. */
function lacksSku(own: unknown, parents: unknown): boolean {
  if (own === undefined || own === null) return true;
  if (typeof own !== "string") return false;
  const sku = own.trim();
  return sku === "" || (typeof parents === "string" && sku === parents.trim());
}

function isUnwanted(status: unknown, frame: RecordFrame): boolean {
  return typeof status === "string" && !frame.statuses.includes(status);
}

function pushNotShippable(unfit: Unfit[], item: Item): void {
  if (item["virtual"] === true) unfit.push({ code: "not-shippable", message: "it is virtual" });
  else if (item["downloadable"] === true)
    unfit.push({ code: "not-shippable", message: "it is downloadable" });
}

function unitsOf(frame: RecordFrame): Record<string, unknown> {
  return { weight_unit: frame.weightUnit, dimension_unit: frame.dimensionUnit };
}

/** A plugin's data by its key; of several values of one key the first, as WordPress itself reads them. */
function metaOf(item: Item): Record<string, unknown> {
  const meta = item["meta_data"];
  if (!Array.isArray(meta)) return {};
  // Keys are a stranger's: without a prototype none of them means anything.
  const byKey = Object.create(null) as Record<string, unknown>;
  for (const entry of meta as unknown[]) {
    if (!isObject(entry) || typeof entry["key"] !== "string") continue;
    if (!(entry["key"] in byKey)) byKey[entry["key"]] = entry["value"];
  }
  return { meta_data: byKey };
}

function dateOf(item: Item): { readonly updatedAt?: string } {
  const ms = toGmtMs(item["date_modified_gmt"]);
  return ms === undefined ? {} : { updatedAt: `${String(item["date_modified_gmt"])}Z` };
}

/** Variations have no page of their own in the admin: they are edited on their parent's. */
function editAddress(frame: RecordFrame, id: number): string {
  return `${frame.site}/wp-admin/post.php?post=${id}&action=edit`;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

function isObject(value: unknown): value is Item {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
