import type { Body } from "./model.js";

/** A product that real shops have and that programs trip over. */
export interface OddProduct {
  /** Default: simple. With `variations` it is variable. */
  readonly type?: "grouped" | "external" | "simple";
  readonly status?: string;
  /** Seconds since 1970; null is a zero date. */
  readonly modified?: number | null;
  readonly variations?: number;
  readonly patch?: Body;
  /** Changes the nth variation, from 0. */
  readonly child?: (nth: number) => Body;
  readonly childStatus?: (nth: number) => string;
  /** There is no parent row: only the variations are in the database. */
  readonly orphans?: boolean;
}

const nextSpring = Date.UTC(2035, 2, 1, 14) / 1000;
const longName = "Extremely thorough name of a product that somebody wrote for a search engine "
  .repeat(4)
  .trim();
const none = { length: "", width: "", height: "" };

/** In the order in which they are spread over the sample catalogue. */
export const oddProducts: readonly OddProduct[] = [
  { patch: { name: "Loose hook, no SKU", sku: "" } },
  { patch: { name: "First of two with one SKU", sku: "ODD-TWIN" } },
  {
    variations: 4,
    patch: { name: "Scarf whose variations share its SKU", sku: "ODD-SCARF" },
    child: () => ({ sku: "" }),
  },
  // Drafts, so that the sample imports without a reject; taken as soon as `statuses` names them.
  {
    status: "draft",
    patch: {
      name: "Price with a thousands comma",
      sku: "ODD-PRICE",
      price: "1,299.00",
      regular_price: "1,299.00",
      sale_price: "",
      on_sale: false,
    },
  },
  { status: "draft", patch: { name: "Negative weight", sku: "ODD-WEIGHT", weight: "-2" } },
  {
    type: "grouped",
    patch: {
      name: "Starter bundle",
      sku: "ODD-BUNDLE",
      price: "14.00",
      regular_price: "",
      purchasable: false,
    },
  },
  {
    type: "external",
    patch: {
      name: "Partner tent",
      sku: "ODD-EXT",
      external_url: "https://partner.example/tent",
      button_text: "Buy at partner",
      purchasable: false,
    },
  },
  {
    patch: {
      name: "Workshop ticket",
      sku: "ODD-VIRTUAL",
      virtual: true,
      shipping_required: false,
      weight: "",
      dimensions: none,
    },
  },
  {
    patch: {
      name: "Trail map (PDF)",
      sku: "ODD-DOWNLOAD",
      virtual: true,
      downloadable: true,
      weight: "",
      dimensions: none,
    },
  },
  { status: "draft", patch: { name: "Draft item", sku: "ODD-DRAFT" } },
  { status: "pending", patch: { name: "Pending item", sku: "ODD-PENDING" } },
  { status: "private", patch: { name: "Private item", sku: "ODD-PRIVATE" } },
  { status: "future", modified: nextSpring, patch: { name: "Spring release", sku: "ODD-FUTURE" } },
  { status: "trash", patch: { name: "Discontinued", sku: "ODD-TRASH" } },
  { patch: { name: "Second of two with one SKU", sku: "ODD-TWIN" } },
  { patch: { name: "Upper-case twin", sku: "ODD-CASE" } },
  { patch: { name: "Lower-case twin", sku: "odd-case" } },
  { patch: { name: "Zero SKU", sku: "0" } },
  { patch: { name: "Leading zeros", sku: "000123" } },
  { patch: { name: "The same without zeros", sku: "123" } },
  { patch: { name: "Looks like a number to a spreadsheet", sku: "1E5" } },
  { patch: { name: "Inner spaces", sku: "ODD 77 A" } },
  { patch: { name: "Outer spaces, written by SQL", sku: " ODD-PADDED " } },
  { patch: { name: "Comma in the SKU", sku: "ODD,COMMA,1" } },
  { patch: { name: "Hose 3/4\" × 10' — <em>brass</em> fittings", sku: 'ODD-3/4"' } },
  { patch: { name: "Salt & Pepper Set", sku: "ODD-S&P" } },
  { patch: { name: "Salt &amp; Pepper Refill (typed as entity)", sku: "ODD-ENT" } },
  { patch: { name: "Seilzug «Größe» n° 5", sku: "ODD-É5" } },
  { patch: { name: "急須 Kyūsu teapot 🍵", sku: "ODD-茶-01" } },
  { patch: { name: "مصباح يدوي Lantern", sku: "ODD-RTL" } },
  { patch: { name: "Zoe\u0308's combining marks", sku: "ODD-COMB" } },
  { patch: { name: longName, sku: "ODD-LONG" } },
  { patch: { name: '=HYPERLINK("https://shop.example")', sku: "ODD-FORMULA" } },
  { patch: { name: "Bell\u0007 and escape \u001b[31mred", sku: "ODD-CONTROL" } },
  { patch: { name: "No weight, no size", sku: "ODD-BARE", weight: "", dimensions: none } },
  {
    patch: {
      name: "Weight zero, free",
      sku: "ODD-FREE",
      weight: "0",
      price: "0",
      regular_price: "0",
      sale_price: "",
      on_sale: false,
    },
  },
  {
    patch: {
      name: "Long decimals",
      sku: "ODD-DEC",
      weight: "0.3333333",
      price: "19.9999",
      regular_price: "19.9999",
      sale_price: "",
      on_sale: false,
    },
  },
  { patch: { name: "Weight without a leading zero", sku: "ODD-HALF", weight: ".5" } },
  {
    patch: {
      name: "No price yet",
      sku: "ODD-NOPRICE",
      price: "",
      regular_price: "",
      sale_price: "",
      on_sale: false,
      purchasable: false,
    },
  },
  {
    patch: {
      name: "On sale",
      sku: "ODD-SALE",
      price: "16",
      regular_price: "20",
      sale_price: "16",
      on_sale: true,
    },
  },
  {
    patch: {
      name: "Negative stock",
      sku: "ODD-NEG",
      manage_stock: true,
      stock_quantity: -3,
      backorders: "notify",
      backorders_allowed: true,
      backordered: true,
      stock_status: "onbackorder",
    },
  },
  {
    patch: {
      name: "Unmanaged, on backorder",
      sku: "ODD-BOU",
      manage_stock: false,
      stock_quantity: null,
      backorders: "no",
      backorders_allowed: false,
      backordered: true,
      stock_status: "onbackorder",
    },
  },
  { patch: { name: "EAN with hyphens", sku: "ODD-EAN", global_unique_id: "2-000000-000435" } },
  { patch: { name: "ISBN", sku: "ODD-ISBN", global_unique_id: "978-0-00-000002-4" } },
  { patch: { name: "Imported with zero dates", sku: "ODD-DATES" }, modified: null },
  { patch: { name: "No image at all", sku: "ODD-NOIMG", images: [] } },
  {
    variations: 6,
    patch: {
      name: "Poncho with one pool of stock",
      sku: "ODD-POOL",
      manage_stock: true,
      stock_quantity: 41,
      backorders: "notify",
      backorders_allowed: true,
    },
    child: () => ({ manage_stock: false, stock_quantity: null }),
  },
  {
    variations: 3,
    patch: { name: "Nobody here has an SKU", sku: "" },
    child: () => ({ sku: "" }),
  },
  {
    variations: 2,
    patch: { name: "Tarp with a disabled option", sku: "ODD-TARP" },
    childStatus: (nth) => (nth === 1 ? "private" : "publish"),
  },
  {
    variations: 2,
    patch: { name: "Any-size apron", sku: "ODD-ANY" },
    // An attribute that is left open does not appear on the variation at all.
    child: (nth) => (nth === 0 ? { attributes: [], name: "" } : {}),
  },
  {
    variations: 2,
    patch: { name: "Own zero weight", sku: "ODD-OWN0", weight: "0.8" },
    child: () => ({ weight: "0" }),
  },
  { variations: 118, patch: { name: "Letter blocks, each its own", sku: "ODD-BLOCKS" } },
  { variations: 205, patch: { name: "Paint chips, each its own", sku: "ODD-CHIPS" } },
  { variations: 0, patch: { name: "Variable without variations", sku: "ODD-EMPTY" } },
  { variations: 2, status: "draft", patch: { name: "Draft with variations", sku: "ODD-VDRAFT" } },
  { variations: 2, type: "simple", patch: { name: "Once variable, now simple", sku: "ODD-EXVAR" } },
  { variations: 1, orphans: true, patch: { name: "Deleted by SQL", sku: "ODD-GONE" } },
  {
    variations: 2,
    status: "trash",
    patch: { name: "Discontinued with variations", sku: "ODD-VTRASH" },
    childStatus: () => "trash",
  },
];
