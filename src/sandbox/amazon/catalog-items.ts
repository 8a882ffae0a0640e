import { invalid, listParameter, parameter, type AmazonAnswer, type AmazonRequest } from "./answer.js";
import type { CatalogItem } from "./model.js";
import type { AmazonStore } from "./store.js";
import { numberIn, openToken, sealToken } from "./tokens.js";

const dataNames = [
  "attributes",
  "classifications",
  "dimensions",
  "identifiers",
  "images",
  "productTypes",
  "relationships",
  "salesRanks",
  "summaries",
  "vendorDetails",
];
const identifierTypes = ["ASIN", "EAN", "GTIN", "ISBN", "JAN", "MINSAN", "SKU", "UPC"];

/** searchCatalogItems 2022-04-01, by identifiers; by keywords it finds nothing. */
export function searchCatalogItems(
  store: AmazonStore,
  options: { readonly marketplaceId: string; readonly sellerId: string },
  request: AmazonRequest,
): AmazonAnswer {
  const marketplaces = listParameter(request, "marketplaceIds");
  if (marketplaces?.length !== 1) return invalid("marketplaceIds must name one marketplace.");
  const included = listParameter(request, "includedData") ?? ["summaries"];
  const strange = included.find((name) => !dataNames.includes(name));
  if (strange !== undefined) return invalid(`Invalid value for includedData: ${strange}`);
  const pageSize = Number(parameter(request, "pageSize") ?? 10);
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > 20)
    return invalid("pageSize must be between 1 and 20.");
  const identifiers = listParameter(request, "identifiers");
  const type = parameter(request, "identifiersType");
  if (identifiers === undefined) {
    if (listParameter(request, "keywords") === undefined)
      return invalid("Either identifiers or keywords are required.");
    return { status: 200, headers: {}, json: { numberOfResults: 0, items: [] } };
  }
  if (identifiers.length === 0 || identifiers.length > 20)
    return invalid("identifiers must have 1 to 20 items.");
  if (type === undefined || !identifierTypes.includes(type))
    return invalid("identifiersType is required with identifiers, and one of the known ones.");
  if (type === "SKU" && parameter(request, "sellerId") === undefined)
    return invalid("sellerId is required when identifiersType is SKU.");

  // What another marketplace sells is not known here. Answers come in an order of Amazon's own.
  const [marketplaceId = ""] = marketplaces;
  const asins = new Set(identifiers.map((each) => (type === "SKU" ? store.findSku(each)?.asin : each)));
  const found = [...asins]
    .map((asin) => (asin === undefined || !["ASIN", "SKU"].includes(type) ? undefined : store.item(asin)))
    .filter((item) => item !== undefined)
    .filter(() => marketplaceId === options.marketplaceId)
    .sort((a, b) => (a.modelNumber < b.modelNumber ? 1 : -1));
  const from = numberIn(openToken(parameter(request, "pageToken") ?? ""), "from");
  const more = found.length > from + pageSize;
  const pagination = {
    ...(more ? { nextToken: sealToken({ from: from + pageSize }) } : {}),
    ...(from > 0 ? { previousToken: sealToken({ from: Math.max(0, from - pageSize) }) } : {}),
  };
  const items = found.slice(from, from + pageSize).map((item) => itemBody(item, marketplaceId, included));
  const json = { numberOfResults: found.length, ...(more || from > 0 ? { pagination } : {}), items };
  return { status: 200, headers: {}, json };
}

/** An item in the answer's shape: what is asked for, by marketplace. */
function itemBody(item: CatalogItem, marketplaceId: string, included: readonly string[]) {
  const parts: Readonly<Record<string, unknown>> = {
    attributes: {
      brand: [{ language_tag: "en_US", value: item.brand, marketplace_id: marketplaceId }],
      item_name: [{ language_tag: "en_US", value: item.name, marketplace_id: marketplaceId }],
    },
    classifications: [
      { marketplaceId, classifications: [{ displayName: "Home", classificationId: "1055398" }] },
    ],
    dimensions: [
      {
        marketplaceId,
        ...(item.item === undefined ? {} : { item: item.item }),
        ...(item.package === undefined ? {} : { package: item.package }),
      },
    ],
    identifiers: [{ marketplaceId, identifiers: item.identifiers }],
    images: [{ marketplaceId, images: item.images }],
    productTypes: [{ marketplaceId, productType: "HOME" }],
    relationships: [{ marketplaceId, relationships: [] }],
    salesRanks: [
      { marketplaceId, classificationRanks: [{ classificationId: "1055398", title: "Home", rank: 113 }] },
    ],
    summaries: [
      {
        marketplaceId,
        brand: item.brand,
        browseClassification: { displayName: "Home", classificationId: "1055398" },
        itemClassification: item.isParent ? "VARIATION_PARENT" : "BASE_PRODUCT",
        itemName: item.name,
        manufacturer: item.brand,
        modelNumber: item.modelNumber,
        packageQuantity: 1,
        partNumber: item.modelNumber,
        websiteDisplayGroup: "home_display_on_website",
        websiteDisplayGroupName: "Home",
      },
    ],
    vendorDetails: [{ marketplaceId, brandCode: "BRAND" }],
  };
  const asked = Object.entries(parts).filter(([name]) => included.includes(name));
  return { asin: item.asin, ...Object.fromEntries(asked) };
}
