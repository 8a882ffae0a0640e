import { AuthError, ConfigError, RemoteError } from "../../errors.js";
import { pageTitle } from "../../http/body.js";
import type { CheckResult } from "../../model/report.js";
import { type Check, pass, runCheckList } from "../../http/check-list.js";
import type { AmazonContext } from "./context.js";
import { fetchCatalog, noAsin } from "./enrich.js";
import { fetchListings, mostListings } from "./listings.js";
import { checkLocation, endpointOf, findMarketplace } from "./marketplaces.js";
import { listReports } from "./reports.js";
import { participationsSchema } from "./schema.js";
import { locationOf, merchantStock } from "./settings.js";
import { fetchStockPage } from "./stock.js";

const reportsSinceMs = 24 * 3_600_000;

/** Runs the checks in a fixed order. Nothing is made at Amazon: the right to reports shows in their list. */
export function checkAccount(context: AmazonContext, signal: AbortSignal): AsyncGenerator<CheckResult> {
  const { api, settings } = context;
  const { marketplaceId } = settings;
  const checks: Readonly<Record<string, Check>> = {
    marketplace: async () => {
      const endpoint = endpointOf(settings);
      const known = findMarketplace(marketplaceId);
      const name = known === undefined ? marketplaceId : `${marketplaceId} (${known.country})`;
      return Promise.resolve(pass(`${name} at ${endpoint}`));
    },

    credentials: async (on) => {
      await api.authorise(on);
      return pass("Amazon gave an access token");
    },

    participation: (on) => checkParticipation(context, on),

    reports: async (on) => {
      const statuses = ["DONE", "IN_QUEUE", "IN_PROGRESS"];
      const { length } = await listReports(context, reportsSinceMs, statuses, on);
      return pass(`listings reports can be read; ${length} of the last 24 hours`);
    },

    listings: async (on) => {
      if (settings.sellerId === undefined) {
        return {
          outcome: "skip",
          message: "without source.sellerId the listings report is used",
          hint: `With it, shops of up to ${mostListings} SKUs are read in seconds.`,
        };
      }
      try {
        const { numberOfResults } = await fetchListings(context, undefined, on, 1);
        const way =
          numberOfResults > mostListings ? "too many for it: the report is used" : "read without a report";
        return pass(`the Listings API counts ${numberOfResults} listings, ${way}`);
      } catch (error) {
        if (!(error instanceof RemoteError || error instanceof AuthError)) throw error;
        const hint = error.hint === undefined ? {} : { hint: error.hint };
        return { outcome: "warn", message: `${error.message}; the listings report is used`, ...hint };
      }
    },

    catalogue: async (on) => {
      if (settings.enrich === false) {
        return { outcome: "skip", message: "source.enrich is false: no images, UPC, size and weight" };
      }
      await fetchCatalog(context, [noAsin], on);
      return pass("the Catalog API answers");
    },

    stock: async (on) => {
      checkLocation(settings);
      const location = locationOf(settings);
      if (location === merchantStock) return pass("quantity is your own stock (DEFAULT)");
      await fetchStockPage(context, undefined, on);
      return pass(`quantity is what Amazon holds (${location})`);
    },
  };
  return runCheckList(checks, signal);
}

async function checkParticipation(
  { api, settings }: AmazonContext,
  signal: AbortSignal,
): Promise<Omit<CheckResult, "name">> {
  // One a minute is what Amazon allows in the long run: asked once, here only.
  const path = "/sellers/v1/marketplaceParticipations";
  const { payload } = await api.get("getMarketplaceParticipations", path, {}, participationsSchema, signal);
  const mine = payload.find(({ marketplace }) => marketplace.id === settings.marketplaceId);
  if (mine === undefined || !mine.participation.isParticipating) {
    const why =
      mine === undefined ? "is not among the account's" : "is one that the account does not sell in";
    const message = `marketplace ${settings.marketplaceId} ${why}`;
    const there = payload
      .filter(({ participation }) => participation.isParticipating)
      .map(({ marketplace: { id, countryCode } }) => pageTitle(`${countryCode} ${id}`));
    throw new ConfigError("no-participation", message, [{ path: "source.marketplaceId", message }], {
      hint: there.length === 0 ? "The account sells in none." : `It sells in ${there.join(", ")}.`,
    });
  }
  const { name, defaultCurrencyCode } = mine.marketplace;
  const said = `${pageTitle(name)}, prices in ${pageTitle(defaultCurrencyCode)}`;
  if (!mine.participation.hasSuspendedListings) return pass(said);
  return {
    outcome: "warn",
    message: `${said}; some listings are suspended`,
    hint: "Seller Central > Performance > Account Health says which.",
  };
}
