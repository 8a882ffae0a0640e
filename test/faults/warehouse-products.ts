/*
 * What a cart in memory holds, and what of it has to stand in 3PL Warehouse Manager: the rules of the manual written a
 * second time, in small, for texts and measures of the kinds that stand here.
 */
import { isDeepStrictEqual } from "node:util";

import type { Product } from "../../src/model/product.js";
import { collate, type Body, type WarehouseItem } from "../../src/sandbox/extensiv-3pl/model.js";

/** Products of every kind; each edition differs from the ones before it in every field that it has. */
export function thinProduct(index: number, edition = 0): Product {
  const sku = `SKU-${String(index).padStart(3, "0")}`;
  const own = index + 1 + edition * 1000;
  const kinds: readonly Partial<Product>[] = [
    {
      description: `<p>Made of <b>oak</b> &amp; ash, no. ${own}.</p>`,
      UPC: String(own).padStart(12, "0"),
      retail_price: `${own}.25`,
      weight_lbs: own / 8,
      length_in: own,
      width_in: 2,
      height_in: 0.5,
    },
    { description_short: `Short ${own}`, weight_kg: own / 4, retail_price: `${own}.125`, length_cm: 7 },
    { retail_price: `${own}.00`, weight_lbs: own + 0.0001 },
    {
      UPC: String(own).padStart(13, "0"),
      length_cm: own * 2.54,
      width_cm: 25.4,
      height_cm: 5.08,
      retail_price: "0.00",
    },
    { description: `Größe ${own} “XL”`, weight_lbs: own, retail_price: `${own}.99` },
  ];
  return { sku, name: `Product "${index}" – ${own}`, ...kinds[index % kinds.length] };
}

/** psync's part of an item, each place by its path; what is not known of the product is not there. */
export type Places = Readonly<Record<string, string | number>>;

const units = ["inventoryUnit", "packageUnit"] as const;
const sides = ["length", "width", "height"] as const;

function fourDecimals(value: number): number {
  return Number(value.toFixed(4));
}

function measuresOf(product: Product): Record<string, number> {
  const { weight_lbs: lbs, weight_kg: kg } = product;
  const weight = lbs ?? (kg === undefined ? undefined : fourDecimals(kg / 0.45359237));
  const found: Record<string, number> = weight === undefined ? {} : { weight };
  const sizes = sides.map((side) => {
    const [inches, centimetres] = [product[`${side}_in`], product[`${side}_cm`]];
    return inches ?? (centimetres === undefined ? undefined : fourDecimals(centimetres / 2.54));
  });
  // All three or none.
  if (sizes.includes(undefined)) return found;
  for (const [at, side] of sides.entries()) found[side] = sizes[at] ?? 0;
  return found;
}

function plainText(html: string): string {
  return html.replace(/<[^>]*>/g, "").replaceAll("&amp;", "&");
}

/**
 * What of a product has to stand in its item. A carton's size and weight are the operator's; `sizes`: whether the server
 * has a place for those of the inventory unit.
 */
export function placesOf(product: Product, { carton = false, priceSync = true, sizes = true } = {}): Places {
  const { name, description, description_short: short, UPC, retail_price: price } = product;
  const places: Record<string, string | number> = {};
  const set = (path: string, value: string | number | undefined): void => {
    if (value !== undefined && value !== "" && value !== 0) places[path] = value;
  };
  set("description", name);
  set("description2", short ?? (description === undefined ? undefined : plainText(description)));
  set("upc", UPC);
  if (priceSync) set("price", price === undefined ? undefined : Number(price));
  for (const [measure, value] of Object.entries(measuresOf(product))) {
    for (const unit of units) {
      if (unit === "packageUnit" ? carton : !sizes) continue;
      set(`options.${unit}.imperial.${measure}`, value);
    }
  }
  return places;
}

/** What stands at a path of an item. */
export function standsAt(item: WarehouseItem, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => (value as Body | undefined)?.[name], item);
}

export function isCarton(item: WarehouseItem): boolean {
  return Number(standsAt(item, "options.packageUnit.inventoryUnitsPerUnit")) > 1;
}

const ownTexts = new Set(["description", "description2", "upc", "price", "readOnly"]);

/** The part of an item that is none of psync's business: all but its texts, its price and the measures of one unit. */
export function operatorsPart(item: WarehouseItem): Body {
  const part: Body = Object.fromEntries(Object.entries(item).filter(([name]) => !ownTexts.has(name)));
  const options: Body = { ...item.options };
  for (const unit of units) {
    const { imperial, metric, ...rest } = (options[unit] ?? {}) as Body;
    options[unit] = unit === "packageUnit" && isCarton(item) ? { imperial, metric, ...rest } : rest;
  }
  // An item without a packing unit gets its own unit as one, together with its first size.
  if (isDeepStrictEqual(options["packageUnit"], packedSingly(options["inventoryUnit"] as Body)))
    options["packageUnit"] = {};
  return { ...part, options };
}

function packedSingly({ unitIdentifier }: Body): Body {
  return { unitIdentifier, inventoryUnitsPerUnit: 1 };
}

/** What operators have set up before psync comes: SKUs of the cart and others, odd in every way that may be. */
export function setUpItems(): Body[] {
  const each = { unitIdentifier: { name: "Each" } };
  const item = (sku: string, more: Body): Body => ({
    sku,
    description: `Old ${sku}`,
    options: { inventoryUnit: { ...each, inventoryMethod: 3 } },
    ...more,
  });
  const carton = {
    unitIdentifier: { name: "Carton" },
    inventoryUnitsPerUnit: 12,
    upc: "99",
    imperial: { length: 30, width: 20, height: 10, weight: 44 },
  };
  return [
    item("sku-000", { accountRef: "A-1", nmfc: "70", price: 3.5, kit: { materialNotes: "glue" } }),
    item("SKU-001", { options: { inventoryUnit: each, packageUnit: carton, daysBetweenCounts: 9 } }),
    item("SKU-002 ", {
      harmonizedCode: "4420.10",
      options: { inventoryUnit: each, hazMat: { isHazMat: true } },
    }),
    item("SKU-003", { upc: "keep", description2: "Kept", readOnly: { deactivated: true } }),
    item("SKU-004", {
      cost: 1.25,
      _embedded: { item: [{ qualifier: "red" }, { qualifier: "blue" }] },
      options: {
        inventoryUnit: each,
        packageUnit: { ...each, inventoryUnitsPerUnit: 1, imperial: { length: 1, width: 1, height: 1 } },
        trackBys: { trackLotNumber: 1 },
        pallets: { tie: 3, high: 4, upc: "P" },
      },
    }),
    item("OTHER-1", { upc: "1" }),
    item("OTHER-2", {
      options: { inventoryUnit: { ...each, imperial: { weight: 3.5 } }, packageUnit: carton },
    }),
  ];
}

/** The items of a warehouse by what it tells SKUs apart by. */
export function bySku(items: readonly WarehouseItem[]): ReadonlyMap<string, WarehouseItem> {
  return new Map(items.map((item) => [collate(item.sku), item]));
}
