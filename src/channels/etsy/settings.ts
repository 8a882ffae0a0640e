import { ConfigError, type Fault } from "../../errors.js";
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

/** Throws ConfigError with every setting that cannot be what it should, before anything is sent. */
export function checkSettings(settings: EtsySettings): void {
  const faults: Fault[] = [];
  if (!/^[1-9]\d{0,18}$/.test(settings.shopId)) {
    const message = `source.shopId "${settings.shopId}" is no number`;
    faults.push({ path: "source.shopId", message, hint: "It is the number of the shop, not its name." });
  }
  for (const name of ["keystring", "sharedSecret", "refreshToken"] as const) {
    // A blank or a line break that came along when it was copied; in a header it could not even be sent.
    if (!/[^\x21-\x7e]/.test(settings[name])) continue;
    const message = `source.${name} holds a blank, or a sign that no such value has`;
    faults.push({ path: `source.${name}`, message, hint: "Copy it again, without what stands around it." });
  }
  const [first] = faults;
  if (first === undefined) return;
  const hint = first.hint === undefined ? {} : { hint: first.hint };
  throw new ConfigError("bad-settings", faults.map(({ message }) => message).join("; "), faults, hint);
}
