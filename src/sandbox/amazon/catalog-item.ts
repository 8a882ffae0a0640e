import { createRandom, type Random } from "../random.js";
import { asinIndex, eanOf, upcOf } from "./digits.js";
import type { AmazonListing, CatalogItem, Measures } from "./model.js";
import { brands } from "./words.js";

const unitsOfWeight = [
  ["pounds", 0.45359237],
  ["kilograms", 1],
  ["ounces", 0.028349523125],
  ["grams", 0.001],
] as const;
const unitsOfSize = [
  ["inches", 2.54],
  ["centimeters", 1],
] as const;

/** How many digits the catalogue keeps of a number that it has converted: 10.49999998929 for ten and a half. */
const conversionLoss = 1 - 1.02e-9;

// Sizes in centimetres, weight in kilograms. Weight and sizes have units of their own, also inside one item.
function measures(random: Random, scale: number): Measures {
  const [weightUnit, kilograms] = random.pick(unitsOfWeight);
  const sizeOf = (cm: number) => {
    const [unit, perUnit] = random.pick(unitsOfSize);
    const value = Math.round((cm / perUnit) * 2) / 2 || 0.5;
    return { unit, value: random.chance(0.3) ? Number((value * conversionLoss).toFixed(11)) : value };
  };
  return {
    height: sizeOf(random.int(3, 20) * scale),
    length: sizeOf(random.int(12, 60) * scale),
    weight: { unit: weightUnit, value: Number((random.int(80, 4000) / 1000 / kilograms).toFixed(3)) },
    width: sizeOf(random.int(8, 40) * scale),
  };
}

// Each variant comes in several sizes, and the largest is not always the first.
function images(asin: string, random: Random): CatalogItem["images"] {
  const others = ["PT01", "PT02", "PT03", "PT04", "PT05", "PT06", "PT07", "PT08"].slice(0, random.int(0, 4));
  const variants = ["MAIN", ...others, ...(random.chance(0.2) ? ["SWCH"] : [])];
  if (random.chance(0.3)) variants.reverse();
  return variants.flatMap((variant) => {
    const link = (name: string) =>
      `https://m.media-amazon.com/images/I/${name}${asin.slice(2)}${variant}L.jpg`;
    const large = { variant, link: link("81+"), height: 1707, width: 2560 };
    const small = { variant, link: link("51"), height: 333, width: 500 };
    const tiny = { variant, link: link("31"), height: 50, width: 75 };
    return random.chance(0.4) ? [tiny, large, small] : [large, small, tiny];
  });
}

/** What the catalogue knows of a listing's ASIN. The items of some ASINs are incomplete. */
export function catalogItemOf(listing: AmazonListing, seed: number): CatalogItem {
  const { asin } = listing;
  const index = asinIndex(asin) ?? 1_000_000 + Number.parseInt(asin.replace(/\W/g, "").slice(-5), 36);
  const random = createRandom(seed, index, 3);
  const [upc, ean] = [upcOf(index), eanOf(index)];
  const identifiers = random.pick([
    // One code three times over, as the catalogue keeps it.
    [
      { identifier: `0${upc}`, identifierType: "EAN" },
      { identifier: `00${upc}`, identifierType: "GTIN" },
      { identifier: upc, identifierType: "UPC" },
    ],
    [{ identifier: ean, identifierType: "EAN" }],
    [{ identifier: `0${ean}`, identifierType: "GTIN" }],
    [{ identifier: `0${upc}`, identifierType: "EAN" }],
    [],
  ]);
  const item = measures(random, 1);
  const packed = measures(random, 1.2);
  const sizes = random.pick([
    { item, package: packed },
    { item, package: packed },
    { item },
    { package: packed },
    {},
  ]);
  const partial =
    "package" in sizes && random.chance(0.1)
      ? { ...sizes, package: { weight: { unit: "grams", value: 310 } } }
      : sizes;
  return {
    asin,
    name: listing.name === "" ? `Item ${asin}` : listing.name,
    brand: brands.find(({ name }) => listing.name.startsWith(name))?.name ?? "Generic",
    modelNumber: `M${index}`,
    isParent: listing.isParent,
    identifiers: listing.isParent ? [] : identifiers,
    images: random.chance(0.05) ? [] : images(asin, random),
    ...(listing.isParent ? {} : partial),
  };
}
