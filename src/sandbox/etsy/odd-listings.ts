import { offeringIdOf, productIdOf, productsOf, type Body, type Currency } from "./model.js";
import type { EtsyInventory, EtsyItem, EtsyRow } from "./model.js";
import {
  colorProperty,
  imagesOf,
  money,
  offering,
  product,
  propertyValue,
  sizeProperty,
} from "./sample-listing.js";
import { colors } from "./words.js";

/** A listing that programs trip over. */
export interface OddListing {
  /** What is odd about it. */
  readonly name: string;
  /** Default: active. */
  readonly state?: string;
  /** Makes it from an ordinary listing with one product. */
  readonly make: (row: EtsyRow, base: EtsyItem, currency: Currency) => EtsyItem;
}

const customProperty = 513;
const materialProperty = 507;

function written(name: string, listing: Body, state?: string): OddListing {
  return {
    name,
    ...(state === undefined ? {} : { state }),
    make: (_row, base) => ({ ...base, listing: { ...base.listing, ...listing } }),
  };
}

type Made = Partial<Omit<EtsyInventory, "products">> & { readonly products: readonly Body[] };

function stocked(name: string, make: (at: Maker) => Made, listing: Body = {}): OddListing {
  return {
    name,
    make: (row, base, currency) => {
      const plain = {
        price_on_property: [],
        quantity_on_property: [],
        sku_on_property: [],
        readiness_state_on_property: [],
      };
      const at = maker(row, base, currency);
      return {
        ...base,
        listing: { ...base.listing, ...listing },
        inventory: { ...plain, ...make(at) },
      };
    },
  };
}

/** What a listing's products are made with; ids are those of the nth of it. */
interface Maker {
  readonly sku: string;
  readonly currency: Currency;
  product(nth: number, sku: string, offerings: readonly Body[], values?: readonly Body[]): Body;
  offering(nth: number, quantity: number, price: number, patch?: Body): Body;
}

function maker(row: EtsyRow, base: EtsyItem, currency: Currency): Maker {
  return {
    sku: String(productsOf(base)[0]?.["sku"]),
    currency,
    product: (nth, sku, offerings, values) => product(productIdOf(row.index, nth), sku, offerings, values),
    offering: (nth, quantity, price, patch) =>
      offering(offeringIdOf(row.index, nth), quantity, money(price, currency), patch),
  };
}

function colored(nth: number): Body {
  const color = colors[nth % colors.length] ?? colors[0];
  return propertyValue(colorProperty, "Primary color", color.id, color.name);
}

const three = [0, 1, 2];

/** Texts as sellers and old imports leave them. */
const texts: readonly OddListing[] = [
  written("entities in the title, one of them encoded twice", {
    title: "Father&#39;s Mug &amp;quot;Harbor&amp;quot; &amp; Saucer - 12 oz",
    description: "Fish &amp; chips &lt;large&gt;\nO&#39;Connell",
  }),
  written("quotes as entities", { title: "Print &quot;Low Tide&quot;" }),
  written("signs beyond ASCII and beyond 16 bits", {
    title: "Tasse „Größe“ – 日本製 🫖 e\u0301clair",
    tags: ["größe", "日本製", "🫖"],
    language: "de",
  }),
  written("written from right to left", { title: "כוס קרמיקה \u200f(12)\u200f בעבודת יד", language: "he" }),
  written("a description of a megabyte", { description: "A long story. ".repeat(75_000) }),
  written("spaces around and line ends of all kinds", {
    title: "  Two  spaced   Mug ",
    description: "One\r\nTwo\rThree\n\n\n\tFour\u00a0\u2028Five",
  }),
  written("nothing but what must be", { title: "x", description: "", tags: [], materials: [] }),
  written("tags with commas and entities", { tags: ["mug, blue", "fish &amp; chips", "", "it's"] }),
  written("HTML beside the plain text", { rich_description: "<p>Dishwasher <b>safe</b>.</p>" }),
  written("a language without a value", { language: null }),
];

/** Weights and sizes. */
const measured: readonly OddListing[] = [
  written("half an ounce in a float", { item_weight: 14.5, item_weight_unit: "oz" }),
  written("a weight as a 32-bit float", { item_weight: Math.fround(3.3), item_weight_unit: "lb" }),
  written("grams", { item_weight: 411, item_weight_unit: "g" }),
  written("kilograms", { item_weight: 1.25, item_weight_unit: "kg" }),
  written("a weight without a unit", { item_weight: 12, item_weight_unit: null }),
  written("a unit without a weight", { item_weight: null, item_weight_unit: "oz" }),
  written("a weight of zero", { item_weight: 0, item_weight_unit: "oz" }),
  ...["in", "ft", "mm", "cm", "m", "yd", "inches"].map((unit) =>
    written(`sizes in ${unit}`, {
      item_length: 5,
      item_width: 3.5,
      item_height: 4,
      item_dimensions_unit: unit,
    }),
  ),
  written("sizes without a unit", {
    item_length: 5,
    item_width: 3.5,
    item_height: 4,
    item_dimensions_unit: null,
  }),
  written("one size of three", {
    item_length: 5,
    item_width: null,
    item_height: null,
    item_dimensions_unit: "in",
  }),
];

/** What stands on sale, and in which state. */
const kinds: readonly OddListing[] = [
  written("a download", { listing_type: "download", item_weight: null, item_weight_unit: null }),
  written("physical and download", { listing_type: "both" }),
  written("made for one buyer", { is_private: true }),
  written("sold out", {}, "sold_out"),
  written("inactive", {}, "inactive"),
  written("a draft", {}, "draft"),
  written("expired", {}, "expired"),
  written("inactive under its old name", {}, "edit"),
];

/** Products and offerings. */
const stocks: readonly OddListing[] = [
  stocked("no SKU", (at) => ({ products: [at.product(0, "", [at.offering(0, 3, 12)])] })),
  stocked("an SKU of spaces", (at) => ({ products: [at.product(0, "  ", [at.offering(0, 3, 12)])] })),
  stocked("several products without an SKU", (at) => ({
    products: three.map((nth) => at.product(nth, "", [at.offering(nth, nth, 12)], [colored(nth)])),
    quantity_on_property: [colorProperty],
  })),
  stocked("the same SKU on all products", (at) => ({
    products: three.map((nth) => at.product(nth, at.sku, [at.offering(nth, 4 + nth, 12)], [colored(nth)])),
    quantity_on_property: [colorProperty],
  })),
  stocked("one stock for all products", (at) => ({
    products: three.map((nth) =>
      at.product(nth, `${at.sku}-${nth}`, [at.offering(nth, 994, 12 + nth)], [colored(nth)]),
    ),
    sku_on_property: [colorProperty],
    price_on_property: [colorProperty],
  })),
  stocked("three variations", (at) => ({
    products: three.map((nth) =>
      at.product(
        nth,
        `${at.sku}-${nth}`,
        [at.offering(nth, 2, 12)],
        [
          colored(nth),
          propertyValue(sizeProperty, "Size", 2021 + nth, `${nth}XL`),
          propertyValue(materialProperty, "Material", 40, "Wool &amp; silk"),
        ],
      ),
    ),
    quantity_on_property: [colorProperty, sizeProperty, materialProperty],
    sku_on_property: [colorProperty, sizeProperty, materialProperty],
  })),
  stocked("variations of the seller's own, without a name", (at) => ({
    products: three.map((nth) =>
      at.product(
        nth,
        `${at.sku}-${nth}`,
        [at.offering(nth, 2, 12)],
        [
          propertyValue(
            customProperty,
            nth === 1 ? null : "Engraving",
            1_200_000_000_000 + nth,
            `Text ${nth}`,
          ),
          {
            ...propertyValue(customProperty + 1, null, 1, "36"),
            scale_id: 19,
            scale_name: "US/Canada",
            value_ids: [],
          },
        ],
      ),
    ),
    quantity_on_property: [customProperty],
    sku_on_property: [customProperty],
  })),
  stocked("hidden from buyers", (at) => ({
    products: [at.product(0, at.sku, [at.offering(0, 3, 12, { is_enabled: false })])],
  })),
  // UNVERIFIED that a deleted offering of a live product is shown; a client has to stand it.
  stocked("a deleted offering before the live one", (at) => ({
    products: [at.product(0, at.sku, [at.offering(0, 99, 1, { is_deleted: true }), at.offering(1, 3, 12)])],
  })),
  stocked("two live offerings", (at) => ({
    products: [at.product(0, at.sku, [at.offering(0, 3, 14), at.offering(1, 5, 12)])],
  })),
  stocked("two live offerings, one of them hidden", (at) => ({
    products: [at.product(0, at.sku, [at.offering(0, 3, 12, { is_enabled: false }), at.offering(1, 5, 14)])],
  })),
  stocked("no offering left", (at) => ({
    products: [at.product(0, at.sku, [at.offering(0, 3, 12, { is_deleted: true })])],
  })),
  stocked("a deleted product among live ones", (at) => ({
    products: three.map((nth) => ({
      ...at.product(nth, `${at.sku}-${nth}`, [at.offering(nth, 5, 12)], [colored(nth)]),
      is_deleted: nth === 1,
    })),
    quantity_on_property: [colorProperty],
    sku_on_property: [colorProperty],
  })),
  stocked("a price without decimals", (at) => ({
    products: [
      at.product(0, at.sku, [
        at.offering(0, 3, 0, { price: { amount: 2800, divisor: 1, currency_code: at.currency.code } }),
      ]),
    ],
  })),
  stocked("a price with three decimals", (at) => ({
    products: [
      at.product(0, at.sku, [
        at.offering(0, 3, 0, { price: { amount: 28_125, divisor: 1000, currency_code: at.currency.code } }),
      ]),
    ],
  })),
  stocked("no processing profile", (at) => ({
    products: [at.product(0, at.sku, [at.offering(0, 3, 12, { readiness_state_id: null })])],
  })),
  { name: "no inventory at all", make: (_row, base) => ({ ...base, inventory: null }) },
  { name: "an inventory without products", make: (_row, base) => withoutProducts(base) },
];

function withoutProducts(base: EtsyItem): EtsyItem {
  return base.inventory === null ? base : { ...base, inventory: { ...base.inventory, products: [] } };
}

function pictured(name: string, ranks: readonly number[]): OddListing {
  return { name, make: (row, base) => ({ ...base, images: imagesOf(row, ranks) }) };
}

const pictures: readonly OddListing[] = [
  pictured("images out of order", [3, 1, 4, 2]),
  pictured("no image", []),
  pictured(
    "twenty images, the last first",
    Array.from({ length: 20 }, (_, place) => 20 - place),
  ),
  pictured(
    "more images than allowed today",
    Array.from({ length: 23 }, (_, place) => place + 1),
  ),
  pictured("images with gaps in their ranks and one rank twice", [7, 2, 2, 11]),
];

export const oddListings: readonly OddListing[] = [...texts, ...measured, ...kinds, ...stocks, ...pictures];
