import type { ChannelParts, ReadRequest, RecordPage } from "../channel.js";
import type { RecordReject, SourceRecord } from "../../model/record.js";
import type { ShopifyApi } from "./api.js";
import { MissingScopeError, scopeHint } from "./errors.js";
import { chooseLocation, type ChosenLocation } from "./locations.js";
import { newPageSize } from "./page-size.js";
import * as queries from "./queries.js";
import type { RecordFrame } from "./records.js";
import { parseResumeToken, type ReadState, toResumeToken } from "./resume.js";
import { openingSchema } from "./schema.js";
import { defaultStatuses, type ShopifySettings } from "./settings.js";

export interface ReadContext {
  readonly api: ShopifyApi;
  readonly settings: ShopifySettings;
  readonly parts: ChannelParts;
}

/** A read under way: where it stands and what it works with. */
export interface Read {
  readonly context: ReadContext;
  readonly state: ReadState;
  readonly frame: RecordFrame;
  /** What every list of variants takes. */
  readonly shape: { readonly locationId: string; readonly withStock: boolean; readonly withImages: boolean };
  readonly basis: string;
}

/** As many variants as one page may hold; products carry many variants each. */
export const fullPage = 250;
const fullProductPage = 25;
/** How long an edit may take until the search index shows it. */
const overlapMs = 10 * 60_000;
/** The argument may not be left out where no stock is asked for. */
const anyLocation = "gid://shopify/Location/1";

/**
 * Asks what a read must know before its first page: the shop's currency, the granted scopes, the number of variants and
 * the location. Throws AuthError where a scope is missing that the read cannot do without.
 */
export async function openRead(
  context: ReadContext,
  request: ReadRequest,
  signal: AbortSignal,
): Promise<Read> {
  const { api, settings, parts } = context;
  const { data, dateMs, version } = await api.ask(queries.opening, openingSchema, {}, signal);
  if (version !== undefined && version !== api.apiVersion) {
    parts.warn(
      `Shopify answered with API version ${parts.redact(version.slice(0, 20))} in place of ${api.apiVersion}`,
    );
  }
  const nowMs = dateMs ?? parts.clock.now();
  const state = restoreState(request, nowMs, data.productVariantsCount?.count, parts.warn);
  const wants = (field: string): boolean => request.fields === undefined || request.fields.includes(field);
  const scopes = data.currentAppInstallation?.accessScopes.map(({ handle }) => handle);
  const location = wants("quantity") ? await findLocation(context, scopes, signal) : undefined;
  const withStock = location !== undefined;
  const withImages = wants("images");
  return {
    context,
    state,
    frame: { shop: api.shop, statuses: settings.statuses ?? defaultStatuses, withStock, withImages },
    shape: { locationId: location?.gid ?? anyLocation, withStock, withImages },
    basis: [version ?? api.apiVersion, data.shop.currencyCode, location?.gid ?? "-"].join(" "),
  };
}

function restoreState(
  request: ReadRequest,
  nowMs: number,
  declared: number | undefined,
  warn: (message: string) => void,
): ReadState {
  const saved = request.resume === undefined ? undefined : parseResumeToken(request.resume);
  if (saved !== undefined) return saved;
  if (request.resume !== undefined) {
    warn("the point to resume from cannot be read: the catalogue is read from its beginning");
  }
  const since = checkSince(request.since, nowMs, warn);
  return {
    v: 1,
    ...(since === undefined ? {} : { since }),
    startedMs: nowMs,
    list: { ...newPageSize(since === undefined ? fullPage : fullProductPage), done: false },
    pending: [],
    seen: 0,
    fresh: 0,
    floor: "0",
    ordered: true,
    ...(declared === undefined ? {} : { declared }),
    paged: false,
  };
}

function checkSince(
  since: string | undefined,
  nowMs: number,
  warn: (message: string) => void,
): string | undefined {
  if (since === undefined) return undefined;
  const ms = Date.parse(since);
  if (Number.isNaN(ms)) {
    warn("the point of the last sync cannot be read: the whole catalogue is read");
    return undefined;
  }
  // Shopify's clock is told in whole seconds.
  if (Math.floor(ms / 1000) * 1000 > nowMs) {
    warn(`the last sync (${since}) lies in the future of Shopify's clock: the whole catalogue is read`);
    return undefined;
  }
  // Rounded down: stamps are kept with fractions.
  return toIsoSeconds(ms);
}

/** Whether a scope was granted; the right to write holds the right to read. Undefined where nothing is known. */
export function hasScope(scopes: readonly string[] | undefined, scope: string): boolean | undefined {
  return scopes === undefined
    ? undefined
    : scopes.includes(scope) || scopes.includes(scope.replace(/^read_/, "write_"));
}

/** Undefined, with a warning, where nothing is configured and the app may not read stock. */
async function findLocation(
  { api, settings, parts }: ReadContext,
  scopes: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<ChosenLocation | undefined> {
  const wanted = settings.inventoryLocation;
  if (hasScope(scopes, "read_inventory") === false) {
    if (wanted !== undefined) throw missingStockScope(api);
    parts.warn("no quantities: the app may not read stock (it lacks the scope read_inventory)");
    return undefined;
  }
  const chosen = await chooseLocation(api, wanted, signal);
  if (chosen === undefined) {
    parts.warn(
      "no quantities: the app may not read locations (it lacks the scope read_locations), and none is configured",
    );
  } else if (!chosen.active) {
    parts.warn(`the location ${parts.redact(chosen.label)} is switched off in the shop`);
  }
  return chosen;
}

/** Stock was asked for, and the app may not read it. */
export function missingStockScope({ grant }: ShopifyApi): MissingScopeError {
  return new MissingScopeError(
    "read_inventory",
    "the app may not read stock: the scope read_inventory is missing",
    scopeHint("read_inventory", grant),
  );
}

/** A page for the pipeline, as the read stands now. */
export function toPage(
  read: Read,
  records: readonly SourceRecord[],
  rejects: readonly RecordReject[] = [],
): RecordPage {
  const { state, basis } = read;
  const { declared, since } = state;
  return {
    records,
    rejects,
    // How many changed is not declared anywhere.
    ...(declared === undefined || since !== undefined ? {} : { declared }),
    cursor: toIsoSeconds(state.startedMs - overlapMs),
    basis,
    resume: toResumeToken(state),
  };
}

/** A search filter for what changed. The time is quoted, in UTC, and included: `>` would skip the rest of its second. */
export function sinceFilter(since: string): string {
  return `updated_at:>='${since}'`;
}

function toIsoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** A record that the shop did not show, or showed in a form that cannot be read. */
export function toReject(key: string, message: string): RecordReject {
  return { key, code: "unreadable", message };
}
