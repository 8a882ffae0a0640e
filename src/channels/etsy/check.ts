import { AuthError, ConfigError, RemoteError } from "../../errors.js";
import { pageTitle } from "../../http/body.js";
import type { CheckResult } from "../../model/report.js";
import { pass, runCheckList } from "../../http/check-list.js";
import { authorizeHint, unknownShop } from "./errors.js";
import { fetchPage } from "./fetch-page.js";
import type { ReadContext } from "./read.js";
import { isBlank } from "./records.js";
import { type Item, meSchema, pongSchema, shopSchema, toItem } from "./schema.js";
import { checkSettings, defaultStates, neededScopes } from "./settings.js";

/** How often `psync sync --watch` reads, unless the operator says otherwise. */
const usualMinutes = 15;
/** How many listings are looked at. */
const sampleSize = 25;

/** Runs the checks in a fixed order; one that an earlier failure makes pointless is skipped. Nothing is changed. */
export async function* checkShop(context: ReadContext, signal: AbortSignal): AsyncGenerator<CheckResult> {
  const found: Findings = {};
  const bound = Object.entries(checks).map(
    ([name, check]) => [name, (on: AbortSignal) => check(context, on, found)] as const,
  );
  try {
    yield* runCheckList(Object.fromEntries(bound), signal);
  } finally {
    await context.quota.save();
  }
}

/** What one check learns for a later one. */
interface Findings {
  /** How many listings there are of the first state. */
  listings?: number;
}

type ShopCheck = (
  context: ReadContext,
  signal: AbortSignal,
  found: Findings,
) => Promise<Omit<CheckResult, "name">>;

/** In the order in which they are told. */
const checks: Readonly<Record<string, ShopCheck>> = {
  settings: async ({ settings }) => {
    checkSettings(settings);
    return pass(`shop ${settings.shopId}, listings that are ${statesOf(settings.states).join(", ")}`);
  },

  reachable: async ({ api }, signal) => {
    const { body } = await api.get("openapi-ping", {}, "the key", signal, { open: true });
    if (!pongSchema.safeParse(body).success) {
      throw new RemoteError("unexpected-answer", "what answers is not Etsy's API", {
        hint: "Check source.baseUrl, if it is set.",
      });
    }
    return pass("Etsy answers and takes the key");
  },

  token: async ({ api }, signal) => {
    await api.token(signal);
    return pass("there is an access token");
  },

  owner: async ({ api, settings }, signal) => {
    const { body } = await api.get("users/me", {}, "the account", signal);
    const own = meSchema.safeParse(body).data?.shop_id;
    if (own === undefined) {
      return {
        outcome: "warn",
        message: "Etsy does not tell which shop the token's account has",
        hint: "SKUs are shown to the shop's owner only.",
      };
    }
    if (own !== settings.shopId) {
      const message = `the token is of the owner of shop ${own}, not of shop ${settings.shopId}`;
      throw new ConfigError("other-shop", message, [{ path: "source.shopId", message }], {
        hint: `Set source.shopId to "${own}", or run \`psync auth etsy\` as the owner of shop ${settings.shopId}.`,
      });
    }
    return pass(`the token is of the owner of shop ${own}`);
  },

  scopes: async ({ api }, signal) => {
    let granted: ReadonlySet<string>;
    try {
      const { body } = await api.ask("scopes", (token) => ({ token }), "the token's scopes", signal);
      granted = scopesIn(body);
    } catch (error) {
      // The answer's shape is not documented, and what a scope is needed for is asked for anyway.
      if (!(error instanceof RemoteError)) throw error;
      granted = new Set();
    }
    if (granted.size === 0) {
      return { outcome: "skip", message: "Etsy does not tell the token's scopes in a way that psync knows" };
    }
    const missing = neededScopes.filter((scope) => !granted.has(scope));
    if (missing.length > 0) {
      throw new AuthError("missing-scope", `the token lacks ${missing.join(" and ")}`, {
        hint: authorizeHint,
      });
    }
    return pass(`the token has ${neededScopes.join(" and ")}`);
  },

  shop: async ({ api, settings }, signal) => {
    const path = `shops/${encodeURIComponent(settings.shopId)}`;
    const { body } = await api.get(path, {}, "the shop", signal).catch((error: unknown) => {
      if (!(error instanceof RemoteError) || error.status !== 404) throw error;
      throw unknownShop(settings.shopId);
    });
    const { data } = shopSchema.safeParse(body);
    if (data === undefined) throw new RemoteError("unexpected-answer", "Etsy's answer is no shop");
    const active = data.listing_active_count;
    const count = active === undefined ? "" : `, ${active} active listings`;
    const facts = `"${pageTitle(data.shop_name)}", prices in ${pageTitle(data.currency_code)}${count}`;
    if (!data.is_vacation) return pass(facts);
    return {
      outcome: "warn",
      message: `${facts}; the shop is on vacation`,
      hint: "Its listings can be read, but nobody can buy them.",
    };
  },

  listings: async ({ api, parts, settings, traits }, signal, findings) => {
    const [state = "active"] = statesOf(settings.states);
    const request = { shopId: settings.shopId, state };
    const page = await fetchPage({ api, traits, warn: parts.warn }, request, 0, sampleSize, signal);
    const listings = page.rows.map(toItem).filter((listing) => listing !== undefined);
    if (listings.length === 0) {
      return {
        outcome: "warn",
        message: `there are no ${state} listings`,
        hint: "Check source.states, if the shop has listings.",
      };
    }
    const products = listings.flatMap(productsOf);
    findings.listings = page.total ?? listings.length;
    const found = `${findings.listings} ${state} listings can be read`;
    if (products.length === 0) {
      return {
        outcome: "warn",
        message: `${found}, but Etsy sends no inventory with them`,
        hint: "psync asks for it apart, which takes twice the requests.",
      };
    }
    if (products.every((product) => isBlank(product["sku"]))) {
      return {
        outcome: "warn",
        message: `${found}, but every SKU of the first ${listings.length} is blank`,
        hint: `Either the token is not of the shop's owner, who alone is shown SKUs (${authorizeHint}), or the products have none: give them SKUs in the shop manager.`,
      };
    }
    return pass(found);
  },

  limits: async ({ quota, traits }, _signal, { listings = 0 }) => {
    const { perSecond, perDay } = quota.limits();
    const left = quota.leftToday();
    if (perDay === undefined || left === undefined) {
      return { outcome: "skip", message: "Etsy's answers do not tell the app's limits" };
    }
    const rate = perSecond === undefined ? "" : `${perSecond} requests a second, `;
    const message = `${rate}${perDay} in 24 hours, of which ${left} are left`;
    const requests = readRequests(listings, traits.inventoryApart);
    const minutes = Math.ceil((requests * 1440) / Math.max(1, perDay));
    if (minutes > usualMinutes) {
      const cost = `a read of ${listings} listings takes ${requests} requests`;
      return {
        outcome: "warn",
        message: `${message}; ${cost}`,
        hint: `Set options.interval to ${minutes}m at least, or ask Etsy for a higher limit.`,
      };
    }
    if (left * 10 > perDay) return pass(message);
    const hint = "Another program may use the same key. Run psync less often.";
    return { outcome: "warn", message, hint };
  },
};

/** A page for each 100, and perhaps one that shows the end; each once more where inventories come apart. */
function readRequests(listings: number, inventoryApart: boolean): number {
  const pages = Math.floor(listings / 100) + 1;
  return inventoryApart ? pages + Math.ceil(listings / 100) : pages;
}

function statesOf(states: readonly string[] | undefined): readonly string[] {
  return states ?? defaultStates;
}

/** Finds names of scopes in whatever shape they come. */
function scopesIn(body: unknown): ReadonlySet<string> {
  return new Set(JSON.stringify(body ?? "").match(/\b[a-z]+_[rwd]\b/g) ?? []);
}

function productsOf(listing: Item): readonly Item[] {
  const products = toItem(listing["inventory"])?.["products"];
  if (!Array.isArray(products)) return [];
  return products.map(toItem).filter((product) => product !== undefined);
}
