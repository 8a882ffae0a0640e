/** One row of the article: its two columns as printed, and the rows of our table that stand for it. */
export interface ArticleRow {
  readonly source: string;
  readonly target: string;
  /** `from -> to`, several paths joined by " + ". */
  readonly is: readonly string[];
}

function row(source: string, target: string, ...is: readonly string[]): ArticleRow {
  return { source, target, is };
}

/** The field mappings of the Product Sync article, channel by channel, row by row. */
export const articleTables: Readonly<Record<string, readonly ArticleRow[]>> = {
  amazon: [
    row("seller-sku", "sku", "seller-sku -> sku"),
    row("product-id", "product_id", "product-id -> product_id"),
    row("asin1", "product_variant_id", "asin1 + product-id + product-id-type -> product_variant_id"),
    row("item-name", "name", "item-name -> name"),
    row("item-description", "description", "item-description -> description"),
    row("asin1", "ASIN", "asin1 + product-id + product-id-type -> ASIN"),
    row("quantity", "quantity", "quantity -> quantity"),
    row("image-URL", "image_url_X", "image-url -> image_url_*"),
    row("price", "retail_price", "price -> retail_price"),
  ],
  etsy: [
    row("SKU", "SKU", "product.sku -> sku"),
    row("title", "name", "listing.title -> name"),
    row("description", "description", "listing.description -> description"),
    row("product_id", "product_variant_id", "product.product_id -> product_variant_id"),
    row("listing_id", "product_id", "listing.listing_id -> product_id"),
    row("[offerings][quantity]", "quantity", "offering.quantity -> quantity"),
    row("tags[]", "tags", "listing.tags[] -> tags"),
    row("item_weight", "weight_lbs", "listing.item_weight + listing.item_weight_unit -> weight_lbs"),
    row("item_length", "length_in", "listing.item_length + listing.item_dimensions_unit -> length_in"),
    row("item_height", "height_in", "listing.item_height + listing.item_dimensions_unit -> height_in"),
    row("item_width", "width_in", "listing.item_width + listing.item_dimensions_unit -> width_in"),
    row("[listing][listing_type]", "product_type", "listing.listing_type -> product_type"),
    row("[listing][state]", "status", "listing.state -> status"),
    row(
      "listing_id product_id [offerings][is_enabled] [offerings][offering_id] property_values price price_on_property quantity_on_property sku_on_property",
      "custom_fields",
      "listing.listing_id -> custom_fields.listing_id",
      "product.product_id -> custom_fields.product_id",
      "offering.is_enabled -> custom_fields.is_enabled",
      "offering.offering_id -> custom_fields.offering_id",
      "product.property_values -> custom_fields.property_values",
      "offering.price -> custom_fields.price",
      "inventory.price_on_property -> custom_fields.price_on_property",
      "inventory.quantity_on_property -> custom_fields.quantity_on_property",
      "inventory.sku_on_property -> custom_fields.sku_on_property",
    ),
    row(
      "property_values['prperty_name']",
      "attribute_names",
      "product.property_values[].property_name -> attribute_names",
    ),
    row("price", "retails_price", "offering.price -> retail_price"),
  ],
  shopify: [
    row("SKU", "SKU", "sku -> sku"),
    row("product_id", "product_id", "product.legacyResourceId -> product_id"),
    row("inventory_item_id", "product_variant_id", "inventoryItem.legacyResourceId -> product_variant_id"),
    row("title & name", "name", "product.title + title + product.hasOnlyDefaultVariant -> name"),
    row("description / body_html", "description", "product.descriptionHtml -> description"),
    row("barcode", "UPC", "barcode -> UPC"),
    row(
      "weight (or grams)",
      "weight_lbs",
      "inventoryItem.measurement.weight.value + inventoryItem.measurement.weight.unit -> weight_lbs",
    ),
    row("position", "sort_order", "position -> sort_order"),
    row("price", "retails price", "price -> retail_price"),
    row("product_type", "product_type", "product.productType -> product_type"),
    row("vendor", "vendor", "product.vendor -> vendor"),
    row("tags", "tags", "product.tags[] -> tags"),
    row(
      "attribute_names / options",
      "Product extra field (same name as Shopify option)",
      "selectedOptions + product.hasOnlyDefaultVariant -> attribute_names",
      "selectedOptions + product.hasOnlyDefaultVariant -> custom_fields.*",
    ),
  ],
  woocommerce: [
    row("name", "name", "name -> name"),
    row("description", "description", "description -> description"),
    row("attributes[]", "attribute_names", "attributes[] -> attribute_names"),
    row("SKU", "SKU", "sku -> sku"),
    row("weight", "weight_lbs", "weight + weight_unit -> weight_lbs"),
    row("weight", "weight_kg", "weight + weight_unit -> weight_kg"),
    row("price", "retail_price", "price -> retail_price"),
    row("short_description", "description_short", "short_description -> description_short"),
    row("regular_price", "regular_price", "regular_price -> regular_price"),
    row("images[]", "image_url", "images[].src -> image_url_*"),
    row("stock_quantity", "quantity", "stock_quantity -> quantity"),
    row("id", "product_id", "id -> product_id"),
    row("parent_id", "parent_id", "parent_id -> parent_id"),
    row("tags[]", "tags", "tags[] -> tags"),
    row("status", "status", "status -> status"),
    row("backorders_allowed", "allow_backorders('Y','N')", "backorders_allowed -> allow_backorders"),
    row("[dimensions][length]", "length_in", "dimensions.length + dimension_unit -> length_in"),
    row("[dimensions][width]", "width_in", "dimensions.width + dimension_unit -> width_in"),
    row("[dimensions][height]", "height_in", "dimensions.height + dimension_unit -> height_in"),
    row("[dimensions][length]", "length_cm", "dimensions.length + dimension_unit -> length_cm"),
    row("[dimensions][width]", "width_cm", "dimensions.width + dimension_unit -> width_cm"),
    row("[dimensions][height]", "height_cm", "dimensions.height + dimension_unit -> height_cm"),
    row("[attributes][name]", "atribute_names", "attributes[].name -> attribute_names"),
    row("categories[]", "categories", "categories[] -> categories"),
  ],
};

/** The field mappings as the article prints them; the bars stand behind each cell. */
const articleText = `
Amazon
Amazon | Integration Manager |
seller-sku | sku |
product-id |
product_id |
asin1 | product_variant_id |
item-name |
name |
item-description | description |
asin1 | ASIN |
quantity | quantity |
image-URL |
image_url_X |
price | retail_price |
Etsy
Etsy | Integration Manager |
SKU | SKU |
title | name |
description | description |
product_id | product_variant_id |
listing_id | product_id |
[offerings][quantity] | quantity |
tags[] | tags |
item_weight | weight_lbs |
item_length | length_in |
item_height | height_in |
item_width | width_in |
[listing][listing_type] | product_type |
[listing][state] | status |
listing_id product_id [offerings][is_enabled] [offerings][offering_id] property_values price price_on_property quantity_on_property sku_on_property |
custom_fields |
property_values['prperty_name'] | attribute_names |
price | retails_price |
Shopify
Shopify | Integration Manager |
SKU | SKU |
product_id | product_id |
inventory_item_id | product_variant_id |
title & name | name |
description / body_html | description |
barcode | UPC |
weight (or grams) | weight_lbs |
position | sort_order |
price | retails price |
product_type | product_type |
vendor | vendor |
tags | tags |
attribute_names / options | Product extra field (same name as Shopify option) |
WooCommerce
WooCommerce | Integration Manager |
name | name |
description | description |
attributes[] | attribute_names |
SKU | SKU |
weight | weight_lbs |
weight | weight_kg |
price | retail_price |
short_description | description_short |
regular_price | regular_price |
images[] | image_url |
stock_quantity | quantity |
id | product_id |
parent_id | parent_id |
tags[] | tags |
status | status |
backorders_allowed | allow_backorders('Y','N') |
[dimensions][length] | length_in |
[dimensions][width] | width_in |
[dimensions][height] | height_in |
[dimensions][length] | length_cm |
[dimensions][width] | width_cm |
[dimensions][height] | height_cm |
[attributes][name] | atribute_names |
categories[] | categories |
`;

/** Source and target of each row that the article prints, by channel. */
export function readArticle(): Readonly<
  Record<string, readonly (readonly [source: string, target: string])[]>
> {
  const tables: Record<string, (readonly [string, string])[]> = {};
  for (const section of articleText
    .split(/^.* \| Integration Manager \|$/m)
    .slice(1)
    .entries()) {
    const [index, body] = section;
    const channel = Object.keys(articleTables)[index] ?? "";
    // A section ends with the next one's heading, which has no bar.
    const cells = body
      .slice(0, body.lastIndexOf("|"))
      .split("|")
      .map((cell) => cell.trim().replace(/\s+/g, " "));
    tables[channel] = Array.from({ length: cells.length / 2 }, (_, row) => [
      cells[2 * row] ?? "",
      cells[2 * row + 1] ?? "",
    ]);
  }
  return tables;
}
