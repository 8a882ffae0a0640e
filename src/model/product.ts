/** A value as JSON carries it. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** How many `image_url_N` fields a product has. */
export const maxImages = 20;

type ImageField = `image_url_${
  1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 19 | 20}`;

type TextField =
  | "sku"
  | "product_id"
  | "product_variant_id"
  | "parent_id"
  | "name"
  | "description"
  | "description_short"
  | "ASIN"
  | "UPC"
  | "retail_price"
  | "regular_price"
  | ImageField
  | "product_type"
  | "vendor"
  | "status";

type NumberField =
  | "quantity"
  | "weight_lbs"
  | "weight_kg"
  | "length_in"
  | "width_in"
  | "height_in"
  | "length_cm"
  | "width_cm"
  | "height_cm"
  | "sort_order";

type ListField = "tags" | "categories" | "attribute_names";

/**
 * The canonical product: what a record becomes when it has been mapped. Absent means unknown; no field is ever
 * empty. Prices are decimal strings in the cart's currency, weights and sizes are numbers in the unit that the
 * field's name ends in, rounded to four decimals; identifiers are strings.
 */
export type Product = { readonly sku: string } & { readonly [F in Exclude<TextField, "sku">]?: string } & {
  readonly [F in NumberField]?: number;
} & { readonly [F in ListField]?: readonly string[] } & {
  readonly allow_backorders?: "Y" | "N";
  readonly custom_fields?: Readonly<Record<string, JsonValue>>;
};

export type ProductField = keyof Product;

/** A product whose SKU may be missing: what a mapping table makes of a record before the rules are applied. */
export type ProductDraft = Omit<Product, "sku"> & { readonly sku?: string };

const imageFields = Array.from({ length: maxImages }, (_, index) => `image_url_${index + 1}`) as ImageField[];

/** Every canonical field, in the order of keys in JSON lines and of columns in CSV. */
export const productFields: readonly ProductField[] = [
  "sku",
  "product_id",
  "product_variant_id",
  "parent_id",
  "name",
  "description",
  "description_short",
  "ASIN",
  "UPC",
  "quantity",
  "retail_price",
  "regular_price",
  "weight_lbs",
  "weight_kg",
  "length_in",
  "width_in",
  "height_in",
  "length_cm",
  "width_cm",
  "height_cm",
  ...imageFields,
  "tags",
  "categories",
  "attribute_names",
  "custom_fields",
  "product_type",
  "vendor",
  "status",
  "sort_order",
  "allow_backorders",
];

/** The fields that hold a list of texts. */
export const listFields: ReadonlySet<string> = new Set<ListField>(["tags", "categories", "attribute_names"]);

/** The fields that hold a number. */
export const numberFields: ReadonlySet<string> = new Set<NumberField>([
  "quantity",
  "weight_lbs",
  "weight_kg",
  "length_in",
  "width_in",
  "height_in",
  "length_cm",
  "width_cm",
  "height_cm",
  "sort_order",
]);

const fieldPlaces: ReadonlyMap<string, number> = new Map(productFields.map((field, place) => [field, place]));

/** Whether a product's fields stand in canonical order, as mapping and state give them: JSON needs no sorting then. */
export function isCanonical(product: ProductDraft): boolean {
  let last = -1;
  for (const field in product) {
    const place = fieldPlaces.get(field) ?? -1;
    if (place <= last) return false;
    last = place;
  }
  return true;
}
