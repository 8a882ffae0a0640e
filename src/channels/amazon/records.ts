import { createHash } from "node:crypto";
import type { SourceRecord, Unfit } from "../../model/record.js";
import type { Catalog } from "./catalog.js";
import { findMarketplace } from "./marketplaces.js";
import type { Row } from "./rows.js";
import { type AmazonSettings, locationOf, merchantStock } from "./settings.js";
import type { Stock } from "./stock.js";

/** What the records of one read have in common. */
export interface RecordFrame {
  readonly location: string;
  /** With a location of Amazon's. */
  readonly stock?: Stock;
  /** The marketplace's own site; undefined for one that psync does not know. */
  readonly site?: string;
}

export function toFrame(settings: AmazonSettings, stock?: Stock): RecordFrame {
  const site = findMarketplace(settings.marketplaceId)?.site;
  return {
    location: locationOf(settings),
    ...(stock === undefined ? {} : { stock }),
    ...(site === undefined ? {} : { site }),
  };
}

/** The ASIN of a row: the column of its own, or the product id where its type says that it is one. */
export function asinOf(row: Row): string | undefined {
  const own = (row["asin1"] ?? "").trim();
  const other = (row["product-id-type"] ?? "").trim() === "1" ? (row["product-id"] ?? "").trim() : "";
  const asin = own === "" ? other : own;
  return /^[A-Z\d]{10}$/.test(asin) ? asin : undefined;
}

/** Where a row's stock is kept: DEFAULT, or a channel of Amazon's. */
export function channelOf(row: Row): string {
  return (row["fulfillment-channel"] ?? "").trim().toUpperCase();
}

/** What the Listings API and the catalogue tell, and the report does not. */
export const variationParent: Unfit = {
  code: "not-sellable",
  message: "a variation parent: its children are the items",
};

/** Makes a record of a row. `catalog` is absent where it is not known. */
export function toRecord(
  row: Row,
  key: string,
  catalog: Catalog | undefined,
  frame: RecordFrame,
  unfit: readonly Unfit[] = [],
): SourceRecord {
  const asin = asinOf(row);
  const { isParent, ...facts } = catalog ?? {};
  // A row with a price is an offer, whatever the catalogue calls it.
  const isOnlyParent = isParent === true && (row["price"] ?? "").trim() === "";
  const against = isOnlyParent && unfit.length === 0 ? [variationParent] : unfit;
  return {
    key,
    fields: { ...row, ...quantityOf(row, frame), ...(catalog === undefined ? {} : { catalog: facts }) },
    ...(against.length === 0 ? {} : { unfit: against }),
    ...(asin === undefined || frame.site === undefined
      ? {}
      : { address: `https://${frame.site}/dp/${asin}` }),
  };
}

/** The report's quantity is the merchant's own stock: it says nothing of what Amazon holds, not even that it is 0. */
function quantityOf(row: Row, { location, stock }: RecordFrame): { readonly quantity?: string } {
  const channel = channelOf(row);
  if (location === merchantStock) return channel.startsWith("AMAZON") ? { quantity: "" } : {};
  const units = channel === location ? stock?.get(row["seller-sku"] ?? "") : undefined;
  return { quantity: units === undefined ? "" : String(units) };
}

/**
 * The account as people know it: the marketplace and the seller's app. Without the seller id, which may be told to psync
 * later and would then make another account of it. A client id counts as a secret where it comes from a variable, so
 * it is hashed.
 */
export function accountOf({ marketplaceId, clientId }: AmazonSettings): string {
  return `${marketplaceId} app-${createHash("sha256").update(clientId).digest("hex").slice(0, 10)}`;
}
