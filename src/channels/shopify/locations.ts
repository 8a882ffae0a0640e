import { RemoteError } from "../../errors.js";
import type { StockLocation } from "../channel.js";
import type { ShopifyApi } from "./api.js";
import { MissingScopeError } from "./errors.js";
import { createLoopGuard } from "./loop-guard.js";
import * as queries from "./queries.js";
import { locationListSchema, locationSchema, toLegacyId } from "./schema.js";
import { configError } from "./settings.js";

const path = "options.inventoryLocation";
/** Names in one message. */
const mostListed = 20;

/** Every location of the shop, those of fulfilment services and those that are switched off included. */
export async function listLocations(api: ShopifyApi, signal: AbortSignal): Promise<readonly StockLocation[]> {
  const found: StockLocation[] = [];
  const guard = createLoopGuard("locations");
  for (let after: string | null = null; ;) {
    const { data } = await api.ask(queries.locations, locationListSchema, { after }, signal);
    const { pageInfo, nodes } = data.locations;
    for (const { id, name, isActive } of nodes) {
      const legacyId = toLegacyId(id);
      if (legacyId === undefined)
        throw new RemoteError("unexpected-answer", "a location of Shopify's has no id");
      found.push({ id: legacyId, name, active: isActive });
    }
    if (!pageInfo.hasNextPage) return found;
    after = guard.next(pageInfo.endCursor);
  }
}

/** The location whose stock counts, as gid, with what a person calls it. */
export interface ChosenLocation {
  readonly gid: string;
  readonly label: string;
  readonly active: boolean;
}

/**
 * Finds the location that the config names, or the shop's only active one. Undefined when nothing is configured and the
 * token may not read locations. Throws ConfigError that lists what there is, AuthError when a configured name cannot
 * be looked up.
 */
export async function chooseLocation(
  api: ShopifyApi,
  wanted: string | number | undefined,
  signal: AbortSignal,
): Promise<ChosenLocation | undefined> {
  const text = wanted === undefined ? "" : String(wanted).trim();
  if (text === "") return theOnlyOne(api, signal);
  const id = /^\d{1,20}$/.test(text) ? text : /^gid:\/\/shopify\/Location\/(\d{1,20})$/.exec(text)?.[1];
  if (id !== undefined) {
    const known = await findById(api, id, signal);
    if (known !== undefined) return known;
  }
  const list = await listForMessage(api, id, signal);
  const named = list.filter(({ name }) => name.trim() === text);
  const [first] = named;
  if (first !== undefined && named.length === 1) return toChosen(first);
  if (named.length > 1) {
    const ids = named.map((each) => each.id).join(", ");
    throw configError("ambiguous-location", path, `${named.length} locations are called "${text}": ${ids}`, {
      hint: `Set ${path} to one of these ids.`,
    });
  }
  throw configError("no-such-location", path, `the shop has no location "${text}". It has: ${listed(list)}`, {
    hint: `Set ${path} to the id or the exact name of one of them.`,
  });
}

async function theOnlyOne(api: ShopifyApi, signal: AbortSignal): Promise<ChosenLocation | undefined> {
  let list: readonly StockLocation[];
  try {
    list = await listLocations(api, signal);
  } catch (error) {
    if (error instanceof MissingScopeError) return undefined;
    throw error;
  }
  const active = list.filter((each) => each.active);
  const [only] = active;
  if (only !== undefined && active.length === 1) return toChosen(only);
  const message =
    only === undefined
      ? `the shop has no active location. It has: ${listed(list)}`
      : `the shop has ${active.length} active locations, and none is chosen: ${listed(active)}`;
  throw configError("choose-location", path, message, {
    hint: `Set ${path} to the id or the exact name of the one that the warehouse is.`,
  });
}

/** Undefined where the shop has no location of this id. */
async function findById(
  api: ShopifyApi,
  id: string,
  signal: AbortSignal,
): Promise<ChosenLocation | undefined> {
  const gid = `gid://shopify/Location/${id}`;
  const location = await askById(api, gid, signal);
  // Without an id Shopify names its primary location: nothing but the one that was asked for will do.
  if (location === null || toLegacyId(location.id) !== id) return undefined;
  const label = location.name === undefined ? id : `${location.name} (${id})`;
  return { gid, label, active: location.isActive ?? true };
}

async function askById(api: ShopifyApi, gid: string, signal: AbortSignal) {
  try {
    return (await api.ask(queries.locationCheck, locationSchema, { id: gid }, signal)).data.location;
  } catch (error) {
    if (!(error instanceof MissingScopeError)) throw error;
    return (await api.ask(queries.locationIdCheck, locationSchema, { id: gid }, signal)).data.location;
  }
}

async function listForMessage(
  api: ShopifyApi,
  id: string | undefined,
  signal: AbortSignal,
): Promise<readonly StockLocation[]> {
  try {
    return await listLocations(api, signal);
  } catch (error) {
    if (!(error instanceof MissingScopeError) || id === undefined) throw error;
    throw configError("no-such-location", path, `the shop has no location ${id}, or hides it from this app`, {
      hint: `Look at the address of the location's page (Settings > Locations), or give the app the scope ${error.scope ?? "read_locations"}.`,
    });
  }
}

function toChosen({ id, name, active }: StockLocation): ChosenLocation {
  return { gid: `gid://shopify/Location/${id}`, label: `${name} (${id})`, active };
}

function listed(list: readonly StockLocation[]): string {
  if (list.length === 0) return "none";
  const shown = list
    .slice(0, mostListed)
    .map(({ id, name, active }) => `${name} (${id}${active ? "" : ", not active"})`);
  const more = list.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
