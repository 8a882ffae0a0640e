import { ConfigError, IncompleteError, RemoteError } from "../../errors.js";
import type { RecordReject, SourceRecord } from "../../model/record.js";
import type { ChannelParts, ReadRequest, RecordPage } from "../channel.js";
import type { EtsyApi } from "./api.js";
import { unknownShop } from "./errors.js";
import type { EtsyTraits } from "./fetch-page.js";
import { createIdSet, type IdSet } from "../id-set.js";
import { fetchInventories, type Inventory } from "./inventory.js";
import { type ListPage, type ListState, type ListTools, newListState, readList } from "./pager.js";
import type { Quota } from "./quota.js";
import { isBlank, type RecordFrame, toListingRecords } from "./records.js";
import { parseResumeToken, type ResumeState } from "./resume.js";
import { toItem } from "./schema.js";
import { checkSettings, defaultStates, type EtsySettings } from "./settings.js";
import { outlastStorm } from "../../http/storm.js";
import { stormCodes } from "./errors.js";
import { findGap, missingOf } from "../tally.js";

export interface ReadContext {
  readonly api: EtsyApi;
  readonly settings: EtsySettings;
  readonly parts: ChannelParts;
  readonly quota: Quota;
  readonly traits: EtsyTraits;
}

/** Every state that Etsy has told of; it may have more. */
const knownStates = ["active", "inactive", "sold_out", "draft", "expired", "removed"];

/**
 * Reads a shop: the listings of each wanted state with their inventories, one record a product. Throws ConfigError for
 * settings that cannot be right and for a shop or a state that Etsy does not know, and IncompleteError behind the last
 * page where Etsy's numbers do not add up.
 */
export async function* readShop(
  context: ReadContext,
  request: ReadRequest,
  signal: AbortSignal,
): AsyncGenerator<RecordPage> {
  const { settings, quota } = context;
  checkSettings(settings);
  const states = [...new Set(settings.states ?? defaultStates)];
  const read = openRead(context, request, states);
  try {
    const first = read.state === undefined ? 0 : states.indexOf(read.state.list.state);
    for (const [index, state] of states.entries()) {
      if (index >= first) yield* readState(read, state, states.length - 1 - index, signal);
    }
  } finally {
    await quota.save();
  }
  if (read.records > 0 && !read.hasSku) {
    context.parts.warn(
      "no product of the shop has an SKU: Etsy hides SKUs from a token that is not the shop owner's",
    );
  }
  const [first] = read.gaps;
  if (first !== undefined) {
    const more = read.gaps.length > 1 ? ` (and ${read.gaps.length - 1} more)` : "";
    throw new IncompleteError("incomplete-catalogue", `${first}${more}`, {
      hint: "What came is good. The next run looks again.",
    });
  }
}

/** A read under way. */
interface Read {
  readonly context: ReadContext;
  /** Where an earlier process stopped; used up by the state that it stopped in. */
  state: ResumeState | undefined;
  readonly frame: RecordFrame;
  /** Listings of the states that were read already: one that moved to another state meanwhile comes once. */
  readonly earlier: IdSet[];
  readonly gaps: string[];
  startedMs: number | undefined;
  records: number;
  hasSku: boolean;
  toldOfQuota: boolean;
}

function openRead(context: ReadContext, { resume }: ReadRequest, states: readonly string[]): Read {
  const { parts } = context;
  const saved = resume === undefined ? undefined : parseResumeToken(resume);
  const state = saved !== undefined && states.includes(saved.list.state) ? saved : undefined;
  if (resume !== undefined && state === undefined) {
    parts.warn("the point to resume from cannot be used: the shop is read from its beginning");
  }
  const told = new Set<string>();
  const warnOnce = (topic: string, message: string): void => {
    if (told.has(topic)) return;
    told.add(topic);
    parts.warn(message);
  };
  return {
    context,
    state,
    frame: { states, warnOnce },
    earlier: [],
    gaps: [...(state?.gaps ?? [])],
    startedMs: state?.startedMs,
    records: state?.records ?? 0,
    // What an earlier process saw is not known: better no warning than a wrong one.
    hasSku: state !== undefined,
    toldOfQuota: false,
  };
}

async function* readState(
  read: Read,
  state: string,
  statesLeft: number,
  signal: AbortSignal,
): AsyncGenerator<RecordPage> {
  const { context } = read;
  const { api, traits, parts } = context;
  const saved = read.state;
  read.state = undefined;
  const list: ListState = saved === undefined ? newListState(state) : { ...saved.list };
  const seen = createIdSet();
  for (const id of saved?.last ?? []) seen.add(id);
  const tools: ListTools = {
    api,
    traits,
    warn: parts.warn,
    clock: parts.clock,
    seen,
    gaps: read.gaps,
    resumed: saved !== undefined,
    ...(read.startedMs === undefined ? {} : { startedMs: read.startedMs }),
  };
  try {
    for await (const page of readList(context.settings.shopId, list, tools, signal)) {
      read.startedMs ??= page.dateMs ?? parts.clock.now();
      tools.startedMs ??= read.startedMs;
      warnOfQuota(read, list, statesLeft);
      yield await toPage(read, list, page, signal);
    }
  } catch (error) {
    throw toReadError(error, context.settings.shopId, state);
  }
  read.earlier.push(seen);
  const gap = findGap(list, `${state} listings`, true);
  // A list that broke off has told so.
  if (gap !== undefined && !read.gaps.some((text) => text.includes(` ${state} listings`)))
    read.gaps.push(gap);
}

async function toPage(read: Read, list: ListState, page: ListPage, signal: AbortSignal): Promise<RecordPage> {
  const { api, parts } = read.context;
  const records: SourceRecord[] = [];
  const rejects: RecordReject[] = [...page.rejects];
  const fresh = page.items.filter(({ id }) => !read.earlier.some((ids) => ids.has(id)));
  const apart = fresh.filter(({ item }) => toItem(item["inventory"]) === undefined).map(({ id }) => id);
  const fetched: ReadonlyMap<number, Inventory> =
    apart.length === 0
      ? new Map()
      : await outlastStorm(parts, stormCodes, signal, (attempts) =>
          fetchInventories(api, apart, signal, attempts),
        );
  for (const { id, item } of fresh) {
    const found = fetched.get(id);
    const inventory =
      toItem(item["inventory"]) ??
      (found !== undefined && "inventory" in found ? found.inventory : undefined);
    const missing = found !== undefined && "missing" in found ? found.missing : "";
    const made = toListingRecords(item, id, inventory, missing, read.frame);
    records.push(...made.records);
    rejects.push(...made.rejects);
  }
  read.records += records.length + rejects.length;
  read.hasSku ||= records.some(({ fields }) => !isBlank(toItem(fields["product"])?.["sku"]));
  const startedMs = read.startedMs ?? 0;
  const resume: ResumeState = {
    v: 1,
    startedMs,
    list,
    last: page.items.map(({ id }) => id),
    records: read.records,
    gaps: read.gaps,
  };
  return {
    records,
    rejects,
    // Listings that are still to come hold a product each, at least.
    declared: read.records + missingOf(list),
    cursor: new Date(startedMs).toISOString(),
    resume: JSON.stringify(resume),
  };
}

/** Tells at the beginning when the day's requests will not do. */
function warnOfQuota(read: Read, list: ListState, statesLeft: number): void {
  const left = read.context.quota.leftToday();
  if (read.toldOfQuota || left === undefined) return;
  const pages = Math.ceil(missingOf(list) / 100) * (read.context.traits.inventoryApart ? 2 : 1);
  const needed = pages + statesLeft;
  if (left >= needed) return;
  read.toldOfQuota = true;
  read.context.parts.warn(
    `Etsy allows ${left} more requests today, and this read needs at least ${needed}: it will stop in the middle. Run psync less often, or ask Etsy for a higher limit.`,
  );
}

/** A state in the config that Etsy does not have is refused by the words of a wrong parameter. */
function toReadError(error: unknown, shopId: string, state: string): unknown {
  if (error instanceof RemoteError && error.status === 404) return unknownShop(shopId);
  if (!(error instanceof RemoteError) || error.code !== "bad-request") return error;
  if (knownStates.slice(0, 5).includes(state) || !/enum|state/i.test(error.message)) return error;
  const message = `Etsy has no listings of the state "${state}"; there are ${knownStates.join(", ")}`;
  return new ConfigError("unknown-state", message, [{ path: "source.states", message }], { cause: error });
}
