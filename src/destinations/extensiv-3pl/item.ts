import type { ItemMapper, ItemPlace } from "../../model/item.js";
import type { JsonValue, Product, ProductDraft } from "../../model/product.js";
import {
  emptyObject,
  ExactNumber,
  type ExactObject,
  type ExactValue,
  isObject,
  isSameNumber,
} from "./exact-json.js";
import { valueAt } from "./schema.js";
import type { ExtensivSettings } from "./settings.js";

/** What a place gets. */
type PlaceValue = string | number;

/** A place that was sent. */
export interface SentPlace {
  readonly place: ItemPlace;
  readonly value: PlaceValue;
}

/** Between products and the vendor's items. Pure, but for `merge`, which changes the item that it is given. */
export interface ItemForm {
  shape(product: ProductDraft): ProductDraft;
  /** What an item tells, and which fields are its operator's. `sizes`: whether inventory units have sizes here. */
  tell(
    item: ExactObject,
    sizes: boolean,
  ): { readonly values: Omit<Product, "sku">; readonly reserved: readonly string[] };
  /** A new item with psync's defaults. */
  create(
    product: Product,
    sizes: boolean,
  ): { readonly item: ExactObject; readonly sent: readonly SentPlace[] };
  /** Lays fields of a product over an item; what it gives are the places that differed. */
  merge(
    item: ExactObject,
    product: Product,
    fields: ReadonlySet<string>,
    sizes: boolean,
  ): readonly SentPlace[];
}

const inventoryUnit = "options.inventoryUnit";
const packageUnit = "options.packageUnit";
const inventorySizes = `${inventoryUnit}.imperial.`;
const dimensions = ["length", "width", "height"];
const methods = { fifo: "1", lifo: "2", fefo: "3" } as const;

/** Whether a place lies in the sizes of the inventory unit, which older servers do not have. */
export function isInventorySize({ to }: Pick<ItemPlace, "to">): boolean {
  return to.startsWith(inventorySizes);
}

export function createItemForm(mapper: ItemMapper, settings: ExtensivSettings): ItemForm {
  const { places } = mapper;
  const placed = new Map(places.map((place) => [place.to, place]));
  const groups = groupDimensions(places);

  /** The values of a product by place, as far as the settings let them through. */
  function fill(product: ProductDraft): Map<string, PlaceValue> {
    const flat = new Map(mapper.toItem(product));
    const description = flat.get("description");
    if (settings.descriptionLimit !== undefined && typeof description === "string") {
      flat.set("description", cut(description, settings.descriptionLimit));
    }
    if (String(flat.get("description2") ?? "").length > settings.description2Limit)
      flat.delete("description2");
    // A size is all three or none: two of them would be read as a flat thing.
    for (const group of groups) {
      if (group.length < dimensions.length || group.some((to) => !flat.has(to)))
        for (const to of group) flat.delete(to);
    }
    if (settings.inventoryUnitSizes === "never") {
      for (const to of flat.keys()) if (to.startsWith(inventorySizes)) flat.delete(to);
    }
    return flat;
  }

  /** The places of an item that are psync's. */
  function openPlaces(item: ExactObject, sizes: boolean): readonly ItemPlace[] {
    const carton = isCarton(item);
    return places.filter(
      (place) => (sizes || !isInventorySize(place)) && !(carton && place.to.startsWith(`${packageUnit}.`)),
    );
  }

  return {
    shape(product) {
      const told = mapper.toProduct(fill(product));
      return product.sku === undefined ? told : { sku: product.sku, ...told };
    },

    tell(item, sizes) {
      const open = openPlaces(item, sizes);
      const flat = new Map<string, JsonValue | undefined>();
      for (const { to, kind } of open) flat.set(to, toPlain(valueAt(item, to), kind));
      return { values: mapper.toProduct(flat), reserved: reservedOf(places, open, sizes) };
    },

    create(product, sizes) {
      const item = emptyObject();
      const sent: SentPlace[] = [];
      for (const [to, value] of fill(product)) {
        const place = placed.get(to);
        if (place === undefined || (isInventorySize(place) && !sizes)) continue;
        put(item, to, toExact(value, place));
        sent.push({ place, value });
      }
      item["sku"] = product.sku;
      // An item must have one; what the cart calls nothing is known by its SKU.
      item["description"] ??= product.sku;
      const unit = (): ExactObject => Object.assign(emptyObject(), { name: settings.unitOfMeasure });
      put(item, `${inventoryUnit}.unitIdentifier`, unit());
      put(item, `${inventoryUnit}.inventoryMethod`, new ExactNumber(methods[settings.inventoryMethod]));
      put(item, `${packageUnit}.unitIdentifier`, unit());
      put(item, `${packageUnit}.inventoryUnitsPerUnit`, new ExactNumber("1"));
      return { item, sent };
    },

    merge(item, product, fields, sizes) {
      const flat = fill(product);
      const wanted = new Set(
        openPlaces(item, sizes).filter(
          ({ field, to }) => field !== "sku" && to !== "sku" && fields.has(field),
        ),
      );
      for (const group of groups) {
        if (!group.some((to) => [...wanted].some((place) => place.to === to))) continue;
        for (const to of group) {
          const place = placed.get(to);
          if (place !== undefined) wanted.add(place);
        }
      }
      const changed: SentPlace[] = [];
      for (const place of wanted) {
        const value = flat.get(place.to);
        if (value === undefined || holds(valueAt(item, place.to), { place, value })) continue;
        changed.push({ place, value });
      }
      if (changed.some(({ place }) => place.to.startsWith(`${packageUnit}.`))) completePackageUnit(item);
      for (const { place, value } of changed) put(item, place.to, toExact(value, place));
      for (const { place } of changed) dropContradiction(item, place.to);
      return changed;
    },
  };
}

/** Whether an item holds at a place what was sent there. */
export function holds(value: ExactValue | undefined, { place, value: sent }: SentPlace): boolean {
  const text = value instanceof ExactNumber ? value.text : value;
  if (typeof text !== "string") return false;
  return place.kind === "text" ? text === String(sent) : isSameNumber(text.trim(), String(sent));
}

/** Length, width and height of one unit stand together. */
function groupDimensions(places: readonly ItemPlace[]): readonly (readonly string[])[] {
  const groups = new Map<string, string[]>();
  for (const { to } of places) {
    const [, unit = "", name = ""] = /^(options\.\w+\.(?:imperial|metric))\.(\w+)$/.exec(to) ?? [];
    if (!dimensions.includes(name)) continue;
    groups.set(unit, [...(groups.get(unit) ?? []), to]);
  }
  return [...groups.values()];
}

/** A packing unit of several: its size, weight and barcode are those of the carton, and the operator's. */
function isCarton(item: ExactObject): boolean {
  const perUnit = valueAt(item, `${packageUnit}.inventoryUnitsPerUnit`);
  return Number(perUnit instanceof ExactNumber ? perUnit.text : perUnit) > 1;
}

function reservedOf(
  all: readonly ItemPlace[],
  open: readonly ItemPlace[],
  sizes: boolean,
): readonly string[] {
  const told = new Set(open.map(({ field }) => field));
  // A field that has no place here at all is nobody's.
  const here = all.filter((place) => sizes || !isInventorySize(place));
  return [...new Set(here.map(({ field }) => field))].filter((field) => !told.has(field));
}

/** At most `limit` UTF-16 units, as the vendor counts, without half a sign at the end. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return text
    .slice(0, limit)
    .replace(/[\ud800-\udbff]$/, "")
    .trimEnd();
}

/** Decimals stay text: mapping reads them exactly. */
function toPlain(value: ExactValue | undefined, kind: ItemPlace["kind"]): JsonValue | undefined {
  if (!(value instanceof ExactNumber)) return typeof value === "object" ? undefined : value;
  const plain = /^-?\d+(?:\.\d+)?$/.test(value.text);
  return kind === "number" || !plain ? Number(value.text) : value.text;
}

function toExact(value: PlaceValue, { kind }: ItemPlace): ExactValue {
  return kind === "text" ? String(value) : new ExactNumber(String(value));
}

function put(item: ExactObject, path: string, value: ExactValue): void {
  const names = path.split(".");
  const last = names.pop() ?? "";
  let object = item;
  for (const name of names) {
    let next = object[name];
    if (!isObject(next)) {
      next = emptyObject();
      object[name] = next;
    }
    object = next;
  }
  object[last] = value;
}

/** An item without a packing unit gets its own unit as one, so that sizes have a unit to belong to. */
function completePackageUnit(item: ExactObject): void {
  if (isObject(valueAt(item, packageUnit))) return;
  const unit = valueAt(item, `${inventoryUnit}.unitIdentifier`);
  if (unit === undefined) return;
  put(item, `${packageUnit}.unitIdentifier`, unit);
  put(item, `${packageUnit}.inventoryUnitsPerUnit`, new ExactNumber("1"));
}

/**
 * The server shows each size in both systems. The other one would now say something else, so it is left out: as a
 * whole, where it holds nothing that the changed one lacks.
 */
function dropContradiction(item: ExactObject, to: string): void {
  const [, unit = "", system = "", name = ""] = /^(options\.\w+)\.(imperial|metric)\.(\w+)$/.exec(to) ?? [];
  const [owner, own] = [valueAt(item, unit), valueAt(item, `${unit}.${system}`)];
  const twin = system === "imperial" ? "metric" : "imperial";
  if (!isObject(owner) || !isObject(own)) return;
  const other = owner[twin];
  if (!isObject(other)) return;
  delete other[name];
  if (Object.keys(other).every((each) => own[each] !== undefined && own[each] !== null)) delete owner[twin];
}
