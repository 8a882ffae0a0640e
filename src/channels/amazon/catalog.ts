import type { CatalogItem } from "./schema.js";

/** A size or weight as the catalogue keeps it. */
export interface Measure {
  readonly value: number;
  readonly unit: string;
}

/** What the catalogue adds to a row: `catalog` of the mapping table. */
export interface Catalog {
  /** Addresses, the main one first, each variant in its largest size. */
  readonly images?: readonly string[];
  readonly upc?: string;
  readonly weight?: Measure;
  readonly length?: Measure;
  readonly width?: Measure;
  readonly height?: Measure;
  /** It stands for its variations and cannot be bought. */
  readonly isParent?: true;
}

/** As many as the canonical product has room for. */
const mostImages = 20;

/** The units that the mapping knows of those that Amazon writes. */
const unitWords: ReadonlySet<string> = new Set(
  "milligrams grams kilograms ounces pounds millimeters centimeters meters inches feet yards".split(" "),
);

/** Takes from a catalogue item what this marketplace has of it. */
export function toCatalog(item: CatalogItem, marketplaceId: string): Catalog {
  const here = <Entry extends { readonly marketplaceId: string }>(entries: readonly Entry[]) =>
    entries.find((entry) => entry.marketplaceId === marketplaceId);
  const images = toImages(here(item.images)?.images ?? []);
  const upc = toUpc(here(item.identifiers)?.identifiers ?? []);
  const { item: bare, package: packed } = here(item.dimensions) ?? {};
  const side = (name: "weight" | "length" | "width" | "height"): Partial<Catalog> => {
    // What is shipped is the package; side by side, because one of the two may lack some.
    const measure = toMeasure(packed?.[name]) ?? toMeasure(bare?.[name]);
    return measure === undefined ? {} : { [name]: measure };
  };
  return {
    ...(images.length === 0 ? {} : { images }),
    ...(upc === undefined ? {} : { upc }),
    ...side("weight"),
    ...side("length"),
    ...side("width"),
    ...side("height"),
    ...(here(item.summaries)?.itemClassification === "VARIATION_PARENT" ? { isParent: true } : {}),
  };
}

function toImages(images: CatalogItem["images"][number]["images"]): readonly string[] {
  const largest = new Map<string, (typeof images)[number]>();
  for (const image of images) {
    const other = largest.get(image.variant);
    if (other === undefined || areaOf(image) > areaOf(other)) largest.set(image.variant, image);
  }
  const ordered = [...largest.values()].sort((a, b) => compareVariants(a.variant, b.variant));
  return [...new Set(ordered.map(({ link }) => link))].slice(0, mostImages);
}

function areaOf(image: { readonly width: number; readonly height: number }): number {
  return image.width * image.height;
}

/** MAIN, then PT01 and so on; the swatch, a spot of colour, last. */
function compareVariants(a: string, b: string): number {
  return rankOf(a) - rankOf(b) || (a < b ? -1 : a > b ? 1 : 0);
}

function rankOf(variant: string): number {
  if (variant === "MAIN") return 0;
  return variant === "SWCH" ? 2 : 1;
}

/** Amazon repeats a UPC as an EAN with one zero and as a GTIN with two in front; a real EAN stays whole. */
function toUpc(identifiers: CatalogItem["identifiers"][number]["identifiers"]): string | undefined {
  for (const type of ["UPC", "EAN", "JAN", "GTIN"]) {
    const found = identifiers
      .find(({ identifierType }) => identifierType.toUpperCase() === type)
      ?.identifier.trim();
    if (found === undefined || !/^\d{8,14}$/.test(found)) continue;
    return found.length > 12 ? found.replace(new RegExp(`^0{1,${found.length - 12}}`), "") : found;
  }
  return undefined;
}

/** A unit that the mapping does not know would refuse the product; a size that is not known is merely absent. */
function toMeasure(measure: Measure | undefined): Measure | undefined {
  if (measure === undefined) return undefined;
  const word = measure.unit.trim().toLowerCase();
  const plural = word.endsWith("s") || word === "feet" ? word : word === "inch" ? "inches" : `${word}s`;
  return unitWords.has(plural) ? { value: measure.value, unit: plural } : undefined;
}
