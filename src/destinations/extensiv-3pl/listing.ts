import { RemoteError } from "../../errors.js";
import { type ExtensivApi, isGood } from "./api.js";
import type { Outlast } from "./calm.js";
import { toRefusal, who } from "./errors.js";
import { isObject, type ExactObject } from "./exact-json.js";
import type { Filter } from "./rql.js";
import { findItemFacts, findPage, type ItemFacts } from "./schema.js";

export const pageSize = 100;

/** An item of a list, and what makes it one. */
export interface Listed extends ItemFacts {
  readonly item: ExactObject;
}

export interface ItemPage {
  readonly items: readonly Listed[];
  /** How many rows came, unreadable ones included. */
  readonly rows: number;
  readonly unreadable: number;
  readonly total?: number;
}

export interface ListingContext {
  readonly api: ExtensivApi;
  readonly outlast: Outlast;
  readonly warn: (message: string) => void;
  readonly redact: (text: string) => string;
}

/** The server does not take this filter. */
export class FilterRefused extends Error {}

/** Fetches one page of the customer's items. Throws FilterRefused where there is a filter and it is not taken. */
export async function fetchPage(
  { api, outlast, redact }: ListingContext,
  filter: Filter | undefined,
  number: number,
  signal: AbortSignal,
): Promise<ItemPage> {
  const query = `pgsiz=${pageSize}&pgnum=${number}${filter === undefined ? "" : `&${filter.query}`}`;
  const answer = await outlast(signal, (attempts) =>
    api.get(`${api.customer}/items`, query, "ItemView", signal, attempts),
  );
  if (!isGood(answer.status)) {
    const { words } = toRefusal(answer.response, redact);
    // 404 and 414 are how a web server refuses a long query before the API sees it.
    if (filter !== undefined && [400, 404, 414].includes(answer.status)) throw new FilterRefused(words);
    throw new RemoteError(
      "unexpected-answer",
      `${who} answered ${answer.status} to a page of items: ${words}`,
      {
        status: answer.status,
      },
    );
  }
  const page = findPage(answer.value);
  if (page === undefined) {
    throw new RemoteError("unexpected-answer", `${who} sent no list of items where one was asked for`, {
      hint: "Check destination.baseUrl. If it is right, this is a fault of psync: please report it.",
    });
  }
  const items: Listed[] = [];
  for (const row of page.rows) {
    const facts = findItemFacts(row);
    if (facts !== undefined && isObject(row)) items.push({ ...facts, item: row });
  }
  return {
    items,
    rows: page.rows.length,
    unreadable: page.rows.length - items.length,
    ...(page.total === undefined ? {} : { total: page.total }),
  };
}

/**
 * Yields the pages of a list, asked for by number and never by the server's links. Ends where all that the server
 * declares has come, or nothing new comes. However few a page holds, the next one follows upon it.
 */
export async function* listPages(
  context: ListingContext,
  filter: Filter | undefined,
  signal: AbortSignal,
  first?: ItemPage,
): AsyncGenerator<ItemPage> {
  const seen = new Set<string>();
  let rows = 0;
  for (let number = 1; ; number += 1) {
    const page =
      number === 1 && first !== undefined ? first : await fetchPage(context, filter, number, signal);
    yield page;
    const before = seen.size;
    for (const { id } of page.items) seen.add(id);
    rows += page.rows;
    if (page.rows === 0 || (seen.size === before && page.unreadable === 0)) return;
    if (page.total !== undefined && rows >= page.total) return;
  }
}
