import { z } from "zod";
import { PsyncError, RemoteError, TransientError } from "../../errors.js";
import type { Clock } from "../../http/contract.js";
import type { ShopifyApi, Variables } from "./api.js";
import { badCursor, shopFailed, throttledInside, tooCostly } from "./errors.js";
import { createLoopGuard } from "./loop-guard.js";
import { createPatience, pause } from "../../http/storm.js";
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

interface FailedRecord {
  /** Absent where even that could not be had. */
  readonly id?: string;
  readonly productId?: string;
  readonly message: string;
}

export interface ListPage {
  /** As sent; any of them may be nonsense. */
  readonly nodes: readonly unknown[];
  /** What the list belongs to, as sent with this page. */
  readonly owner?: Node;
  /** Records before these nodes that the shop cannot show. */
  readonly failed: readonly FailedRecord[];
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
/** What only time helps against. */
const throttledCodes: ReadonlySet<string> = new Set(["throttled", throttledInside]);
const emptyTries = 2;
const emptyPauseMs = 1000;
/** Products that fail one after the other: then it is not the products. */
const mostFailed = 10;

/**
 * Reads a list page by page. A page that Shopify cannot prepare is asked for in smaller parts; what fails alone is
 * passed over, as `failed`, by asking for its place without its contents; it is told once a good one has come behind it,
 * so that a read that ends because all fail is resumed before them. `state` is kept up to date: saved after a page, it
 * continues behind it. Throws RemoteError for a list that leads back into itself.
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
  let untold: FailedRecord[] = [];
  while (!state.done) {
    const { page, pageInfo } = await fetchAtAnySize(list, state, tools, signal);
    const last = page.failed.at(-1);
    if (last === undefined) failed = 0;
    else if (last.productId === undefined || last.productId !== failedProduct) failed += 1;
    failedProduct = last?.productId;
    untold.push(...page.failed);
    if (failed >= mostFailed) {
      throw new TransientError(allFail, `Shopify fails at each of its ${list.what}: ${last?.message ?? ""}`, {
        hint: "Try again later.",
      });
    }
    state.done = !pageInfo.hasNextPage;
    if (pageInfo.hasNextPage) state.after = guard.next(pageInfo.endCursor);
    if (last !== undefined && !state.done) continue;
    yield { ...page, failed: untold };
    untold = [];
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
  const patience = createPatience(tools);
  let isAlive: boolean | undefined;
  for (let smaller = false; ; smaller = true) {
    const isLate = patience.hasWaited();
    try {
      // The last try of all decides about a record; next to a bad one it is likely to be bad too.
      const attempts = isLate ? 1 : (smaller && state.size > 1) || state.careful ? 2 : 3;
      const found = await fetchFull(list, state, tools, signal, attempts);
      // It was the outage and not the size of the page.
      if (isLate) restore(state);
      else grow(state);
      return found;
    } catch (error) {
      if (!isOfSize(error) && !isThrottled(error)) throw error;
      if (error.code === tooCostly) {
        if (shrink(state, true)) continue;
        throw error;
      }
      isAlive ??= !isThrottled(error) && (await answersPing(tools, signal, 2));
      if (isAlive && !isThrottled(error)) {
        if (shrink(state, false)) continue;
        const passed = await passOver(list, state, tools, signal, error, isLate ? 1 : 2);
        if (passed !== undefined) return passed;
      }
      do await patience.wait(error, signal);
      while (!(await answersPing(tools, signal, 1)));
      isAlive = true;
    }
  }
}

/** A page that is not hollow: more follows, and yet here is nothing. Behind its cursor its own rows would be lost. */
async function fetchFull<Data>(
  list: ListRequest<Data>,
  state: ListState,
  tools: ListTools,
  signal: AbortSignal,
  attempts: number,
): Promise<Fetched> {
  let found = await fetchPage(list, state, tools, signal, attempts);
  for (let again = 0; again < emptyTries && isHollow(found); again += 1) {
    await pause(tools.clock, emptyPauseMs, signal);
    found = await fetchPage(list, state, tools, signal, attempts);
  }
  return found;
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
    failed: [],
    ...(found?.owner === undefined ? {} : { owner: found.owner }),
    tookMs: clock.now() - startedMs,
    refillMs: answer.refillMs ?? 0,
  };
  return { page, pageInfo: found?.connection.pageInfo ?? { hasNextPage: false } };
}

/**
 * One record fails by itself: its contents are what the shop cannot show, so its place is asked for without them.
 * Undefined where even that fails: then it is not the record.
 */
async function passOver<Data>(
  list: ListRequest<Data>,
  state: ListState,
  { api }: ListTools,
  signal: AbortSignal,
  cause: PsyncError,
  attempts: number,
): Promise<Fetched | undefined> {
  const variables = { ...list.placeVariables, first: 1, after: state.after ?? null };
  for (const query of list.places) {
    try {
      const { data } = await api.ask(query, list.schema, variables, signal, { attempts });
      const connection = list.pick(data)?.connection;
      const node = toNode(connection?.nodes[0]);
      const id = toLegacyId(node?.["id"]);
      const productId = toLegacyId(toNode(node?.["product"])?.["id"]);
      state.careful = true;
      const failed = {
        message: cause.message,
        ...(id === undefined ? {} : { id }),
        ...(productId === undefined ? {} : { productId }),
      };
      const page = { nodes: [], failed: [failed], tookMs: 0, refillMs: 0 };
      return { page, pageInfo: connection?.pageInfo ?? { hasNextPage: false } };
    } catch (error) {
      if (!isOfSize(error) && !isThrottled(error)) throw error;
    }
  }
  return undefined;
}

/** Whether the shop answers anything at all. */
async function answersPing({ api }: ListTools, signal: AbortSignal, attempts: number): Promise<boolean> {
  try {
    await api.ask(queries.ping, z.unknown(), {}, signal, { attempts });
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

function isThrottled(error: unknown): error is PsyncError {
  return error instanceof PsyncError && throttledCodes.has(error.code);
}
