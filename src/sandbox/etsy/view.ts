import {
  bodiesOf,
  productsOf,
  textOf,
  type Body,
  type EtsyInventory,
  type EtsyItem,
  type EtsyRow,
} from "./model.js";
import type { Include } from "./parameters.js";
import { readinessState } from "./sample-listing.js";
import { shopBody, userBody } from "./shop-view.js";
import type { EtsyStore } from "./store.js";

/** How a listing is shown. */
export interface View {
  readonly includes: ReadonlySet<Include>;
  /** Somebody else sees no SKUs. */
  readonly owner: boolean;
  /** Whether the endpoint names the shop, or one listing: only these tell the processing profile. */
  readonly scoped: boolean;
}

const fourMonths = 120 * 86_400;
const shippingProfile = 118_220_334_455;

function liveOfferings(item: EtsyItem): readonly Body[] {
  return productsOf(item)
    .filter((product) => product["is_deleted"] !== true)
    .flatMap((product) => bodiesOf(product["offerings"]))
    .filter((offering) => offering["is_deleted"] !== true);
}

// The sum of the offerings, or, where all products draw on one stock, that stock.
function quantityOf(item: EtsyItem): number {
  const quantities = liveOfferings(item).map((offering) => Number(offering["quantity"]));
  const shared = item.inventory?.quantity_on_property.length === 0;
  return shared ? Math.max(0, ...quantities) : quantities.reduce((sum, quantity) => sum + quantity, 0);
}

function lowestPrice(item: EtsyItem, store: EtsyStore): Body {
  let lowest: Body | undefined;
  const value = (price: Body): number => Number(price["amount"]) / Number(price["divisor"]);
  for (const offering of liveOfferings(item)) {
    const price = offering["price"] as Body;
    if (lowest === undefined || value(price) < value(lowest)) lowest = price;
  }
  return lowest ?? { amount: 100, divisor: 100, currency_code: store.currencyCode };
}

function skusOf(item: EtsyItem): readonly string[] {
  const skus = productsOf(item)
    .filter((product) => product["is_deleted"] !== true)
    .map((product) => textOf(product["sku"]));
  return [...new Set(skus)].filter((sku) => sku !== "");
}

/** An inventory record with all five keys, or null where there is none. */
export function inventoryBody(
  item: EtsyItem,
  options: { readonly owner: boolean; readonly deleted: boolean },
): Body | null {
  if (item.inventory === null) return null;
  const { products, ...onProperty } = item.inventory satisfies EtsyInventory;
  const shown = products.filter((product) => options.deleted || product["is_deleted"] !== true);
  return {
    products: options.owner ? shown : shown.map((product) => ({ ...product, sku: "" })),
    ...onProperty,
  };
}

function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/&[^;]+;/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 60);
}

function shippingBody(store: EtsyStore): Body {
  return {
    shipping_profile_id: shippingProfile,
    title: "Parcel",
    user_id: store.userId,
    origin_country_iso: "US",
    is_deleted: false,
    shipping_profile_destinations: [],
    shipping_profile_upgrades: [],
    origin_postal_code: "04101",
    profile_type: "manual",
    domestic_handling_fee: 0,
    international_handling_fee: 0,
  };
}

/** The 47 keys of a listing itself, in the order of Etsy's document. */
export function listingBody(
  store: EtsyStore,
  row: EtsyRow,
  view: Pick<View, "scoped">,
  item: EtsyItem = store.item(row),
): Body {
  const { listing } = item;
  const physical = listing["listing_type"] !== "download";
  const products = productsOf(item).filter((product) => product["is_deleted"] !== true);
  const readiness = view.scoped && physical && row.state === "active" ? readinessState : null;
  return {
    listing_id: row.id,
    user_id: store.userId,
    shop_id: store.shopId,
    title: listing["title"],
    description: listing["description"],
    rich_description: listing["rich_description"] ?? null,
    state: row.state,
    creation_timestamp: row.created,
    created_timestamp: row.created,
    ending_timestamp: row.created + fourMonths,
    original_creation_timestamp: row.created,
    last_modified_timestamp: row.updated,
    updated_timestamp: row.updated,
    state_timestamp: row.created + 1,
    quantity: quantityOf(item),
    shop_section_id: null,
    featured_rank: -1,
    url: `https://www.etsy.com/listing/${row.id}/${slugOf(textOf(listing["title"]))}`,
    num_favorers: listing["num_favorers"] ?? 0,
    non_taxable: false,
    is_taxable: true,
    is_customizable: false,
    is_personalizable: false,
    listing_type: listing["listing_type"],
    tags: listing["tags"],
    materials: listing["materials"],
    shipping_profile_id: physical ? shippingProfile : null,
    return_policy_id: physical ? 1_203_344 : null,
    processing_min: physical ? 1 : null,
    processing_max: physical ? 3 : null,
    who_made: "i_did",
    when_made: "2020_2026",
    is_supply: false,
    item_weight: listing["item_weight"] ?? null,
    item_weight_unit: listing["item_weight_unit"] ?? null,
    item_length: listing["item_length"] ?? null,
    item_width: listing["item_width"] ?? null,
    item_height: listing["item_height"] ?? null,
    item_dimensions_unit: listing["item_dimensions_unit"] ?? null,
    is_private: listing["is_private"],
    style: [],
    file_data: physical ? "" : "1 PDF",
    has_variations: products.some((product) => bodiesOf(product["property_values"]).length > 0),
    should_auto_renew: false,
    language: listing["language"] === undefined ? "en-US" : listing["language"],
    price: lowestPrice(item, store),
    converted_price: null,
    taxonomy_id: 1633,
    readiness_state_id: readiness,
    suggested_title: null,
  };
}

/** A listing with its associations. Those that nobody asked for are null, or empty lists. */
export function fullBody(store: EtsyStore, row: EtsyRow, view: View): Body {
  const item = store.item(row);
  const has = (name: Include): boolean => view.includes.has(name);
  const listing = listingBody(store, row, view, item);
  const price = listing["price"];
  return {
    ...listing,
    shipping_profile: has("Shipping") && listing["shipping_profile_id"] !== null ? shippingBody(store) : null,
    user: has("User") ? userBody(store) : null,
    shop: has("Shop") ? shopBody(store) : null,
    images: has("Images") ? item.images : [],
    videos: [],
    inventory: has("Inventory") ? inventoryBody(item, { owner: view.owner, deleted: false }) : null,
    production_partners: [],
    skus: view.owner ? skusOf(item) : [],
    translations: has("Translations") ? translations : null,
    views: item.listing["views"] ?? 0,
    personalization: has("Personalization") ? { personalization_questions: [] } : null,
    buyer_price: has("BuyerPrice")
      ? {
          base_price: price,
          shipping_cost: null,
          is_free_shipping: false,
          original_price: price,
          discounted_price: null,
          discount_amount: null,
          discount_percentage: null,
          has_discount: false,
          discount_start_epoch: null,
          discount_end_epoch: null,
        }
      : null,
  };
}

const translations: Body = Object.fromEntries(
  ["de", "en-GB", "en-IN", "en-US", "es", "fr", "it", "ja", "nl", "pl", "pt", "ru", "sv"].map((language) => [
    language,
    null,
  ]),
);
