/** A place in a text, both numbers from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface TypeRef {
  /** A name, or the type of a list's items. */
  readonly of: string | TypeRef;
  readonly nonNull: boolean;
}

export type Literal =
  | { readonly kind: "variable" | "enum" | "int" | "float" | "string"; readonly text: string }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "null" }
  | { readonly kind: "list"; readonly items: readonly Literal[] }
  | { readonly kind: "object"; readonly fields: ReadonlyMap<string, Literal> };

export interface Directive {
  readonly name: string;
  readonly args: ReadonlyMap<string, Literal>;
}

export interface FieldNode {
  readonly kind: "field";
  readonly place: Place;
  /** The alias, or the name where there is none. */
  readonly key: string;
  readonly name: string;
  readonly args: ReadonlyMap<string, Literal>;
  readonly directives: readonly Directive[];
  /** Undefined where there are no braces. */
  readonly selections: readonly Selection[] | undefined;
}

export interface FragmentNode {
  readonly kind: "inline" | "spread";
  readonly place: Place;
  /** The type condition of an inline fragment, the name of a spread. */
  readonly name: string | undefined;
  readonly directives: readonly Directive[];
  readonly selections: readonly Selection[];
}

export type Selection = FieldNode | FragmentNode;

export interface VariableDefinition {
  readonly name: string;
  readonly type: TypeRef;
  readonly fallback: Literal | undefined;
  readonly place: Place;
}

export interface Operation {
  readonly type: "query" | "mutation";
  readonly name: string | undefined;
  readonly variables: readonly VariableDefinition[];
  readonly selections: readonly Selection[];
  readonly place: Place;
}

export interface FragmentDefinition {
  readonly name: string;
  readonly on: string;
  readonly selections: readonly Selection[];
  readonly place: Place;
}

export interface Document {
  readonly operations: readonly Operation[];
  readonly fragments: ReadonlyMap<string, FragmentDefinition>;
}

/** The text is not GraphQL, or uses a part of it that no Shopify operation needs. */
export class LanguageError extends Error {
  readonly place: Place;

  constructor(message: string, place: Place) {
    super(message);
    this.name = "LanguageError";
    this.place = place;
  }
}

interface Token {
  readonly kind: "name" | "int" | "float" | "string" | "punctuation" | "end";
  readonly text: string;
  readonly at: number;
}

const ignored = /(?:[\s,\uFEFF]|#[^\n]*)+/y;
const patterns = [
  ["name", /[A-Za-z_]\w*/y],
  ["float", /-?\d+(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+)/y],
  ["int", /-?\d+/y],
  ["string", /"""(?:[^"\\]|\\"""|\\|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"/y],
  ["punctuation", /\.\.\.|[!$&()/:=@[\]{|}]/y],
] as const;

function textOf(quoted: string): string {
  if (quoted.startsWith('"""')) return quoted.slice(3, -3).replaceAll('\\"""', '"""');
  return JSON.parse(quoted) as string;
}

/** A reader of tokens that both languages, of operations and of schemas, are read with. */
export class TokenReader {
  readonly #source: string;
  #next: Token;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
    this.#next = this.#scan();
  }

  get isAtEnd(): boolean {
    return this.#next.kind === "end";
  }

  /** Where the next token stands. */
  get place(): Place {
    return this.#placeOf(this.#next.at);
  }

  #placeOf(at: number): Place {
    const before = this.#source.slice(0, at);
    return { line: before.split("\n").length, column: at - before.lastIndexOf("\n") };
  }

  #scan(): Token {
    ignored.lastIndex = this.#at;
    if (ignored.test(this.#source)) this.#at = ignored.lastIndex;
    const at = this.#at;
    if (at >= this.#source.length) return { kind: "end", text: "end of file", at };
    for (const [kind, pattern] of patterns) {
      pattern.lastIndex = at;
      const text = pattern.exec(this.#source)?.[0];
      if (text === undefined) continue;
      this.#at = at + text.length;
      return { kind, text, at };
    }
    throw new LanguageError(
      `syntax error, unexpected invalid token ("${this.#source[at] ?? ""}")`,
      this.#placeOf(at),
    );
  }

  fail(): never {
    const { kind, text } = this.#next;
    throw new LanguageError(`syntax error, unexpected ${kind === "end" ? text : `"${text}"`}`, this.place);
  }

  take(): Token {
    const token = this.#next;
    this.#next = this.#scan();
    return token;
  }

  sees(text: string): boolean {
    return this.#next.text === text && this.#next.kind !== "string";
  }

  accept(text: string): boolean {
    if (!this.sees(text)) return false;
    this.take();
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) this.fail();
  }

  name(): string {
    if (this.#next.kind !== "name") this.fail();
    return this.take().text;
  }

  /** Reads what stands between two marks, at least one of it. */
  many<T>(open: string, close: string, item: () => T): T[] {
    this.expect(open);
    const found: T[] = [item()];
    while (!this.accept(close)) found.push(item());
    return found;
  }

  typeRef(): TypeRef {
    let of: string | TypeRef;
    if (this.accept("[")) {
      of = this.typeRef();
      this.expect("]");
    } else of = this.name();
    return { of, nonNull: this.accept("!") };
  }

  literal(): Literal {
    if (this.accept("$")) return { kind: "variable", text: this.name() };
    if (this.accept("[")) {
      const items: Literal[] = [];
      while (!this.accept("]")) items.push(this.literal());
      return { kind: "list", items };
    }
    if (this.accept("{")) {
      const fields = new Map<string, Literal>();
      while (!this.accept("}")) {
        const name = this.name();
        this.expect(":");
        fields.set(name, this.literal());
      }
      return { kind: "object", fields };
    }
    const { kind, text } = this.#next;
    if (kind === "punctuation" || kind === "end") this.fail();
    this.take();
    if (kind === "string") return { kind, text: textOf(text) };
    if (kind !== "name") return { kind, text };
    if (text === "true" || text === "false") return { kind: "boolean", value: text === "true" };
    return text === "null" ? { kind: "null" } : { kind: "enum", text };
  }
}
