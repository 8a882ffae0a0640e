import type { Random } from "../random.js";
import type { Medium, ProductData, VariantData, Weight } from "./model.js";

const materials = ["Canvas", "Oak", "Brass", "Wool", "Enamel", "Hemp", "Copper", "Linen"] as const;
const things = [
  ["Tote", "Bags"],
  ["Lantern", "Lighting"],
  ["Cleat", "Deck hardware"],
  ["Throw", "Home"],
  ["Mug", "Kitchen"],
  ["Dock Line", "Rope"],
  ["Kettle", "Kitchen"],
  ["Cushion", "Home"],
  ["Bell", "Deck hardware"],
  ["Apron", "Kitchen"],
] as const;
const vendors = ["Northquay Goods", "Saltbox & Sons", "Harbor Goods"] as const;
const tags = ["everyday", "gift", "new", "outdoor", "sale", "made to last", "café"] as const;
const colors = ["Sand", "Ink", "Rust", "Fog", "Kelp"] as const;
const sizes = ["Small", "Medium", "Large"] as const;
const cents = ["00", "50", "95", "99", "25"] as const;
const units = ["GRAMS", "KILOGRAMS", "OUNCES", "POUNDS"] as const;

/** The address of an image; what follows `?v=` changes whenever Shopify makes the file anew. */
export function imageUrl(index: number, nth: number): string {
  return `https://cdn.shopify.com/s/files/1/0061/0000/0001/files/hg-${index}-${nth}.jpg?v=${1_763_600_000 + nth}`;
}

/** A product's images. */
export function imagesOf(index: number, count: number): Medium[] {
  return Array.from({ length: count }, (_, nth) => ({ kind: "MediaImage", url: imageUrl(index, nth) }));
}

/** Makes an ordinary product. With more than one variant it has the options Color and Size. */
export function sampleProduct(index: number, variants: number, images: number, random: Random): ProductData {
  const material = random.pick(materials);
  const [thing, productType] = random.pick(things);
  const title = `Harbor ${material} ${thing} No. ${index + 1}`;
  return {
    title,
    handle: title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"),
    descriptionHtml: `<p>A ${thing.toLowerCase()} of ${material.toLowerCase()}, made by the harbor.</p>`,
    productType,
    vendor: random.pick(vendors),
    tags: tags.filter(() => random.chance(0.25)),
    status: "ACTIVE",
    isGiftCard: false,
    options: variants > 1 ? ["Color", "Size"] : [],
    media: imagesOf(index, images),
  };
}

function weightOf(grams: number, unit: Weight["unit"]): Weight {
  const perUnit = { GRAMS: 1, KILOGRAMS: 1000, OUNCES: 32, POUNDS: 400 };
  return { value: grams / perUnit[unit], unit };
}

/** Thirteen digits with their check digit. */
function barcodeOf(number: number): string {
  const body = `50${String(number).padStart(10, "0")}`;
  let sum = 0;
  for (let at = 0; at < body.length; at += 1) sum += (body.charCodeAt(at) - 48) * (at % 2 === 0 ? 1 : 3);
  return `${body}${(10 - (sum % 10)) % 10}`;
}

/** Makes the nth variant of an ordinary product, stocked at `locations`. */
export function sampleVariant(
  index: number,
  nth: number,
  product: ProductData,
  locations: readonly string[],
  random: Random,
): VariantData {
  const code = `HG-${String(index + 1).padStart(5, "0")}`;
  const round = Math.floor(nth / (colors.length * sizes.length));
  const color = `${colors[nth % colors.length] ?? ""}${round === 0 ? "" : ` ${round + 1}`}`;
  const size = sizes[Math.floor(nth / colors.length) % sizes.length] ?? "";
  const hasOptions = product.options.length > 0;
  // Few draws, and the rest made of them: big catalogues are read to measure the reader.
  const draw = random.int(0, 9_999_999_999);
  const unit = units[draw % units.length] ?? "GRAMS";
  const stock: Record<string, number> = {};
  for (const [at, location] of locations.entries()) stock[location] = (draw * (at + 1)) % 181;
  return {
    sku: hasOptions ? `${code}-${String(nth + 1).padStart(2, "0")}` : code,
    barcode: draw % 5 === 0 ? null : barcodeOf(draw),
    price: `${3 + (draw % 237)}.${cents[draw % cents.length] ?? "00"}`,
    inventoryPolicy: draw % 7 === 0 ? "CONTINUE" : "DENY",
    requiresComponents: false,
    values: hasOptions ? [color, size] : [],
    media: hasOptions && nth % 3 === 0 && product.media.length > 0 ? [nth % product.media.length] : [],
    tracked: true,
    requiresShipping: true,
    weight: weightOf(40 + (draw % 3960), unit),
    stock,
  };
}
