import type { Document, Operation, Selection } from "./language.js";
import { isKindOf, nameOf, type Schema } from "./schema.js";
import { findField } from "./validate.js";
import { argumentsOf, valueOf, type Values } from "./values.js";

/** How much each object beside a node adds to the price of a list of nodes. */
const perObject = 1 / 12;

/**
 * The points that a query costs. Shopify publishes no formula for lists and this one is unverified: a list grows
 * with the square root of its size, so that 250 variants with their stock cost the reported 25. `returned` gives the
 * real sizes of the lists at the root, by key.
 */
export function costOf(
  schema: Schema,
  document: Document,
  operation: Operation,
  variables: Values,
  returned: ReadonlyMap<string, number> = new Map(),
): number {
  interface Price {
    readonly objects: number;
    readonly lists: number;
  }

  function priceOf(selections: readonly Selection[], type: string, isRoot: boolean): Price {
    let [objects, lists] = [0, 0];
    for (const node of selections) {
      const isOut = node.directives.some(({ name, args }) => {
        const condition = args.get("if");
        return (condition !== undefined && valueOf(condition, variables) === true) !== (name === "include");
      });
      if (isOut) continue;
      let inner: Price;
      if (node.kind === "field") {
        inner = fieldPrice(node, type, isRoot);
      } else {
        const definition = node.kind === "spread" ? document.fragments.get(node.name ?? "") : undefined;
        const condition = definition?.on ?? node.name ?? type;
        const of = isKindOf(schema, type, condition) ? type : condition;
        inner = priceOf(definition?.selections ?? node.selections, of, isRoot);
      }
      objects += inner.objects;
      lists += inner.lists;
    }
    return { objects, lists };
  }

  function fieldPrice(node: Selection & { readonly kind: "field" }, type: string, isRoot: boolean): Price {
    const field = findField(schema, type, node.name);
    if (field === undefined || node.selections === undefined) return { objects: 0, lists: 0 };
    const target = nameOf(field.type);
    const inner = priceOf(node.selections, target, false);
    if (target === "PageInfo" || type.endsWith("Connection") || type.endsWith("Edge")) return inner;
    if (!target.endsWith("Connection")) return { objects: inner.objects + 1, lists: inner.lists };
    const args = argumentsOf(node.args, field, variables);
    const asked = Number(args["first"] ?? args["last"] ?? 0);
    const size = (isRoot ? returned.get(node.key) : undefined) ?? asked;
    return { objects: 0, lists: Math.sqrt(size) * (1 + inner.objects * perObject + inner.lists) };
  }

  const root = operation.type === "query" ? "QueryRoot" : "Mutation";
  const { objects, lists } = priceOf(operation.selections, root, true);
  return Math.max(1, Math.ceil(objects + lists + (operation.type === "mutation" ? 9 : 0)));
}

/** What an answer tells of the bucket. */
export interface ThrottleStatus {
  readonly maximumAvailable: number;
  readonly currentlyAvailable: number;
  readonly restoreRate: number;
}

/** The points that an app may spend in a shop. */
export interface CostBucket {
  /** Takes points; false when they are not there. */
  take(points: number): boolean;
  /** Gives back what was not needed. */
  give(points: number): void;
  status(): ThrottleStatus;
}

/** Makes a full bucket. `clock` is in milliseconds, `restoreRate` in points a second. */
export function createBucket(
  options: { readonly maximum: number; readonly restoreRate: number },
  clock: () => number,
): CostBucket {
  const { maximum, restoreRate } = options;
  let available = maximum;
  let at = clock();
  const restore = (): void => {
    const now = clock();
    available = Math.min(maximum, available + (Math.max(0, now - at) / 1000) * restoreRate);
    at = now;
  };
  return {
    take(points) {
      restore();
      if (points > available) return false;
      available -= points;
      return true;
    },
    give(points) {
      available = Math.min(maximum, available + points);
    },
    status() {
      restore();
      return { maximumAvailable: maximum, currentlyAvailable: Math.floor(available), restoreRate };
    },
  };
}
