import type { AmazonListing } from "./model.js";
import { openDate, type DateStyle } from "./open-date.js";

/** The six shapes in which the same report was seen. */
export const documentKinds = ["us", "de", "deprecated", "b2b", "jp", "short"] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** A column's header in this document, and the English name of what stands below it. */
export type Column = readonly [header: string, name: string];

export interface DocumentShape {
  readonly columns: readonly Column[];
  /** As iconv-lite names it. */
  readonly encoding: string;
  /** As the document host declares it. */
  readonly charset: string;
  readonly lineEnd: string;
  readonly dates: DateStyle;
  /** Whether blank values at the end of a row are left out with their tabs. */
  readonly dropsTrailing?: boolean;
}

const english =
  "item-name item-description listing-id seller-sku price quantity open-date image-url item-is-marketplace " +
  "product-id-type zshop-shipping-fee item-note item-condition zshop-category1 zshop-browse-path " +
  "zshop-storefront-feature asin1 asin2 asin3 will-ship-internationally expedited-shipping zshop-boldface " +
  "product-id bid-for-featured-placement add-delete pending-quantity fulfillment-channel merchant-shipping-group status";

const standard: readonly Column[] = english.split(" ").map((name) => [name, name]);

// Localised files have fewer columns; those whose words nobody has published are left out.
const german: readonly Column[] = [
  ["Artikelbezeichnung", "item-name"],
  ["Artikelbeschreibung", "item-description"],
  ["Angebotsnummer", "listing-id"],
  ["Händler-SKU", "seller-sku"],
  ["Preis", "price"],
  ["Menge", "quantity"],
  ["Erstellungsdatum", "open-date"],
  ["Produkt-ID-Typ", "product-id-type"],
  ["Anmerkung zum Artikel", "item-note"],
  ["Artikelzustand", "item-condition"],
  ["ASIN 1", "asin1"],
  ["Produkt-ID", "product-id"],
  ["Versender", "fulfillment-channel"],
  ["Händlerversandgruppe", "merchant-shipping-group"],
  ["Status", "status"],
];

const japanese: readonly Column[] = [
  ["商品名", "item-name"],
  ["出品ID", "listing-id"],
  ["出品者SKU", "seller-sku"],
  ["価格", "price"],
  ["数量", "quantity"],
  ["出品日", "open-date"],
  ["商品IDタイプ", "product-id-type"],
  ["コンディション説明", "item-note"],
  ["コンディション", "item-condition"],
  ["国外へ配送可", "will-ship-internationally"],
  ["迅速な配送", "expedited-shipping"],
  ["商品ID", "product-id"],
  ["在庫数", "pending-quantity"],
  ["フルフィルメント・チャンネル", "fulfillment-channel"],
  ["merchant-shipping-group", "merchant-shipping-group"],
  ["ポイント", "points"],
  ["ステータス", "status"],
];

const dropped = /^(image-url|asin2|asin3|zshop-.*|bid-for-featured-placement)$/;

// Nine of the columns are kept for those who count them, all under one name.
const deprecated: readonly Column[] = standard.flatMap(([header, name]): Column[] => {
  if (dropped.test(name)) return [["Deprecated column", name]];
  if (name === "fulfillment-channel") return [["fulfilment-channel", name]];
  if (name === "merchant-shipping-group")
    return [
      [header, name],
      ["optional-payment-type-exclusion", "optional-payment-type-exclusion"],
    ];
  return [[header, name]];
});

const same = (names: readonly string[]): readonly Column[] => names.map((name) => [name, name]);
const steps = [1, 2, 3, 4, 5];
const business = [
  "Business Price",
  "Quantity Price Type",
  ...steps.flatMap((step) => [`Quantity Lower Bound ${step}`, `Quantity Price ${step}`]),
];
const progressive = [
  "Progressive Price Type",
  ...[1, 2, 3].flatMap((step) => [`Progressive Lower Bound ${step}`, `Progressive Price ${step}`]),
];
const groupAt = standard.findIndex(([, name]) => name === "merchant-shipping-group");
const b2b: readonly Column[] = [
  ...standard.slice(0, groupAt),
  ...same(business),
  ...standard.slice(groupAt, groupAt + 1),
  ...same(progressive),
  ...standard.slice(groupAt + 1),
];

const utf8 = { encoding: "utf8", charset: "utf8" };
const western = { encoding: "win1252", charset: "Cp1252" };

export const documentShapes: Readonly<Record<DocumentKind, DocumentShape>> = {
  us: { ...utf8, columns: standard, lineEnd: "\r\n", dates: "us" },
  de: { ...western, columns: german, lineEnd: "\n", dates: "eu" },
  deprecated: { ...western, columns: deprecated, lineEnd: "\n", dates: "eu" },
  b2b: { ...utf8, columns: b2b, lineEnd: "\r\n", dates: "us" },
  jp: { columns: japanese, encoding: "Shift_JIS", charset: "Shift_JIS", lineEnd: "\r\n", dates: "jp" },
  short: {
    ...western,
    columns: [...standard, ...same(["Minimum order quantity", "Sell remainder"])],
    lineEnd: "\r\n",
    dates: "uk",
    dropsTrailing: true,
  },
};

/** The values of a listing under the English names of their columns; the others are blank. */
export function valuesOf(listing: AmazonListing, dates: DateStyle): Readonly<Record<string, string>> {
  return {
    "item-name": listing.name,
    "item-description": listing.description,
    "listing-id": listing.listingId,
    "seller-sku": listing.sku,
    price: listing.price,
    quantity: listing.quantity,
    "open-date": openDate(listing.created, dates),
    // The column image-url is there, and blank in every row.
    "item-is-marketplace": "y",
    "product-id-type": listing.productIdType,
    "item-note": listing.note,
    "item-condition": listing.condition,
    asin1: listing.asin,
    "product-id": listing.productId,
    "pending-quantity": listing.pendingQuantity,
    "fulfillment-channel": listing.channel,
    "merchant-shipping-group": listing.shippingGroup,
    status: listing.status,
  };
}
