import type { ProductData, VariantData } from "./model.js";
import { imagesOf, imageUrl } from "./sample.js";

/** A product that real shops have and that programs trip over. */
export interface OddProduct {
  readonly product?: Partial<ProductData>;
  /** Default 1. */
  readonly variants?: number;
  /** Changes the nth variant, from 0. */
  readonly variant?: (nth: number) => Partial<VariantData>;
}

const unstocked = { stock: {} };
const html =
  '<h2>Care &amp; use</h2><p style="color:#333">Heavy 16&nbsp;oz canvas &mdash; &quot;waxed&quot;, 20&#8239;&deg;C.</p>' +
  "<table><tr><td>Width</td><td>40 cm</td></tr></table>\n<img src='https://cdn.shopify.com/s/files/x.png?v=1'>";

function named(title: string, variant: Partial<VariantData> = {}): OddProduct {
  return { product: { title }, variant: () => variant };
}

/** In the order in which they are spread over the sample catalogue. */
export const oddProducts: readonly OddProduct[] = [
  named("No SKU at all", { sku: null }),
  named("Empty SKU", { sku: "" }),
  {
    product: { title: "Two variants, one SKU", options: ["Color"] },
    variants: 2,
    variant: (nth) => ({ sku: "ODD-TWIN", values: [nth === 0 ? "Sand" : "Ink"] }),
  },
  named("Upper-case twin", { sku: "ODD-CASE" }),
  named("Lower-case twin", { sku: "odd-case" }),
  named("Camera strap", { sku: "Cam/4567?x=1#2 50%" }),
  named("Leading zeros", { sku: "000123" }),
  named("The same without zeros", { sku: "123" }),
  named("Outer spaces", { sku: "  ODD PAD  1 " }),
  named("Kyūsu teapot 急須 🍵", { sku: "ODD-🍵-茶" }),
  named('=HYPERLINK("https://shop.example")', { sku: "=ODD-FORMULA" }),
  named("Bell\u0007 and escape \u001b[31mred", { sku: "ODD-CONTROL" }),
  {
    product: {
      title: "Built to order",
      options: ["Wood", "Finish", "Length", "Engraving", "Handle"],
    },
    variants: 3,
    variant: (nth) => ({
      sku: `ODD-OPTIONS-${nth + 1}`,
      values: [nth === 0 ? "Oak" : "Ash", nth === 2 ? "Oiled" : "Raw", "90 cm", "None", "Brass"],
    }),
  },
  {
    product: { title: "Options that are called like fields", options: ["SKU", "Name", "price"] },
    variants: 2,
    variant: (nth) => ({ sku: `ODD-NAMES-${nth + 1}`, values: [`S${nth + 1}`, "Pilot", "low"] }),
  },
  {
    // One option and one value, which is not the placeholder, though it is called like it.
    product: { title: "Book with a real title", options: ["Title"] },
    variants: 2,
    variant: (nth) => ({
      sku: `ODD-TITLE-${nth + 1}`,
      values: [nth === 0 ? "Default Title" : "Second edition"],
    }),
  },
  named("From an old CSV file", { sku: "ODD-CSV", values: ["Default"] }),
  {
    product: { title: "Gift card", isGiftCard: true, productType: "Gift Cards" },
    variant: () => ({ sku: "ODD-GIFT", requiresShipping: false, tracked: false, weight: null }),
  },
  named("Starter bundle", { sku: "ODD-BUNDLE", requiresComponents: true }),
  named("Knot guide (PDF)", {
    sku: "ODD-DIGITAL",
    requiresShipping: false,
    weight: { value: 0, unit: "KILOGRAMS" },
  }),
  { product: { title: "Draft", status: "DRAFT" }, variant: () => ({ sku: "ODD-DRAFT" }) },
  { product: { title: "Archived", status: "ARCHIVED" }, variant: () => ({ sku: "ODD-ARCHIVED" }) },
  { product: { title: "Unlisted", status: "UNLISTED" }, variant: () => ({ sku: "ODD-UNLISTED" }) },
  named("UPC of 12 digits", { sku: "ODD-UPC", barcode: "036000291452" }),
  named("EAN with a zero in front", { sku: "ODD-EAN", barcode: "0012345678905" }),
  named("Barcode with spaces", { sku: "ODD-BC-SPACES", barcode: " 5 012345 678900 " }),
  named("Barcode of free text", { sku: "ODD-BC-TEXT", barcode: "see label, bin 12" }),
  named("Empty barcode", { sku: "ODD-BC-EMPTY", barcode: "" }),
  named("Not tracked", { sku: "ODD-UNTRACKED", tracked: false }),
  named("Stocked nowhere", { sku: "ODD-UNSTOCKED", ...unstocked }),
  named("Stocked elsewhere only", { sku: "ODD-ELSEWHERE", stock: { "7002": 12 } }),
  named("Oversold", { sku: "ODD-NEGATIVE", stock: { "7001": -4, "7002": 3 }, inventoryPolicy: "CONTINUE" }),
  named("Nothing left", { sku: "ODD-NOTHING", stock: { "7001": 0, "7002": 0, "7004": 0 } }),
  {
    product: { title: "Harbor Canvas Tote &amp; Strap", descriptionHtml: html },
    variant: () => ({ sku: "ODD-HTML" }),
  },
  {
    product: {
      title: "Nothing filled in",
      descriptionHtml: "",
      productType: "",
      vendor: "",
      tags: [],
      media: [],
    },
    variant: () => ({ sku: "ODD-BARE", barcode: null, weight: null }),
  },
  {
    product: {
      title: "Image still in the works",
      media: [
        { kind: "MediaImage", url: null },
        { kind: "MediaImage", url: imageUrl(900_001, 1) },
      ],
    },
    variant: () => ({ sku: "ODD-PROCESSING", media: [0] }),
  },
  {
    product: {
      title: "Film first, then images",
      media: [{ kind: "Video", url: null }, { kind: "Model3d", url: null }, ...imagesOf(900_002, 2)],
    },
    variant: () => ({ sku: "ODD-FILM" }),
  },
  {
    product: { title: "Twenty-six images", media: imagesOf(900_003, 26), options: ["Color"] },
    variants: 2,
    // The second variant's own image stands behind the first twenty.
    variant: (nth) => ({
      sku: `ODD-IMAGES-${nth + 1}`,
      values: [nth === 0 ? "Sand" : "Ink"],
      media: [nth * 24 + 1],
    }),
  },
  named("Weight in grams", { sku: "ODD-GRAMS", weight: { value: 453.59237, unit: "GRAMS" } }),
  named("Weight in kilograms", { sku: "ODD-KILOS", weight: { value: 1.2, unit: "KILOGRAMS" } }),
  named("Weight in ounces", { sku: "ODD-OUNCES", weight: { value: 8, unit: "OUNCES" } }),
  named("Weight in pounds", { sku: "ODD-POUNDS", weight: { value: 2.5, unit: "POUNDS" } }),
  named("Weight zero", { sku: "ODD-WEIGHTLESS", weight: { value: 0, unit: "POUNDS" } }),
  named("Weight unknown", { sku: "ODD-NO-WEIGHT", weight: null }),
  named("Free of charge", { sku: "ODD-FREE", price: "0.00" }),
  named("Price of three decimals", { sku: "ODD-DECIMALS", price: "12.345" }),
  named("Costly", { sku: "ODD-COSTLY", price: "12345678901234567.89" }),
  {
    product: { title: "Rope by the metre", options: ["Length"] },
    variants: 260,
    variant: (nth) => ({
      sku: `ODD-ROPE-${String(nth + 1).padStart(3, "0")}`,
      values: [`${nth + 1} m`],
      media: [],
    }),
  },
];
