import type { ItemMapper, PlaceKind } from "../../../src/model/item.js";
import {
  type JsonValue,
  type Product,
  type ProductDraft,
  productFields,
} from "../../../src/model/product.js";

const custom = "custom_fields.";

function readField(product: ProductDraft, field: string): unknown {
  if (field.startsWith(custom)) return product.custom_fields?.[field.slice(custom.length)];
  return product[field as keyof ProductDraft];
}

/** A mapping table of one field a place that changes no value, so that the tests see what the format does. */
export function createItemMapper(
  rows: readonly (readonly [to: string, kind: PlaceKind, field: string])[],
): ItemMapper {
  return {
    places: rows.map(([to, kind, field]) => ({ to, kind, field })),
    fields: new Set(rows.map(([, , field]) => field)),
    toItem(product) {
      const item = new Map<string, string | number>();
      for (const [to, , field] of rows) {
        const value = readField(product, field);
        if (typeof value === "string" || typeof value === "number") item.set(to, value);
      }
      return item;
    },
    toProduct(item) {
      const told: Record<string, JsonValue> = {};
      const names: Record<string, JsonValue> = {};
      for (const [to, , field] of rows) {
        const value = item.get(to);
        if (value === undefined || value === 0) continue;
        if (field.startsWith(custom)) names[field.slice(custom.length)] = value;
        else told[field] = value;
      }
      if (Object.keys(names).length > 0) told["custom_fields"] = names;
      const ordered = productFields.flatMap((field) => (field in told ? [[field, told[field]]] : []));
      return Object.fromEntries(ordered) as Omit<Product, "sku">;
    },
  };
}
