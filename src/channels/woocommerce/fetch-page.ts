import { RemoteError } from "../../errors.js";
import { bisect, type Crasher, isSpoilt } from "../bisect.js";
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

export interface FetchedPage extends Omit<WooAnswer, "body"> {
  readonly rows: readonly unknown[];
  readonly crashers: readonly Crasher[];
}

/** The largest `per_page` that WordPress takes, also where it sends more than was asked for. */
const largestPage = 100;

/** What the shop answers when a record crashes it. */
const crashCode = "shop-crashed";

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
  const fetch = async (query: Query, how: { readonly attempts?: number }) => {
    const { body, ...facts } = await api.get(list.path, { ...list.query, ...query }, signal, how);
    return { rows: toRows(body, list), facts };
  };
  try {
    const how = attempts === undefined ? {} : { attempts };
    const { rows, facts } = await fetch({ per_page: Math.min(size, largestPage), page }, how);
    return { ...facts, rows, crashers: [] };
  } catch (error) {
    if (!isSpoilt(error, crashCode)) throw error;
    const { facts, ...found } = await bisect({
      begin: (page - 1) * size,
      size,
      // Page numbers stay aligned: each width divides the one before it (100, 50, 25, 5, 1).
      partOf: (width) => width / smallestFactor(width),
      fetch: (offset, width, tries) =>
        fetch({ per_page: width, page: offset / width + 1 }, { attempts: tries }),
      async idAt(offset) {
        const query = { ...list.query, per_page: 1, page: offset + 1, _fields: "id" };
        const { body } = await api.get(list.path, query, signal, { attempts: 2 });
        return Array.isArray(body) ? toId(toItem(body[0])?.["id"]) : undefined;
      },
      crashCode,
      reason: error,
      patience,
      crashMessage: "the shop fails with a 500 whenever this record is asked for; its PHP error log says why",
      what: list.what,
    });
    return { ...facts, ...found };
  }
}

function toRows(body: unknown, list: ListRequest): readonly unknown[] {
  if (Array.isArray(body)) return body;
  throw new RemoteError("unexpected-answer", `the shop's list of ${list.what} is no list`, {
    hint: "A plugin may change the answers of the API.",
  });
}

function smallestFactor(number: number): number {
  for (let factor = 2; factor * factor <= number; factor += 1) if (number % factor === 0) return factor;
  return number;
}
