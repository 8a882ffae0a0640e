import type { Document, Operation, Selection, TypeRef } from "./language.js";
import { isKindOf, nameOf, type Schema } from "./schema.js";
import { findField } from "./validate.js";
import { argumentsOf, type GraphqlError, valueOf, type Values } from "./values.js";

/** What a field answers with: a value, or how to get at it. */
export type Resolver = (args: Values) => unknown;

/** An object of the schema: its type, and a value or a resolver for each of its fields. */
export interface ShopifyObject {
  readonly __typename: string;
  readonly [field: string]: unknown;
}

/** Thrown by a resolver: the field is null, and the answer says why. */
export class FieldError extends Error {
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(message: string, extensions: Readonly<Record<string, unknown>>) {
    super(message);
    this.name = "FieldError";
    this.extensions = extensions;
  }
}

/** Where in the answer something stands, from the inside out. */
interface Trail {
  readonly step: string | number;
  readonly outer: Trail | undefined;
}

interface Collected {
  readonly key: string;
  readonly name: string;
  readonly type: TypeRef;
  readonly args: Values;
  readonly places: readonly { readonly line: number; readonly column: number }[];
  readonly selections: readonly Selection[];
}

/** Stands for a null where the schema allows none: the object around it becomes null instead. */
const torn = Symbol("torn");

export interface ExecutorOptions {
  readonly schema: Schema;
  readonly document: Document;
  readonly variables: Values;
  /** Takes a connection out of its object, as a bulk operation does; undefined for a field that stays. */
  readonly divert?: (field: string, type: string, parent: ShopifyObject, run: DivertedField) => boolean;
}

/** A connection that was taken out of its object. */
export interface DivertedField {
  readonly args: Values;
  readonly selections: readonly Selection[];
}

/** Runs the selections of one operation over objects. One instance a request: it keeps what it found out. */
export class Executor {
  readonly errors: GraphqlError[] = [];
  readonly #options: ExecutorOptions;
  readonly #collected = new WeakMap<readonly Selection[], Map<string, readonly Collected[]>>();

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  /** What an operation answers with; null when a value is missing that may not be. */
  run(operation: Operation, root: ShopifyObject): unknown {
    return this.select(root, operation.selections);
  }

  /** The fields of one object that were asked for; null when one is missing that may not be. */
  select(object: ShopifyObject, selections: readonly Selection[]): unknown {
    const value = this.#object(object, selections, undefined);
    return value === torn ? null : value;
  }

  #object(object: ShopifyObject, selections: readonly Selection[], trail: Trail | undefined): unknown {
    const found: Record<string, unknown> = {};
    for (const field of this.#fieldsOf(selections, object.__typename)) {
      const { divert } = this.#options;
      if (divert !== undefined && divert(field.name, nameOf(field.type), object, field)) continue;
      const here = { step: field.key, outer: trail };
      let value: unknown;
      try {
        const given = object[field.name];
        value = typeof given === "function" ? (given as Resolver)(field.args) : given;
      } catch (error) {
        if (!(error instanceof FieldError)) throw error;
        this.#report(error.message, field, here, error.extensions);
        value = null;
      }
      const complete = this.#complete(value, field.type, field, here);
      if (complete === torn) return torn;
      found[field.key] = complete;
    }
    return found;
  }

  #complete(value: unknown, type: TypeRef, field: Collected, trail: Trail): unknown {
    if (value === null || value === undefined) return type.nonNull ? torn : null;
    const { of } = type;
    if (typeof of !== "string") {
      const items: unknown[] = [];
      for (const item of value as readonly unknown[]) {
        const complete = this.#complete(item, of, field, { step: items.length, outer: trail });
        if (complete === torn) return type.nonNull ? torn : null;
        items.push(complete);
      }
      return items;
    }
    if (field.selections.length === 0) return value;
    const complete = this.#object(value as ShopifyObject, field.selections, trail);
    return complete === torn && !type.nonNull ? null : complete;
  }

  #report(
    message: string,
    field: Collected,
    trail: Trail,
    extensions: Readonly<Record<string, unknown>>,
  ): void {
    const path: (string | number)[] = [];
    for (let at: Trail | undefined = trail; at !== undefined; at = at.outer) path.unshift(at.step);
    this.errors.push({ message, locations: field.places, path, extensions });
  }

  /** The fields of an object of a type, those of fragments among them, in the order of the text. */
  #fieldsOf(selections: readonly Selection[], type: string): readonly Collected[] {
    let byType = this.#collected.get(selections);
    if (byType === undefined) this.#collected.set(selections, (byType = new Map()));
    const known = byType.get(type);
    if (known !== undefined) return known;
    const found = new Map<string, Collected>();
    this.#collect(selections, type, found);
    const fields = [...found.values()];
    byType.set(type, fields);
    return fields;
  }

  #collect(selections: readonly Selection[], type: string, found: Map<string, Collected>): void {
    const { schema, document, variables } = this.#options;
    for (const node of selections) {
      const isWanted = node.directives.every(({ name, args }) => {
        const condition = args.get("if");
        return (condition !== undefined && valueOf(condition, variables) === true) === (name === "include");
      });
      if (!isWanted) continue;
      if (node.kind !== "field") {
        const definition = node.kind === "spread" ? document.fragments.get(node.name ?? "") : undefined;
        const condition = definition?.on ?? node.name;
        if (condition === undefined || isKindOf(schema, type, condition))
          this.#collect(definition?.selections ?? node.selections, type, found);
        continue;
      }
      const field = findField(schema, type, node.name);
      if (field === undefined) continue;
      const before = found.get(node.key);
      found.set(node.key, {
        key: node.key,
        name: node.name,
        type: field.type,
        args: before?.args ?? argumentsOf(node.args, field, variables),
        places: [...(before?.places ?? []), node.place],
        selections: [...(before?.selections ?? []), ...(node.selections ?? [])],
      });
    }
  }
}
