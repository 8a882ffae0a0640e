import { invalid, listParameter, parameter, type AmazonAnswer, type AmazonRequest } from "./answer.js";
import { regionOf, type Marketplace } from "./marketplaces.js";
import type { AmazonListing } from "./model.js";
import type { AmazonStore } from "./store.js";
import { numberIn, openToken, sealToken } from "./tokens.js";

/** How the seller stands with the marketplace. */
export interface Participation {
  readonly isParticipating: boolean;
  readonly hasSuspendedListings: boolean;
}

/** getMarketplaceParticipations v1. The others of the region are there as well, some without a right to sell. */
export function marketplaceParticipations(home: Marketplace, own: Participation): AmazonAnswer {
  const payload = regionOf(home).map(({ id, name, countryCode, currency, language, domain }, place) => ({
    marketplace: {
      id,
      name,
      countryCode,
      defaultCurrencyCode: currency,
      defaultLanguageCode: language,
      domainName: domain,
    },
    storeName: "Saltmarsh Supply",
    participation: place === 0 ? own : { isParticipating: place % 2 === 1, hasSuspendedListings: false },
  }));
  return { status: 200, headers: {}, json: { payload } };
}

const pageSize = 50;
const tokenLifeMs = 30_000;
const oldestMs = 18 * 30 * 86_400_000;

/** getInventorySummaries v1: what lies in Amazon's warehouses. `now` is in milliseconds since 1970. */
export function inventorySummaries(
  store: AmazonStore,
  marketplaceId: string,
  now: number,
  request: AmazonRequest,
): AmazonAnswer {
  if (parameter(request, "granularityType") !== "Marketplace")
    return invalid("granularityType must be Marketplace.");
  const marketplaces = listParameter(request, "marketplaceIds");
  if (marketplaces?.length !== 1) return invalid("marketplaceIds must name one marketplace.");
  const granularityId = parameter(request, "granularityId");
  if (granularityId !== marketplaces[0]) return invalid("granularityId must be the marketplace.");
  if (granularityId !== marketplaceId) return invalid("The marketplace is not one of the seller's.");
  const details = parameter(request, "details") ?? "false";
  if (details !== "true" && details !== "false") return invalid("details is true or false.");
  const several = listParameter(request, "sellerSkus");
  if ((several?.length ?? 0) > 50) return invalid("sellerSkus must have at most 50 items.");
  const one = parameter(request, "sellerSku");
  const skus = several ?? (one === undefined ? undefined : [one]);
  const since = parameter(request, "startDateTime");
  const start = since === undefined ? undefined : Date.parse(since);
  if (start !== undefined && !(start >= now - oldestMs))
    return invalid("startDateTime must be a date of the last 18 months.");
  const given = parameter(request, "nextToken");
  const token = given === undefined ? undefined : openToken(given);
  if (given !== undefined && !(now - numberIn(token, "at") < tokenLifeMs))
    return invalid("nextToken is expired or invalid.");

  const page: AmazonListing[] = [];
  let next: number | undefined;
  for (const [place, listing] of store.rowsFrom(numberIn(token, "from"))) {
    if (listing.channel === "DEFAULT" || listing.sku === "") continue;
    if (skus?.includes(listing.sku) === false || (start !== undefined && listing.updated < start)) continue;
    if (page.length === pageSize) {
      next = place;
      break;
    }
    page.push(listing);
  }
  return {
    status: 200,
    headers: {},
    json: {
      ...(next === undefined ? {} : { pagination: { nextToken: sealToken({ from: next, at: now }) } }),
      payload: {
        granularity: { granularityType: "Marketplace", granularityId },
        inventorySummaries: page.map((listing) => summary(listing, details === "true")),
      },
    },
  };
}

function summary(listing: AmazonListing, details: boolean): Readonly<Record<string, unknown>> {
  const { fulfillable } = listing;
  const reserved = fulfillable % 7;
  const inventoryDetails = {
    fulfillableQuantity: fulfillable,
    inboundWorkingQuantity: 0,
    inboundShippedQuantity: fulfillable % 5,
    inboundReceivingQuantity: 0,
    reservedQuantity: {
      totalReservedQuantity: reserved,
      pendingCustomerOrderQuantity: reserved,
      pendingTransshipmentQuantity: 0,
      fcProcessingQuantity: 0,
    },
    researchingQuantity: { totalResearchingQuantity: 0, researchingQuantityBreakdown: [] },
    unfulfillableQuantity: {
      totalUnfulfillableQuantity: 0,
      customerDamagedQuantity: 0,
      warehouseDamagedQuantity: 0,
      distributorDamagedQuantity: 0,
      carrierDamagedQuantity: 0,
      defectiveQuantity: 0,
      expiredQuantity: 0,
    },
  };
  return {
    asin: listing.asin,
    fnSku: `X00${listing.asin.slice(3)}`,
    sellerSku: listing.sku,
    condition: "NewItem",
    ...(details ? { inventoryDetails } : {}),
    lastUpdatedTime: new Date(listing.updated).toISOString().replace(/\.\d+Z$/, "Z"),
    productName: listing.name,
    totalQuantity: fulfillable + reserved + (fulfillable % 5),
    stores: [],
  };
}
