import { RemoteError, TransientError } from "../../errors.js";
import type { Clock } from "../../http/contract.js";
import type { RecordReject } from "../../model/record.js";
import type { WooApi } from "./api.js";
import { type FetchedPage, fetchPage, type ListRequest } from "./fetch-page.js";
import type { IdSet } from "../id-set.js";
import { type Item, toGmtMs, toId, toItem } from "./schema.js";
import { createPatience, pause } from "../../http/storm.js";
import { newTally, noteTotal, type Tally } from "../tally.js";

/** How far a list was read. Plain data: a resume token carries it. */
export interface ListState extends Tally {
  /** The page to ask for next, from 1. */
  page: number;
  /** The `per_page` to ask with. */
  size: number;
  /** The highest id that came. Where the list is in order, all up to it came. */
  floor: number;
  /** The shop does not keep to the order that was asked for. */
  unordered: boolean;
  done: boolean;
}

export interface ListPage {
  /** New rows only, with their ids, in the shop's order. */
  readonly items: readonly { readonly id: number; readonly item: Item }[];
  readonly rejects: readonly RecordReject[];
  readonly dateMs?: number;
}

export interface ListTools {
  readonly api: WooApi;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
  /** Ids that came already; shared by lists that may send the same row. */
  readonly seen: IdSet;
  /** Gathers why the read is not complete. */
  readonly gaps: string[];
  /** Milliseconds since 1970 by the shop's clock, when the read began. */
  startedMs?: number;
}

const fullPage = 100;
const smallerPages = [50, 25, 10];
const emptyTries = 3;
const stormCodes: ReadonlySet<string> = new Set(["shop-overloaded", "throttled", "maintenance"]);

export function newListState(): ListState {
  return { ...newTally(), page: 1, size: fullPage, floor: 0, unordered: false, done: false };
}

/**
 * Reads a list page by page, each row once, as rows come and go in the shop. `state` is kept up to date: saved after
 * a page, it continues behind it. A page is asked for only when the one before was taken.
 * Throws RemoteError when the shop repeats itself without an end.
 */
export async function* readList(
  list: ListRequest,
  state: ListState,
  tools: ListTools,
  signal: AbortSignal,
): AsyncGenerator<ListPage> {
  let empties = 0;
  let repeats = 0;
  const floor = doneUpTo(state);
  while (!state.done) {
    const page = await fetchAtAnySize(list, state, tools, signal);
    const count = page.rows.length + page.crashers.length;
    if (state.page === 1) adjustSize(list, state, page, count, tools);
    if (count === 0 && isImplausiblyEmpty(list, state, page)) {
      empties += 1;
      if (empties > emptyTries) {
        // Variations are judged by the children that their parents name.
        if (list.what === "products")
          tools.gaps.push(`the shop's page ${state.page} of products stays empty`);
        return;
      }
      await pause(tools.clock, 1000 * 2 ** empties, signal);
      continue;
    }
    empties = 0;
    // A total of zero beside rows says nothing.
    const total = page.total === 0 && count > 0 ? undefined : page.total;
    if (total === undefined && count > 0 && state.total === undefined && state.page === 1) {
      tools.warn(
        `the shop declares no totals (X-WP-Total is missing): ${list.what} are read until a page is empty`,
      );
    }
    const fallen = Math.max(0, -noteTotal(state, total));
    const earlier = fallen > 0 && state.page > 1 ? await readBack(list, state, floor, tools, signal) : [];
    const taken = takeRows(list, state, page, floor, tools);
    if (count > 0 && fallen === 0 && taken.items.length === 0 && taken.rejects.length === 0) {
      repeats += 1;
      if (repeats > 1) throw repeatedError(list);
      continue;
    }
    repeats = 0;
    state.done = isLast(state, count, total);
    state.page += 1;
    const items = [...earlier, ...taken.items];
    for (const { id } of items) {
      if (id < state.floor) state.unordered = true;
      state.floor = Math.max(state.floor, id);
    }
    state.seen += items.length + taken.rejects.length;
    yield { items, rejects: taken.rejects, ...(page.dateMs === undefined ? {} : { dateMs: page.dateMs }) };
  }
}

/** The id up to which a list that is continued came already. */
export function doneUpTo(state: ListState): number {
  return state.unordered ? 0 : state.floor;
}

/**
 * A shop that cannot prepare a whole page in time gets smaller ones for the rest of the read. One that answers no page
 * of any size is in a storm: what was read before it is worth waiting until it has passed.
 */
async function fetchAtAnySize(
  list: ListRequest,
  state: ListState,
  tools: ListTools,
  signal: AbortSignal,
): Promise<FetchedPage> {
  const { page, size } = state;
  const patience = createPatience(tools);
  let stormed = false;
  for (let attempts: number | undefined; ; attempts = 2) {
    try {
      const found = await fetchPage(tools.api, list, state.page, state.size, signal, attempts);
      if (!stormed || state.size === size) return found;
      // It was the storm and not the size of the page.
      stormed = false;
      state.page = page;
      state.size = size;
    } catch (error) {
      const smaller = isTooSlow(error) ? smallerPages.find((width) => width < state.size) : undefined;
      if (smaller !== undefined) {
        // Rounded down: a row that comes twice is dropped, one that is skipped is lost.
        state.page = Math.floor(((state.page - 1) * state.size) / smaller) + 1;
        state.size = smaller;
        continue;
      }
      if (!isStorm(error) || tools.startedMs === undefined) throw error;
      await patience.wait(error, signal);
      stormed = true;
    }
  }
}

function isTooSlow(error: unknown): boolean {
  return error instanceof TransientError && (error.code === "shop-overloaded" || error.code === "no-answer");
}

/** A shop that names the time has said when to come back; one that is silent may be gone for good. */
function isStorm(error: unknown): error is TransientError {
  return error instanceof TransientError && stormCodes.has(error.code);
}

/** Learns from the first page whether the shop keeps to the page size that was asked for. */
function adjustSize(
  list: ListRequest,
  state: ListState,
  page: FetchedPage,
  count: number,
  tools: ListTools,
): void {
  const { total, totalPages } = page;
  if (count === state.size || count === 0 || total === undefined || total <= count) return;
  if (count > state.size) {
    state.size = count;
    return;
  }
  // A page may also be short because the shop hides rows from it, orphaned variations above all.
  const looksHidden = totalPages === Math.ceil(total / state.size);
  if (looksHidden && (list.what === "variations" || count < 10)) return;
  tools.warn(
    `the first page of ${list.what} holds ${count} of ${state.size}: psync goes on with pages of ${count}`,
  );
  state.size = count;
}

function isImplausiblyEmpty(list: ListRequest, state: ListState, page: FetchedPage): boolean {
  const { total } = page;
  if (state.total === undefined && state.page === 1) {
    // Orphaned variations are counted and never sent.
    return list.what === "products" && total !== undefined && total > 0;
  }
  if (total === undefined) return state.total !== undefined && (state.page - 1) * state.size < state.total;
  return total === 0 || total > (state.page - 1) * state.size;
}

function isLast(state: ListState, count: number, total: number | undefined): boolean {
  if (count === 0) return true;
  const known = total ?? state.total;
  if (known === undefined) return false;
  const end = state.page * state.size;
  // A full page beyond the declared end shows that the total is wrong: the next page decides.
  return end >= known && (count < state.size || end === known);
}

/**
 * Takes what slid onto the pages before this one when rows left the list: the rows behind them moved forward. Goes
 * back until a page holds a row that came before.
 */
async function readBack(
  list: ListRequest,
  state: ListState,
  floor: number,
  tools: ListTools,
  signal: AbortSignal,
): Promise<ListPage["items"]> {
  let items: ListPage["items"] = [];
  for (let number = state.page - 1; number >= 1; number -= 1) {
    const page = await fetchPage(tools.api, list, number, state.size, signal);
    // An unreadable row was told of when its page came.
    const { items: slid } = takeRows(list, state, { ...page, crashers: [] }, floor, tools);
    items = [...slid, ...items];
    if (slid.length < page.rows.length) break;
  }
  return items;
}

function takeRows(
  list: ListRequest,
  state: ListState,
  page: FetchedPage,
  floor: number,
  tools: ListTools,
): { items: { id: number; item: Item }[]; rejects: RecordReject[] } {
  const items: { id: number; item: Item }[] = [];
  const rejects: RecordReject[] = [];
  const isNew = (id: number): boolean => id > floor && tools.seen.add(id);
  for (const [index, row] of page.rows.entries()) {
    const item = toItem(row);
    const id = toId(item?.["id"]);
    if (item === undefined || id === undefined) {
      const key = `${list.what}, position ${(state.page - 1) * state.size + index + 1}`;
      rejects.push({ key, code: "unreadable", message: "the shop sent something that is no record" });
    } else if (isNew(id)) {
      items.push({ id, item });
      if (isFresh(item, page.dateMs, tools)) state.fresh += 1;
    }
  }
  for (const { id, ...reject } of page.crashers) {
    if (id === undefined || isNew(id)) rejects.push(reject);
  }
  return { items, rejects };
}

/** Scheduled products carry a date of creation in the future: the answer's own date is the upper bound. */
function isFresh(item: Item, answeredMs: number | undefined, tools: ListTools): boolean {
  const createdMs = toGmtMs(item["date_created_gmt"]);
  if (createdMs === undefined || answeredMs === undefined || tools.startedMs === undefined) return false;
  return createdMs > tools.startedMs && createdMs <= answeredMs;
}

function repeatedError(list: ListRequest): RemoteError {
  return new RemoteError("endless-pages", `the shop sends the same page of ${list.what} again and again`, {
    hint: "A cache or plugin ignores the page number: exclude /wp-json/wc/v3 from caching.",
  });
}
