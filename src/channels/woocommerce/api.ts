import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { ConfigError, InterruptedError, PsyncError } from "../../errors.js";
import { parseJson } from "../../http/body.js";
import type { HttpRequest, HttpResponse } from "../../http/contract.js";
import { type JsonAnswer, requestJson } from "../../http/json.js";
import { createRedactor } from "../../http/redaction.js";
import { type ErrorContext, redirectError, toWooError } from "./errors.js";
import { signUrl } from "./oauth.js";
import { type SiteIndex, siteIndexSchema } from "./schema.js";
import type { WooParts, WooSettings } from "./settings.js";

export type Query = Readonly<Record<string, string | number>>;

/** One good answer. */
export interface WooAnswer {
  readonly body: unknown;
  /** From X-WP-Total; undefined where a proxy strips it. */
  readonly total?: number;
  /** From X-WP-TotalPages. */
  readonly totalPages?: number;
  /** The shop's clock when it answered, milliseconds since 1970. */
  readonly dateMs?: number;
}

export interface SiteAnswer {
  /** Undefined where the site hides its index; the shop's own routes may answer all the same. */
  readonly index?: SiteIndex;
  readonly dateMs?: number;
}

export interface WooApi {
  /** The site without a slash at the end. */
  readonly site: string;
  readonly auth: ErrorContext["auth"];
  /**
   * Fetches one address under the API's root, such as "wc/v3/products", with credentials unless `open` says
   * otherwise. `attempts` limits the HTTP room's retries. Throws what `toWooError` says, also for a failure that
   * stays after the retries.
   */
  get(
    path: string,
    query: Query,
    signal: AbortSignal,
    how?: { readonly attempts?: number; readonly open?: boolean },
  ): Promise<WooAnswer>;
  /**
   * Asks the site what it is, without credentials, and learns where its API lives. A refusal is no error: the shop's
   * own routes may answer all the same. Throws ConfigError on a redirect, TransientError when the site is down.
   */
  open(signal: AbortSignal): Promise<SiteAnswer>;
}

const maxHops = 3;

/** The site's address as psync names it: no slash at the end, no credentials, no query. Undefined for nonsense. */
export function parseSite(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, origin, pathname } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") return undefined;
  return origin + pathname.replace(/\/+$/, "");
}

interface SendHow {
  readonly attempts?: number;
  /** Without credentials. */
  readonly open?: boolean;
  /** Whatever answers is taken as it is; otherwise an answer of 200 must be JSON, and is asked for again. */
  readonly anything?: boolean;
}

/** Makes the client of one shop. The prefix of its API is learnt once and kept. */
export function createWooApi(settings: WooSettings, parts: WooParts): WooApi {
  const site = parseSite(settings.url);
  const account = site ?? settings.url;
  const auth = settings.auth === "auto" ? (account.startsWith("https:") ? "basic" : "oauth1") : settings.auth;
  const redact = createRedactor([settings.consumerKey, settings.consumerSecret]);
  const nonce = parts.nonce ?? (() => randomBytes(16).toString("hex"));
  // A site may rename the prefix of its API; "wp-json" is what nearly all have.
  let root: string | undefined;

  function contextOf(path: string): ErrorContext {
    const what = path.replace(/^wc\/(store\/)?v\d\//, "").split("?")[0] ?? path;
    return { what: what === "" ? "the site" : what, site: account, auth, now: parts.clock.now(), redact };
  }

  function withCredentials(request: HttpRequest): HttpRequest {
    if (auth === "basic") {
      const pair = Buffer.from(`${settings.consumerKey}:${settings.consumerSecret}`).toString("base64");
      return { ...request, headers: { ...request.headers, authorization: `Basic ${pair}` } };
    }
    if (auth === "query") {
      const url = new URL(request.url);
      url.searchParams.set("consumer_key", settings.consumerKey);
      url.searchParams.set("consumer_secret", settings.consumerSecret);
      return { ...request, url: url.href };
    }
    const seconds = Math.floor(parts.clock.now() / 1000);
    return { ...request, url: signUrl(request.method, request.url, settings, nonce(), seconds) };
  }

  async function send(
    method: "GET" | "HEAD",
    url: string,
    signal: AbortSignal,
    how: SendHow,
  ): Promise<JsonAnswer> {
    let target = url;
    for (let hop = 0; ; hop += 1) {
      if (signal.aborted) throw new InterruptedError();
      const request = {
        method,
        url: target,
        headers: { accept: "application/json" },
        signal,
        ...(how.attempts === undefined ? {} : { attempts: how.attempts }),
      };
      const prepare = how.open === true ? undefined : withCredentials;
      const answer =
        how.anything === true
          ? { response: await parts.http.request(request, prepare), value: undefined }
          : await requestJson(parts.http, request, "the shop", prepare, redact);
      const { status, headers } = answer.response;
      const location = headers["location"];
      if (status < 300 || status >= 400 || location === undefined) return answer;
      const next = nextHop(target, location);
      // Credentials are never carried to another origin, and a loop ends here as well.
      if (next === undefined || hop >= maxHops)
        throw redirectError(redact(shownTarget(target, location)), account);
      target = next;
    }
  }

  async function get(
    path: string,
    query: Query,
    signal: AbortSignal,
    how: { readonly attempts?: number; readonly open?: boolean } = {},
  ): Promise<WooAnswer> {
    const { response, value } = await send("GET", `${rootOf()}/${path}${toSearch(query)}`, signal, how);
    if (response.status !== 200) throw toWooError(response, contextOf(path));
    return { body: value, ...factsOf(response) };
  }

  function rootOf(): string {
    if (site === undefined) {
      const message = "source.url is no http or https address";
      throw new ConfigError("bad-url", message, [{ path: "source.url", message }], {
        hint: "Write the shop's address, such as https://shop.example.",
      });
    }
    return root ?? `${site}/wp-json`;
  }

  async function open(signal: AbortSignal): Promise<SiteAnswer> {
    const fields = "name,gmt_offset,timezone_string,namespaces";
    for (const lastTry of root === undefined ? [false, true] : [true]) {
      const address = `${rootOf()}/${toSearch({ _fields: fields })}`;
      const { response } = await send("GET", address, signal, { open: true, anything: true });
      if (response.status === 404 && !lastTry) {
        const found = await findRoot(signal);
        if (found === undefined) return factsOf(response);
        root = found;
        continue;
      }
      if (response.status >= 500) throw toWooError(response, contextOf(""));
      const index = response.status === 200 ? parseIndex(response) : undefined;
      if (index !== undefined) root = rootOf();
      return { ...(index === undefined ? {} : { index }), ...factsOf(response) };
    }
    return {};
  }

  /** Every page of a WordPress site names the address of its API in a header. */
  async function findRoot(signal: AbortSignal): Promise<string | undefined> {
    const { response } = await send("HEAD", `${account}/`, signal, { open: true, anything: true });
    const link = /<([^>]+)>;\s*rel="?https:\/\/api\.w\.org\/"?/.exec(response.headers["link"] ?? "")?.[1];
    if (link === undefined || !URL.canParse(link, account)) return undefined;
    const found = new URL(link, account);
    // An address with a query is that of plain permalinks, where WooCommerce takes no keys.
    if (found.origin !== new URL(account).origin || found.search !== "") return undefined;
    const address = found.origin + found.pathname.replace(/\/+$/, "");
    return address === rootOf() ? undefined : address;
  }

  return { site: account, auth, get, open };
}

function parseIndex(response: HttpResponse): SiteIndex | undefined {
  try {
    return siteIndexSchema.safeParse(parseJson(response, "the shop")).data;
  } catch (error) {
    if (error instanceof PsyncError) return undefined;
    throw error;
  }
}

function toSearch(query: Query): string {
  const pairs = Object.entries(query).map(
    // Commas stay readable: WordPress takes them either way.
    ([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",")}`,
  );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

function factsOf(response: HttpResponse): Omit<WooAnswer, "body"> {
  const total = toCount(response.headers["x-wp-total"]);
  const totalPages = toCount(response.headers["x-wp-totalpages"]);
  const dateMs = Date.parse(response.headers["date"] ?? "");
  return {
    ...(total === undefined ? {} : { total }),
    ...(totalPages === undefined ? {} : { totalPages }),
    ...(Number.isNaN(dateMs) ? {} : { dateMs }),
  };
}

function toCount(header: string | undefined): number | undefined {
  return header !== undefined && /^\s*\d{1,15}\s*$/.test(header) ? Number(header) : undefined;
}

/** The address to follow, cleaned of the spent signature that servers copy into it; undefined on another origin. */
function nextHop(from: string, location: string): string | undefined {
  if (!URL.canParse(location, from)) return undefined;
  const next = new URL(location, from);
  if (next.origin !== new URL(from).origin) return undefined;
  const spent = [...next.searchParams.keys()].filter((name) => /^(oauth|consumer)_/.test(name));
  for (const name of spent) next.searchParams.delete(name);
  return next.href;
}

function shownTarget(from: string, location: string): string {
  if (!URL.canParse(location, from)) return "an unreadable address";
  const { origin, pathname } = new URL(location, from);
  return `${origin}${pathname.replace(/\/wp-json(\/.*)?$/, "")}`;
}
