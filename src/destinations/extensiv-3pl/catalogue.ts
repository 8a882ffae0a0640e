import { InterruptedError } from "../../errors.js";
import type { Clock } from "../../http/contract.js";
import type { RemoteItem } from "../destination.js";
import { proveCustomer } from "./customer.js";
import { who } from "./errors.js";
import type { Outlast } from "./calm.js";
import type { ItemForm } from "./item.js";
import type { Learnt } from "./learnt.js";
import {
  fetchPage,
  FilterRefused,
  type ItemPage,
  type Listed,
  type ListingContext,
  listPages,
  pageSize,
} from "./listing.js";
import { filterBySku, foldSku, groupSkus } from "./rql.js";
import { valueAt } from "./schema.js";
import type { ExtensivSettings } from "./settings.js";

export interface CatalogueContext extends ListingContext {
  readonly settings: ExtensivSettings;
  readonly form: ItemForm;
  readonly learnt: Learnt;
  readonly clock: Clock;
}

/** The items of a customer, as psync looks at them. */
export interface Catalogue {
  /** Proves the customer. Throws ConfigError naming those that there are, AuthError without the role. Once a process. */
  openCustomer(signal: AbortSignal, outlast?: Outlast): Promise<string>;
  /** Fetches the first page, learns from it, and gives the number of items, where the server tells it. Once a process. */
  openItems(signal: AbortSignal, outlast?: Outlast): Promise<number | undefined>;
  /** What stands there under these SKUs, by the SKUs as they were asked for. */
  find(skus: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, RemoteItem>>;
  /** What stands there under one SKU now, whatever was seen before. */
  lookUp(sku: string, signal: AbortSignal): Promise<Sight>;
  /** Something is about to be written: what was listed is history. */
  forget(): void;
}

/** A listing of so many items is worth keeping for a while. One of more is made only where filters do not work. */
const mostKept = 5000;
const keptMs = 5 * 60_000;

type Items = ReadonlyMap<string, RemoteItem>;

/** What a look at one SKU shows. */
export interface Sight {
  readonly item?: RemoteItem;
  /** Another SKU, which the server's comparison takes for this one. */
  readonly alike?: string;
}

/** An item as it was found. Where several have one SKU, that of the lowest rank counts. */
interface Found {
  readonly remote: RemoteItem;
  readonly rank: number;
}

/** What is true for a while. */
interface Kept<Value> {
  readonly value: Value;
  readonly until: number;
}

export function createCatalogue(context: CatalogueContext): Catalogue {
  const { form, learnt, clock, warn } = context;
  let customer: Promise<string> | undefined;
  let opening: Promise<number | undefined> | undefined;
  let first: Kept<ItemPage> | undefined;
  let snapshot: Kept<Items> | undefined;
  /** Requests that filters have cost since the last listing, and how many a listing takes. */
  let asked = 0;
  let listingCosts = Infinity;
  let filters = true;
  let toldOfRows = false;

  function toFound({ id, sku, item }: Listed): Found {
    const { values, reserved } = form.tell(item, learnt.inventorySizes() ?? false);
    const remote = { id, sku, values: { sku, ...values }, ...(reserved.length === 0 ? {} : { reserved }) };
    // The one that is in use, then the one that is spelt as a cart spells it.
    const rank = (valueAt(item, "readOnly.deactivated") === true ? 2 : 0) + (sku.trimEnd() === sku ? 0 : 1);
    return { remote, rank };
  }

  /** Takes a page into account; an unreadable row is told of once. */
  function learn(page: ItemPage): void {
    for (const { item } of page.items) learnt.see(item);
    if (page.unreadable === 0 || toldOfRows) return;
    toldOfRows = true;
    warn(`${who} sent items without id or SKU; psync leaves them alone`);
  }

  function keep<Value>(value: Value): Kept<Value> {
    return { value, until: clock.now() + keptMs };
  }

  function valueOf<Value>(kept: Kept<Value> | undefined): Value | undefined {
    return kept === undefined || clock.now() > kept.until ? undefined : kept.value;
  }

  async function openFirstPage(signal: AbortSignal, outlast: Outlast): Promise<number | undefined> {
    const page = await fetchPage({ ...context, outlast }, undefined, 1, signal);
    learn(page);
    first = keep(page);
    const { total } = page;
    if (total === undefined) return undefined;
    if (page.rows < Math.min(total, pageSize)) {
      warn(
        `${who} sends ${page.rows} items a page although ${pageSize} were asked for: more requests, nothing is left out`,
      );
    }
    listingCosts = page.rows === 0 ? 1 : Math.ceil(total / page.rows) - 1;
    return total;
  }

  const self: Catalogue = {
    openCustomer(signal, outlast = context.outlast) {
      customer ??= proveCustomer({ ...context, outlast }, signal).catch((error: unknown) => {
        customer = undefined;
        throw error;
      });
      return customer;
    },

    openItems(signal, outlast = context.outlast) {
      opening ??= openFirstPage(signal, outlast).catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      return opening;
    },

    async find(skus, signal) {
      if (signal.aborted) throw new InterruptedError();
      if (skus.length === 0) return new Map();
      await self.openCustomer(signal);
      const total = (await self.openItems(signal)) ?? Infinity;
      const groups = groupSkus(skus, pageSize);
      // What filters have cost so far has paid for a listing: from there on it is the cheaper way.
      const pays = total <= mostKept && asked + groups.length >= listingCosts;
      let items = valueOf(snapshot);
      if (items === undefined && (pays || !filters)) {
        const listing = await listAll(signal);
        if (listing.complete || !filters) ({ items } = listing);
      }
      items ??= await filter(groups, signal);
      const found = new Map<string, RemoteItem>();
      for (const sku of skus) {
        const item = items.get(foldSku(sku));
        if (item !== undefined) found.set(sku, item);
      }
      return found;
    },

    async lookUp(sku, signal) {
      const filtered = filters;
      const items = filtered ? await filter([[sku]], signal) : (await listAll(signal)).items;
      const item = items.get(foldSku(sku));
      if (item !== undefined) return { item };
      const [other] = items.values();
      // Several come from a filter by a beginning, or from a server that does not filter.
      const isAlike = filtered && filters && items.size === 1 && other !== undefined;
      return isAlike ? { alike: other.sku } : {};
    },

    forget() {
      first = undefined;
      snapshot = undefined;
      asked = 0;
      // How many there will be then is not known.
      listingCosts = Infinity;
    },
  };

  async function listAll(
    signal: AbortSignal,
  ): Promise<{ readonly items: Items; readonly complete: boolean }> {
    const found: Found[] = [];
    const seen = new Set<string>();
    let unreadable = 0;
    const totals = new Set<number | undefined>();
    for await (const page of listPages(context, undefined, signal, valueOf(first))) {
      learn(page);
      found.push(...page.items.map(toFound));
      for (const { id } of page.items) seen.add(id);
      unreadable += page.unreadable;
      totals.add(page.total);
    }
    const items = indexed(found);
    first = undefined;
    asked = 0;
    // Items that moved between pages while they were read may be missing: nothing to go by later. Where one came or
    // went, the total tells.
    const [total] = totals;
    const complete = totals.size === 1 && (total === undefined || seen.size + unreadable >= total);
    if (complete) snapshot = keep(items);
    return { items, complete };
  }

  async function filter(groups: readonly (readonly string[])[], signal: AbortSignal): Promise<Items> {
    const found: Found[] = [];
    for (const group of groups) {
      const by = filterBySku(group);
      try {
        for await (const page of listPages(context, by, signal)) {
          asked += 1;
          learn(page);
          // A SKU stands once: many more than were asked for come from a server that does not look at the filter. A
          // few may be what its collation takes for the same, u for ü.
          if ((page.total ?? page.rows) > 2 * (by.most ?? Infinity) + 10)
            throw new FilterRefused("it sends items that were not asked for");
          found.push(...page.items.map(toFound));
        }
      } catch (error) {
        if (!(error instanceof FilterRefused)) throw error;
        if (filters) {
          warn(
            `${who} does not filter items by SKU (${error.message}): psync lists all items instead, which takes more requests`,
          );
        }
        filters = false;
        return (await listAll(signal)).items;
      }
    }
    return indexed(found);
  }

  return self;
}

function indexed(found: Found[]): ReadonlyMap<string, RemoteItem> {
  // The last one stays in the map.
  found.sort((one, other) => other.rank - one.rank);
  return new Map(found.map(({ remote }) => [foldSku(remote.sku), remote]));
}
