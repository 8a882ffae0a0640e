import { RemoteError } from "../../errors.js";
import type { Clock } from "../../http/contract.js";
import type { RecordReject } from "../../model/record.js";
import { type FetchedPage, fetchPage, type FetchTools, type ListRequest } from "./fetch-page.js";
import type { IdSet } from "../id-set.js";
import { type Item, toId, toItem, toMs } from "./schema.js";
import { outlastStorm, pause } from "../../http/storm.js";
import { stormCodes } from "./errors.js";
import { missingOf, newTally, noteTotal, type Tally } from "../tally.js";

/** How far one state's list was read. Plain data: a resume token carries it. */
export interface ListState extends Tally {
  state: string;
  /** All listings at places before it came. */
  offset: number;
  /** The farthest place that a page ended at. */
  reach: number;
  /** How many places each page reaches back, because listings left the list while it was read. */
  overlap: number;
  done: boolean;
}

export interface ListPage {
  /** New rows only, with their ids, in Etsy's order. */
  readonly items: readonly { readonly id: number; readonly item: Item }[];
  readonly rejects: readonly RecordReject[];
  readonly dateMs?: number;
}

export interface ListTools extends FetchTools {
  readonly clock: Clock;
  /** Of this state's list. Empty when the read is continued in another process, except for its last page. */
  readonly seen: IdSet;
  /** Gathers why the read is not complete. */
  readonly gaps: string[];
  /** By Etsy's clock, when the read began; milliseconds since 1970. */
  startedMs?: number;
  /** Whether an earlier process read the first part: `seen` does not know it. */
  readonly resumed: boolean;
}

const fullPage = 100;
const widestOverlap = 50;
const emptyTries = 3;
/** What moved while it was read comes to the top, where Etsy's order has the newest. */
const lookedBackPages = 2;

export function newListState(state: string): ListState {
  return { ...newTally(), state, offset: 0, reach: 0, overlap: 0, done: false };
}

/**
 * Reads one state's listings page by page, each once, as listings come and go. `list` is kept up to date: saved after
 * a page, it continues behind it. A page is asked for only when the one before was taken. Throws RemoteError when
 * Etsy repeats itself without an end.
 */
export async function* readList(
  shopId: string,
  list: ListState,
  tools: ListTools,
  signal: AbortSignal,
): AsyncGenerator<ListPage> {
  const request = { shopId, state: list.state };
  const wasDone = list.done;
  let empties = 0;
  let repeats = 0;
  while (!list.done) {
    const from = Math.max(0, list.offset - list.overlap);
    const page = await fetchOrEnd(request, list, from, tools, signal);
    if (page === undefined) break;
    const count = page.rows.length + page.crashers.length;
    if (count === 0 && isImplausiblyEmpty(list, page, from)) {
      empties += 1;
      if (empties > emptyTries) {
        tools.gaps.push(`Etsy's ${list.state} listings break off at ${from} of ${list.total ?? page.total}`);
        break;
      }
      await pause(tools.clock, 1000 * 2 ** empties, signal);
      continue;
    }
    empties = 0;
    // A total of zero beside rows says nothing.
    const total = page.total === 0 && count > 0 ? undefined : page.total;
    const change = noteTotal(list, total);
    const taken = takeRows(list, page, from, tools);
    // What came moves back by as much as the list grew.
    list.reach += Math.max(0, change);
    if (change === 0 && isRepeated(list, taken, from, count)) {
      // Once it may be a slip, and twice many listings may have come and gone at once.
      repeats += 1;
      if (repeats > 2) throw repeatedError(list);
      if (repeats === 1) continue;
    } else {
      repeats = 0;
    }
    advance(list, from, count, Math.max(0, -change));
    yield { ...taken, ...(page.dateMs === undefined ? {} : { dateMs: page.dateMs }) };
  }
  list.done = true;
  if (!wasDone && !tools.resumed) yield* lookBack(request, list, tools, signal);
}

/** Beyond some place Etsy may refuse to go on: what came until there is good. */
async function fetchOrEnd(
  request: ListRequest,
  list: ListState,
  from: number,
  tools: ListTools,
  signal: AbortSignal,
): Promise<FetchedPage | undefined> {
  try {
    const fetch = (attempts?: number): Promise<FetchedPage> =>
      fetchPage(tools, request, from, fullPage, signal, attempts);
    // A shop that does not answer at the beginning may be gone for good: there is nothing to lose yet.
    return tools.startedMs === undefined
      ? await fetch()
      : await outlastStorm(tools, stormCodes, signal, fetch);
  } catch (error) {
    if (!(error instanceof RemoteError) || error.code !== "offset-cap") throw error;
    const all = list.total === undefined ? "" : ` of ${list.total}`;
    tools.gaps.push(
      `Etsy lets nobody read more than ${list.seen}${all} ${list.state} listings: ${error.message}`,
    );
    return undefined;
  }
}

/** Moves on. `fallen` is how many listings left the list since the answer before. */
function advance(list: ListState, from: number, count: number, fallen: number): void {
  const known = list.total;
  const end = from + count;
  list.reach = Math.max(list.reach, end);
  if (fallen > list.offset - from) {
    // Those behind moved forward, over the edge of what came: the hole is read again.
    list.offset = Math.max(0, list.offset - fallen);
  } else {
    list.offset = end;
    // A full page is followed by another, whatever the total says; a short one may also be a server's own limit.
    list.done = count === 0 || (count < fullPage && (known === undefined || end >= known));
  }
  if (fallen > 0) list.overlap = Math.min(widestOverlap, Math.max(list.overlap, 2 * fallen));
}

function isImplausiblyEmpty(list: ListState, page: FetchedPage, from: number): boolean {
  if (page.total !== undefined && page.total > from) return true;
  // A total that fell, but not to nothing, is told of by `advance`.
  if (page.total !== undefined && page.total > 0) return false;
  return (list.total ?? 0) > from;
}

/** Whether a page that goes beyond all others brought nothing, although there should be more behind it. */
function isRepeated(list: ListState, taken: ListPage, from: number, count: number): boolean {
  const end = from + count;
  if (count === 0 || end <= list.reach || taken.items.length > 0 || taken.rejects.length > 0) return false;
  return count >= fullPage || (list.total !== undefined && end < list.total);
}

function takeRows(list: ListState, page: FetchedPage, from: number, tools: ListTools): ListPage {
  const items: { id: number; item: Item }[] = [];
  const rejects: RecordReject[] = [];
  const isNew = (id: number): boolean => {
    if (!tools.seen.add(id)) return false;
    list.seen += 1;
    return true;
  };
  for (const [index, row] of page.rows.entries()) {
    const item = toItem(row);
    const id = toId(item?.["listing_id"]);
    if (item === undefined || id === undefined) {
      const key = `${list.state} listings, position ${from + index + 1}`;
      const message = "Etsy sent something without an id that can be read exactly";
      rejects.push({ key, code: "unreadable", message });
      list.seen += 1;
    } else if (isNew(id)) {
      items.push({ id, item });
      if (isFresh(item, tools.startedMs)) list.fresh += 1;
    }
  }
  for (const { id, ...reject } of page.crashers) {
    if (id === undefined) list.seen += 1;
    if (id === undefined || isNew(id)) rejects.push(reject);
  }
  return { items, rejects };
}

/** Whether it entered this list after the read began. A renewed listing has a new date of creation, too, and stays. */
function isFresh(item: Item, startedMs: number | undefined): boolean {
  if (startedMs === undefined) return false;
  const created = toMs(item["original_creation_timestamp"]) ?? 0;
  return Math.max(created, toMs(item["state_timestamp"]) ?? 0) > startedMs;
}

/** Looks where listings that were moved while the list was read have gone, if any are missing. */
async function* lookBack(
  request: ListRequest,
  list: ListState,
  tools: ListTools,
  signal: AbortSignal,
): AsyncGenerator<ListPage> {
  // What entered at the top is no sign of others that left.
  const { startedMs: _started, ...rest } = tools;
  for (let page = 0; page < lookedBackPages && missingOf(list) > 0; page += 1) {
    const from = page * fullPage;
    const found = await fetchOrEnd(request, list, from, tools, signal);
    if (found === undefined) return;
    if (found.total !== undefined && found.total > 0) noteTotal(list, found.total);
    const taken = takeRows(list, { ...found, crashers: [] }, from, rest);
    if (taken.items.length > 0) yield { items: taken.items, rejects: [] };
    if (found.rows.length < fullPage) return;
  }
}

function repeatedError({ state }: ListState): RemoteError {
  const message = `Etsy sends the same page of ${state} listings again and again`;
  return new RemoteError("endless-pages", message, { hint: "Try again later." });
}
