import { RemoteError } from "../../errors.js";
import { bisect, type Crasher, isSpoilt } from "../bisect.js";
import type { EtsyAnswer, EtsyApi } from "./api.js";
import { listSchema, toId, toItem } from "./schema.js";

/** What was learnt of Etsy while reading; it holds for as long as the channel lives. */
export interface EtsyTraits {
  /** Etsy no longer sends inventories with a shop's listings. */
  inventoryApart: boolean;
}

/** One state's listings of one shop. */
export interface ListRequest {
  readonly shopId: string;
  readonly state: string;
}

export interface FetchTools {
  readonly api: EtsyApi;
  readonly traits: EtsyTraits;
  readonly warn: (message: string) => void;
}

export interface FetchedPage {
  readonly rows: readonly unknown[];
  readonly crashers: readonly Crasher[];
  /** How many listings there are in all. */
  readonly total?: number;
  readonly dateMs?: number;
}

/** What is answered when a listing crashes Etsy. */
export const crashCode = "etsy-crashed";

/** How many failures in a row, without one success between them, make it Etsy's fault and not a listing's. */
const patience = 12;

/**
 * Fetches a stretch of a list, `size` up to 100; `attempts` limits the HTTP room's retries. Where a listing turns it
 * into a 500, or makes it too large to be held, finds it by bisection: its neighbours come and it becomes a crasher.
 * Throws TransientError when everything fails, and whatever `api.get` throws.
 */
export async function fetchPage(
  tools: FetchTools,
  list: ListRequest,
  offset: number,
  size: number,
  signal: AbortSignal,
  attempts?: number,
): Promise<FetchedPage> {
  try {
    return await fetchStretch(tools, list, offset, size, signal, attempts);
  } catch (error) {
    if (!isSpoilt(error, crashCode)) throw error;
    const { facts, ...found } = await bisect({
      begin: offset,
      size,
      partOf: (width) => Math.ceil(width / 2),
      fetch: async (at, width, tries) => {
        const { rows, crashers: _none, ...rest } = await fetchStretch(tools, list, at, width, signal, tries);
        return { rows, facts: rest };
      },
      async idAt(at) {
        // Without includes the answer is small.
        const query = { state: list.state, limit: 1, offset: at };
        const answer = await tools.api.get(pathOf(list), query, "listings", signal, { attempts: 2 });
        return toId(toItem(toPage(answer).rows[0])?.["listing_id"]);
      },
      crashCode,
      reason: error,
      patience,
      crashMessage: "Etsy fails with a 500 whenever this listing is asked for",
      what: `${list.state} listings`,
    });
    return { ...facts, ...found };
  }
}

function pathOf({ shopId }: ListRequest): string {
  return `shops/${encodeURIComponent(shopId)}/listings`;
}

async function fetchStretch(
  tools: FetchTools,
  list: ListRequest,
  offset: number,
  size: number,
  signal: AbortSignal,
  attempts?: number,
): Promise<FetchedPage> {
  const { api, traits } = tools;
  const how = attempts === undefined ? {} : { attempts };
  const ask = (includes: string): Promise<EtsyAnswer> => {
    const query = { state: list.state, limit: size, offset, includes };
    return api.get(pathOf(list), query, "listings", signal, how);
  };
  if (traits.inventoryApart) return toPage(await ask("Images"));
  try {
    return toPage(await ask("Images,Inventory"));
  } catch (error) {
    if (!(error instanceof RemoteError) || error.code !== "bad-request") throw error;
    // Two sister calls lost the include with two weeks' notice: what is wrong without it was wrong with it.
    const answer = await ask("Images");
    traits.inventoryApart = true;
    tools.warn(`${error.message}: psync asks for inventories apart, two requests for each 100 listings`);
    return toPage(answer);
  }
}

function toPage({ body, dateMs }: EtsyAnswer): FetchedPage {
  const { data } = listSchema.safeParse(body);
  if (data === undefined) {
    throw new RemoteError("unexpected-answer", "Etsy's list of listings is no list", {
      hint: "Check source.baseUrl, if it is set.",
    });
  }
  return {
    rows: data.results,
    crashers: [],
    ...(data.count === undefined ? {} : { total: data.count }),
    ...(dateMs === undefined ? {} : { dateMs }),
  };
}
