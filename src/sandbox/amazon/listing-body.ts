import { catalogItemOf } from "./catalog-item.js";
import type { Marketplace } from "./marketplaces.js";
import type { AmazonListing } from "./model.js";

const conditions: Readonly<Record<string, string>> = {
  "1": "used_like_new",
  "2": "used_very_good",
  "11": "new_new",
};

const identifierTypes: Readonly<Record<string, string>> = { "2": "isbn", "3": "upc", "4": "ean" };

/** A listing as the Listings Items API gives it: its SKU, and the parts that are asked for. */
export function listingBody(
  listing: AmazonListing,
  seed: number,
  marketplace: Marketplace,
  included: readonly string[],
): Readonly<Record<string, unknown>> {
  const { sku, name, description } = listing;
  const marketplaceId = marketplace.id;
  const image = catalogItemOf(listing, seed).images.find(({ variant }) => variant === "MAIN");
  const isBuyable = listing.status === "Active" && !listing.isParent;
  const text = (value: string) => [
    { language_tag: marketplace.language, value, marketplace_id: marketplaceId },
  ];
  const idType = identifierTypes[listing.productIdType];
  // Whoever only offers what is in the catalogue already has submitted neither text nor code.
  const isOfferOnly = idType === undefined;
  const parts: Readonly<Record<string, unknown>> = {
    summaries: [
      {
        marketplaceId,
        asin: listing.asin,
        productType: "HOME",
        conditionType: conditions[listing.condition] ?? "new_new",
        status: isBuyable ? ["BUYABLE", "DISCOVERABLE"] : [],
        ...(listing.channel === "DEFAULT" ? {} : { fnSku: `X00${listing.asin.slice(3)}` }),
        ...(name === "" ? {} : { itemName: name }),
        createdDate: new Date(listing.created).toISOString(),
        lastUpdatedDate: new Date(listing.updated).toISOString(),
        ...(image === undefined
          ? {}
          : { mainImage: { link: image.link, height: image.height, width: image.width } }),
      },
    ],
    attributes: {
      condition_type: [{ value: conditions[listing.condition] ?? "new_new", marketplace_id: marketplaceId }],
      ...(isOfferOnly || name === "" ? {} : { item_name: text(name) }),
      ...(isOfferOnly || description === "" ? {} : { product_description: text(description) }),
      ...(isOfferOnly
        ? {}
        : {
            externally_assigned_product_identifier: [
              { type: idType, value: listing.productId, marketplace_id: marketplaceId },
            ],
          }),
    },
    issues: [],
    offers: listing.price === "" ? [] : offersOf(listing, marketplace),
    fulfillmentAvailability: [
      {
        fulfillmentChannelCode: listing.channel,
        ...(listing.quantity === "" ? {} : { quantity: Number(listing.quantity) }),
      },
    ],
    procurement: [],
    relationships: [{ marketplaceId, relationships: relationsOf(listing) }],
    productTypes: [{ marketplaceId, productType: "HOME" }],
  };
  const asked = Object.entries(parts).filter(([part]) => included.includes(part));
  return { sku, ...Object.fromEntries(asked) };
}

function relationsOf({ childSkus, parentSku }: AmazonListing): readonly unknown[] {
  const variationTheme = { attributes: ["size"], theme: "SIZE" };
  if (childSkus !== undefined) return [{ type: "VARIATION", childSkus, variationTheme }];
  return parentSku === undefined ? [] : [{ type: "VARIATION", parentSkus: [parentSku], variationTheme }];
}

// Sellers to businesses have a second price, which may stand first.
function offersOf(listing: AmazonListing, { id, currency }: Marketplace): readonly unknown[] {
  const offer = (offerType: string, amount: string) => ({
    marketplaceId: id,
    offerType,
    price: { currencyCode: currency, amount },
  });
  const consumer = offer("B2C", listing.price);
  return listing.created % 5 === 0
    ? [offer("B2B", (Number(listing.price) * 0.9).toFixed(2)), consumer]
    : [consumer];
}
