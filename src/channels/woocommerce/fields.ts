/** What psync itself needs of a product, whatever the mapping table reads. */
const ownProductFields = [
  "id",
  "type",
  "status",
  "sku",
  "virtual",
  "downloadable",
  "manage_stock",
  "variations",
  "date_created_gmt",
  "date_modified_gmt",
];

const ownVariationFields = [
  "id",
  "parent_id",
  "status",
  "sku",
  "virtual",
  "downloadable",
  "manage_stock",
  "date_modified_gmt",
];

/** Names that psync composes: the shop has no such fields. */
const composed: ReadonlySet<string> = new Set(["weight_unit", "dimension_unit", "shared_quantity"]);

/**
 * The `_fields` parameters for what a mapping table reads; undefined for all. Top-level names only: a dotted one makes
 * the whole property vanish from products.
 */
export function toFieldsParameter(
  wanted: readonly string[] | undefined,
  kind: "product" | "variation",
): string | undefined {
  if (wanted === undefined) return undefined;
  const names = new Set(kind === "product" ? ownProductFields : ownVariationFields);
  for (const name of wanted) {
    if (composed.has(name) || !/^\w+$/.test(name)) continue;
    names.add(name);
    if (kind !== "variation") continue;
    // A variation has one image of its own, and no name but its attributes'.
    if (name === "images") names.add("image");
    if (name === "name") names.add("attributes");
  }
  return [...names].join(",");
}
