import type { ChannelParts } from "../channel.js";

/** The part of the config that this channel needs. */
export interface EtsySettings {
  /** The number of the shop, as text. */
  readonly shopId: string;
  readonly keystring: string;
  readonly sharedSecret: string;
  /** The first one, or a newer one of the operator's: it beats the kept one whenever it changes. */
  readonly refreshToken: string;
  /** Which states are items. Default: `active` only. */
  readonly states?: readonly string[];
  /** Scheme, host and port. Default: `https://openapi.etsy.com`. */
  readonly baseUrl?: string;
  /** The whole address. Default: `https://api.etsy.com/v3/public/oauth/token`. */
  readonly tokenUrl?: string;
  /** Etsy has one stock: absent or `default`. */
  readonly inventoryLocation?: string;
}

export const defaultBaseUrl = "https://openapi.etsy.com";
export const defaultTokenUrl = "https://api.etsy.com/v3/public/oauth/token";
export const defaultStates: readonly string[] = ["active"];

/** Where an operator finds key, secret and callback addresses. */
export const appsPage = "etsy.com/developers/your-apps";

/** What a token needs to be allowed: nothing can be written with it. */
export const neededScopes = ["listings_r", "shops_r"] as const;

/** What asks the token endpoint. */
export type TokenParts = Pick<ChannelParts, "http" | "clock" | "hide" | "redact">;
