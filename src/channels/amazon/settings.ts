/** Amazon's three API hosts: North America, Europe with the Middle East and India, Far East. */
export type Region = "na" | "eu" | "fe";

/** The part of the config that this channel needs. */
export interface AmazonSettings {
  /** The one marketplace that is read: ATVPDKIKX0DER is amazon.com. */
  readonly marketplaceId: string;
  /** Of the private app, at Login with Amazon (LWA). */
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
  /** The merchant token. With it, shops of up to 1,000 SKUs are read from the Listings API. */
  readonly sellerId?: string;
  /** Default: as the marketplace tells. */
  readonly region?: Region;
  /** Whether images, UPC, size and weight come from the Catalog API. Default true. */
  readonly enrich?: boolean;
  /** Scheme, host and port in place of the region's own. */
  readonly baseUrl?: string;
  /** The whole address in place of https://api.amazon.com/auth/o2/token. */
  readonly tokenUrl?: string;
  /** Whose stock `quantity` is: `DEFAULT` (the merchant's own, the default) or a channel such as AMAZON_NA. */
  readonly inventoryLocation?: string;
}

/** The merchant's own stock, as the report's column fulfillment-channel calls it. */
export const merchantStock = "DEFAULT";

/** The location that the settings name, or its default. */
export function locationOf(settings: AmazonSettings): string {
  return settings.inventoryLocation ?? merchantStock;
}
