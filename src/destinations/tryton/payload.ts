import { barcodeChange, toIdentifier } from "./barcode.js";
import type { DatabaseFacts } from "./database.js";
import { type Item, measurePlaces, type MeasurePlace, templatePlaces } from "./item.js";
import type { StandingProduct } from "./products.js";
import { fromUnit, toMeasure } from "./units.js";
import { isSameDecimal, toTrytonDecimal } from "./values.js";

/** Values of a record, as Tryton's methods take them. */
type Values = Readonly<Record<string, unknown>>;

/** What is written to a product that stands there, and what it was read with. */
export interface UpdatePayload {
  readonly values: Values;
  readonly stamps: Readonly<Record<string, string>>;
}

/**
 * A template with its one variant, complete. Without a name the SKU is the name, which Tryton demands; a price that is
 * not known stays open.
 */
export function toCreate(sku: string, item: Item, facts: DatabaseFacts, unitId: number): Values {
  const description = item.get("description");
  const barcode = item.get("barcode");
  const { template: templateCode, product: productCode } = splitSku(sku, facts);
  const variant = {
    ...(productCode === undefined ? {} : { suffix_code: productCode }),
    ...(description === undefined ? {} : { description }),
    ...(typeof barcode === "string" ? { identifiers: [["create", [toIdentifier(barcode)]]] } : {}),
  };
  const places = templatePlaces.filter((place) => item.get(place) !== undefined);
  return {
    name: sku,
    ...templateValues(places, item, facts),
    ...(templateCode === undefined ? {} : { code: templateCode }),
    type: "goods",
    default_uom: unitId,
    products: [["create", [variant]]],
  };
}

function splitSku(sku: string, { skuIn }: DatabaseFacts): { template?: string; product?: string } {
  if (skuIn === "template") return { template: sku };
  if (skuIn === "product") return { product: sku };
  const [first = "", ...rest] = sku;
  return { template: first, ...(rest.length === 0 ? {} : { product: rest.join("") }) };
}

/** What brings `places` of a standing product to the values of `item`; undefined where they have them already. */
export function toUpdate(
  places: Iterable<string>,
  item: Item,
  standing: StandingProduct,
  facts: DatabaseFacts,
): UpdatePayload | undefined {
  const differing = [...places].filter(
    (place) =>
      !standing.reserved.has(place) && !isSame(place, item.get(place), standing.item.get(place), facts),
  );
  const template = templateValues(
    differing.filter((place) => templatePlaces.includes(place)),
    item,
    facts,
  );
  const variant: Record<string, unknown> = {};
  const stamps: Record<string, string> = { ...standing.stamps };
  if (differing.includes("description")) variant["description"] = item.get("description");
  const barcode = item.get("barcode");
  if (differing.includes("barcode") && typeof barcode === "string") {
    const change = barcodeChange(standing.identifiers, barcode);
    if (change?.kind === "create") variant["identifiers"] = [["create", [change.values]]];
    if (change?.kind === "write") {
      const { id, stamp } = change.identifier;
      variant["identifiers"] = [["write", [id], change.values]];
      if (stamp !== undefined) stamps[`product.identifier,${id}`] = stamp;
    }
  }
  const nested = Object.keys(variant).length === 0 ? {} : { products: [["write", [standing.id], variant]] };
  const values = { ...template, ...nested };
  return Object.keys(values).length === 0 ? undefined : { values, stamps };
}

function templateValues(places: readonly string[], item: Item, facts: DatabaseFacts): Values {
  const values: Record<string, unknown> = {};
  for (const place of places) {
    const value = item.get(place);
    if (place === "name") values[place] = value;
    else if (place === "list_price") values[place] = toTrytonDecimal(String(value));
    else if (isMeasure(place)) Object.assign(values, measureValues(place, Number(value), facts));
  }
  return values;
}

/** A measure and its unit go together: a number in another unit would be another weight. */
function measureValues(place: MeasurePlace, value: number, facts: DatabaseFacts): Values {
  const family = facts.families[measurePlaces[place]];
  const measure = family && toMeasure(value, family);
  return measure === undefined ? {} : { [place]: measure.value, [`${place}_uom`]: measure.unit.id };
}

function isMeasure(place: string): place is MeasurePlace {
  return Object.hasOwn(measurePlaces, place);
}

function isSame(place: string, wanted: unknown, standing: unknown, facts: DatabaseFacts): boolean {
  if (wanted === undefined || place === "code") return true;
  if (place === "list_price" && typeof wanted === "string" && typeof standing === "string") {
    return isSameDecimal(wanted, standing);
  }
  const family = isMeasure(place) ? facts.families[measurePlaces[place]] : undefined;
  if (family === undefined) return wanted === standing;
  // What the units of this database make of it: an operator may have taken decimals from them.
  const measure = toMeasure(Number(wanted), family);
  return measure === undefined || fromUnit(measure.value, measure.unit, family.coarse) === standing;
}
