import type { Product } from "../../src/model/product.js";

/*
 * What an import makes of the recorded shop, worked out by hand: from the recorded JSON, the rows of the article's
 * table and the rules for fields; kilograms and centimetres with 1 lb = 0.45359237 kg and 1 in = 2.54 cm, rounded half
 * up to four decimals. Prices are in, as with `priceSync: true`. The shop keeps pounds and inches.
 */

type Fields = Omit<Product, "sku">;
type Sides = readonly [length: number, width: number, height: number];

function photo(file: string): string {
  return `https://shop.brambleford.example/wp-content/uploads/2026/01/${file}`;
}

function weight(weight_lbs: number, weight_kg: number): Fields {
  return { weight_lbs, weight_kg };
}

function size([length_in, width_in, height_in]: Sides, [length_cm, width_cm, height_cm]: Sides): Fields {
  return { length_in, width_in, height_in, length_cm, width_cm, height_cm };
}

/** A price that is not reduced. */
function price(price: string): Fields {
  return { retail_price: price, regular_price: price };
}

/** A product as the shop's generator made them: all have a description, of the name without its number. */
function goods(sku: string, id: number, name: string, fields: Fields): Product {
  return {
    sku,
    product_id: String(id),
    name,
    description: `<p>The ${name.replace(/ No\. \d+$/, "")} is built for long seasons outdoors.</p>\n<p>Care: wipe clean.</p>\n`,
    status: "publish",
    allow_backorders: "N",
    ...fields,
  };
}

/** One of the odd products: ten dollars, nothing but a category. */
function odd(sku: string, id: number, name: string, fields: Fields = weight(1, 0.4536)): Product {
  return {
    sku,
    product_id: String(id),
    name,
    ...price("10.00"),
    categories: ["Uncategorized"],
    status: "publish",
    allow_backorders: "N",
    ...fields,
  };
}

const onePound = weight(1, 0.4536);
const dependableMug = { description_short: "<p>A dependable mug.</p>\n" };
const ofCanvas = { attribute_names: ["Material", "Country of Origin"] };

const noPrice: Product = {
  sku: "BRM-NOPRICE",
  product_id: "211",
  name: "No price yet",
  categories: ["Uncategorized"],
  status: "publish",
  allow_backorders: "N",
};

const simple: readonly Product[] = [
  // A GTIN, three images, attributes that are no options, a category in Japanese.
  goods("BRM-RUMU-000", 22, "Rugged Mug", {
    UPC: "0712345000000",
    quantity: 1,
    ...price("18.68"),
    ...weight(3.89, 1.7645),
    ...size([23.7, 10.8, 3.7], [60.198, 27.432, 9.398]),
    image_url_1: photo("canvas-pack-front.jpg"),
    image_url_2: photo("wool-beanie.jpg"),
    image_url_3: photo("field-shirt-navy.jpg"),
    categories: ["Backpacks", "日本の道具"],
    ...ofCanvas,
  }),
  // A stock of zero is known, not absent.
  goods("BRM-QUMU-001", 23, "Quiet Mug", {
    ...dependableMug,
    quantity: 0,
    ...price("125.22"),
    ...weight(4.11, 1.8643),
    ...size([28.1, 6.2, 6.9], [71.374, 15.748, 17.526]),
    image_url_1: photo("canvas-pack-side.jpg"),
    tags: ["made in USA", "new"],
    categories: ["Apparel"],
  }),
  // Stock is not managed: its quantity is unknown.
  goods("BRM-TRMU-002", 24, "Trail Mug", {
    ...dependableMug,
    ...price("66.33"),
    ...weight(0.13, 0.059),
    ...size([28.1, 10.6, 10.1], [71.374, 26.924, 25.654]),
    image_url_1: photo("enamel-mug.png"),
    categories: ["Backpacks"],
  }),
  // On sale, backorders "yes", no size, a category with quotes.
  goods("BRM-SUMU-003", 25, "Summit Mug", {
    quantity: 1,
    retail_price: "30.97",
    regular_price: "38.71",
    ...weight(0.97, 0.44),
    image_url_1: photo("wool-beanie.jpg"),
    tags: ["made in USA", "new"],
    categories: ['Shirts "Field"'],
    allow_backorders: "Y",
  }),
  // No weight; an image's address with letters beyond ASCII.
  goods("BRM-HAMU-004", 26, "Harbor Mug", {
    ...dependableMug,
    quantity: 48,
    ...price("60.61"),
    ...size([23.4, 5.3, 6], [59.436, 13.462, 15.24]),
    image_url_1: photo("field-shirt-olive.jpg"),
    image_url_2: photo("größe-tabelle.jpg"),
    image_url_3: photo("rope.jpg"),
    categories: ["Lights"],
  }),
  // Backorders "notify".
  goods("BRM-BIMU-006", 28, "Birch Mug", {
    quantity: 5,
    ...price("77.45"),
    ...weight(7.83, 3.5516),
    ...size([31.7, 12.2, 2.5], [80.518, 30.988, 6.35]),
    image_url_1: photo("lantern.webp"),
    categories: ["Backpacks", "日本の道具"],
    allow_backorders: "Y",
  }),
  // A tag with an ampersand, which the shop sends as an entity.
  goods("BRM-GRMU-007", 29, "Granite Mug", {
    ...dependableMug,
    quantity: 1,
    ...price("100.21"),
    ...weight(2.05, 0.9299),
    image_url_1: photo("größe-tabelle.jpg"),
    tags: ["gift idea", "R&D sample"],
    categories: ["Apparel"],
    allow_backorders: "Y",
  }),
  // No image at all.
  goods("BRM-EMMU-008", 30, "Ember Mug", {
    ...dependableMug,
    ...price("39.90"),
    ...weight(7.59, 3.4428),
    ...size([15, 12, 4.5], [38.1, 30.48, 11.43]),
    categories: ["Bags"],
    ...ofCanvas,
  }),
  // "onbackorder" without managed stock: the shop itself says that backorders are not allowed.
  goods("BRM-BAMU-014", 36, "Basalt Mug", {
    ...dependableMug,
    ...price("86.56"),
    ...size([14.9, 16.4, 9.8], [37.846, 41.656, 24.892]),
    image_url_1: photo("field-shirt-olive.jpg"),
    categories: ["Backpacks"],
  }),
  // A tag in Cyrillic.
  goods("BRM-BIBL-111", 133, "Birch Blanket No. 12", {
    quantity: 1003,
    ...price("111.31"),
    ...weight(2.85, 1.2927),
    image_url_1: photo("canvas-pack-side.jpg"),
    tags: ["gift idea", "зима"],
    categories: ["Apparel"],
    allow_backorders: "Y",
  }),
  // A tag with a percent sign.
  goods("BRM-HAST-169", 191, "Harbor Stake Set No. 70", {
    description_short: "<p>A dependable stake set.</p>\n",
    quantity: 1003,
    ...price("112.02"),
    ...size([13.2, 16, 5.8], [33.528, 40.64, 14.732]),
    image_url_1: photo("rope.jpg"),
    tags: ["20% off", "R&D sample"],
    categories: ["Lights"],
  }),
  odd("BRM-S&P-01", 196, "Salt & Pepper Camp Set", { ...onePound, categories: ["Camp & Cook"] }),
  odd("BRM-SP-ENT", 197, "Salt & Pepper Refill (typed as entity)"),
  odd('BRM-HOSE-3/4"', 198, "Hose 3/4\" × 10' — <em>brass</em> fittings"),
  odd("CHAÎNE-É5", 199, "Chaîne de remorquage “Été” n° 5"),
  odd("BRM-茶-01", 200, "急須 Kyūsu teapot 🍵", { ...onePound, categories: ["日本の道具"] }),
  odd("BRM-RTL-1", 201, "مصباح يدوي Lantern"),
  // The recording holds the mark as this very text.
  odd("BRM-COMB", 202, "Zoeu{0308}'s combining mark (Zoeu{0308})"),
  // 264 characters.
  odd(
    "BRM-LONG-NAME",
    203,
    Array.from({ length: 5 }, () => "Extraordinarily long product title for export checks").join(" "),
  ),
  odd("000123", 204, "Leading zero part"),
  odd("123", 205, "Part number numeric"),
  odd("brm-hose-lc", 206, "Lower-case twin"),
  odd("BRM 77 A", 207, "SKU with inner spaces"),
  odd("BRM,COMMA,1", 208, "SKU with comma"),
  odd("0", 209, "Zero SKU"),
  // A price of zero is a price; a weight of zero is unknown.
  odd("BRM-W0", 210, "Weight zero, free price", price("0.00")),
  noPrice,
  // "1,25" and "10,5" became 125 and 105 when they were typed; nothing can undo that.
  odd("BRM-WCOMMA", 212, "Comma decimal weight", {
    ...weight(125, 56.699),
    length_in: 105,
    length_cm: 266.7,
  }),
  odd("BRM-DEC", 213, "Many decimals", { ...price("19.999"), ...weight(0.3333, 0.1512) }),
  odd("BRM-PR", 214, "Bare price digits", { ...price("7.50"), ...weight(0.5, 0.2268) }),
  odd("BRM-NEG", 215, "Negative stock", { ...onePound, quantity: -4, allow_backorders: "Y" }),
  odd("BRM-BOY", 216, "Backorder yes, in stock", { ...onePound, quantity: 3, allow_backorders: "Y" }),
  odd("BRM-BOU", 217, "Unmanaged on backorder"),
  // The sale has not begun.
  odd("BRM-SALEF", 218, "Sale window in the future", { ...onePound, ...price("40.00") }),
  odd("BRM-HTML", 219, "Shortcode and script in description", {
    ...onePound,
    description:
      "<h2>Specs</h2>\n<ul>\n<li>1 &lt; 2</li>\n</ul>\n<p>cap<br />\nLine one<br />\nLine two &nbsp; end</p>\n",
  }),
  // The PDF and the deleted file are not among the images that the shop sends.
  odd("BRM-PDF", 220, "Featured image is a PDF", {
    ...onePound,
    image_url_1: photo("canvas-pack-front.jpg"),
  }),
  odd("BRM-HIDDEN", 221, "Hidden from catalog"),
  odd("BRM-PW", 222, "Password protected"),
  odd("BRM-LOSTIMG", 544, "Image deleted later", { ...onePound, image_url_1: photo("canvas-pack-side.jpg") }),
];

/** A variation: name, description and category are its parent's. */
function variation(
  sku: string,
  id: number,
  parent: { readonly id: number; readonly name: string; readonly categories?: readonly string[] },
  options: Readonly<Record<string, string>>,
  fields: Fields,
): Product {
  const values = Object.values(options);
  return {
    sku,
    product_id: String(id),
    parent_id: String(parent.id),
    name: [parent.name, ...(values.length === 0 ? [] : [values.join(", ")])].join(" - "),
    description: `<p>${parent.name}, in several options.</p>\n`,
    categories: parent.categories ?? ["Uncategorized"],
    ...(values.length === 0 ? {} : { attribute_names: Object.keys(options), custom_fields: options }),
    status: "publish",
    allow_backorders: "N",
    ...fields,
  };
}

const shirts = { categories: ['Shirts "Field"'] };
const rugged = { ...shirts, id: 253, name: "Rugged Field Shirt", tags: ["new"], ...price("30.00") };
const summit = { ...shirts, id: 280, name: "Summit Field Shirt", tags: ["made in USA"], ...price("33.00") };
const willow = { ...shirts, id: 331, name: "Willow Field Shirt", tags: ["gift idea"], ...price("39.00") };
const poncho = { id: 406, name: "Any-size poncho" };
const cord = { id: 409, name: "Cut-to-length cord" };
const nylon = (Length: string) => ({ Length, Füllung: "Nylon" });

const olive = { image_url_1: photo("field-shirt-olive.jpg") };
// Its own image, then its parent's.
const navy = { image_url_1: photo("field-shirt-navy.jpg"), image_url_2: photo("field-shirt-olive.jpg") };

/** A shirt; weight and size are its parent's. All children of one shirt have one price. */
function shirt(
  sku: string,
  id: number,
  parent: typeof rugged,
  [Color, Size]: readonly [string, string],
  fields: Fields,
): Product {
  const { tags, retail_price = "", regular_price = "" } = parent;
  return variation(
    sku,
    id,
    parent,
    { Color, Size },
    {
      ...weight(0.8, 0.3629),
      ...size([12, 9, 1.5], [30.48, 22.86, 3.81]),
      retail_price,
      regular_price,
      tags,
      ...fields,
    },
  );
}

const variations: readonly Product[] = [
  shirt("SHIRT-00-OLI-S", 254, rugged, ["Olive", "S"], { ...olive, quantity: 5, allow_backorders: "Y" }),
  shirt("SHIRT-00-NAV-M", 258, rugged, ["Navy", "M"], { ...navy, quantity: 21 }),
  // A weight of its own; an option with an ampersand, which the shop sends as an entity.
  shirt("SHIRT-00-RUS-L", 262, rugged, ["Rust & Bone", "L"], {
    ...olive,
    ...weight(0.95, 0.4309),
    quantity: 11,
  }),
  shirt("SHIRT-03-CHA-M", 286, summit, ["Charcoal", "M"], olive),
  // The parent's stock and the parent's rule for backorders; then a sibling with a stock of its own.
  shirt("SHIRT-09-RUS-S", 334, willow, ["Rust & Bone", "S"], {
    ...navy,
    quantity: 49,
    allow_backorders: "Y",
    custom_fields: { Color: "Rust & Bone", Size: "S", shared_quantity: true },
  }),
  shirt("SHIRT-09-RUS-M", 335, willow, ["Rust & Bone", "M"], { ...navy, quantity: 5 }),
  // "Any" size, then "any" of everything: what is not chosen is neither in the name nor among the attributes.
  variation("PONCHO-OLV", 407, poncho, { Color: "Olive" }, price("55.00")),
  variation("PONCHO-ANY", 408, poncho, {}, price("50.00")),
  variation("CORD-10", 410, cord, nylon("10 ft"), { ...price("4.00"), ...weight(0.2, 0.0907) }),
  variation(
    "CORD-25",
    411,
    cord,
    { Length: "25 ft", Füllung: "Baumwolle" },
    { ...price("9.00"), ...weight(0.45, 0.2041) },
  ),
  // No price; the pipe is a part of the option.
  variation("CORD-50", 412, cord, nylon("50 ft | bulk"), weight(0.2, 0.0907)),
  variation("TARP-X-N", 415, { id: 413, name: "Disabled option tarp" }, { Color: "Navy" }, price("20.00")),
  variation(
    "ALBUM-LP",
    423,
    { id: 421, name: "Downloadable variation album" },
    { Format: "Vinyl" },
    { ...price("29.00"), ...weight(0.6, 0.2722) },
  ),
];

/** All 118 children of one parent: their ids go from 425 to 542. */
const letterBlocks: readonly Product[] = Array.from({ length: 118 }, (_, index) =>
  variation(
    `LPB-${String(index + 1).padStart(3, "0")}`,
    425 + index,
    { id: 424, name: "Letterpress block set" },
    { Block: `Letter block ${index + 1}` },
    { ...price("1.50"), ...weight(0.1, 0.0454) },
  ),
);

/** Products of the recorded shop, complete. */
export const expectedProducts: readonly Product[] = [...simple, ...variations, ...letterBlocks];
