import { ConfigError } from "../../errors.js";
import type { StockLocation } from "../channel.js";
import { type AmazonSettings, locationOf, merchantStock, type Region } from "./settings.js";

/** One of Amazon's shops. */
export interface Marketplace {
  readonly id: string;
  /** ISO 3166, as Amazon writes it (the United Kingdom is UK). */
  readonly country: string;
  readonly region: Region;
  /** ISO 4217. */
  readonly currency: string;
  /** Where its customers go. */
  readonly site: string;
}

const rows: readonly (readonly [
  id: string,
  country: string,
  region: Region,
  currency: string,
  site: string,
])[] = [
  ["ATVPDKIKX0DER", "US", "na", "USD", "www.amazon.com"],
  ["A2EUQ1WTGCTBG2", "CA", "na", "CAD", "www.amazon.ca"],
  ["A1AM78C64UM0Y8", "MX", "na", "MXN", "www.amazon.com.mx"],
  ["A2Q3Y263D00KWC", "BR", "na", "BRL", "www.amazon.com.br"],
  ["A1F83G8C2ARO7P", "UK", "eu", "GBP", "www.amazon.co.uk"],
  ["A1PA6795UKMFR9", "DE", "eu", "EUR", "www.amazon.de"],
  ["A13V1IB3VIYZZH", "FR", "eu", "EUR", "www.amazon.fr"],
  ["APJ6JRA9NG5V4", "IT", "eu", "EUR", "www.amazon.it"],
  ["A1RKKUPIHCS9HS", "ES", "eu", "EUR", "www.amazon.es"],
  ["A1805IZSGTT6HS", "NL", "eu", "EUR", "www.amazon.nl"],
  ["AMEN7PMS3EDWL", "BE", "eu", "EUR", "www.amazon.com.be"],
  ["A28R8C7NBKEWEA", "IE", "eu", "EUR", "www.amazon.ie"],
  ["A2NODRKZP88ZB9", "SE", "eu", "SEK", "www.amazon.se"],
  ["A1C3SOZRARQ6R3", "PL", "eu", "PLN", "www.amazon.pl"],
  ["A33AVAJ2PDY3EV", "TR", "eu", "TRY", "www.amazon.com.tr"],
  ["A2VIGQ35RCS4UG", "AE", "eu", "AED", "www.amazon.ae"],
  ["A17E79C6D8DWNP", "SA", "eu", "SAR", "www.amazon.sa"],
  ["ARBP9OOSHTCHU", "EG", "eu", "EGP", "www.amazon.eg"],
  ["AE08WJ6YKNBMC", "ZA", "eu", "ZAR", "www.amazon.co.za"],
  ["A21TJRUUN4KGV", "IN", "eu", "INR", "www.amazon.in"],
  ["A1VC38T7YXB528", "JP", "fe", "JPY", "www.amazon.co.jp"],
  ["A39IBJ37TRP1C6", "AU", "fe", "AUD", "www.amazon.com.au"],
  ["A19VAU5U5O7RUS", "SG", "fe", "SGD", "www.amazon.sg"],
];

/** Every marketplace that Amazon's documentation names, read 2026-11-23. */
const marketplaces: readonly Marketplace[] = rows.map(([id, country, region, currency, site]) => ({
  id,
  country,
  region,
  currency,
  site,
}));

/** A marketplace by its id; undefined for one that opened after this was written. */
export function findMarketplace(id: string): Marketplace | undefined {
  return marketplaces.find((each) => each.id === id);
}

/**
 * The address that requests go to: `baseUrl`, else the host of the region. Throws ConfigError for a marketplace whose
 * region nobody knows and for a region that the marketplace is not in.
 */
export function endpointOf(settings: AmazonSettings): string {
  if (settings.baseUrl !== undefined) return settings.baseUrl.replace(/\/+$/, "");
  const known = findMarketplace(settings.marketplaceId);
  if (known !== undefined && settings.region !== undefined && settings.region !== known.region) {
    const message = `marketplace ${known.id} (${known.country}) is in region ${known.region}, not ${settings.region}`;
    throw new ConfigError("wrong-region", message, [{ path: "source.region", message }], {
      hint: "Leave source.region out: the marketplace tells it.",
    });
  }
  const region = settings.region ?? known?.region;
  if (region !== undefined) return `https://sellingpartnerapi-${region}.amazon.com`;
  const message = `psync knows no marketplace ${settings.marketplaceId}`;
  const list = marketplaces.map(({ id, country }) => `${country} ${id}`).join(", ");
  throw new ConfigError("unknown-marketplace", message, [{ path: "source.marketplaceId", message }], {
    hint: `Known are ${list}. For a newer one say its region in source.region: na, eu or fe.`,
  });
}

/** Throws ConfigError for an inventory location that is neither the merchant's stock nor a channel of Amazon's. */
export function checkLocation(settings: AmazonSettings): void {
  const location = locationOf(settings);
  if (location === merchantStock || /^AMAZON_[A-Z]{2,4}$/.test(location)) return;
  const message = `"${location}" is no inventory location of Amazon`;
  throw new ConfigError("unknown-location", message, [{ path: "options.inventoryLocation", message }], {
    hint: "There are DEFAULT (your own stock) and Amazon's channels, such as AMAZON_NA or AMAZON_EU.",
  });
}

/** Whose warehouses are shared by several marketplaces; the others have their own. */
const areas: ReadonlyMap<string, string> = new Map([
  ...["US", "CA", "MX"].map((country) => [country, "NA"] as const),
  ...["UK", "DE", "FR", "IT", "ES", "NL", "BE", "IE", "SE", "PL"].map((country) => [country, "EU"] as const),
]);

/**
 * Whose stock `quantity` may be, without a request: no operation lists the channels. AMAZON_NA and AMAZON_EU were seen in
 * reports, the others are by analogy (unverified).
 */
export function locationsOf({ marketplaceId }: AmazonSettings): StockLocation[] {
  const own = { id: merchantStock, name: "your own stock", active: true };
  const country = findMarketplace(marketplaceId)?.country;
  if (country === undefined) return [own];
  const id = `AMAZON_${areas.get(country) ?? country}`;
  return [own, { id, name: "what Amazon holds (FBA)", active: true }];
}
