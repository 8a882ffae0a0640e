import type { Document, FieldNode, Literal, Operation, Selection, TypeRef } from "./language.js";
import { type ArgumentType, type FieldType, isKindOf, nameOf, type Schema, showType } from "./schema.js";
import { faultOf, type GraphqlError, valueOf } from "./values.js";

/** What an operation is, told by its own text and the schema. */
export interface Validation {
  readonly errors: readonly GraphqlError[];
  /** Deprecated fields in use, as `Type.field: reason`. */
  readonly deprecated: readonly string[];
}

const builtIn: FieldType = {
  name: "__typename",
  type: { of: "String", nonNull: true },
  args: new Map(),
  deprecated: undefined,
};

/** Finds a field of a type; every type has `__typename`. */
export function findField(schema: Schema, type: string, field: string): FieldType | undefined {
  return field === "__typename" ? builtIn : schema.get(type)?.fields.get(field);
}

/**
 * Checks an operation against the schema, as Shopify does before it runs one: messages and codes are those of
 * graphql-ruby, which Shopify is built on.
 */
export function validateOperation(schema: Schema, document: Document, operation: Operation): Validation {
  const errors: GraphqlError[] = [];
  const deprecated = new Set<string>();
  const used = new Set<string>();
  const spread = new Set<string>();
  const declared = new Map(operation.variables.map((variable) => [variable.name, variable]));
  const title = operation.name ?? "anonymous query";
  const report = (
    node: { readonly place: GraphqlErrorPlace },
    path: readonly string[],
    message: string,
    extensions: Readonly<Record<string, unknown>>,
  ): void => void errors.push({ message, locations: [node.place], path: [...path], extensions });

  function checkArgument(
    node: FieldNode,
    path: readonly string[],
    name: string,
    value: Literal,
    expected: ArgumentType,
  ): void {
    if (value.kind === "variable") return checkVariable(node, path, name, value.text, expected);
    if (value.kind === "list") {
      for (const item of value.items)
        if (item.kind === "variable") checkVariable(node, path, name, item.text, expected, true);
      if (value.items.some((item) => item.kind === "variable")) return;
    }
    const fault = kindFault(value, expected.type) ?? faultOf(valueOf(value, {}), expected.type, schema);
    if (fault === undefined) return;
    report(
      node,
      [...path, name],
      `Argument '${name}' on Field '${node.name}' has an invalid value. Expected type '${showType(expected.type)}'.`,
      { code: "argumentLiteralsIncompatible", typeName: "Field", argumentName: name },
    );
  }

  function kindFault(value: Literal, type: TypeRef): string | undefined {
    const isEnum = schema.get(nameOf(type))?.kind === "enum";
    if (value.kind === "enum" && !isEnum) return "an enum value is not text";
    return value.kind === "string" && isEnum ? "a text is not an enum value" : undefined;
  }

  function checkVariable(
    node: FieldNode,
    path: readonly string[],
    argument: string,
    name: string,
    expected: ArgumentType,
    isItem = false,
  ): void {
    used.add(name);
    const definition = declared.get(name);
    if (definition === undefined) {
      report(node, path, `Variable $${name} is used by ${title} but not declared`, {
        code: "variableNotDefined",
        variableName: name,
      });
      return;
    }
    const target = isItem && typeof expected.type.of !== "string" ? expected.type.of : expected.type;
    const isGiven = definition.fallback !== undefined || expected.fallback !== undefined;
    const problem = fits(definition.type, target, isGiven);
    if (problem === undefined) return;
    report(
      node,
      [...path, argument],
      `${problem} on variable $${name} and argument ${argument} (${showType(definition.type)} / ${showType(target)})`,
      { code: "variableMismatch", variableName: name, argumentName: argument, errorMessage: problem },
    );
  }

  function checkField(node: FieldNode, type: string, path: readonly string[]): void {
    for (const directive of node.directives) checkDirective(node, path, directive.args);
    const field = findField(schema, type, node.name);
    if (field === undefined) {
      report(node, path, `Field '${node.name}' doesn't exist on type '${type}'`, {
        code: "undefinedField",
        typeName: type,
        fieldName: node.name,
      });
      return;
    }
    if (field.deprecated !== undefined) deprecated.add(`${type}.${field.name}: ${field.deprecated}`);
    for (const [name, value] of node.args) {
      const expected = field.args.get(name);
      if (expected !== undefined) checkArgument(node, path, name, value, expected);
      else {
        report(node, [...path, name], `Field '${node.name}' doesn't accept argument '${name}'`, {
          code: "argumentNotAccepted",
          name: node.name,
          typeName: "Field",
          argumentName: name,
        });
      }
    }
    const missing = [...field.args].filter(
      ([name, { type: of, fallback }]) => of.nonNull && fallback === undefined && !node.args.has(name),
    );
    if (missing.length > 0) {
      const names = missing.map(([name]) => name).join(", ");
      report(node, path, `Field '${node.name}' is missing required arguments: ${names}`, {
        code: "missingRequiredArguments",
        className: "Field",
        name: node.name,
        arguments: names,
      });
    }
    const inner = nameOf(field.type);
    const isComposite = (schema.get(inner)?.fields.size ?? 0) > 0;
    if (isComposite && node.selections === undefined) mismatch(node, path, inner, "has no selections");
    else if (!isComposite && node.selections !== undefined) {
      mismatch(node, path, inner, "has selections, though it has no fields");
    } else checkSelections(node.selections ?? [], inner, path);
  }

  function mismatch(node: FieldNode, path: readonly string[], type: string, what: string): void {
    report(node, path, `Field must have selections (field '${node.name}' returns ${type} but ${what}.)`, {
      code: "selectionMismatch",
      nodeName: `field '${node.name}'`,
      typeName: type,
    });
  }

  function checkDirective(
    node: { readonly place: GraphqlErrorPlace },
    path: readonly string[],
    args: ReadonlyMap<string, Literal>,
  ): void {
    const condition = args.get("if");
    if (condition?.kind === "variable") {
      used.add(condition.text);
      if (declared.has(condition.text)) return;
      report(node, path, `Variable $${condition.text} is used by ${title} but not declared`, {
        code: "variableNotDefined",
        variableName: condition.text,
      });
    } else if (condition?.kind !== "boolean") {
      report(node, path, "Directive is missing required arguments: if", { code: "missingRequiredArguments" });
    }
  }

  function checkSelections(selections: readonly Selection[], type: string, path: readonly string[]): void {
    for (const node of selections) {
      if (node.kind === "field") {
        checkField(node, type, [...path, node.key]);
        continue;
      }
      for (const directive of node.directives) checkDirective(node, path, directive.args);
      const definition = node.kind === "spread" ? document.fragments.get(node.name ?? "") : undefined;
      if (node.kind === "spread" && definition === undefined) {
        report(node, path, `Fragment ${node.name ?? ""} was used, but not defined`, {
          code: "useAndDefineFragment",
          fragmentName: node.name,
        });
        continue;
      }
      const condition = definition?.on ?? node.name ?? type;
      if (!schema.has(condition)) {
        report(node, path, `No such type ${condition}, so it can't be a fragment condition`, {
          code: "undefinedType",
          typeName: condition,
        });
      } else if (!isKindOf(schema, type, condition) && !isKindOf(schema, condition, type)) {
        report(node, path, `Fragment on ${condition} can't be spread inside ${type}`, {
          code: "cannotSpreadFragment",
          typeName: condition,
        });
      } else if (definition !== undefined) {
        const inPath = `fragment ${definition.name}`;
        if (path.includes(inPath)) {
          report(node, path, `Fragment ${definition.name} contains an infinite loop`, {
            code: "infiniteLoop",
            fragmentName: definition.name,
          });
          continue;
        }
        spread.add(definition.name);
        checkSelections(definition.selections, condition, [...path, inPath]);
      } else checkSelections(node.selections, condition, [...path, `... on ${condition}`]);
    }
  }

  const root = operation.type === "query" ? "QueryRoot" : "Mutation";
  checkSelections(operation.selections, root, [
    operation.name === undefined ? operation.type : `${operation.type} ${operation.name}`,
  ]);
  for (const { name, place } of operation.variables) {
    if (used.has(name)) continue;
    report({ place }, [title], `Variable $${name} is declared by ${title} but not used`, {
      code: "variableNotUsed",
      variableName: name,
    });
  }
  for (const { name, place } of document.fragments.values()) {
    if (spread.has(name) || document.operations.length > 1) continue;
    report({ place }, [`fragment ${name}`], `Fragment ${name} was defined, but not used`, {
      code: "useAndDefineFragment",
      fragmentName: name,
    });
  }
  return { errors, deprecated: [...deprecated] };
}

type GraphqlErrorPlace = { readonly line: number; readonly column: number };

/** Says why a variable of one type cannot be given where another is asked for. */
function fits(given: TypeRef, asked: TypeRef, hasDefault: boolean): string | undefined {
  if (asked.nonNull && !given.nonNull && !hasDefault) return "Nullability mismatch";
  if (typeof given.of !== typeof asked.of) return "List dimension mismatch";
  if (typeof given.of === "string") return given.of === asked.of ? undefined : "Type mismatch";
  return fits(given.of, asked.of as TypeRef, false);
}
