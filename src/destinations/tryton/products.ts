import { findBarcode, type Identifier, plainBarcode } from "./barcode.js";
import { ask, type DatabaseFacts } from "./database.js";
import { type Item, measureNames, measurePlaces, templatePlaces } from "./item.js";
import type { TrytonApi } from "./rpc.js";
import { type ProductRow, productsSchema } from "./schema.js";
import { fromUnit } from "./units.js";
import { isUnwritable, parseDecimal } from "./values.js";

/** A product as it stands in the database. */
export interface StandingProduct {
  readonly id: number;
  readonly templateId: number;
  readonly sku: string;
  readonly item: Item;
  readonly identifiers: readonly Identifier[];
  /** Places that are not psync's at this product. */
  readonly reserved: ReadonlySet<string>;
  /** What Tryton compares before it writes: "product.template,7" -> when it was last written. */
  readonly stamps: Readonly<Record<string, string>>;
}

/**
 * The active products under these codes, in one call. An inactive one holds its code no longer: Tryton lets another
 * product have it.
 */
export async function readProducts(
  api: TrytonApi,
  facts: DatabaseFacts,
  skus: readonly string[],
  signal: AbortSignal,
  attempts?: number,
): Promise<ReadonlyMap<string, StandingProduct>> {
  // One code that cannot be encoded would make the whole search fail.
  const codes = skus.filter((sku) => sku !== "" && !isUnwritable(sku));
  if (codes.length === 0) return new Map();
  const measures = measureNames.filter((place) => facts.families[measurePlaces[place]] !== undefined);
  const fields = [
    "code",
    "description",
    "_timestamp",
    "identifiers.code",
    "identifiers.type",
    "identifiers._timestamp",
    "template.name",
    "template.list_price",
    "template.products",
    "template._timestamp",
    ...measures.flatMap((place) => [`template.${place}`, `template.${place}_uom`]),
  ];
  const params = [[["code", "in", codes]], 0, null, [["id", "ASC"]], fields];
  const method = "model.product.product.search_read";
  const rows = await ask(api, productsSchema, method, params, signal, attempts, facts.context);
  const found = new Map<string, StandingProduct>();
  for (const row of rows) found.set(row.code, toStanding(row, facts));
  return found;
}

/** Places that the database does not have. */
export function missingPlaces(facts: DatabaseFacts): ReadonlySet<string> {
  return new Set(measureNames.filter((place) => facts.families[measurePlaces[place]] === undefined));
}

function toStanding(row: ProductRow, facts: DatabaseFacts): StandingProduct {
  const template = row["template."];
  const identifiers = (row["identifiers."] ?? []).map(
    ({ id, type, code, _timestamp: stamp }): Identifier => ({
      id,
      type,
      code,
      ...(typeof stamp === "string" ? { stamp } : {}),
    }),
  );
  const barcode = findBarcode(identifiers);
  const item = new Map<string, string | number | undefined>([
    ["code", row.code],
    ["name", template.name ?? undefined],
    ["description", row.description ?? undefined],
    ["list_price", parseDecimal(template.list_price)],
    ["barcode", barcode && plainBarcode(barcode.code)],
  ]);
  const reserved = new Set<string>(missingPlaces(facts));
  for (const place of measureNames) {
    if (!reserved.has(place)) item.set(place, toCoarse(template, place, facts));
  }
  // What several variants share is nobody's to rename for one of them.
  if (template.products.some((id) => id !== row.id)) for (const place of templatePlaces) reserved.add(place);
  const stamps: Record<string, string> = {};
  if (typeof template._timestamp === "string")
    stamps[`product.template,${template.id}`] = template._timestamp;
  if (typeof row._timestamp === "string") stamps[`product.product,${row.id}`] = row._timestamp;
  return { id: row.id, templateId: template.id, sku: row.code, item, identifiers, reserved, stamps };
}

/** A measure in pounds or inches, from whatever unit an operator chose. */
function toCoarse(
  template: ProductRow["template."],
  place: keyof typeof measurePlaces,
  facts: DatabaseFacts,
): number | undefined {
  const value = template[place];
  const unit = facts.units.get(template[`${place}_uom`] ?? -1);
  const family = facts.families[measurePlaces[place]];
  if (typeof value !== "number" || unit === undefined || unit.category !== family?.category) return undefined;
  return fromUnit(value, unit, family.coarse);
}
