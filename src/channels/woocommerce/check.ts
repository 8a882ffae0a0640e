import { ConfigError, InterruptedError, PsyncError, RemoteError } from "../../errors.js";
import { pageTitle } from "../../http/body.js";
import type { CheckResult } from "../../model/report.js";
import { pass, runCheckList } from "../../http/check-list.js";
import { parseSite, type SiteAnswer } from "./api.js";
import type { ReadContext } from "./read.js";
import { currencySchema, systemStatusSchema } from "./schema.js";
import { readUnits } from "./units.js";

const keysPage = "WooCommerce > Settings > Advanced > REST API";
/** A third of what OAuth signatures allow. */
const clockWarnMs = 5 * 60_000;

/** Runs the checks in a fixed order; one that an earlier failure makes pointless is skipped. Only GET and HEAD. */
export async function* checkShop(context: ReadContext, signal: AbortSignal): AsyncGenerator<CheckResult> {
  const seen: Findings = {};
  const bound = Object.entries(checks).map(
    ([name, check]) => [name, (on: AbortSignal) => check(context, seen, on)] as const,
  );
  // Rights to the settings may be missing while everything else is in order.
  yield* runCheckList(Object.fromEntries(bound), signal, ["units"]);
  yield {
    name: "write-permission",
    outcome: "skip",
    message: "whether the key may also write cannot be seen without writing",
    hint: `psync only reads: permission Read is enough (${keysPage}).`,
  };
}

/** What one check leaves for the next. */
interface Findings {
  site?: SiteAnswer;
  redirect?: ConfigError;
  dateMs?: number;
}

type ShopCheck = (
  context: ReadContext,
  seen: Findings,
  signal: AbortSignal,
) => Promise<Omit<CheckResult, "name">>;

/** In the order in which they are told. */
const checks: Readonly<Record<string, ShopCheck>> = {
  url: async ({ api, settings }) => {
    if (parseSite(settings.url) === undefined) {
      const message = "source.url is no http or https address";
      return {
        outcome: "fail",
        message,
        hint: "Write the shop's address, such as https://shop.example.",
        exitCode: 4,
      };
    }
    if (api.site.startsWith("https:") || api.auth === "oauth1")
      return pass(`${api.site}, ${authNames[api.auth]}`);
    return {
      outcome: "warn",
      message: `WooCommerce ignores ${authNames[api.auth]} over http`,
      hint: "Use https in source.url, or source.auth: oauth1.",
    };
  },

  reachable: async ({ api }, seen, signal) => {
    try {
      seen.site = await api.open(signal);
    } catch (error) {
      if (!(error instanceof ConfigError) || error.code !== "redirect") throw error;
      seen.redirect = error;
      return pass(`${api.site} answers`);
    }
    const { index } = seen.site;
    if (index === undefined) {
      return {
        outcome: "warn",
        message: `${api.site} answers, but does not show what it is`,
        hint: "Let psync through to /wp-json if what follows fails too.",
      };
    }
    if (!index.namespaces.includes("wc/v3")) {
      return {
        outcome: "fail",
        message: `${api.site} is a WordPress site without WooCommerce's API`,
        hint: "Activate WooCommerce, or set source.url to the shop's home.",
        exitCode: 6,
      };
    }
    const zone =
      index.timezone_string === "" ? `UTC offset ${index.gmt_offset ?? "?"}` : index.timezone_string;
    return pass(`"${pageTitle(index.name)}", time zone ${zone}`);
  },

  redirect: async (_context, seen) => {
    if (seen.redirect !== undefined) throw seen.redirect;
    return pass("the shop answers at source.url itself");
  },

  credentials: async ({ api }, seen, signal) => {
    const answer = await api.get("wc/v3/products", { per_page: 1, _fields: "id" }, signal);
    if (answer.dateMs !== undefined) seen.dateMs = answer.dateMs;
    return pass(answer.total === undefined ? "products can be read" : `${answer.total} products can be read`);
  },

  units: async ({ api, settings }, _seen, signal) => {
    const { weightUnit, dimensionUnit } = await readUnits(api, settings, signal);
    const currency = await tryText(async () => {
      const { body } = await api.get("wc/v3/data/currencies/current", { _fields: "code" }, signal);
      return currencySchema.safeParse(body).data?.code;
    });
    const prices = currency === undefined ? "" : `, prices in ${pageTitle(currency)}`;
    return pass(`weights in ${weightUnit}, sizes in ${dimensionUnit}${prices}`);
  },

  version: async ({ api }, _seen, signal) => {
    const version = await tryText(async () => {
      const { body } = await api.get("wc/v3/system_status", { _fields: "environment.version" }, signal);
      return systemStatusSchema.safeParse(body).data?.environment.version;
    });
    if (version !== undefined) return pass(`WooCommerce ${pageTitle(version)}`);
    return {
      outcome: "warn",
      message: "the shop does not tell this key its WooCommerce version",
      hint: "psync works with WooCommerce 6.0 and later.",
    };
  },

  variations: async ({ api, traits }, _seen, signal) => {
    try {
      await api.get("wc/v3/variations", { per_page: 1, _fields: "id" }, signal);
      return pass("variations can be read in one list");
    } catch (error) {
      if (!(error instanceof RemoteError && error.code === "no-route")) throw error;
      traits.onePerParent = true;
      return {
        outcome: "warn",
        message:
          "variations can be read product by product only: a read takes a request more for each variable product",
        hint: "WooCommerce 10.3 and later has one list for all.",
      };
    }
  },

  clock: async ({ api, parts }, seen) => {
    if (seen.dateMs === undefined) {
      return {
        outcome: "warn",
        message:
          "the shop sends no Date header: psync cannot ask for what changed, each sync reads everything",
        hint: "Something between psync and the shop removes the header.",
      };
    }
    const skewMs = parts.clock.now() - seen.dateMs;
    const seconds = Math.round(Math.abs(skewMs) / 1000);
    const message = `this machine's clock is ${seconds} s ${skewMs < 0 ? "behind" : "ahead of"} the shop's`;
    if (Math.abs(skewMs) < clockWarnMs) return pass(message);
    const limit = api.auth === "oauth1" ? " Signatures are refused beyond 15 minutes." : "";
    return { outcome: "warn", message, hint: `Set the clocks (NTP).${limit}` };
  },
};

const authNames = {
  basic: "HTTP Basic",
  query: "keys in the query",
  oauth1: "OAuth 1.0a signatures",
} as const;

/** A fact that is good to know; its absence breaks nothing. */
async function tryText(read: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof PsyncError && !(error instanceof InterruptedError)) return undefined;
    throw error;
  }
}
