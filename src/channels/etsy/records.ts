import type { RecordReject, SourceRecord, Unfit } from "../../model/record.js";
import { mergeOfferings } from "./offerings.js";
import { type Item, toId, toItem, toMs } from "./schema.js";

/** What the records of one read have in common. */
export interface RecordFrame {
  readonly states: readonly string[];
  /** Hears once of each thing that is odd in the whole shop. */
  readonly warnOnce: (topic: string, message: string) => void;
  /** The first currency that came. */
  currency?: string;
}

export interface ListingRecords {
  readonly records: readonly SourceRecord[];
  readonly rejects: readonly RecordReject[];
}

/**
 * Makes a record of each product of a listing that is not deleted. `missing` says why there is no inventory, where
 * there is none.
 */
export function toListingRecords(
  listing: Item,
  id: number,
  inventory: Item | undefined,
  missing: string,
  frame: RecordFrame,
): ListingRecords {
  if (listing["is_deleted"] === true) return { records: [], rejects: [] };
  const unfit = unfitOf(listing, frame);
  const shown = toShownListing(listing);
  const products = inventory?.["products"];
  if (inventory === undefined || !Array.isArray(products) || products.length === 0) {
    const why = inventory === undefined ? missing : "Etsy sent its inventory without a product";
    // What is no item anyway needs no product to be told of.
    if (unfit.length > 0)
      return { records: [toRecord(String(id), listing, id, { listing: shown }, unfit)], rejects: [] };
    return { records: [], rejects: [unreadable(String(id), why)] };
  }
  const { products: _products, ...rest } = inventory;
  const alive = (products as readonly unknown[]).filter(
    (product) => toItem(product)?.["is_deleted"] !== true,
  );
  const isShared = alive.length > 1 && isEmptyList(rest["quantity_on_property"]);
  const common = { listing: shown, inventory: rest };
  const records: SourceRecord[] = [];
  const rejects: RecordReject[] = [];
  for (const [index, value] of alive.entries()) {
    const product = toItem(value);
    const productId = toId(product?.["product_id"]);
    const offerings = product?.["offerings"];
    if (product === undefined || productId === undefined || !Array.isArray(offerings)) {
      rejects.push(
        unreadable(`${id}:${String(productId ?? `product ${index + 1}`)}`, whyUnreadable(product)),
      );
      continue;
    }
    const { offering, alive: offers } = mergeOfferings(offerings);
    if (offers > 1) {
      const example = `https://www.etsy.com/listing/${id}`;
      frame.warnOnce(
        "offerings",
        `a product has ${offers} offerings: their quantities are added, the lowest price counts (${example})`,
      );
    }
    watchCurrency(offering, frame);
    const fields = {
      ...common,
      product,
      ...(offering === undefined ? {} : { offering }),
      ...(isShared ? { shared_quantity: true } : {}),
    };
    const own: readonly Unfit[] = isBlank(product["sku"])
      ? [{ code: "no-sku", message: "it has no SKU" }]
      : [];
    records.push(toRecord(`${id}:${productId}`, listing, id, fields, [...unfit, ...own]));
  }
  return { records, rejects };
}

function toRecord(
  key: string,
  listing: Item,
  id: number,
  fields: Readonly<Record<string, unknown>>,
  unfit: readonly Unfit[],
): SourceRecord {
  const updatedMs = toMs(listing["updated_timestamp"]) ?? toMs(listing["last_modified_timestamp"]);
  return {
    key,
    ...(updatedMs === undefined ? {} : { updatedAt: new Date(updatedMs).toISOString() }),
    fields,
    ...(unfit.length === 0 ? {} : { unfit }),
    address: `https://www.etsy.com/listing/${id}`,
  };
}

function unfitOf(listing: Item, frame: RecordFrame): readonly Unfit[] {
  const unfit: Unfit[] = [];
  const { state } = listing;
  if (typeof state === "string" && !isWanted(state, frame.states)) {
    unfit.push({ code: "status", message: `its state is ${state}` });
  }
  if (listing["is_private"] === true) {
    unfit.push({ code: "not-sellable", message: "a private listing, made for one buyer" });
  }
  // "both" is a thing that is shipped, with files beside it.
  if (listing["listing_type"] === "download") {
    unfit.push({ code: "not-shippable", message: "a download" });
  }
  return unfit;
}

/** `edit` is an old name of inactive that answers still hold. */
function isWanted(state: string, states: readonly string[]): boolean {
  return states.includes(state) || (state === "edit" && states.includes("inactive"));
}

/** The listing without its inventory, which would come along with each of its products; images by rank. */
function toShownListing({ inventory: _inventory, ...listing }: Item): Item {
  const { images } = listing;
  if (!Array.isArray(images)) return listing;
  const sorted = (images as readonly unknown[]).toSorted((a, b) => rankOf(a) - rankOf(b));
  return { ...listing, images: sorted };
}

function rankOf(image: unknown): number {
  const rank = toItem(image)?.["rank"];
  return typeof rank === "number" ? rank : Number.MAX_SAFE_INTEGER;
}

function watchCurrency(offering: Item | undefined, frame: RecordFrame): void {
  const code = toItem(offering?.["price"])?.["currency_code"];
  if (typeof code !== "string" || code === "") return;
  frame.currency ??= code;
  if (code !== frame.currency) {
    frame.warnOnce(
      "currency",
      `the shop's prices are in ${frame.currency} and in ${code}; prices carry no currency further on`,
    );
  }
}

function whyUnreadable(product: Item | undefined): string {
  if (product === undefined) return "Etsy sent something that is no product";
  if (!Array.isArray(product["offerings"])) return "Etsy sent a product without offerings";
  return "Etsy sent a product without an id that can be read exactly";
}

/** Whether a product has no SKU. */
export function isBlank(sku: unknown): boolean {
  return sku === undefined || sku === null || (typeof sku === "string" && sku.trim() === "");
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function unreadable(key: string, message: string): RecordReject {
  return { key, code: "unreadable", message };
}
