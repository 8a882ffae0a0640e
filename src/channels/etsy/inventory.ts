import { RemoteError } from "../../errors.js";
import type { EtsyApi } from "./api.js";
import { isSpoilt } from "../bisect.js";
import { crashCode } from "./fetch-page.js";
import { type Item, listSchema, toId, toItem } from "./schema.js";

/** What one listing's inventory is, or why it is not known. */
export type Inventory = { readonly inventory: Item } | { readonly missing: string };

const mostIds = 100;
/** What one listing makes of the answer for all: it is unknown, or its inventory cannot be shown. */
const refusals: ReadonlySet<number> = new Set([404, 422]);
/** How many refusals in a row, without one success between them, end the search for the ids that cause them. */
const patience = 24;
/** The same of failures: that many are Etsy's fault and not a listing's. */
const crashPatience = 12;

const neverHad = "Etsy has no inventory of this listing: open and save it once in the shop manager";

/**
 * Fetches the inventories of some listings by their ids, 100 in a request. One unknown id makes Etsy refuse them all:
 * it is found by bisection, as is one that crashes Etsy. Every id is in the map. `attempts` limits the HTTP room's
 * retries. Throws what `api.get` throws, also the failure that every part of the list ends in.
 */
export async function fetchInventories(
  api: EtsyApi,
  ids: readonly number[],
  signal: AbortSignal,
  attempts?: number,
): Promise<ReadonlyMap<number, Inventory>> {
  const found = new Map<number, Inventory>();
  let refusalsInARow = 0;

  async function part(some: readonly number[], how: { readonly attempts?: number }): Promise<void> {
    if (some.length === 0) return;
    try {
      const query = { listing_ids: some.join(",") };
      const { body } = await api.get("listings/batch/inventory", query, "inventories", signal, how);
      takeRows(listSchema.safeParse(body).data?.results ?? [], some, found);
      refusalsInARow = 0;
    } catch (error) {
      const isUnknown = error instanceof RemoteError && refusals.has(error.status ?? 0);
      if (!isUnknown && !isSpoilt(error, crashCode)) throw error;
      refusalsInARow += 1;
      if (!isUnknown && refusalsInARow > crashPatience) throw error;
      // Nothing at all can be had: asking for each by itself would cost the day's requests.
      if (some.length === 1 || refusalsInARow > patience) {
        const missing = error.message;
        for (const id of some) found.set(id, { missing });
        return;
      }
      const half = Math.ceil(some.length / 2);
      await part(some.slice(0, half), { attempts: 2 });
      await part(some.slice(half), { attempts: 2 });
    }
  }

  const how = attempts === undefined ? {} : { attempts };
  for (let at = 0; at < ids.length; at += mostIds) await part(ids.slice(at, at + mostIds), how);
  return found;
}

function takeRows(rows: readonly unknown[], asked: readonly number[], found: Map<number, Inventory>): void {
  for (const id of asked) found.set(id, { missing: neverHad });
  for (const row of rows) {
    const item = toItem(row);
    const id = toId(item?.["listing_id"]);
    const inventory = toItem(item?.["inventory"]);
    if (id !== undefined && inventory !== undefined && found.has(id)) found.set(id, { inventory });
  }
}
