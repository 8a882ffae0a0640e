/** A weight as Shopify keeps it. */
export interface Weight {
  readonly value: number;
  readonly unit: "GRAMS" | "KILOGRAMS" | "OUNCES" | "POUNDS";
}

export interface Medium {
  readonly kind: "MediaImage" | "Video" | "ExternalVideo" | "Model3d";
  /** Null while an image is processed, or when that failed. */
  readonly url: string | null;
}

/** What a merchant can set on a product. */
export interface ProductData {
  readonly title: string;
  readonly handle: string;
  readonly descriptionHtml: string;
  readonly productType: string;
  readonly vendor: string;
  readonly tags: readonly string[];
  readonly status: "ACTIVE" | "DRAFT" | "ARCHIVED" | "UNLISTED";
  readonly isGiftCard: boolean;
  /** Names in order. None: the product has its default variant only. */
  readonly options: readonly string[];
  /** In order. */
  readonly media: readonly Medium[];
}

/** What a merchant can set on a variant and on its inventory item. */
export interface VariantData {
  readonly sku: string | null;
  readonly barcode: string | null;
  /** Decimal, in the shop's currency. */
  readonly price: string;
  readonly inventoryPolicy: "CONTINUE" | "DENY";
  readonly requiresComponents: boolean;
  /** One for each of the product's options; a product without options may name the placeholder that it has. */
  readonly values: readonly string[];
  /** The places of its own media among the product's, from 0. */
  readonly media: readonly number[];
  readonly tracked: boolean;
  readonly requiresShipping: boolean;
  readonly weight: Weight | null;
  /** What is available, by location id; a location that is not here does not stock it. */
  readonly stock: Readonly<Record<string, number>>;
}

export interface VariantRow {
  /** Digits. */
  readonly id: string;
  readonly product: ProductRow;
  /** Its place when the product was made, from 0. */
  readonly nth: number;
  /** Milliseconds since 1970, as the rows of products. */
  readonly created: number;
  updated: number;
}

/** What is kept in memory of a product; the rest is made when it is asked for. */
export interface ProductRow {
  readonly id: string;
  /** Its place in the sample catalogue, from 0. */
  readonly index: number;
  /** How many variants it was made with. */
  readonly size: number;
  readonly created: number;
  /** Stored with fractions of a second, told without. */
  updated: number;
  /** The stamp before the last change: what search finds until its index has caught up. */
  before: number;
  readonly variants: VariantRow[];
}

export interface ShopLocation {
  readonly id: string;
  readonly name: string;
  readonly isActive: boolean;
  readonly isFulfillmentService: boolean;
}

export interface Catalogue {
  /** Sorted by id. */
  readonly products: readonly ProductRow[];
  readonly locations: readonly ShopLocation[];
  readonly product: (row: ProductRow) => ProductData;
  readonly variant: (row: VariantRow) => VariantData;
}

/** Compares two ids as numbers of any size. */
export function compareIds(one: string, other: string): number {
  if (one.length !== other.length) return one.length - other.length;
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The address that Shopify gives an object. */
export function gid(type: string, id: string): string {
  return `gid://shopify/${type}/${id}`;
}

/** The number in an address; undefined when it is the address of something else. */
export function digitsOf(address: string, type: string): string | undefined {
  return new RegExp(`^gid://shopify/${type}/(\\d+)$`).exec(address)?.[1];
}
