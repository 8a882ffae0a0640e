import type { Product } from "../../src/model/product.js";

/** SKUs as carts have them, sixty and more, none equal to another in any case. */
export const oddSkus: readonly string[] = [
  ..."/ ? # % & + = - @ * : ; , . _ ~ ! $ ^ | < > ( ) [ ] { } \\ ` \" '"
    .split(" ")
    .map((sign) => `A${sign}B`),
  ..."/ ? # % + = - @ . \\ \" '".split(" ").map((sign) => `${sign}9`),
  "..",
  "0",
  "007",
  "0000123456789",
  "1E5",
  "1e-5x",
  "9007199254740993",
  "0x1F",
  "true",
  "null",
  "__proto__",
  "constructor",
  "two words",
  "two  blanks",
  "A\u00a0B",
  "%2F",
  "&amp;",
  "${HOME}",
  "{run}",
  "ü-umlaut",
  "u\u0308-combined",
  "日本語",
  "עברית",
  "\u{1f9e2} cap",
  "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}",
  "\uff21 full width",
  "\ue000 private",
  "'=1+1",
  "＝1+1",
  "=1+1",
  "L".repeat(300),
];

/** A product with a field of every kind, and texts that formats trip over. */
export const richFields: Omit<Product, "sku"> = {
  product_id: "0012",
  name: "Mug, \"blue\" & 'small'",
  description: "<p>One;</p>\n<p>two\u2028three, \u{1f375}</p>",
  UPC: "012345678905",
  quantity: -4,
  retail_price: "28.00",
  weight_lbs: 0.75,
  length_cm: 10.1234,
  image_url_1: "https://img.example/a.jpg?x=1,2",
  image_url_20: "https://img.example/z.jpg",
  tags: ["one", "two words"],
  categories: ["Kitchen > Mugs"],
  custom_fields: { Color: "Blue", listing_id: "77", is_enabled: true, nested: { list: [1, null, "x"] } },
  status: "publish",
  sort_order: 0,
  allow_backorders: "N",
};

/** Values that warehouses round, trim, convert or have no place for. */
export const awkwardFields: Omit<Product, "sku"> = {
  name: "  Mug \t with  blanks\u00a0 ",
  description: "<h1>Mug &amp; saucer</h1><ul><li>one</li><li>two&nbsp;</li></ul><script>alert(1)</script>",
  description_short: "<p>Short &lt;b&gt;</p>",
  UPC: "012345678901",
  quantity: 3,
  retail_price: "0.125",
  regular_price: "1000000.00",
  weight_kg: 0.3333,
  length_in: 1.2346,
  width_cm: 3.7,
  height_cm: 0.0001,
  tags: ["a, b", "c"],
  custom_fields: { hs_code: 691110 },
};
