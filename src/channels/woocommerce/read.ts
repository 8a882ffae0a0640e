import { IncompleteError, RemoteError } from "../../errors.js";
import type { RecordReject, SourceRecord } from "../../model/record.js";
import type { ReadRequest, RecordPage } from "../channel.js";
import type { Query, WooApi } from "./api.js";
import {
  type ChildrenState,
  type ChildTools,
  fetchProducts,
  readChildren,
  type ShopTraits,
} from "./children.js";
import { toFieldsParameter } from "./fields.js";
import { createIdSet, type IdSet } from "../id-set.js";
import { type ListState, newListState, readList } from "./pager.js";
import { type RecordFrame, toProductRecord, toVariationRecord } from "./records.js";
import { parseResumeToken, type ResumeState, toResumeToken } from "./resume.js";
import { type Item, namedChildren, toGmtMs, toId } from "./schema.js";
import type { WooParts, WooSettings } from "./settings.js";
import { findGap } from "../tally.js";
import { readUnits } from "./units.js";

export interface ReadContext {
  readonly api: WooApi;
  readonly settings: WooSettings;
  readonly parts: WooParts;
  readonly traits: ShopTraits;
}

/** The shop's clock may differ between its machines, and a save takes a while: the next read looks back. */
const overlapMs = 5 * 60_000;
/** Only the parents of one group are held, whatever the catalogue's size. */
const groupParents = 30;
const groupChildren = 200;

/**
 * Reads a shop: all products, ordered by id, and the variations of the variable ones in groups, or with `since` what
 * changed. Parents are records too. Throws IncompleteError behind the last page where the shop's own numbers do not
 * add up.
 */
export async function* readShop(
  context: ReadContext,
  request: ReadRequest,
  signal: AbortSignal,
): AsyncGenerator<RecordPage> {
  const read = await openRead(context, request, signal);
  const { state } = read;
  let group: Map<number, Item> = new Map();
  if (state.parents.length > 0) group = await restoreParents(read, signal);
  if (state.children !== undefined) {
    yield* readGroup(read, group, state.children, signal);
    group = new Map();
  }
  if (state.changed === undefined) {
    yield* readProducts(read, group, signal);
    const gap = findGap(state.list, "products", state.since === undefined || read.ignoresSince);
    if (gap !== undefined) state.gaps.push(gap);
  }
  if (state.since !== undefined && !read.ignoresSince && !context.traits.onePerParent) {
    yield* readChangedVariations(read, signal);
  }
  const [first] = state.gaps;
  if (first !== undefined) {
    const more = state.gaps.length > 1 ? ` (and ${state.gaps.length - 1} more)` : "";
    throw new IncompleteError("incomplete-catalogue", `${first}${more}`, {
      hint: "What came is good. The next run looks again.",
    });
  }
}

/** A read under way: where it stands and what it works with. */
interface Read {
  readonly context: ReadContext;
  readonly state: ResumeState;
  /** Those that `state.parents` names. */
  parents: readonly Item[];
  readonly tools: ChildTools;
  /** Parents whose children were all read. */
  readonly families: IdSet;
  readonly timeZone: string;
  frame?: RecordFrame;
  /** The shop is too old to know `modified_after`, and sends everything. */
  ignoresSince: boolean;
}

async function openRead(context: ReadContext, request: ReadRequest, signal: AbortSignal): Promise<Read> {
  const { api, parts, traits } = context;
  const warn = parts.warn ?? (() => {});
  const { index, dateMs } = await api.open(signal);
  const saved = request.resume === undefined ? undefined : parseResumeToken(request.resume);
  if (request.resume !== undefined && saved === undefined) {
    warn("the point to resume from cannot be read: the catalogue is read from its beginning");
  }
  const since = saved === undefined ? checkSince(request.since, dateMs, warn) : saved.since;
  const state: ResumeState = saved ?? {
    v: 1,
    ...(since === undefined ? {} : { since }),
    list: newListState(),
    parents: [],
    named: 0,
    gaps: [],
  };
  const tools: ChildTools = {
    api,
    clock: parts.clock,
    warn,
    traits,
    seen: createIdSet(),
    gaps: state.gaps,
    productQuery: listQuery(toFieldsParameter(request.fields, "product")),
    variationQuery: listQuery(toFieldsParameter(request.fields, "variation")),
    ...(state.startedMs === undefined ? {} : { startedMs: state.startedMs }),
  };
  const timeZone =
    index?.timezone_string === "" ? String(index.gmt_offset ?? "") : (index?.timezone_string ?? "");
  return { context, state, tools, parents: [], families: createIdSet(), timeZone, ignoresSince: false };
}

/** The parents that were still to be served: out of the token, or from the shop where they were too large for it. */
async function restoreParents(read: Read, signal: AbortSignal): Promise<Map<number, Item>> {
  const { held, parents } = read.state;
  delete read.state.held;
  if (held === undefined) return fetchProducts(parents, read.tools, signal);
  return new Map(held.map((item) => [toId(item["id"]) ?? 0, item]));
}

function listQuery(fields: string | undefined): Query {
  // Ordered by id, what is added while reading comes at the end instead of shifting the pages.
  const query = { status: "any", orderby: "id", order: "asc", context: "edit" };
  return fields === undefined ? query : { ...query, _fields: fields };
}

function checkSince(
  since: string | undefined,
  nowMs: number | undefined,
  warn: (message: string) => void,
): string | undefined {
  if (since === undefined) return undefined;
  const ms = Date.parse(since);
  if (Number.isNaN(ms)) {
    warn("the point of the last sync cannot be read: the whole catalogue is read");
    return undefined;
  }
  if (nowMs !== undefined && ms > nowMs) {
    warn(`the last sync (${since}) lies in the future of the shop's clock: the whole catalogue is read`);
    return undefined;
  }
  return since;
}

/** `modified_after` leaves the very second out, and takes UTC without a zone: with one, the window shifts. */
function sinceQuery(since: string | undefined): Query {
  if (since === undefined) return {};
  const after = new Date(Date.parse(since) - 1000).toISOString().slice(0, 19);
  return { modified_after: after, dates_are_gmt: "true" };
}

/** `pending`: variable products of pages before, whose variations are still to be read. */
async function* readProducts(
  read: Read,
  pending: ReadonlyMap<number, Item>,
  signal: AbortSignal,
): AsyncGenerator<RecordPage> {
  const { state, tools } = read;
  const query = { ...tools.productQuery, ...sinceQuery(state.since) };
  const list = { path: "wc/v3/products", query, what: "products" } as const;
  let group = new Map(pending);
  let children = [...pending.values()].reduce((sum, parent) => sum + namedChildren(parent).length, 0);
  let begins = state.list.page === 1;
  for await (const { items, rejects, dateMs } of readList(list, state.list, tools, signal)) {
    if (begins) noteStart(read, dateMs);
    begins = false;
    if (!read.ignoresSince && hasOlder(state.since, items)) {
      read.ignoresSince = true;
      tools.warn("the shop cannot tell what changed (its WooCommerce is old): the whole catalogue is read");
    }
    const frame = (read.frame ??= await readFrame(read, signal));
    const records = items.map(({ id, item }) => toProductRecord(item, id, frame));
    for (const { id, item } of items) {
      const named = item["type"] === "variable" ? namedChildren(item).length : 0;
      if (named === 0) continue;
      group.set(id, item);
      children += named;
      state.named += named;
    }
    keepParents(read, group);
    yield toPage(read, records, rejects);
    if (group.size < groupParents && children < groupChildren) continue;
    yield* readGroup(read, group, undefined, signal);
    group = new Map();
    children = 0;
  }
  if (group.size > 0) yield* readGroup(read, group, undefined, signal);
}

function noteStart(read: Read, dateMs: number | undefined): void {
  if (dateMs === undefined) {
    read.tools.warn("the shop sends no Date header: the next sync reads the whole catalogue");
    return;
  }
  read.state.startedMs = dateMs;
  read.tools.startedMs = dateMs;
}

/** An old shop ignores parameters that it does not know: then records come that are older than asked for. */
function hasOlder(since: string | undefined, items: readonly { readonly item: Item }[]): boolean {
  if (since === undefined) return false;
  const sinceMs = Date.parse(since) - 1000;
  return items.some(({ item }) => (toGmtMs(item["date_modified_gmt"]) ?? sinceMs) < sinceMs);
}

async function readFrame(read: Read, signal: AbortSignal): Promise<RecordFrame> {
  const { api, settings } = read.context;
  const units = await readUnits(api, settings, signal);
  return { site: api.site, statuses: settings.statuses ?? ["publish"], ...units };
}

async function* readGroup(
  read: Read,
  parents: ReadonlyMap<number, Item>,
  resume: ChildrenState | undefined,
  signal: AbortSignal,
): AsyncGenerator<RecordPage> {
  const { state, tools } = read;
  const frame = (read.frame ??= await readFrame(read, signal));
  keepParents(read, parents);
  for await (const page of readChildren(parents, resume, tools, signal)) {
    if (page.state !== undefined) state.children = page.state;
    const records = page.children.map(({ id, item, parent }) => toVariationRecord(item, id, parent, frame));
    if (records.length > 0 || page.rejects.length > 0) yield toPage(read, records, page.rejects);
  }
  for (const id of parents.keys()) read.families.add(id);
  keepParents(read, new Map());
  delete state.children;
}

function keepParents(read: Read, parents: ReadonlyMap<number, Item>): void {
  read.state.parents = [...parents.keys()];
  read.parents = [...parents.values()];
}

/**
 * Variations whose own date moved although their parent's did not. WooCommerce moves both; plugins may not.
 */
async function* readChangedVariations(read: Read, signal: AbortSignal): AsyncGenerator<RecordPage> {
  const { state, tools } = read;
  const frame = (read.frame ??= await readFrame(read, signal));
  const query = { ...tools.variationQuery, ...sinceQuery(state.since) };
  const list = { path: "wc/v3/variations", query, what: "variations" } as const;
  const changed: ListState = state.changed ?? newListState();
  const ownTools = { ...tools, seen: createIdSet() };
  try {
    for await (const { items, rejects } of readList(list, changed, ownTools, signal)) {
      if (hasOlder(state.since, items)) return;
      const orphans = items.filter(({ item }) => !read.families.has(toId(item["parent_id"]) ?? 0));
      const ids = new Set(orphans.map(({ item }) => toId(item["parent_id"]) ?? 0));
      ids.delete(0);
      const parents = await fetchProducts([...ids], tools, signal);
      const records: SourceRecord[] = [];
      for (const { id, item } of orphans) {
        const parent = parents.get(toId(item["parent_id"]) ?? 0);
        // A child in the database of a product that is no longer variable is not for sale.
        if (parent?.["type"] === "variable") records.push(toVariationRecord(item, id, parent, frame));
      }
      state.changed = { ...changed };
      if (records.length > 0 || rejects.length > 0) yield toPage(read, records, rejects);
    }
  } catch (error) {
    if (!(error instanceof RemoteError && error.code === "no-route")) throw error;
    read.context.traits.onePerParent = true;
  }
}

function toPage(read: Read, records: readonly SourceRecord[], rejects: readonly RecordReject[]): RecordPage {
  const { state, frame, timeZone } = read;
  const total = state.list.total;
  const units = frame === undefined ? [] : [frame.weightUnit, frame.dimensionUnit];
  return {
    records,
    rejects,
    ...(total === undefined ? {} : { declared: total + state.named }),
    ...(state.startedMs === undefined ? {} : { cursor: toCursor(state.startedMs) }),
    ...(units.length === 0 ? {} : { basis: [...units, timeZone].join(" ") }),
    resume: toResumeToken(state, read.parents),
  };
}

function toCursor(startedMs: number): string {
  return `${new Date(startedMs - overlapMs).toISOString().slice(0, 19)}Z`;
}
