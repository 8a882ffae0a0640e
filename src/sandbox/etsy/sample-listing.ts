import { createRandom, type Random } from "../random.js";
import { offeringIdOf, productIdOf, type Body, type Currency, type EtsyItem, type EtsyRow } from "./model.js";
import { adjectives, colors, makers, sizes, tagWords, things } from "./words.js";

/** The processing profile that every physical offering of the shop has. */
export const readinessState = 1_402_336_022_581;
export const colorProperty = 200;
export const sizeProperty = 100;

const weightUnits = [
  { unit: "oz", perOunce: 1 },
  { unit: "lb", perOunce: 1 / 16 },
  { unit: "g", perOunce: 28.349_523 },
  { unit: "kg", perOunce: 0.028_349_523 },
] as const;
const sizeUnits = [
  { unit: "in", perInch: 1 },
  { unit: "ft", perInch: 1 / 12 },
  { unit: "mm", perInch: 25.4 },
  { unit: "cm", perInch: 2.54 },
  { unit: "m", perInch: 0.0254 },
  { unit: "yd", perInch: 1 / 36 },
  { unit: "inches", perInch: 1 },
] as const;

/** An amount of money; `value` is in the currency's whole units, with as many decimals as it has. */
export function money(value: number, currency: Currency): Body {
  return {
    amount: Math.round(value * currency.divisor),
    divisor: currency.divisor,
    currency_code: currency.code,
  };
}

/** One offering with all six keys. */
export function offering(id: number, quantity: number, price: Body, patch: Body = {}): Body {
  return {
    offering_id: id,
    quantity,
    is_enabled: true,
    is_deleted: false,
    price,
    readiness_state_id: readinessState,
    ...patch,
  };
}

/** One product with all five keys. */
export function product(
  id: number,
  sku: string,
  offerings: readonly Body[],
  values: readonly Body[] = [],
): Body {
  return { product_id: id, sku, is_deleted: false, offerings, property_values: values };
}

/** One value of a variation with all six keys. */
export function propertyValue(id: number, name: string | null, valueId: number, value: string): Body {
  return {
    property_id: id,
    property_name: name,
    scale_id: null,
    scale_name: null,
    value_ids: [valueId],
    values: [value],
  };
}

/** An image with all 19 keys. */
function image(listingId: number, imageId: number, rank: number, alt: string | null): Body {
  const base = `https://i.etsystatic.com/41220099/r/il/0a1b2c/${imageId}`;
  return {
    listing_id: listingId,
    listing_image_id: imageId,
    hex_code: "8A7F6C",
    red: 138,
    green: 127,
    blue: 108,
    hue: 38,
    saturation: 21,
    brightness: 54,
    is_black_and_white: false,
    creation_tsz: 1_771_940_400,
    created_timestamp: 1_771_940_400,
    rank,
    url_75x75: `${base}/il_75x75.${imageId}_x1y2.jpg`,
    url_170x135: `${base}/il_170x135.${imageId}_x1y2.jpg`,
    url_570xN: `${base}/il_570xN.${imageId}_x1y2.jpg`,
    url_fullxfull: `${base}/il_fullxfull.${imageId}_x1y2.jpg`,
    full_height: 2000,
    full_width: 1500,
    alt_text: alt,
  };
}

/** The images of a listing with these ranks, stored in this order. */
export function imagesOf(row: EtsyRow, ranks: readonly number[]): Body[] {
  return ranks.map((rank) =>
    image(row.id, 6_600_000_000 + row.index * 100 + rank, rank, rank === 1 ? `Photo ${rank}` : null),
  );
}

// Etsy keeps measures as 32-bit floats; short ones come out as they were typed.
function measure(value: number): number {
  return Number(value.toPrecision(4));
}

function measures(weight: number, random: Random): Body {
  const [heavy, long] = [random.pick(weightUnits), random.pick(sizeUnits)];
  const known = random.chance(0.85);
  const side = (): number => measure(random.int(2, 18) * long.perInch);
  return {
    item_weight: known ? measure(weight * heavy.perOunce) : null,
    item_weight_unit: known ? heavy.unit : null,
    item_length: known ? side() : null,
    item_width: known ? side() : null,
    item_height: known ? side() : null,
    item_dimensions_unit: known ? long.unit : null,
  };
}

interface Variant {
  readonly sku: string;
  readonly extra: number;
  readonly values: readonly Body[];
}

// Colours first, then sizes within each: up to twelve, as a seller's grid shows them.
function variants(code: string, count: number): Variant[] {
  if (count === 1) return [{ sku: code, extra: 0, values: [] }];
  const withSizes = count > colors.length;
  return Array.from({ length: count }, (_, nth) => {
    const color = colors[withSizes ? Math.floor(nth / sizes.length) : nth] ?? colors[0];
    const size = sizes[nth % sizes.length] ?? sizes[0];
    const colored = propertyValue(colorProperty, "Primary color", color.id, color.name);
    return withSizes
      ? {
          sku: `${code}-${color.code}-${size.code}`,
          extra: (nth % sizes.length) * 4,
          values: [colored, propertyValue(sizeProperty, "Size", size.id, size.name)],
        }
      : { sku: `${code}-${color.code}`, extra: nth, values: [colored] };
  });
}

/** Makes an ordinary listing with `count` products, 1 to 12. The same for the same seed and place. */
export function sampleListing(row: EtsyRow, count: number, seed: number, currency: Currency): EtsyItem {
  const random = createRandom(seed, row.index, 2);
  const thing = random.pick(things);
  const title = `${random.pick(adjectives)} ${thing.name} by ${random.pick(makers)}, no. ${row.index}`;
  const code = `${thing.code}-${String(row.index).padStart(5, "0")}`;
  const soldOut = row.state === "sold_out";
  const products = variants(code, count).map(({ sku, extra, values }, nth) => {
    const quantity = soldOut ? 0 : random.int(1, 60);
    const price = money(thing.price + extra + 0.5 * random.int(0, 1), currency);
    return product(
      productIdOf(row.index, nth),
      sku,
      [offering(offeringIdOf(row.index, nth), quantity, price)],
      values,
    );
  });
  const properties = count === 1 ? [] : [colorProperty, ...(count > colors.length ? [sizeProperty] : [])];
  return {
    listing: {
      title,
      description: `${title}\n\nMade of ${thing.material} in small batches. Lot ${random.int(100, 999)}.`,
      rich_description: null,
      tags: [random.pick(tagWords), thing.name.toLowerCase()],
      materials: [thing.material],
      ...measures(thing.weight, random),
      listing_type: "physical",
      is_private: false,
      num_favorers: random.int(0, 400),
      views: random.int(0, 9000),
    },
    inventory: {
      products,
      price_on_property: properties,
      quantity_on_property: properties,
      sku_on_property: properties,
      readiness_state_on_property: [],
    },
    images: imagesOf(
      row,
      Array.from({ length: random.int(0, 4) }, (_, place) => place + 1),
    ),
  };
}
