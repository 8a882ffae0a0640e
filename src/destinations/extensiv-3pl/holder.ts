import { InterruptedError, PsyncError } from "../../errors.js";
import type { Clock } from "../../http/contract.js";
import { pause } from "../../http/storm.js";
import type { ExtensivApi } from "./api.js";
import type { Outlast } from "./calm.js";
import type { Catalogue } from "./catalogue.js";
import { plain } from "./errors.js";
import { foldSku } from "./rql.js";
import { findPage, findUnionEntry } from "./schema.js";

export interface HolderContext {
  readonly api: ExtensivApi;
  readonly outlast: Outlast;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly redact: (text: string) => string;
}

/** An item by its id, or words that say why the SKU cannot be had. */
type Holder = { readonly id: string } | { readonly words: string };

/**
 * Finds who holds a SKU that the server calls taken. `ours` says that it may be an item that psync has just made.
 * Undefined when nobody shows in the end.
 */
export type HolderSearch = (sku: string, ours: boolean, signal: AbortSignal) => Promise<Holder | undefined>;

/** How long an item may take to show. */
const invisibleMs = 90_000;
const firstPauseMs = 2000;
const longestPauseMs = 30_000;

export function createHolderSearch({ api, outlast, catalogue, clock, redact }: HolderContext): HolderSearch {
  /** Until when those who wait for an item to show do so, all together. */
  let visibleBy: number | undefined;

  /** The list of SKUs and aliases together. It is documented, but may not be there: then it tells nothing. */
  async function findInUnion(sku: string, signal: AbortSignal): Promise<Holder | undefined> {
    const query = `contains=${encodeURIComponent(sku)}`;
    try {
      const { value } = await outlast(signal, (attempts) =>
        api.get(`${api.customer}/skusunionaliases`, query, "ItemView", signal, attempts),
      );
      const entries = (findPage(value)?.rows ?? []).map(findUnionEntry);
      const id = entries.find((entry) => entry !== undefined && foldSku(entry.sku) === foldSku(sku))?.id;
      if (id === undefined) return undefined;
      return id.startsWith("-") ? { words: "An item alias has this SKU." } : { id };
    } catch (error) {
      if (error instanceof InterruptedError || !(error instanceof PsyncError)) throw error;
      return undefined;
    }
  }

  async function waitFor(sku: string, signal: AbortSignal): Promise<Holder | undefined> {
    // Those who come later find the time spent; what was long ago is forgotten.
    if (visibleBy !== undefined && visibleBy < clock.now() - 10 * invisibleMs) visibleBy = undefined;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      visibleBy ??= clock.now() + invisibleMs;
      const leftMs = visibleBy - clock.now();
      if (leftMs <= 0) return undefined;
      await pause(clock, Math.min(pauseMs, leftMs), signal);
      const { item } = await catalogue.lookUp(sku, signal);
      if (item === undefined) continue;
      visibleBy = undefined;
      return { id: item.id };
    }
  }

  return async (sku, ours, signal) => {
    const { item, alike } = await catalogue.lookUp(sku, signal);
    if (item !== undefined) return { id: item.id };
    const holder = await findInUnion(sku, signal);
    if (holder !== undefined && ("id" in holder || !ours)) return holder;
    if (alike !== undefined && !ours) {
      return { words: `The item "${plain(alike, redact)}" has a SKU that the warehouse takes for this one.` };
    }
    return waitFor(sku, signal);
  };
}
