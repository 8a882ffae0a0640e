import { setImmediate as pause } from "node:timers/promises";
import { type DivertedField, Executor, type Resolver, type ShopifyObject } from "./execute.js";
import type { Document, FieldNode, Operation, Selection } from "./language.js";
import { parseDocument } from "./parse.js";
import type { Roots } from "./roots.js";
import { findField, validateOperation } from "./validate.js";
import { nameOf, type Schema } from "./schema.js";
import { argumentsOf } from "./values.js";

/** Takes the lines of an export, as they are made. */
export interface LineSink {
  readonly line: (text: string, isRoot: boolean) => void;
  /** Resolves once there is room for more. */
  readonly drain: () => Promise<void>;
}

const sliceSize = 250;

/** Says why an inner query cannot be run in bulk; undefined when it can. The limits are those of Shopify's documents. */
export function refuseBulk(schema: Schema, query: string): string | undefined {
  let document: Document;
  try {
    document = parseDocument(query);
  } catch (error) {
    return `Invalid bulk query: ${String(error)}`;
  }
  const operation = document.operations[0];
  if (operation === undefined || operation.type !== "query") return "Invalid bulk query: not a query";
  const first = validateOperation(schema, document, operation).errors[0];
  if (first !== undefined) return `Invalid bulk query: ${first.message}`;
  if (operation.variables.length > 0) return "Bulk queries cannot have variables";
  const tally = { count: 0, depth: 0, withoutId: "" };
  tallyConnections(schema, document, operation.selections, "QueryRoot", 0, tally);
  if (tally.count === 0) return "Bulk queries must contain at least one connection.";
  if (operation.selections.length !== 1) return "Bulk queries must have one root field.";
  if (tally.count > 5) return `Bulk queries cannot contain more than 5 connections, found ${tally.count}.`;
  // The root connection is no nesting.
  if (tally.depth > 3) return "Bulk queries cannot contain connections with a nesting depth greater than 2.";
  if (tally.withoutId !== "")
    return `The parent 'node' field for a nested connection must select the 'id' field: ${tally.withoutId}`;
  return undefined;
}

function tallyConnections(
  schema: Schema,
  document: Document,
  selections: readonly Selection[],
  type: string,
  depth: number,
  tally: { count: number; depth: number; withoutId: string },
): void {
  for (const node of selections) {
    if (node.kind !== "field") {
      const definition = node.kind === "spread" ? document.fragments.get(node.name ?? "") : undefined;
      const inner = definition?.selections ?? node.selections;
      tallyConnections(schema, document, inner, definition?.on ?? node.name ?? type, depth, tally);
      continue;
    }
    const field = findField(schema, type, node.name);
    if (field === undefined || node.selections === undefined) continue;
    const target = nameOf(field.type);
    const isConnection = target.endsWith("Connection");
    if (isConnection) {
      tally.count += 1;
      tally.depth = Math.max(tally.depth, depth + 1);
      if (!selectsId(document, nodeSelections(node.selections))) tally.withoutId = node.name;
    }
    tallyConnections(schema, document, node.selections, target, depth + (isConnection ? 1 : 0), tally);
  }
}

function selectsId(document: Document, selections: readonly Selection[]): boolean {
  return selections.some((node) => {
    if (node.kind === "field") return node.name === "id";
    const spread = node.kind === "spread" ? document.fragments.get(node.name ?? "") : undefined;
    return selectsId(document, spread?.selections ?? node.selections);
  });
}

/** What is asked for of each node of a connection, whether through `nodes` or `edges`. */
function nodeSelections(selections: readonly Selection[]): readonly Selection[] {
  const fields = selections.filter((node): node is FieldNode => node.kind === "field");
  const nodes = fields.find(({ name }) => name === "nodes");
  const edges = fields.find(({ name }) => name === "edges")?.selections ?? [];
  const node = edges.find((field): field is FieldNode => field.kind === "field" && field.name === "node");
  return (nodes ?? node)?.selections ?? [];
}

/** Finds the operation of a query that `refuseBulk` had nothing against. */
function bulkOperationOf(query: string): { readonly document: Document; readonly operation: Operation } {
  const document = parseDocument(query);
  const operation = document.operations[0];
  if (operation === undefined) throw new RangeError("a bulk query without an operation");
  return { document, operation };
}

/**
 * Runs an inner query over the whole catalogue, a slice at a time, and gives its lines to the sink. Children of nested
 * connections are lines of their own with `__parentId`: behind their parent with `groupObjects`, else behind the
 * slice. Returns the code of what went wrong. Rejects when `signal` is aborted.
 */
export async function runBulk(
  schema: Schema,
  query: string,
  groupObjects: boolean,
  makeRoots: () => Roots,
  sink: LineSink,
  signal: AbortSignal,
): Promise<"ACCESS_DENIED" | undefined> {
  const { document, operation } = bulkOperationOf(query);
  const [root] = operation.selections;
  if (root?.kind !== "field") throw new RangeError("a bulk query begins with a field");
  const field = findField(schema, "QueryRoot", root.name);
  const args = field === undefined ? {} : argumentsOf(root.args, field, {});
  let after: unknown;
  for (;;) {
    const page = makeRoots().query[root.name];
    const errors: readonly unknown[] = writeSlice((given) => {
      const resolver = page as Resolver;
      return resolver({ ...args, ...given }) as ShopifyObject;
    });
    if (errors.length > 0) return "ACCESS_DENIED";
    if (after === undefined) return undefined;
    await sink.drain();
    await pause(undefined, { signal });
  }

  function writeSlice(ask: (given: Record<string, unknown>) => ShopifyObject): readonly unknown[] {
    const later: string[] = [];
    const executor: Executor = new Executor({
      schema,
      document,
      variables: {},
      divert: (name, type, object, run) => {
        if (!type.endsWith("Connection")) return false;
        writeChildren(name, object, run);
        return true;
      },
    });
    function writeChildren(name: string, object: ShopifyObject, run: DivertedField): void {
      const resolver = object[name] as Resolver;
      const children = resolver({
        ...run.args,
        first: Infinity,
        last: undefined,
        after: undefined,
      }) as ShopifyObject;
      const list = (children["nodes"] as () => readonly ShopifyObject[])();
      for (const child of list) {
        const value = executor.select(child, nodeSelections(run.selections)) as object;
        later.push(JSON.stringify({ ...value, __parentId: object["id"] }));
      }
    }
    let found: ShopifyObject;
    try {
      found = ask({ first: sliceSize, last: undefined, ...(after === undefined ? {} : { after }) });
    } catch (error) {
      return [error];
    }
    for (const node of (found["nodes"] as () => readonly ShopifyObject[])()) {
      const value = executor.select(
        node,
        nodeSelections(root?.kind === "field" ? (root.selections ?? []) : []),
      );
      sink.line(JSON.stringify(value), true);
      if (groupObjects) for (const line of later.splice(0)) sink.line(line, false);
    }
    for (const line of later) sink.line(line, false);
    const info = (found["pageInfo"] as () => ShopifyObject)();
    after = info["hasNextPage"] === true ? info["endCursor"] : undefined;
    return executor.errors;
  }
}
