import type { Random } from "../random.js";
import type { Body } from "./model.js";
import { newProduct, newVariation } from "./template.js";
import { renderText, slugOf } from "./text.js";
import { priceHtml } from "./view.js";
import { adjectives, brands, categories, colors, materials, nouns, sizes, tags } from "./words.js";

/** A UPC with a right check digit, in the range that is kept for use inside a shop, so that it is nobody's. */
export function shopUpc(number: number): string {
  const digits = `2${String(number).padStart(10, "0")}`;
  let sum = 0;
  for (const [place, digit] of digits.split("").entries()) sum += Number(digit) * (place % 2 === 0 ? 3 : 1);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** An image as products give it: 11 keys. */
function sampleImage(id: number, title: string, home: string): Body {
  const base = `${home}/wp-content/uploads/2026/01/${slugOf(title)}-${id}`;
  const date = "2026-01-05T05:00:00";
  return {
    id,
    date_created: date,
    date_created_gmt: date,
    date_modified: date,
    date_modified_gmt: date,
    src: `${base}.jpg`,
    name: title,
    alt: title,
    srcset: `${base}.jpg 640w, ${base}-300x225.jpg 300w, ${base}-416x312.jpg 416w`,
    sizes: "(max-width: 640px) 100vw, 640px",
    thumbnail: `${base}-324x324.jpg`,
  };
}

function amount(value: number, random: Random): string {
  const cents = (value + random.int(0, 3)).toFixed(2);
  // Prices come as they were typed: "28.00", "7.5", "120" and "19.995" are all in the database.
  return random.pick([
    cents,
    cents,
    cents,
    String(Number(cents)),
    `${Math.floor(value)}.5`,
    `${Math.floor(value)}.995`,
  ]);
}

function description(name: string, material: string, random: Random): string {
  const lead = `The ${name} is made of ${material.toLowerCase()} in small batches, and mended for life.`;
  const care = random.pick([
    "Wipe clean with a damp cloth; do not soak.",
    "Oil it twice a year and it will outlast you.",
    "Washes at 30 °C – dries in the shade.",
  ]);
  const list = `<ul>\n<li>Checked by hand</li>\n<li>Packed without plastic</li>\n<li>Lot ${random.int(100, 999)}</li>\n</ul>`;
  return [lead, care, list].slice(0, random.int(1, 3)).join("\n\n");
}

/** What is the same for a product and for its variations. */
export interface SampleBase {
  readonly body: Body;
  readonly raw: Readonly<Record<string, string>>;
  readonly code: string;
  readonly price: number;
}

/** Makes an ordinary product. `index` is its place in the catalogue, from 0. */
export function sampleProduct(id: number, index: number, random: Random, home: string): SampleBase {
  const brand = random.pick(brands);
  const noun = random.pick(nouns);
  const material = random.pick(materials);
  const name = `${brand.name.replace("&amp;", "&")} ${random.pick(adjectives)} ${material} ${noun.name}`;
  const slug = `${slugOf(name)}-${index}`;
  const code = `${brand.code}-${noun.code}-${String(index).padStart(5, "0")}`;
  const regular = amount(noun.price, random);
  const sale = random.chance(0.1) ? (Number(regular) * 0.8).toFixed(2) : "";
  const managed = random.chance(0.6);
  const stock = managed ? random.int(0, 240) : null;
  const backorders = random.pick(["no", "no", "no", "notify", "yes"]);
  const text = description(name, material, random);
  const short = random.chance(0.5) ? `${material} ${noun.name.toLowerCase()} by ${brand.name}.` : "";
  const images = Array.from({ length: random.int(0, 4) }, (_, place) =>
    sampleImage(1_000_000 + index * 10 + place, `${noun.name} ${place + 1}`, home),
  );
  const body: Body = {
    ...newProduct(),
    id,
    name,
    slug,
    permalink: `${home}/product/${slug}/`,
    description: renderText(text),
    short_description: renderText(short),
    sku: code,
    price: sale === "" ? regular : sale,
    regular_price: regular,
    sale_price: sale,
    on_sale: sale !== "",
    total_sales: random.int(0, 900),
    manage_stock: managed,
    stock_quantity: stock,
    backorders,
    backorders_allowed: backorders !== "no",
    weight: random.chance(0.9) ? String(Number((noun.weight * (0.8 + random.next() * 0.4)).toFixed(2))) : "",
    dimensions: random.chance(0.7)
      ? {
          length: String(random.int(4, 60)),
          width: String(random.int(4, 40)),
          height: `${random.int(1, 30)}.5`,
        }
      : { length: "", width: "", height: "" },
    categories: [categories[noun.category]],
    brands: [{ id: 41 + brands.indexOf(brand), name: brand.name, slug: slugOf(brand.name) }],
    tags: random.chance(0.4) ? [random.pick(tags)] : [],
    images,
    attributes: [
      {
        id: 3,
        name: "Material",
        slug: "pa_material",
        position: 0,
        visible: true,
        variation: false,
        options: [material],
      },
    ],
    price_html: priceHtml(sale === "" ? regular : sale),
    related_ids: [1, 2, 3, 4, 5],
    meta_data: random.chance(0.3)
      ? [
          { id: id * 3, key: "hs_code", value: "6307.90" },
          { id: id * 3 + 1, key: "_supplier", value: { name: brand.name, lead_days: random.int(2, 30) } },
        ]
      : [],
    stock_status: stock === 0 ? (backorders === "no" ? "outofstock" : "onbackorder") : "instock",
    global_unique_id: random.chance(0.5) ? shopUpc(index) : "",
  };
  return { body, raw: { description: text, short_description: short }, code, price: noun.price };
}

/** Which value of each attribute the nth variation has; colours run fastest, and start anew when all are used. */
function variationOptions(nth: number): readonly [color: string, size: string] {
  const color = colors[nth % colors.length] ?? colors[0];
  const size = sizes[Math.floor(nth / colors.length) % sizes.length] ?? sizes[0];
  const round = Math.floor(nth / (colors.length * sizes.length));
  return [color, round === 0 ? size : `${size} ${round + 1}`];
}

function globalAttribute(id: number, name: string, position: number, values: readonly string[]): Body {
  const slug = `pa_${name.toLowerCase()}`;
  return { id, name, slug, position, visible: true, variation: true, options: [...new Set(values)] };
}

/** Turns a product into a variable one with `count` variations. */
export function variableParent(base: SampleBase, count: number): Body {
  const options = Array.from({ length: count }, (_, nth) => variationOptions(nth));
  const price = base.price.toFixed(2);
  return {
    ...base.body,
    type: "variable",
    price,
    regular_price: "",
    sale_price: "",
    on_sale: false,
    manage_stock: false,
    stock_quantity: null,
    attributes: [
      globalAttribute(
        1,
        "Color",
        0,
        options.map(([color]) => color),
      ),
      globalAttribute(
        2,
        "Size",
        1,
        options.map(([, size]) => size),
      ),
    ],
    price_html: priceHtml(price),
    has_options: count > 0,
    global_unique_id: "",
  };
}

/** Makes the nth variation (from 0) of a variable product, with an SKU of its own, weight and size inherited. */
export function sampleVariation(
  id: number,
  parent: Body,
  base: SampleBase,
  nth: number,
  random: Random,
  home: string,
): Body {
  const [color, size] = variationOptions(nth);
  const price = (base.price + Math.floor(nth / colors.length)).toFixed(2);
  const managed = random.chance(0.6);
  const stock = managed ? random.int(0, 60) : null;
  const query = `attribute_pa_color=${slugOf(color)}&attribute_pa_size=${slugOf(size)}`;
  return {
    ...newVariation(),
    id,
    permalink: `${String(parent["permalink"])}?${query}`,
    sku: `${base.code}-${slugOf(color).slice(0, 3).toUpperCase()}-${size.replace(" ", "")}`,
    price,
    regular_price: price,
    manage_stock: managed,
    stock_quantity: stock,
    stock_status: stock === 0 ? "outofstock" : "instock",
    weight: random.chance(0.2) ? "1.05" : "",
    image: random.chance(0.3) ? sampleImage(5_000_000 + id, `${color} ${size}`, home) : null,
    attributes: [
      { id: 1, name: "Color", slug: "pa_color", option: color },
      { id: 2, name: "Size", slug: "pa_size", option: size },
    ],
    menu_order: nth,
    name: `${color}, ${size}`,
    parent_id: parent["id"],
  };
}
