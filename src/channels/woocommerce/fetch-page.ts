import { RemoteError, TransientError } from "../../errors.js";
import type { RecordReject } from "../../model/record.js";
import type { Query, WooAnswer, WooApi } from "./api.js";
import { toId, toItem } from "./schema.js";

/** A list of the shop: products, variations, or the variations of one parent. */
export interface ListRequest {
  /** Under the API's root: "wc/v3/products". */
  readonly path: string;
  /** Without `page` and `per_page`. */
  readonly query: Query;
  /** How to call its rows in messages. */
  readonly what: "products" | "variations";
}

/** A record that crashes the shop, found by bisection. */
interface Crasher extends RecordReject {
  readonly id?: number;
}

export interface FetchedPage extends Omit<WooAnswer, "body"> {
  readonly rows: readonly unknown[];
  readonly crashers: readonly Crasher[];
}

/** The largest `per_page` that WordPress takes, also where it sends more than was asked for. */
const largestPage = 100;

/** How many failures in a row, without one success between them, make it the shop's fault and not a record's. */
const patience = 8;

/**
 * Fetches one page of a list, page numbers from 1. Where a record turns the page into a 500, or makes it too large to
 * be held, finds it by bisection: its neighbours come and it becomes a crasher. Throws TransientError when everything
 * fails.
 */
export async function fetchPage(
  api: WooApi,
  list: ListRequest,
  page: number,
  size: number,
  signal: AbortSignal,
  attempts?: number,
): Promise<FetchedPage> {
  try {
    const how = attempts === undefined ? {} : { attempts };
    const query = { ...list.query, per_page: Math.min(size, largestPage), page };
    const answer = await api.get(list.path, query, signal, how);
    return { ...answer, rows: toRows(answer, list), crashers: [] };
  } catch (error) {
    if (!isSpoilt(error)) throw error;
    return bisect(api, list, (page - 1) * size, size, error, signal);
  }
}

/** Whether a record spoils the page that it is on. */
function isSpoilt(error: unknown): error is TransientError | RemoteError {
  return isCrash(error) || isTooLarge(error);
}

function isCrash(error: unknown): error is TransientError {
  return error instanceof TransientError && error.code === "shop-crashed";
}

function isTooLarge(error: unknown): error is RemoteError {
  return error instanceof RemoteError && error.code === "body-too-large";
}

function toRows(answer: WooAnswer, list: ListRequest): readonly unknown[] {
  if (Array.isArray(answer.body)) return answer.body;
  throw new RemoteError("unexpected-answer", `the shop's list of ${list.what} is no list`, {
    hint: "A plugin may change the answers of the API.",
  });
}

async function bisect(
  api: WooApi,
  list: ListRequest,
  begin: number,
  size: number,
  crash: TransientError | RemoteError,
  signal: AbortSignal,
): Promise<FetchedPage> {
  const rows: unknown[] = [];
  const crashers: Crasher[] = [];
  let facts: Omit<WooAnswer, "body"> = {};
  let failuresInARow = 1;
  let ended = false;

  async function part(start: number, width: number): Promise<void> {
    if (ended) return;
    try {
      // A single record decides about itself, so it gets one chance more.
      const how = { attempts: width === 1 ? 3 : 2 };
      const query = { ...list.query, per_page: width, page: start / width + 1 };
      const { body, ...rest } = await api.get(list.path, query, signal, how);
      const found = toRows({ body }, list);
      facts = rest;
      if (found.length > 0) failuresInARow = 0;
      else ended = true;
      rows.push(...found);
    } catch (error) {
      if (!isSpoilt(error)) throw error;
      // A page that is too large is no sign of a shop that fails.
      if (isCrash(error)) failuresInARow += 1;
      if (failuresInARow > patience) throw error;
      if (width === 1) crashers.push(await toCrasher(api, list, start, error, signal));
      else await parts(start, width);
    }
  }

  // Page numbers stay aligned: each width divides the one before it (100, 50, 25, 5, 1).
  async function parts(start: number, width: number): Promise<void> {
    const smaller = width / smallestFactor(width);
    for (let at = start; at < start + width; at += smaller) await part(at, smaller);
  }

  await parts(begin, size);
  // A page without one good record looks like a broken shop; the record before it tells which of both it is.
  const isDoubtful = rows.length === 0 && crashers.length > 0 && isCrash(crash);
  if (isDoubtful && !(await isAlive(api, list, begin, signal))) throw crash;
  return { ...facts, rows, crashers };
}

function smallestFactor(number: number): number {
  for (let factor = 2; factor * factor <= number; factor += 1) if (number % factor === 0) return factor;
  return number;
}

async function isAlive(api: WooApi, list: ListRequest, begin: number, signal: AbortSignal): Promise<boolean> {
  if (begin === 0) return false;
  try {
    await api.get(list.path, { ...list.query, per_page: 1, page: begin }, signal, { attempts: 2 });
    return true;
  } catch (error) {
    if (isCrash(error)) return false;
    throw error;
  }
}

/** A request that asks for the id alone is small, and spared by some crashes. */
async function toCrasher(
  api: WooApi,
  list: ListRequest,
  at: number,
  reason: TransientError | RemoteError,
  signal: AbortSignal,
): Promise<Crasher> {
  const message = isCrash(reason)
    ? "the shop fails with a 500 whenever this record is asked for; its PHP error log says why"
    : `this record alone is too large: ${reason.message}`;
  const place = `${list.what}, position ${at + 1}`;
  try {
    const query = { ...list.query, per_page: 1, page: at + 1, _fields: "id" };
    const { body } = await api.get(list.path, query, signal, { attempts: 2 });
    const id = Array.isArray(body) ? toId(toItem(body[0])?.["id"]) : undefined;
    if (id !== undefined) return { key: String(id), code: "unreadable", message, id };
  } catch (error) {
    if (!isCrash(error)) throw error;
  }
  return { key: place, code: "unreadable", message };
}
