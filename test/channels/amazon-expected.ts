import { decoded, oneLine, roundedMeasure } from "../support/rules.js";
import { decode, encode } from "iconv-lite";
import { catalogItemOf } from "../../src/sandbox/amazon/catalog-item.js";
import type { DocumentKind } from "../../src/sandbox/amazon/columns.js";
import type { AmazonListing, CatalogItem, Measure } from "../../src/sandbox/amazon/model.js";
import type { AmazonShop } from "../../src/sandbox/amazon/server.js";

/** What a document cannot carry. */
export interface DocumentLimits {
  /** Signs that it lacks become question marks. */
  readonly encoding: string;
  /** Fields of a listing for which it has no column. */
  readonly lacks: readonly (keyof AmazonListing)[];
}

/** The six documents: their charset, and the mapped columns that are not there. */
export const documentLimits: Readonly<Record<DocumentKind, DocumentLimits>> = {
  us: { encoding: "utf8", lacks: [] },
  b2b: { encoding: "utf8", lacks: [] },
  de: { encoding: "win1252", lacks: [] },
  deprecated: { encoding: "win1252", lacks: [] },
  short: { encoding: "win1252", lacks: [] },
  jp: { encoding: "Shift_JIS", lacks: ["asin", "description"] },
};

/**
 * The products that an import of the shop has to write, by SKU, worked out by the rules of the manual from what the
 * sandbox was filled with: the article's rows, those beyond it, and what is no item or no row.
 */
export function expectedProducts(
  shop: AmazonShop,
  options: { readonly document?: DocumentKind; readonly priceSync: boolean },
): Map<string, Readonly<Record<string, unknown>>> {
  const { encoding, lacks } = documentLimits[options.document ?? "us"];
  const survives = (text: string): string => decode(encode(text, encoding), encoding);
  const all = [...shop.rows()];
  const first = new Map<string, AmazonListing>();
  for (const row of all) if (!first.has(row.asin)) first.set(row.asin, row);
  const products = new Map<string, Readonly<Record<string, unknown>>>();
  const doubled = new Set<string>();
  for (const listing of all) {
    const row: AmazonListing = { ...listing };
    for (const [name, value] of Object.entries(listing)) {
      if (typeof value === "string")
        Object.assign(row, { [name]: lacks.includes(name as keyof AmazonListing) ? "" : survives(value) });
    }
    const sku = row.sku.trim();
    if (sku === "" || row.rowFault === "embedded-tab") continue;
    const asin = row.asin !== "" ? row.asin : row.productIdType === "1" ? row.productId : "";
    const offered = asin.startsWith("B0GONE") ? undefined : first.get(asin);
    const item = offered === undefined ? undefined : catalogItemOf(offered, 1);
    if (item?.isParent === true && row.price === "") continue;
    const isDoubled = row.rowFault === "repeated" && row.quantity !== "";
    if (isDoubled || products.has(sku)) doubled.add(sku);
    products.set(sku, productOf(row, sku, asin, item, options.priceSync));
  }
  for (const sku of doubled) products.delete(sku);
  return products;
}

function productOf(
  row: AmazonListing,
  sku: string,
  asin: string,
  item: CatalogItem | undefined,
  priceSync: boolean,
): Readonly<Record<string, unknown>> {
  const typed = ["3", "4"].includes(row.productIdType) ? row.productId : undefined;
  const packed = (side: "weight" | "length" | "width" | "height"): Measure | undefined =>
    item?.package?.[side] ?? item?.item?.[side];
  const known: Record<string, unknown> = {
    sku,
    product_id: row.productId,
    product_variant_id: asin,
    name: oneLine(decoded(row.name)),
    description: row.description.trim() === "" ? "" : row.description,
    ASIN: asin,
    UPC: typed ?? upcOf(item),
    quantity: row.channel !== "DEFAULT" || row.quantity === "" ? undefined : Number(row.quantity),
    retail_price: priceSync ? priceOf(row.price) : undefined,
    weight_lbs: convert(packed("weight")),
    length_in: convert(packed("length")),
    width_in: convert(packed("width")),
    height_in: convert(packed("height")),
    custom_fields: row.channel === "" ? undefined : { fulfillment_channel: row.channel },
    status: row.status,
  };
  for (const [index, link] of imagesOf(item).entries()) known[`image_url_${index + 1}`] = link;
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined && value !== ""));
}

function priceOf(text: string): string | undefined {
  if (text === "") return undefined;
  const [whole = "", cents = ""] = text.split(".");
  return `${whole}.${cents.padEnd(2, "0")}`;
}

/** A UPC, or the EAN or GTIN that repeats it behind zeros. */
function upcOf(item: CatalogItem | undefined): string | undefined {
  for (const type of ["UPC", "EAN", "GTIN"]) {
    const code = item?.identifiers.find(({ identifierType }) => identifierType === type)?.identifier;
    if (code === undefined) continue;
    let digits = code;
    while (digits.length > 12 && digits.startsWith("0")) digits = digits.slice(1);
    return digits;
  }
  return undefined;
}

const order = ["MAIN", "PT01", "PT02", "PT03", "PT04", "PT05", "PT06", "PT07", "PT08", "SWCH"];

function imagesOf(item: CatalogItem | undefined): string[] {
  return order.flatMap((variant) => {
    const sizes = (item?.images ?? []).filter((image) => image.variant === variant);
    const width = Math.max(0, ...sizes.map((image) => image.width));
    return sizes.filter((image) => image.width === width).map((image) => image.link);
  });
}

/** Amazon's words for units. */
const units: Readonly<Record<string, readonly [unit: string, wanted: "lb" | "in"]>> = {
  pounds: ["lb", "lb"],
  ounces: ["oz", "lb"],
  kilograms: ["kg", "lb"],
  grams: ["g", "lb"],
  inches: ["in", "in"],
  centimeters: ["cm", "in"],
};

function convert(measure: Measure | undefined): number | undefined {
  const [unit, wanted] = units[measure?.unit ?? ""] ?? [undefined, "lb"];
  return roundedMeasure(measure?.value, unit, wanted);
}
