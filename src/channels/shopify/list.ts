import { z } from "zod";
import { PsyncError, RemoteError, TransientError } from "../../errors.js";
import type { Clock } from "../../http/contract.js";
import type { ShopifyApi, Variables } from "./api.js";
import { badCursor, shopFailed, tooCostly } from "./errors.js";
import { createLoopGuard } from "./loop-guard.js";
import { pause } from "./pause.js";
import * as queries from "./queries.js";
import { type Connection, type Node, toLegacyId, toNode } from "./schema.js";
import { type PageSize, grow, restore, shrink } from "./page-size.js";

/** A list of the shop. */
export interface ListRequest<Data> {
  /** "variants" */
  readonly what: string;
  readonly query: string;
  readonly schema: z.ZodType<Data>;
  /** Beside `first` and `after`. */
  readonly variables: Variables;
  /** Ask for places only: ids, then not even these. */
  readonly places: readonly string[];
  /** The part of `variables` that these take. */
  readonly placeVariables: Variables;
  /** Undefined where what the list belongs to is gone. */
  readonly pick: (data: Data) => { readonly connection: Connection; readonly owner?: Node } | undefined;
}

/** How far a list was read. Plain data: a resume token carries it. */
export interface ListState extends PageSize {
  /** The cursor that the next page begins behind; absent at the beginning. */
  after?: string;
  done: boolean;
}

export interface ListPage {
  /** As sent; any of them may be nonsense. */
  readonly nodes: readonly unknown[];
  /** What the list belongs to, as sent with this page. */
  readonly owner?: Node;
  /** A record that the shop cannot show; its id where even that could be had. */
  readonly failed?: { readonly id?: string; readonly productId?: string; readonly message: string };
  /** How long the answer took, and how long its points take to come back. */
  readonly tookMs: number;
  readonly refillMs: number;
}

export interface ListTools {
  readonly api: ShopifyApi;
  readonly clock: Clock;
}

/** One product after the other fails. */
export const allFail = "all-fail";

/** What a smaller page may not have. */
const sizeCodes: ReadonlySet<string> = new Set([
  shopFailed,
  tooCostly,
  "body-too-large",
  "server-error",
  "no-answer",
  "torn-json",
  "empty-answer",
  "web-page",
]);
const emptyTries = 2;
const emptyPauseMs = 1000;
/** Products that fail one after the other: then it is not the products. */
const mostFailed = 10;
const firstPauseMs = 15_000;
const longestPauseMs = 60_000;
/** How long an outage in the middle of a read is waited for. */
const patienceMs = 5 * 60_000;

/**
 * Reads a list page by page. A page that Shopify cannot prepare is asked for in smaller parts; what fails alone is
 * passed over, as `failed`, by asking for its place without its contents. `state` is kept up to date: saved after a
 * page, it continues behind it. Throws RemoteError for a list that leads back into itself.
 */
export async function* readList<Data>(
  list: ListRequest<Data>,
  state: ListState,
  tools: ListTools,
  signal: AbortSignal,
): AsyncGenerator<ListPage> {
  const guard = createLoopGuard(list.what);
  let failed = 0;
  let failedProduct: string | undefined;
  while (!state.done) {
    const { page, pageInfo } = await fetchAtAnySize(list, state, tools, signal);
    const product = page.failed?.productId;
    if (page.failed === undefined) failed = 0;
    else if (product === undefined || product !== failedProduct) failed += 1;
    failedProduct = product;
    if (failed >= mostFailed) {
      throw new TransientError(
        allFail,
        `Shopify fails at each of its ${list.what}: ${page.failed?.message ?? ""}`,
        {
          hint: "Try again later.",
        },
      );
    }
    state.done = !pageInfo.hasNextPage;
    if (pageInfo.hasNextPage) state.after = guard.next(pageInfo.endCursor);
    yield page;
  }
}

/** The id behind which a list can begin again, as a resume token carries it. */
interface Place {
  readonly list: ListState;
  readonly floor: string;
  readonly ordered: boolean;
  behind?: string;
}

/**
 * Reads on behind the last id, once for each place, where Shopify no longer knows the cursor or lets nobody page so deep.
 */
export async function* acrossLostPlaces<Page>(
  place: Place,
  read: () => AsyncGenerator<Page>,
): AsyncGenerator<Page> {
  for (;;) {
    try {
      yield* read();
      return;
    } catch (error) {
      const isLost = error instanceof RemoteError && error.code === badCursor;
      if (!isLost || !place.ordered || place.floor === (place.behind ?? "0")) throw error;
      delete place.list.after;
      place.behind = place.floor;
    }
  }
}

type Fetched = { readonly page: ListPage; readonly pageInfo: Connection["pageInfo"] };

async function fetchAtAnySize<Data>(
  list: ListRequest<Data>,
  state: ListState,
  tools: ListTools,
  signal: AbortSignal,
): Promise<Fetched> {
  const patience = { waitedMs: 0, pauseMs: firstPauseMs };
  for (let smaller = false; ; smaller = true) {
    try {
      // The last try of all decides about a record; next to a bad one it is likely to be bad too.
      const attempts = (smaller && state.size > 1) || state.careful ? 2 : 3;
      let found = await fetchPage(list, state, tools, signal, attempts);
      // More follows, and yet here is nothing: behind this cursor the page's own rows would be lost.
      for (let again = 0; again < emptyTries && isHollow(found); again += 1) {
        await pause(tools.clock, emptyPauseMs, signal);
        found = await fetchPage(list, state, tools, signal, attempts);
      }
      grow(state);
      return found;
    } catch (error) {
      if (!isOfSize(error)) throw error;
      const costly = error.code === tooCostly;
      if (shrink(state, costly)) continue;
      if (costly) throw error;
      if (await isAlive(tools, signal)) return passOver(list, state, tools, signal, error);
      if (patience.waitedMs >= patienceMs) throw error;
      await pause(tools.clock, patience.pauseMs, signal);
      patience.waitedMs += patience.pauseMs;
      patience.pauseMs = Math.min(longestPauseMs, patience.pauseMs * 2);
      // It was the outage and not the size of the page.
      restore(state);
    }
  }
}

async function fetchPage<Data>(
  list: ListRequest<Data>,
  state: ListState,
  { api, clock }: ListTools,
  signal: AbortSignal,
  attempts: number,
): Promise<Fetched> {
  const startedMs = clock.now();
  const variables = { ...list.variables, first: state.size, after: state.after ?? null };
  const answer = await api.ask(list.query, list.schema, variables, signal, { attempts });
  const found = list.pick(answer.data);
  const page = {
    nodes: found?.connection.nodes ?? [],
    ...(found?.owner === undefined ? {} : { owner: found.owner }),
    tookMs: clock.now() - startedMs,
    refillMs: answer.refillMs ?? 0,
  };
  return { page, pageInfo: found?.connection.pageInfo ?? { hasNextPage: false } };
}

/**
 * One record fails by itself: its contents are what the shop cannot show, so its place is asked for without them. Throws
 * `cause` where even that fails.
 */
async function passOver<Data>(
  list: ListRequest<Data>,
  state: ListState,
  { api }: ListTools,
  signal: AbortSignal,
  cause: PsyncError,
): Promise<Fetched> {
  const variables = { ...list.placeVariables, first: 1, after: state.after ?? null };
  for (const query of list.places) {
    try {
      const { data } = await api.ask(query, list.schema, variables, signal, { attempts: 2 });
      const connection = list.pick(data)?.connection;
      const node = toNode(connection?.nodes[0]);
      const id = toLegacyId(node?.["id"]);
      const productId = toLegacyId(toNode(node?.["product"])?.["id"]);
      state.careful = true;
      const page = {
        nodes: [],
        failed: {
          message: cause.message,
          ...(id === undefined ? {} : { id }),
          ...(productId === undefined ? {} : { productId }),
        },
        tookMs: 0,
        refillMs: 0,
      };
      return { page, pageInfo: connection?.pageInfo ?? { hasNextPage: false } };
    } catch (error) {
      if (!isOfSize(error)) throw error;
    }
  }
  throw cause;
}

/** Whether the shop answers anything at all. */
async function isAlive({ api }: ListTools, signal: AbortSignal): Promise<boolean> {
  try {
    await api.ask(queries.ping, z.unknown(), {}, signal, { attempts: 2 });
    return true;
  } catch (error) {
    if (error instanceof TransientError) return false;
    throw error;
  }
}

function isHollow({ page, pageInfo }: Fetched): boolean {
  return pageInfo.hasNextPage && page.nodes.length === 0;
}

function isOfSize(error: unknown): error is PsyncError {
  return error instanceof PsyncError && sizeCodes.has(error.code);
}
