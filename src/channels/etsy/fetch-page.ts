import { RemoteError, TransientError } from "../../errors.js";
import type { RecordReject } from "../../model/record.js";
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

/** A listing that crashes Etsy, found by bisection. Its id is told where it can be learnt. */
export interface Crasher extends RecordReject {
  readonly id?: number;
}

export interface FetchedPage {
  readonly rows: readonly unknown[];
  readonly crashers: readonly Crasher[];
  /** How many listings there are in all. */
  readonly total?: number;
  readonly dateMs?: number;
}

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
    if (!isSpoilt(error)) throw error;
    return bisect(tools, list, offset, size, error, signal);
  }
}

/** Whether a listing spoils the page that it is on. */
export function isSpoilt(error: unknown): error is TransientError | RemoteError {
  if (error instanceof TransientError) return error.code === "etsy-crashed";
  return error instanceof RemoteError && error.code === "body-too-large";
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
    return api.get(`shops/${encodeURIComponent(list.shopId)}/listings`, query, "listings", signal, how);
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

async function bisect(
  tools: FetchTools,
  list: ListRequest,
  begin: number,
  size: number,
  crash: TransientError | RemoteError,
  signal: AbortSignal,
): Promise<FetchedPage> {
  const rows: unknown[] = [];
  const crashers: Crasher[] = [];
  let facts: { readonly total?: number; readonly dateMs?: number } = {};
  let failuresInARow = 1;
  let ended = false;

  async function part(offset: number, width: number): Promise<void> {
    if (ended) return;
    try {
      // A single listing decides about itself, so it gets one chance more.
      const page = await fetchStretch(tools, list, offset, width, signal, width === 1 ? 3 : 2);
      const { rows: found, crashers: _none, ...rest } = page;
      facts = rest;
      if (found.length > 0) failuresInARow = 0;
      else ended = true;
      rows.push(...found);
    } catch (error) {
      if (!isSpoilt(error)) throw error;
      // A page that is too large is no sign of a server that fails.
      if (error instanceof TransientError) failuresInARow += 1;
      if (failuresInARow > patience) throw error;
      if (width === 1) crashers.push(await toCrasher(tools, list, offset, error, signal));
      else await halves(offset, width);
    }
  }

  async function halves(offset: number, width: number): Promise<void> {
    const half = Math.ceil(width / 2);
    await part(offset, half);
    await part(offset + half, width - half);
  }

  await halves(begin, size);
  // A page without one good listing looks like a broken server; the listing before it tells which of both it is.
  const isDoubtful = rows.length === 0 && crashers.length > 0 && crash instanceof TransientError;
  if (isDoubtful && !(await isAlive(tools, list, begin, signal))) throw crash;
  return { ...facts, rows, crashers };
}

async function isAlive(
  tools: FetchTools,
  list: ListRequest,
  begin: number,
  signal: AbortSignal,
): Promise<boolean> {
  if (begin === 0) return false;
  try {
    await fetchStretch(tools, list, begin - 1, 1, signal, 2);
    return true;
  } catch (error) {
    if (isSpoilt(error)) return false;
    throw error;
  }
}

/** Without includes the answer is small, and spared by some crashes. */
async function toCrasher(
  tools: FetchTools,
  { shopId, state }: ListRequest,
  offset: number,
  reason: TransientError | RemoteError,
  signal: AbortSignal,
): Promise<Crasher> {
  const message =
    reason instanceof TransientError
      ? "Etsy fails with a 500 whenever this listing is asked for"
      : `this listing alone is too large: ${reason.message}`;
  const place = `${state} listings, position ${offset + 1}`;
  try {
    const path = `shops/${encodeURIComponent(shopId)}/listings`;
    const answer = await tools.api.get(path, { state, limit: 1, offset }, "listings", signal, {
      attempts: 2,
    });
    const id = toId(toItem(toPage(answer).rows[0])?.["listing_id"]);
    if (id !== undefined) return { key: String(id), code: "unreadable", message, id };
  } catch (error) {
    if (!isSpoilt(error)) throw error;
  }
  return { key: place, code: "unreadable", message };
}
