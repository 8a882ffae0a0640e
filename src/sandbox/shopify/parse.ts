import {
  type Directive,
  type Document,
  type FragmentDefinition,
  LanguageError,
  type Literal,
  type Operation,
  type Selection,
  TokenReader,
  type VariableDefinition,
} from "./language.js";

/** Reads a GraphQL document of operations and fragments. Throws LanguageError. */
export function parseDocument(source: string): Document {
  const reader = new TokenReader(source);
  const operations: Operation[] = [];
  const fragments = new Map<string, FragmentDefinition>();
  while (!reader.isAtEnd) {
    if (reader.sees("fragment")) {
      const fragment = parseFragment(reader);
      if (fragments.has(fragment.name))
        throw new LanguageError(`Fragment name "${fragment.name}" must be unique`, fragment.place);
      fragments.set(fragment.name, fragment);
    } else operations.push(parseOperation(reader));
  }
  if (operations.length === 0) reader.fail();
  return { operations, fragments };
}

function parseOperation(reader: TokenReader): Operation {
  const { place } = reader;
  if (reader.sees("{"))
    return { type: "query", name: undefined, variables: [], selections: selectionsOf(reader), place };
  const type = reader.sees("mutation") ? "mutation" : "query";
  reader.expect(type);
  const name = reader.sees("(") || reader.sees("{") || reader.sees("@") ? undefined : reader.name();
  const variables = reader.sees("(") ? reader.many("(", ")", () => parseVariable(reader)) : [];
  return { type, name, variables, selections: selectionsOf(reader), place };
}

function parseVariable(reader: TokenReader): VariableDefinition {
  const { place } = reader;
  reader.expect("$");
  const name = reader.name();
  reader.expect(":");
  const type = reader.typeRef();
  return { name, type, fallback: reader.accept("=") ? reader.literal() : undefined, place };
}

function parseFragment(reader: TokenReader): FragmentDefinition {
  const { place } = reader;
  reader.expect("fragment");
  const name = reader.name();
  reader.expect("on");
  return { place, name, on: reader.name(), selections: selectionsOf(reader) };
}

function selectionsOf(reader: TokenReader): Selection[] {
  return reader.many("{", "}", () => parseSelection(reader));
}

function parseSelection(reader: TokenReader): Selection {
  const { place } = reader;
  if (reader.accept("...")) {
    if (!reader.sees("on") && !reader.sees("{") && !reader.sees("@")) {
      const name = reader.name();
      return { kind: "spread", place, name, directives: directivesOf(reader), selections: [] };
    }
    const name = reader.accept("on") ? reader.name() : undefined;
    return {
      kind: "inline",
      place,
      name,
      directives: directivesOf(reader),
      selections: selectionsOf(reader),
    };
  }
  const first = reader.name();
  const name = reader.accept(":") ? reader.name() : first;
  const args = argumentsOf(reader);
  const directives = directivesOf(reader);
  const selections = reader.sees("{") ? selectionsOf(reader) : undefined;
  return { kind: "field", place, key: first, name, args, directives, selections };
}

function argumentsOf(reader: TokenReader): Map<string, Literal> {
  if (!reader.sees("(")) return new Map();
  return new Map(
    reader.many("(", ")", () => {
      const name = reader.name();
      reader.expect(":");
      return [name, reader.literal()] as const;
    }),
  );
}

function directivesOf(reader: TokenReader): Directive[] {
  const found: Directive[] = [];
  while (reader.accept("@")) {
    const { place } = reader;
    const name = reader.name();
    if (name !== "include" && name !== "skip")
      throw new LanguageError(`Directive @${name} is not defined`, place);
    found.push({ name, args: argumentsOf(reader) });
  }
  return found;
}
