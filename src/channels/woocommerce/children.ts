import { RemoteError } from "../../errors.js";
import type { RecordReject } from "../../model/record.js";
import type { Query } from "./api.js";
import type { ListRequest } from "./fetch-page.js";
import { createIdSet } from "../id-set.js";
import { doneUpTo, type ListState, type ListTools, newListState, readList } from "./pager.js";
import { type Item, namedChildren, toId } from "./schema.js";

/** How far the children of a group were read. `parent` is set where each parent has a list of its own. */
export interface ChildrenState {
  readonly list: ListState;
  readonly parent?: number;
}

interface Child {
  readonly id: number;
  readonly item: Item;
  readonly parent: Item;
}

export interface ChildPage {
  readonly children: readonly Child[];
  readonly rejects: readonly RecordReject[];
  /** Absent where nothing is to be kept: a resumed read then repeats what came since the last state. */
  readonly state?: ChildrenState;
}

/** What the shop was found to offer; kept as long as the channel. */
export interface ShopTraits {
  /** Set when the list of all variations is missing (before WooCommerce 10.3) or does not filter by parent. */
  onePerParent: boolean;
}

export interface ChildTools extends ListTools {
  readonly traits: ShopTraits;
  /** The `_fields` for variations and products, and what all lists have in common. */
  readonly variationQuery: Query;
  readonly productQuery: Query;
}

const products: Omit<ListRequest, "query"> = { path: "wc/v3/products", what: "products" };
const all: Omit<ListRequest, "query"> = { path: "wc/v3/variations", what: "variations" };
/** As many ids as a list filters by in one request. */
const chunk = 100;

/**
 * Reads the variations of a group of variable products, page by page. Completeness is judged by the children that the
 * parents name, because the shop's totals count rows that it never sends: who is missing is looked up once more, and
 * if the parent still names it and it does not come, that is a gap.
 */
export async function* readChildren(
  parents: ReadonlyMap<number, Item>,
  resume: ChildrenState | undefined,
  tools: ChildTools,
  signal: AbortSignal,
): AsyncGenerator<ChildPage> {
  const met = createIdSet();
  const before = resume === undefined ? undefined : { upTo: doneUpTo(resume.list), parent: resume.parent };
  for await (const page of readPages(parents, resume, tools, signal)) {
    // What came from the list of all may come again from a parent's own.
    const children = page.children.filter(({ id }) => met.add(id));
    for (const { key } of page.rejects) met.add(toId(key) ?? 0);
    yield { ...page, children };
  }
  const isDone = (child: number, parent: number): boolean =>
    met.has(child) || cameBefore(child, parent, before);
  const missing = new Map<number, number[]>();
  for (const [id, parent] of parents) {
    const absent = namedChildren(parent).filter((child) => !isDone(child, id));
    if (absent.length > 0) missing.set(id, absent);
  }
  if (missing.size > 0) yield* lookAgain(missing, tools, signal);
}

function cameBefore(
  child: number,
  parent: number,
  before: { readonly upTo: number; readonly parent: number | undefined } | undefined,
): boolean {
  if (before === undefined) return false;
  if (before.parent === undefined || before.parent === parent) return child <= before.upTo;
  return parent < before.parent;
}

/** Fetches products by id. Those that are gone are absent. Up to 100 a request. */
export async function fetchProducts(
  ids: readonly number[],
  tools: ChildTools,
  signal: AbortSignal,
): Promise<Map<number, Item>> {
  const found = new Map<number, Item>();
  for (let at = 0; at < ids.length; at += chunk) {
    const include = ids.slice(at, at + chunk).join(",");
    const list = { ...products, query: { ...tools.productQuery, include } };
    const once = { ...tools, seen: createIdSet(), gaps: [] };
    for await (const { items } of readList(list, newListState(), once, signal)) {
      for (const { id, item } of items) found.set(id, item);
    }
  }
  return found;
}

async function* readPages(
  parents: ReadonlyMap<number, Item>,
  resume: ChildrenState | undefined,
  tools: ChildTools,
  signal: AbortSignal,
): AsyncGenerator<ChildPage> {
  if (!tools.traits.onePerParent && resume?.parent === undefined) {
    const query = { ...tools.variationQuery, parent: [...parents.keys()].join(",") };
    const state = resume?.list ?? newListState();
    try {
      const once = { ...tools, seen: createIdSet() };
      for await (const { items, rejects } of readList({ ...all, query }, state, once, signal)) {
        const children = withParents(items, parents);
        if (children.length < items.length) {
          tools.warn(
            "the shop does not list variations by parent: psync asks for each variable product by itself",
          );
          tools.traits.onePerParent = true;
          yield { children, rejects };
          break;
        }
        yield { children, rejects, state: { list: { ...state } } };
      }
      if (!tools.traits.onePerParent) return;
    } catch (error) {
      if (!(error instanceof RemoteError && error.code === "no-route")) throw error;
      tools.traits.onePerParent = true;
    }
  }
  // In the order of ids, so that a saved state says which parents are done.
  for (const id of [...parents.keys()].sort((a, b) => a - b)) {
    const parent = parents.get(id);
    if (parent === undefined || (resume?.parent !== undefined && id < resume.parent)) continue;
    const state = resume?.parent === id ? resume.list : newListState();
    const list: ListRequest = {
      path: `wc/v3/products/${id}/variations`,
      query: tools.variationQuery,
      what: "variations",
    };
    try {
      const once = { ...tools, seen: createIdSet() };
      for await (const { items, rejects } of readList(list, state, once, signal)) {
        const children = items.map(({ id: child, item }) => ({ id: child, item, parent }));
        yield { children, rejects, state: { list: { ...state }, parent: id } };
      }
    } catch (error) {
      // The parent is gone; its children went with it, or are found missing.
      if (!(error instanceof RemoteError && error.code === "not-found")) throw error;
    }
  }
}

function withParents(
  items: readonly { readonly id: number; readonly item: Item }[],
  parents: ReadonlyMap<number, Item>,
): Child[] {
  const children: Child[] = [];
  for (const { id, item } of items) {
    const parent = parents.get(toId(item["parent_id"]) ?? 0);
    if (parent !== undefined) children.push({ id, item, parent });
  }
  return children;
}

async function* lookAgain(
  missing: ReadonlyMap<number, readonly number[]>,
  tools: ChildTools,
  signal: AbortSignal,
): AsyncGenerator<ChildPage> {
  const parents = await fetchProducts([...missing.keys()], tools, signal);
  const lost: number[] = [];
  for (const [id, ids] of missing) {
    const parent = parents.get(id);
    const named = new Set(parent === undefined ? [] : namedChildren(parent));
    const wanted = ids.filter((child) => named.has(child));
    if (parent === undefined || wanted.length === 0) continue;
    const found = new Set<number>();
    for (let at = 0; at < wanted.length; at += chunk) {
      const query = { ...tools.variationQuery, include: wanted.slice(at, at + chunk).join(",") };
      const list: ListRequest = { path: `wc/v3/products/${id}/variations`, query, what: "variations" };
      const once = { ...tools, seen: createIdSet() };
      for await (const { items, rejects } of readList(list, newListState(), once, signal)) {
        const children = items
          .filter(({ id: child }) => named.has(child))
          .map(({ id: child, item }) => ({ id: child, item, parent }));
        for (const child of children) found.add(child.id);
        for (const { key } of rejects) found.add(toId(key) ?? 0);
        yield { children, rejects };
      }
    }
    lost.push(...wanted.filter((child) => !found.has(child)));
  }
  if (lost.length > 0) {
    const some = lost.slice(0, 5).join(", ") + (lost.length > 5 ? ", ..." : "");
    tools.gaps.push(`${lost.length} variations that their products name did not come (${some})`);
  }
}
