/*
 * What warehouses hold of a product: the reference's rules (places, units, limits) written a second time in small, so
 * that the first is not tried by itself. That the products are right themselves is proven cart by cart.
 */
import type { Product } from "../../src/model/product.js";

type Values = Readonly<Record<string, unknown>>;

const signs: Readonly<Record<string, string>> = {
  amp: "&",
  quot: '"',
  lt: "<",
  gt: ">",
  nbsp: "\u00a0",
  mdash: "—",
  ndash: "–",
  eacute: "é",
  deg: "°",
};

/** Entities decoded once; those that the samples have. */
function decoded(text: string): string {
  return text.replace(/&(#\d+|\w+);/g, (whole, name: string) =>
    name.startsWith("#") ? String.fromCodePoint(Number(name.slice(1))) : (signs[name] ?? whole),
  );
}

const isHtml = (text: string): boolean => /<[a-z/!][^]*>/i.test(text);

/** HTML as people read it: a line for a block, an empty one between paragraphs, a dash before an entry of a list. */
function plainText(text: string): string {
  if (!isHtml(text) && decoded(text) === text) return text.trim();
  const lines = isHtml(text)
    ? text
        .replace(/\s+/g, " ")
        .replace(/<li>/g, "\n\0- ")
        .replace(/<\/h\d>|<(br|div|tr)\b[^>]*>|<\/(div|table)>/g, "\n")
        .replace(/<\/?(p|h\d)\b[^>]*>|<\/ul>/g, "\n\n")
        .replace(/<\/t[dh]>/g, " ")
        .replace(/<[^>]*>/g, "")
    : text;
  return decoded(lines)
    .replaceAll("\u00a0", " ")
    .split(/\r\n?|\n/)
    .map((line) => line.trim().replace("\0", " "))
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

/** A line break or another control is one space, together with the spaces around it. */
function oneLine(text: string): string {
  return text.replace(/\s*[\p{Cc}\u2028\u2029][\s\p{Cc}\u2028\u2029]*/gu, " ").trim();
}

/** So many of the smaller unit in the larger one: nanograms in pounds, nanometres in inches; exact. */
const nano = { lb: 453_592_370_000n, kg: 1_000_000_000_000n, in: 25_400_000n, cm: 10_000_000n };

/** A measure in pounds or inches, half up to four decimals. */
function measure(
  product: Product,
  [coarse, metric]: readonly ["weight_lbs", "weight_kg"] | readonly [`${string}_in`, `${string}_cm`],
): number | undefined {
  const values = product as unknown as Readonly<Record<string, number | undefined>>;
  const own = values[coarse];
  const other = values[metric];
  if (own !== undefined || other === undefined) return own;
  const [from, to] = metric === "weight_kg" ? [nano.kg, nano.lb] : [nano.cm, nano.in];
  const doubled = (BigInt(Math.round(other * 1e4)) * from * 2n + to) / to;
  return Number(doubled / 2n) / 1e4;
}

const weightOf = (product: Product): number | undefined => measure(product, ["weight_lbs", "weight_kg"]);

/** All three or none. */
function sizeOf(product: Product): Values {
  const sizes = (["length", "width", "height"] as const).map(
    (name) => [name, measure(product, [`${name}_in`, `${name}_cm`])] as const,
  );
  return sizes.every(([, size]) => size !== undefined) ? Object.fromEntries(sizes) : {};
}

function known(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== ""),
  );
}

/** A second line longer than that is left out. */
const description2Limit = 250;

/** What an item that psync made holds, but for what the server adds. */
export function expectedItem(product: Product, priceSync: boolean): Values {
  const { sku, name, description, description_short: short, UPC: upc, retail_price: price } = product;
  const second = [short, description]
    .map((text) => oneLine(plainText(text ?? "")))
    .find((text) => text !== "");
  const imperial = known({ weight: weightOf(product), ...sizeOf(product) });
  const measured = Object.keys(imperial).length === 0 ? {} : { imperial };
  return known({
    sku,
    description: oneLine(name ?? ""),
    description2: (second?.length ?? 0) > description2Limit ? undefined : second,
    upc,
    price: priceSync && Number(price) > 0 ? Number(price) : undefined,
    options: {
      inventoryUnit: { unitIdentifier: { name: "Each", id: 1 }, inventoryMethod: 1, ...measured },
      packageUnit: { unitIdentifier: { name: "Each", id: 1 }, inventoryUnitsPerUnit: 1, ...measured },
    },
  });
}

/**
 * What an operator's item holds once psync has adopted it: everything that stood there, its SKU as it was spelt, and over
 * it what the cart knows. A carton of several keeps its own size and weight.
 */
export function adoptedItem(item: Values, product: Product, priceSync: boolean): Values {
  const wanted = expectedItem(product, priceSync);
  const options = item["options"] as Readonly<Record<string, Values | undefined>>;
  const imperial = known({ weight: weightOf(product), ...sizeOf(product) });
  const isMeasured = Object.keys(imperial).length > 0;
  const measured = (unit: Values): Values => {
    const isCarton = Number(unit["inventoryUnitsPerUnit"] ?? 1) > 1;
    return isCarton || !isMeasured
      ? unit
      : { ...unit, imperial: { ...(unit["imperial"] as Values), ...imperial } };
  };
  const { inventoryUnit = {}, packageUnit } = options;
  const { unitIdentifier } = inventoryUnit;
  // A size needs a unit that it belongs to.
  const packing = packageUnit ?? (isMeasured ? { unitIdentifier, inventoryUnitsPerUnit: 1 } : undefined);
  return {
    ...item,
    ...wanted,
    sku: item["sku"],
    options: {
      ...options,
      inventoryUnit: measured(inventoryUnit),
      ...(packing === undefined ? {} : { packageUnit: measured(packing) }),
    },
  };
}

/** Tryton refuses more than two decimals in any of its units: what has more is written in the finer one. */
function trytonMeasure(
  value: number | undefined,
  [coarse, fine]: readonly ["lb", "g"] | readonly ["in", "mm"],
): { readonly value: number; readonly uom: string } | null {
  if (value === undefined) return null;
  const units = BigInt(Math.round(value * 1e4));
  if (units % 100n === 0n) return { value: Number(units) / 1e4, uom: coarse };
  const [one, many] = fine === "g" ? [1_000_000_000n, nano.lb] : [1_000_000n, nano.in];
  const rounded = (numerator: bigint, denominator: bigint): bigint =>
    (2n * numerator + denominator) / (2n * denominator);
  // As few decimals as give the value back; two at most.
  for (let decimals = 0n; ; decimals += 1n) {
    const scale = 10n ** decimals;
    const scaled = rounded(units * many * scale, one * 10_000n);
    if (scaled === 0n && decimals === 2n) return null;
    const told = rounded(scaled * one * 10_000n, many * scale);
    if (told === units) return { value: Number(scaled) / Number(scale), uom: fine };
    // 2.9999 in cannot be had; the nearest that can is 76.2 mm, which are 3 in.
    if (decimals === 2n) return trytonMeasure(Number(told) / 1e4, [coarse, fine] as readonly ["in", "mm"]);
  }
}

/** A barcode of 8, 12, 13 or 14 digits whose last one is right. */
function isEan(code: string): boolean {
  if (!/^(\d{8}|\d{12,14})$/.test(code)) return false;
  const sum = Array.from(code)
    .reverse()
    .reduce((all, digit, at) => all + Number(digit) * (at % 2 === 0 ? 1 : 3), 0);
  return sum % 10 === 0;
}

/** What a product that psync made holds in Tryton, in the words of the test bed. */
export function expectedInTryton(product: Product, priceSync: boolean): Values {
  const { sku, name, description, description_short: short, UPC: upc, retail_price: price } = product;
  const text = [description, short].map((html) => plainText(html ?? "")).find((each) => each !== "");
  return {
    code: sku,
    name: oneLine(name ?? "") || sku,
    description: text ?? null,
    listPrice: priceSync && Number(price) > 0 ? (price ?? null) : null,
    weight: trytonMeasure(weightOf(product), ["lb", "g"]),
    ...Object.fromEntries(
      (["length", "width", "height"] as const).map((side) => [
        side,
        trytonMeasure(measure(product, [`${side}_in`, `${side}_cm`]), ["in", "mm"]),
      ]),
    ),
    identifiers: upc === undefined ? [] : [{ type: isEan(upc) ? "ean" : null, code: upc }],
    type: "goods",
    defaultUom: "u",
    active: true,
    quantity: 0,
  };
}

/** Without the SKUs that differ in case only: a warehouse that cannot tell them apart gets none of them. */
export function withoutCaseTwins(products: readonly Product[]): readonly Product[] {
  const counts = new Map<string, number>();
  const fold = ({ sku }: Product): string => sku.toLowerCase();
  for (const product of products) counts.set(fold(product), (counts.get(fold(product)) ?? 0) + 1);
  return products.filter((product) => counts.get(fold(product)) === 1);
}
