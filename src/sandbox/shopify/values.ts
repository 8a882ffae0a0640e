import type { Literal, TypeRef, VariableDefinition } from "./language.js";
import { type FieldType, type Schema, showType } from "./schema.js";

/** Arguments or variables by name. One that is absent was not given. */
export type Values = Readonly<Record<string, unknown>>;

/** One entry of `errors` in an answer. */
export interface GraphqlError {
  readonly message: string;
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** What a literal stands for; undefined for a variable that was not given. */
export function valueOf(literal: Literal, variables: Values): unknown {
  switch (literal.kind) {
    case "variable":
      return variables[literal.text];
    case "null":
      return null;
    case "boolean":
      return literal.value;
    case "int":
    case "float":
      return Number(literal.text);
    case "list":
      return literal.items.map((item) => valueOf(item, variables) ?? null);
    case "object":
      return Object.fromEntries(
        [...literal.fields].map(([name, field]) => [name, valueOf(field, variables)]),
      );
    case "string":
    case "enum":
      return literal.text;
  }
}

/** The arguments of a field, defaults filled in. */
export function argumentsOf(
  given: ReadonlyMap<string, Literal>,
  field: FieldType,
  variables: Values,
): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const [name, { fallback }] of field.args) {
    const literal = given.get(name);
    const value = literal === undefined ? undefined : valueOf(literal, variables);
    if (value !== undefined) found[name] = value;
    else if (fallback !== undefined) found[name] = valueOf(fallback, {});
  }
  return found;
}

/** A value as text; what is no scalar is shown as JSON. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

/** Says why a value that came as JSON cannot be of a type; undefined when it can. */
export function faultOf(value: unknown, type: TypeRef, schema: Schema): string | undefined {
  if (value === null || value === undefined)
    return type.nonNull ? "Expected value to not be null" : undefined;
  const { of } = type;
  if (typeof of !== "string") {
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    return items.map((item) => faultOf(item, of, schema)).find((fault) => fault !== undefined);
  }
  const named = schema.get(of);
  if (named?.kind === "enum") {
    return named.values.includes(textOf(value))
      ? undefined
      : `Expected "${textOf(value)}" to be one of: ${named.values.join(", ")}`;
  }
  const isRight =
    of === "Int"
      ? Number.isInteger(value)
      : of === "Float"
        ? typeof value === "number"
        : of === "Boolean"
          ? typeof value === "boolean"
          : typeof value === "string" || (of === "ID" && Number.isInteger(value));
  if (!isRight) return `Could not coerce value ${JSON.stringify(value)} to ${of}`;
  // Ids of Shopify's own objects are addresses; anything else is refused before it is looked up.
  if (of === "ID" && !/^gid:\/\/shopify\/\w+\/[\w-]+(\?.*)?$/.test(textOf(value)))
    return `Invalid global id '${textOf(value)}'`;
  return undefined;
}

/** Reads the variables of a request, defaults filled in. */
export function readVariables(
  definitions: readonly VariableDefinition[],
  given: Values,
  schema: Schema,
): { readonly variables: Values; readonly errors: readonly GraphqlError[] } {
  const variables: Record<string, unknown> = {};
  const errors: GraphqlError[] = [];
  for (const { name, type, fallback, place } of definitions) {
    const sent = Object.hasOwn(given, name) ? given[name] : undefined;
    const value = sent === undefined && fallback !== undefined ? valueOf(fallback, {}) : sent;
    const fault = faultOf(value, type, schema);
    if (fault === undefined) {
      if (value !== undefined) variables[name] = value;
      continue;
    }
    errors.push({
      message: `Variable $${name} of type ${showType(type)} was provided invalid value`,
      locations: [place],
      extensions: {
        code: "INVALID_VARIABLE",
        value: value ?? null,
        problems: [{ path: [], explanation: fault }],
      },
    });
  }
  return { variables, errors };
}
