/** A listing as the seller made it. Texts are what the report holds; an empty one is blank. */
export interface AmazonListing {
  readonly sku: string;
  readonly asin: string;
  readonly listingId: string;
  readonly name: string;
  readonly description: string;
  /** With a decimal point, without a currency. Blank for variation parents and incomplete listings. */
  readonly price: string;
  /** The merchant's stock. Blank where Amazon keeps it. */
  readonly quantity: string;
  readonly pendingQuantity: string;
  /** 1 ASIN, 2 ISBN, 3 UPC, 4 EAN. */
  readonly productIdType: string;
  readonly productId: string;
  readonly condition: string;
  readonly note: string;
  /** DEFAULT, or the code of Amazon's warehouses. */
  readonly channel: string;
  readonly shippingGroup: string;
  readonly status: string;
  readonly isParent: boolean;
  /** Which the Listings API alone tells. */
  readonly childSkus?: readonly string[];
  readonly parentSku?: string;
  /** Pieces in Amazon's warehouses; for listings with the channel AMAZON_xx. */
  readonly fulfillable: number;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly updated: number;
  /** What is wrong with the row in the report; the listing itself is sound, unless it has no SKU. */
  readonly rowFault?: "embedded-tab" | "repeated";
}

/** A size or weight, as the catalogue gives it. */
export interface Measure {
  readonly unit: string;
  readonly value: number;
}

export interface Measures {
  readonly height?: Measure;
  readonly length?: Measure;
  readonly weight?: Measure;
  readonly width?: Measure;
}

/** An item of Amazon's catalogue; several listings, of several sellers, may be offers of one. */
export interface CatalogItem {
  readonly asin: string;
  readonly name: string;
  readonly brand: string;
  readonly modelNumber: string;
  readonly isParent: boolean;
  readonly identifiers: readonly { readonly identifierType: string; readonly identifier: string }[];
  readonly images: readonly {
    readonly variant: string;
    readonly link: string;
    readonly height: number;
    readonly width: number;
  }[];
  readonly item?: Measures;
  readonly package?: Measures;
}
