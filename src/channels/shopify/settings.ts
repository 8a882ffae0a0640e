import { ConfigError } from "../../errors.js";

/** The part of the config that this channel needs. */
export interface ShopifySettings {
  /** harbor-goods.myshopify.com; also without the suffix. */
  readonly shop: string;
  /** A token that was shown once in the shop's admin; it never expires. */
  readonly accessToken?: string;
  /** With `clientSecret`: an app of the Dev Dashboard, whose tokens live a day. */
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** Default: 2026-10. */
  readonly apiVersion?: string;
  /** Which statuses are items. Default: ACTIVE and UNLISTED. */
  readonly statuses?: readonly string[];
  /** Scheme, host and port in place of https://SHOP, for proxies and tests. */
  readonly baseUrl?: string;
  /** Whose stock `quantity` is: an id, a gid, or an exact name. Default: the shop's only active location. */
  readonly inventoryLocation?: string | number;
}

export const defaultApiVersion = "2026-10";
export const defaultStatuses: readonly string[] = ["ACTIVE", "UNLISTED"];

const suffix = ".myshopify.com";

/** The domain that Shopify knows the shop by; undefined where the text cannot be one. */
export function parseShop(shop: string): string | undefined {
  const host = shop
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, "")
    .replace(/\/.*$/s, "");
  const domain = host.includes(".") ? host : host + suffix;
  return /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/.test(domain) ? domain : undefined;
}

/** Where requests go: no slash at the end. Throws ConfigError for a shop or an address that is none. */
export function originOf(settings: ShopifySettings): string {
  const domain = parseShop(settings.shop);
  if (domain === undefined) {
    throw configError("bad-shop", "source.shop", "source.shop is no myshopify.com domain", {
      hint: "Write the domain under which Shopify made the shop (Settings > Domains), such as harbor-goods.myshopify.com.",
    });
  }
  const { baseUrl } = settings;
  if (baseUrl === undefined) return `https://${domain}`;
  const { protocol, origin } = URL.canParse(baseUrl) ? new URL(baseUrl) : { protocol: "", origin: "" };
  if (protocol !== "https:" && protocol !== "http:") {
    throw configError("bad-url", "source.baseUrl", "source.baseUrl is no http or https address", {
      hint: "Write scheme, host and port, or leave the key out.",
    });
  }
  return origin;
}

/** A ConfigError with one fault, whose message it takes. */
export function configError(
  code: string,
  path: string,
  message: string,
  details: { readonly hint: string },
): ConfigError {
  return new ConfigError(code, message, [{ path, message, hint: details.hint }], details);
}
