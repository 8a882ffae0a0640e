import {
  invalid,
  lastPart,
  listParameter,
  parameter,
  unauthorized,
  type AmazonAnswer,
  type AmazonRequest,
} from "./answer.js";
import { listingBody } from "./listing-body.js";
import type { Marketplace } from "./marketplaces.js";
import type { AmazonStore } from "./store.js";
import { numberIn, openToken, sealToken } from "./tokens.js";

/** Amazon pages no further, however many there are. */
const reachable = 1000;

const dataNames = [
  "summaries",
  "attributes",
  "issues",
  "offers",
  "fulfillmentAvailability",
  "procurement",
  "relationships",
  "productTypes",
];

/** searchListingsItems 2021-08-01. */
export function searchListingsItems(
  store: AmazonStore,
  options: { readonly marketplace: Marketplace; readonly sellerId: string },
  request: AmazonRequest,
): AmazonAnswer {
  const { marketplace, sellerId } = options;
  // What another seller's id gives is a guess.
  if (lastPart(request) !== sellerId)
    return unauthorized("The seller is not the one that authorised the app.");
  const marketplaces = listParameter(request, "marketplaceIds");
  if (marketplaces === undefined || marketplaces.length === 0) return invalid("marketplaceIds is required.");
  if (!marketplaces.includes(marketplace.id)) return invalid("Invalid 'marketplaceIds' provided.");
  const included = listParameter(request, "includedData") ?? ["summaries"];
  if (included.some((name) => !dataNames.includes(name))) return invalid("Invalid 'includedData' provided.");
  const pageSize = Number(parameter(request, "pageSize") ?? 10);
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > 20)
    return invalid("Invalid 'pageSize' provided.");
  const sortBy = parameter(request, "sortBy") ?? "lastUpdatedDate";
  if (!["sku", "createdDate", "lastUpdatedDate"].includes(sortBy))
    return invalid("Invalid 'sortBy' provided.");
  const sortOrder = parameter(request, "sortOrder") ?? "DESC";
  if (sortOrder !== "ASC" && sortOrder !== "DESC") return invalid("Invalid 'sortOrder' provided.");
  const identifiers = listParameter(request, "identifiers");
  const type = parameter(request, "identifiersType");
  if ((identifiers === undefined) !== (type === undefined) || (identifiers?.length ?? 0) > 20)
    return invalid("'identifiers', at most 20, and 'identifiersType' belong together.");
  const windows = ["createdAfter", "createdBefore", "lastUpdatedAfter", "lastUpdatedBefore"].map((name) => {
    const text = parameter(request, name);
    return text === undefined ? undefined : Date.parse(text);
  });
  if (windows.some((at) => at !== undefined && Number.isNaN(at)))
    return invalid("The date is not in ISO 8601.");
  const [createdAfter, createdBefore, updatedAfter, updatedBefore] = windows;

  const found: { readonly place: number; readonly order: number | string }[] = [];
  for (const { place, created, updated } of store.refs()) {
    if (createdAfter !== undefined && created < createdAfter) continue;
    if (createdBefore !== undefined && created > createdBefore) continue;
    if (updatedAfter !== undefined && updated < updatedAfter) continue;
    if (updatedBefore !== undefined && updated > updatedBefore) continue;
    const isOrderedBySku = sortBy === "sku";
    // A listing is made only where its time does not say enough.
    if (isOrderedBySku || identifiers !== undefined || store.size <= reachable) {
      const { sku, asin } = store.listing(place);
      if (sku === "") continue;
      if (
        identifiers !== undefined &&
        !identifiers.includes(type === "SKU" ? sku : type === "ASIN" ? asin : "")
      )
        continue;
      found.push({ place, order: isOrderedBySku ? sku : sortBy === "createdDate" ? created : updated });
    } else found.push({ place, order: sortBy === "createdDate" ? created : updated });
  }
  const sign = sortOrder === "ASC" ? 1 : -1;
  found.sort((a, b) => (a.order === b.order ? a.place - b.place : a.order < b.order ? -sign : sign));

  const from = numberIn(openToken(parameter(request, "pageToken") ?? ""), "from");
  const end = Math.min(from + pageSize, reachable);
  const more = found.length > end && end < reachable;
  const pagination = {
    ...(more ? { nextToken: sealToken({ from: end }) } : {}),
    ...(from > 0 ? { previousToken: sealToken({ from: Math.max(0, from - pageSize) }) } : {}),
  };
  const items = found
    .slice(from, end)
    .map(({ place }) => listingBody(store.listing(place), store.seed, marketplace, included));
  const json = { numberOfResults: found.length, ...(more || from > 0 ? { pagination } : {}), items };
  return { status: 200, headers: {}, json };
}
