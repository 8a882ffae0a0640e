import type { JsonValue, Product, ProductDraft } from "./product.js";

/** What a place of a destination's item holds. `decimal` is an exact decimal text, as the product's prices are. */
export const placeKinds = ["text", "decimal", "number"] as const;
export type PlaceKind = (typeof placeKinds)[number];

/** One row of a destination's table: which field of the product fills which place of the item. */
export interface ItemPlace {
  /** Path in the destination's item: "options.packageUnit.imperial.weight". */
  readonly to: string;
  readonly kind: PlaceKind;
  /**
   * The field that the place stands for in a plan: the first that the row reads, `custom_fields.<name>` for a custom
   * field. What else the row reads only stands in where that one is unknown.
   */
  readonly field: string;
}

/**
 * A destination's mapping table, compiled: between products and the destination's items, both ways, as flat maps from
 * places to values. Pure and synchronous.
 */
export interface ItemMapper {
  /** In the table's order. Several may stand for one field. */
  readonly places: readonly ItemPlace[];
  /** Everything that some row reads, stand-ins included; custom fields as `custom_fields.<name>`. */
  readonly fields: ReadonlySet<string>;
  /** The values of a product by place, each a text (`text`, `decimal`) or a number; unknown ones are absent. */
  toItem(product: ProductDraft): ReadonlyMap<string, string | number>;
  /**
   * What an item tells of a product: a field for each place that is among `item`'s keys and holds something; zero and
   * empty are nothing. A field with several places is there only when all that are among the keys agree. Knows no more
   * than `item`: a place that is no key has no say. The SKU is left to the caller.
   */
  toProduct(item: ReadonlyMap<string, JsonValue | undefined>): Omit<Product, "sku">;
}
