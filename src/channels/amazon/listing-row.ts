import type { Unfit } from "../../model/record.js";
import { variationParent } from "./records.js";
import type { Row } from "./rows.js";
import { attributeValuesSchema, type Listing } from "./schema.js";
import { merchantStock } from "./settings.js";

/** A listing of the Listings API as the report would write it. */
export interface ListingRow {
  readonly row: Row;
  readonly unfit: readonly Unfit[];
}

/** The report's number for each kind of code. Kinds that are not here have none. */
const idTypes: ReadonlyMap<string, string> = new Map([
  ["isbn", "2"],
  ["upc", "3"],
  ["ean", "4"],
]);

/**
 * Composes the report's row from a listing, under the same names, so that one mapping table serves both. What is not
 * known is "", as in the report.
 */
export function toListingRow(listing: Listing, marketplaceId: string): ListingRow {
  const here = <Entry extends { readonly marketplaceId: string }>(entries: readonly Entry[]) =>
    entries.find((entry) => entry.marketplaceId === marketplaceId);
  const summary = here(listing.summaries);
  const asin = summary?.asin ?? "";
  const offer = listing.offers.find(
    (each) => each.marketplaceId === marketplaceId && each.offerType === "B2C",
  );
  const stocks = listing.fulfillmentAvailability;
  const own = stocks.find(({ fulfillmentChannelCode }) => fulfillmentChannelCode === merchantStock);
  const amazons = stocks.find(({ fulfillmentChannelCode }) => fulfillmentChannelCode.startsWith("AMAZON_"));
  const [id, type] = findProductId(listing, marketplaceId) ?? [asin, asin === "" ? "" : "1"];
  const children = here(listing.relationships)?.relationships.some(
    (each) => each.type === "VARIATION" && each.childSkus.length > 0,
  );
  return {
    row: {
      "item-name": summary?.itemName ?? "",
      "item-description": firstValue(listing.attributes["product_description"], marketplaceId)?.value ?? "",
      "seller-sku": listing.sku,
      price: offer === undefined ? "" : String(offer.price.amount),
      quantity: own?.quantity === undefined ? "" : String(own.quantity),
      "image-url": summary?.mainImage?.link ?? "",
      "product-id-type": type,
      asin1: asin,
      "product-id": id,
      // With both, what Amazon holds is what is sold first; the report has one row for each.
      "fulfillment-channel": amazons?.fulfillmentChannelCode ?? own?.fulfillmentChannelCode ?? "",
      // The report's words: Active is what shoppers can buy.
      status: summary === undefined ? "" : summary.status.includes("BUYABLE") ? "Active" : "Inactive",
    },
    unfit: children === true ? [variationParent] : [],
  };
}

/** The code that the seller submitted, which the report shows as product-id (unverified; else it is the ASIN). */
function findProductId(
  listing: Listing,
  marketplaceId: string,
): readonly [id: string, type: string] | undefined {
  const submitted = firstValue(listing.attributes["externally_assigned_product_identifier"], marketplaceId);
  const type = idTypes.get(submitted?.type.toLowerCase() ?? "");
  return submitted === undefined || type === undefined ? undefined : [submitted.value, type];
}

function firstValue(attribute: unknown, marketplaceId: string) {
  return attributeValuesSchema
    .parse(attribute)
    .find(({ marketplace_id: id }) => id === undefined || id === marketplaceId);
}
