import { type Literal, TokenReader, type TypeRef } from "./language.js";
import { schemaText } from "./schema-text.js";

export interface ArgumentType {
  readonly type: TypeRef;
  readonly fallback: Literal | undefined;
}

export interface FieldType {
  readonly name: string;
  readonly type: TypeRef;
  readonly args: ReadonlyMap<string, ArgumentType>;
  /** Why it is deprecated. */
  readonly deprecated: string | undefined;
}

export interface NamedType {
  readonly kind: "type" | "interface" | "enum" | "scalar";
  readonly name: string;
  readonly interfaces: readonly string[];
  readonly fields: ReadonlyMap<string, FieldType>;
  readonly values: readonly string[];
}

export type Schema = ReadonlyMap<string, NamedType>;

const noFields: ReadonlyMap<string, FieldType> = new Map();

/** Reads the sandbox's schema anew. */
export function loadSchema(): Schema {
  const reader = new TokenReader(schemaText);
  const types = new Map<string, NamedType>();
  for (const name of ["Boolean", "Float", "ID", "Int", "String"]) types.set(name, scalar(name));
  while (!reader.isAtEnd) {
    const kind = reader.name();
    const name = reader.name();
    if (kind === "scalar") types.set(name, scalar(name));
    else if (kind === "enum") {
      const values = reader.many("{", "}", () => reader.name());
      types.set(name, { kind, name, interfaces: [], fields: noFields, values });
    } else if (kind === "type" || kind === "interface") {
      const interfaces: string[] = [];
      if (reader.accept("implements"))
        do interfaces.push(reader.name());
        while (reader.accept("&"));
      const fields = new Map(
        reader.many("{", "}", () => fieldOf(reader)).map((field) => [field.name, field]),
      );
      types.set(name, { kind, name, interfaces, fields, values: [] });
    } else reader.fail();
  }
  return types;
}

function scalar(name: string): NamedType {
  return { kind: "scalar", name, interfaces: [], fields: noFields, values: [] };
}

function fieldOf(reader: TokenReader): FieldType {
  const name = reader.name();
  const args = reader.sees("(") ? reader.many("(", ")", () => argumentOf(reader)) : [];
  reader.expect(":");
  const type = reader.typeRef();
  let deprecated: string | undefined;
  if (reader.accept("@")) {
    reader.expect("deprecated");
    reader.expect("(");
    reader.expect("reason");
    reader.expect(":");
    const reason = reader.literal();
    deprecated = reason.kind === "string" ? reason.text : "";
    reader.expect(")");
  }
  return { name, type, args: new Map(args), deprecated };
}

function argumentOf(reader: TokenReader): [string, ArgumentType] {
  const name = reader.name();
  reader.expect(":");
  const type = reader.typeRef();
  return [name, { type, fallback: reader.accept("=") ? reader.literal() : undefined }];
}

/** The name of a type without its lists and exclamation marks. */
export function nameOf(type: TypeRef): string {
  return typeof type.of === "string" ? type.of : nameOf(type.of);
}

/** A type as it is written. */
export function showType(type: TypeRef): string {
  const inner = typeof type.of === "string" ? type.of : `[${showType(type.of)}]`;
  return type.nonNull ? `${inner}!` : inner;
}

/** Tells whether an object of type `name` may stand where `condition` is asked for. */
export function isKindOf(schema: Schema, name: string, condition: string): boolean {
  return name === condition || (schema.get(name)?.interfaces.includes(condition) ?? false);
}
