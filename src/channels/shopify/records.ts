import type { SourceRecord, Unfit } from "../../model/record.js";
import { mostImages } from "./image-index.js";
import { type Node, toNode } from "./schema.js";

/** What the records of one read have in common. */
export interface RecordFrame {
  /** The shop's domain. */
  readonly shop: string;
  readonly statuses: readonly string[];
  /** Whether the stock of a location was asked for. */
  readonly withStock: boolean;
  readonly withImages: boolean;
}

/**
 * Makes a record of a variant as sent, with `product` inside, and what psync composes: `quantity` and `images`.
 * `images` are addresses that came beside the variant, as they do from an export; default: out of the variant itself.
 */
export function toVariantRecord(
  variant: Node,
  id: string,
  frame: RecordFrame,
  images: readonly string[] = imagesOf(variant),
): SourceRecord {
  const product = toNode(variant["product"]) ?? {};
  const quantity = frame.withStock ? quantityOf(variant) : undefined;
  const unfit = unfitOf(variant, product, frame);
  const updatedAt = laterOf(variant["updatedAt"], product["updatedAt"]);
  const productId = product["legacyResourceId"];
  return {
    key: id,
    ...(updatedAt === undefined ? {} : { updatedAt }),
    fields: {
      ...variant,
      ...(quantity === undefined ? {} : { quantity }),
      ...(frame.withImages ? { images: [...new Set(images)].slice(0, mostImages) } : {}),
    },
    ...(unfit.length === 0 ? {} : { unfit }),
    ...(isId(productId)
      ? { address: `https://${frame.shop}/admin/products/${productId}/variants/${id}` }
      : {}),
  };
}

/** Addresses of images, the variant's own first. `?v=` is a part of them: without it an old picture may come. */
function imagesOf(variant: Node): string[] {
  return [...urlsOf(variant["media"]), ...urlsOf(toNode(variant["product"])?.["media"])];
}

function urlsOf(media: unknown): string[] {
  const nodes = toNode(media)?.["nodes"];
  if (!Array.isArray(nodes)) return [];
  return nodes.map(imageUrl).filter((url) => url !== undefined);
}

/** The address of a medium; undefined for films, and while Shopify still works on a picture. */
export function imageUrl(medium: unknown): string | undefined {
  const url = toNode(toNode(medium)?.["image"])?.["url"];
  return typeof url === "string" && url !== "" ? url : undefined;
}

/** Undefined where stock is not tracked, or not kept at the location: neither is zero. */
function quantityOf(variant: Node): number | undefined {
  const item = toNode(variant["inventoryItem"]);
  if (item?.["tracked"] !== true) return undefined;
  const quantities = toNode(item["inventoryLevel"])?.["quantities"];
  if (!Array.isArray(quantities)) return undefined;
  const available = quantities.map(toNode).find((each) => each?.["name"] === "available")?.["quantity"];
  return typeof available === "number" && Number.isFinite(available) ? available : undefined;
}

function unfitOf(variant: Node, product: Node, frame: RecordFrame): Unfit[] {
  const unfit: Unfit[] = [];
  const { status } = product;
  if (typeof status === "string" && !frame.statuses.includes(status)) {
    unfit.push({ code: "status", message: `its status is ${status}` });
  }
  if (product["isGiftCard"] === true) unfit.push({ code: "not-sellable", message: "a gift card" });
  if (variant["requiresComponents"] === true) {
    unfit.push({ code: "not-sellable", message: "a bundle: its components are the items" });
  }
  if (toNode(variant["inventoryItem"])?.["requiresShipping"] === false) {
    unfit.push({ code: "not-shippable", message: "it needs no shipping" });
  }
  const { sku } = variant;
  if (sku === null || sku === undefined || (typeof sku === "string" && sku.trim() === "")) {
    unfit.push({ code: "no-sku", message: "a variant without an SKU" });
  }
  return unfit;
}

/** An edit of either makes the record another one. */
function laterOf(...dates: readonly unknown[]): string | undefined {
  let latest: string | undefined;
  for (const date of dates) {
    if (typeof date !== "string" || Number.isNaN(Date.parse(date))) continue;
    if (latest === undefined || Date.parse(date) > Date.parse(latest)) latest = date;
  }
  return latest;
}

function isId(value: unknown): value is string | number {
  return (typeof value === "string" || typeof value === "number") && /^\d{1,20}$/.test(String(value));
}
