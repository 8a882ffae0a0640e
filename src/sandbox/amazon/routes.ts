import type { AmazonAccess } from "./access.js";
import { inventorySummaries, marketplaceParticipations, type Participation } from "./account.js";
import { failure, hash, type AmazonAnswer, type AmazonRequest } from "./answer.js";
import { searchCatalogItems } from "./catalog-items.js";
import type { Documents } from "./documents.js";
import type { Limits } from "./limits.js";
import { searchListingsItems } from "./listings-items.js";
import type { Marketplace } from "./marketplaces.js";
import type { Reports } from "./reports.js";
import type { AmazonStore } from "./store.js";

export interface RouteParts {
  readonly store: AmazonStore;
  readonly access: AmazonAccess;
  readonly limits: Limits;
  readonly reports: Reports;
  readonly documents: Documents;
  readonly marketplace: Marketplace;
  readonly sellerId: string;
  readonly participation: Participation;
  readonly now: () => number;
}

/** Makes the function that answers what comes to the API's host and to the token endpoint. */
export function createRoutes(parts: RouteParts): (request: AmazonRequest) => AmazonAnswer {
  let answered = 0;

  function answer(request: AmazonRequest): AmazonAnswer {
    const { store, marketplace, sellerId, reports } = parts;
    switch (request.operation) {
      case "getReports":
        return reports.list(request);
      case "createReport":
        return reports.create(request);
      case "getReport":
        return reports.get(request);
      case "getReportDocument":
        return parts.documents.locate(request);
      case "searchCatalogItems":
        return searchCatalogItems(store, { marketplaceId: marketplace.id, sellerId }, request);
      case "searchListingsItems":
        return searchListingsItems(store, { marketplace, sellerId }, request);
      case "getMarketplaceParticipations":
        return marketplaceParticipations(marketplace, parts.participation);
      case "getInventorySummaries":
        return inventorySummaries(store, marketplace.id, parts.now(), request);
      case "token":
      case "document":
      case "unknown":
        return failure(404, "NotFound", "The resource specified does not exist.");
    }
  }

  return (request) => {
    answered += 1;
    if (request.operation === "token") return parts.access.grant(request);
    const found = parts.access.refusal(request) ?? parts.limits.take(request.operation) ?? answer(request);
    return {
      ...found,
      headers: {
        ...found.headers,
        "x-amzn-RequestId": hash(`request ${answered}`, 32),
        ...(found.status === 403 ? {} : parts.limits.headers(request.operation)),
      },
    };
  };
}
