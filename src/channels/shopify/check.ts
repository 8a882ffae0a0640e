import { InterruptedError, PsyncError } from "../../errors.js";
import { pageTitle } from "../../http/body.js";
import type { CheckResult } from "../../model/report.js";
import { pass, runCheckList } from "../../http/check-list.js";
import { scopeHint } from "./errors.js";
import { chooseLocation } from "./locations.js";
import { hasScope, missingStockScope, type ReadContext } from "./open-read.js";
import * as queries from "./queries.js";
import { catalogueSizeSchema, connectionTestSchema, type Count } from "./schema.js";

type ShopCheck = (
  context: ReadContext,
  seen: Findings,
  signal: AbortSignal,
) => Promise<Omit<CheckResult, "name">>;

/** What one check leaves for the next. */
interface Findings {
  scopes?: readonly string[];
  served?: readonly { readonly handle: string; readonly supported: boolean }[];
  answered?: string;
  deprecated?: string;
}

/** Runs the checks in a fixed order; one that an earlier failure makes pointless is skipped. Only queries are sent. */
export async function* checkShop(context: ReadContext, signal: AbortSignal): AsyncGenerator<CheckResult> {
  const seen: Findings = {};
  const bound = Object.entries(checks).map(
    ([name, check]) => [name, (on: AbortSignal) => check(context, seen, on)] as const,
  );
  // A location that cannot be chosen leaves everything else in order.
  yield* runCheckList(Object.fromEntries(bound), signal, ["location"]);
}

/** In the order in which they are told. */
const checks: Readonly<Record<string, ShopCheck>> = {
  credentials: async ({ api, parts }, seen, signal) => {
    const answer = await api.ask(queries.connectionTest, connectionTestSchema, {}, signal);
    const { shop, currentAppInstallation, publicApiVersions } = answer.data;
    if (currentAppInstallation !== null && currentAppInstallation !== undefined) {
      seen.scopes = currentAppInstallation.accessScopes.map(({ handle }) => handle);
    }
    seen.served = publicApiVersions;
    if (answer.version !== undefined) seen.answered = answer.version;
    if (answer.deprecated !== undefined) seen.deprecated = answer.deprecated;
    const text = (words: string): string => parts.redact(pageTitle(parts.redact(words)));
    const name = `"${text(shop.name)}"${shop.plan === undefined ? "" : ` (${text(shop.plan.publicDisplayName)})`}`;
    const currency = shop.currencyCode === "" ? "" : `, prices in ${text(shop.currencyCode)}`;
    const domain = shop.myshopifyDomain;
    if (domain !== "" && domain !== api.shop) {
      return {
        outcome: "warn",
        message: `${name}${currency}; the shop calls itself ${text(domain)}`,
        hint: `Set source.shop to ${text(domain)}, if that is the shop that is meant.`,
      };
    }
    return pass(`${name}${currency}`);
  },

  scopes: async ({ api, settings }, { scopes }) => {
    if (scopes === undefined) {
      return {
        outcome: "warn",
        message: "Shopify does not tell what this app may do",
        hint: "What follows will.",
      };
    }
    if (hasScope(scopes, "read_products") === false) {
      return {
        outcome: "fail",
        message: "the app may not read products: the scope read_products is missing",
        hint: scopeHint("read_products", api.grant),
        exitCode: 12,
      };
    }
    if (hasScope(scopes, "read_inventory") === false) {
      if (settings.inventoryLocation !== undefined) throw missingStockScope(api);
      return lacking("read_inventory", "no quantities: the app may not read stock", api.grant);
    }
    if (hasScope(scopes, "read_locations") === false) {
      const message =
        settings.inventoryLocation === undefined
          ? "no quantities: the app may not read locations"
          : "the app may not read the names of locations";
      return lacking("read_locations", message, api.grant);
    }
    return pass("read_products, read_inventory, read_locations");
  },

  version: async ({ api, parts }, { served = [], answered, deprecated }) => {
    const { apiVersion } = api;
    const text = (words: string): string => parts.redact(pageTitle(parts.redact(words)));
    const supported = served.filter((version) => version.supported).map(({ handle }) => text(handle));
    const hint = `Set source.apiVersion to one of: ${supported.join(", ")}.`;
    if (answered !== undefined && answered !== apiVersion) {
      return {
        outcome: "warn",
        message: `Shopify answers with API version ${text(answered)} in place of ${apiVersion}, which it no longer serves`,
        hint: supported.length === 0 ? "Update psync, or set source.apiVersion." : hint,
      };
    }
    if (supported.length > 0 && !supported.includes(apiVersion)) {
      const known = served.some(({ handle }) => handle === apiVersion);
      const message = known
        ? `API version ${apiVersion} is not supported: it is not out yet`
        : `Shopify does not serve API version ${apiVersion}`;
      return { outcome: "warn", message, hint };
    }
    if (deprecated !== undefined) {
      return {
        outcome: "warn",
        message: `Shopify will drop something that psync asks for: ${text(deprecated)}`,
        hint: "Update psync.",
      };
    }
    return pass(`API ${apiVersion}`);
  },

  location: async ({ api, settings }, { scopes }, signal) => {
    if (hasScope(scopes, "read_inventory") === false) {
      return { outcome: "skip", message: "no stock is read, because the scope read_inventory is missing" };
    }
    const chosen = await chooseLocation(api, settings.inventoryLocation, signal);
    if (chosen === undefined) {
      return { outcome: "skip", message: "no stock is read, because the scope read_locations is missing" };
    }
    if (chosen.active) return pass(`stock of ${pageTitle(chosen.label)}`);
    return {
      outcome: "warn",
      message: `the location ${pageTitle(chosen.label)} is switched off in the shop`,
      hint: "Its stock is not for sale. Look under Settings > Locations.",
    };
  },

  size: async ({ api }, _seen, signal) => {
    try {
      const { data } = await api.ask(queries.catalogueSize, catalogueSizeSchema, {}, signal);
      const { productsCount, productVariantsCount } = data;
      return pass(`${tell(productsCount)} products, ${tell(productVariantsCount)} variants`);
    } catch (error) {
      // A shop that cannot count can still be read, unless it refuses.
      if (!(error instanceof PsyncError) || error instanceof InterruptedError || error.exitCode === 12)
        throw error;
      return {
        outcome: "warn",
        message: error.message,
        hint: "Without a count psync cannot tell whether all came.",
      };
    }
  },
};

function lacking(scope: string, message: string, grant: boolean): Omit<CheckResult, "name"> {
  return { outcome: "warn", message: `${message} (${scope} is missing)`, hint: scopeHint(scope, grant) };
}

function tell({ count, precision }: Count): string {
  return precision === "AT_LEAST" ? `${count} or more` : String(count);
}
