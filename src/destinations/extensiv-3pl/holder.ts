import { InterruptedError, PsyncError } from "../../errors.js";
import type { Clock } from "../../http/contract.js";
import { pause } from "../../http/storm.js";
import type { ExtensivApi } from "./api.js";
import type { Outlast } from "./calm.js";
import type { Catalogue } from "./catalogue.js";
import { foldSku } from "./rql.js";
import { findPage, findUnionEntry } from "./schema.js";

export interface HolderContext {
  readonly api: ExtensivApi;
  readonly outlast: Outlast;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
}

/**
 * Finds who holds a SKU that the server calls taken: the id of an item, or `alias`. `ours` says that it may be an item
 * that psync has just made. Undefined when nobody shows in the end.
 */
export type HolderSearch = (sku: string, ours: boolean, signal: AbortSignal) => Promise<string | undefined>;

/** How long an item may take to show. */
const invisibleMs = 90_000;
const firstPauseMs = 2000;
const longestPauseMs = 30_000;

export function createHolderSearch({ api, outlast, catalogue, clock }: HolderContext): HolderSearch {
  /** Until when those who wait for an item to show do so, all together. */
  let visibleBy: number | undefined;

  /** The list of SKUs and aliases together. It is documented, but may not be there: then it tells nothing. */
  async function findInUnion(sku: string, signal: AbortSignal): Promise<string | undefined> {
    const query = `contains=${encodeURIComponent(sku)}`;
    try {
      const { value } = await outlast(signal, (attempts) =>
        api.get(`${api.customer}/skusunionaliases`, query, "ItemView", signal, attempts),
      );
      const entries = (findPage(value)?.rows ?? []).map(findUnionEntry);
      const id = entries.find((entry) => entry !== undefined && foldSku(entry.sku) === foldSku(sku))?.id;
      return id?.startsWith("-") === true ? "alias" : id;
    } catch (error) {
      if (error instanceof InterruptedError || !(error instanceof PsyncError)) throw error;
      return undefined;
    }
  }

  async function waitFor(sku: string, signal: AbortSignal): Promise<string | undefined> {
    // Those who come later find the time spent; what was long ago is forgotten.
    if (visibleBy !== undefined && visibleBy < clock.now() - 10 * invisibleMs) visibleBy = undefined;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      visibleBy ??= clock.now() + invisibleMs;
      const leftMs = visibleBy - clock.now();
      if (leftMs <= 0) return undefined;
      await pause(clock, Math.min(pauseMs, leftMs), signal);
      const found = await catalogue.lookUp(sku, signal);
      if (found === undefined) continue;
      visibleBy = undefined;
      return found.id;
    }
  }

  return async (sku, ours, signal) => {
    const found = await catalogue.lookUp(sku, signal);
    if (found !== undefined) return found.id;
    const holder = await findInUnion(sku, signal);
    if (holder !== undefined && !(ours && holder === "alias")) return holder;
    return waitFor(sku, signal);
  };
}
