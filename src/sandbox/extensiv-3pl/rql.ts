import { badParameter, Refusal } from "./answer.js";

/** A value that a filter can ask about. Instants are in milliseconds since 1970. */
export type FieldValue = string | number | boolean | undefined;

/** One name that a filter may hold. */
export interface RqlField<T> {
  readonly kind: "text" | "number" | "instant" | "flag";
  readonly get: (record: T) => FieldValue;
}

/** The names that a filter may hold, in lower case. */
export type RqlFields<T> = ReadonlyMap<string, RqlField<T>>;

type Test<T> = (record: T) => boolean;

const comparison = /([A-Za-z][\w.]*) *(==|!=|=[A-Za-z]+=)/y;
const plainValue = /[^;,()=!]+/y;

/**
 * Compiles a filter. `text` is the parameter after the one decoding that every query gets; each value is decoded once
 * more here, so that one of `% ! ( ) * = , ;` in a value must have been encoded twice. Names and values are compared
 * without regard to case. `readInstant` reads a date. Throws Refusal for what cannot be parsed or is not there.
 */
export function compileRql<T>(
  text: string,
  fields: RqlFields<T>,
  readInstant: (text: string) => number | undefined,
): Test<T> {
  return new Parser(text, fields, readInstant).parse();
}

class Parser<T> {
  readonly #text: string;
  readonly #fields: RqlFields<T>;
  readonly #readInstant: (text: string) => number | undefined;
  #at = 0;

  constructor(text: string, fields: RqlFields<T>, readInstant: (text: string) => number | undefined) {
    this.#text = text;
    this.#fields = fields;
    this.#readInstant = readInstant;
  }

  parse(): Test<T> {
    const test = this.#or();
    if (this.#at < this.#text.length) this.#fail();
    return test;
  }

  #or(): Test<T> {
    const tests = [this.#and()];
    while (this.#take(",")) tests.push(this.#and());
    return (record) => tests.some((test) => test(record));
  }

  #and(): Test<T> {
    const tests = [this.#one()];
    while (this.#take(";")) tests.push(this.#one());
    return (record) => tests.every((test) => test(record));
  }

  #one(): Test<T> {
    if (this.#take("(")) {
      const inner = this.#or();
      if (!this.#take(")")) this.#fail();
      return inner;
    }
    const [, name = "", operator = ""] = this.#match(comparison) ?? this.#fail();
    const field = this.#fields.get(name.toLowerCase());
    // Guess: what an unknown name is answered with.
    if (field === undefined)
      throw new Refusal(badParameter("rql", "DoesNotExist", `There is no property ${name} to filter by.`));
    return this.#test(field, operator.toLowerCase());
  }

  #test({ kind, get }: RqlField<T>, operator: string): Test<T> {
    const is = (value: string): Test<T> => this.#equals(kind, get, value);
    switch (operator) {
      case "==":
        return is(this.#value());
      case "!=": {
        const test = is(this.#value());
        return (record) => !test(record);
      }
      case "=in=":
      case "=out=": {
        const test = this.#among(kind, get, this.#list());
        return (record) => test(record) === (operator === "=in=");
      }
      case "=hv=": {
        const wanted = this.#flag(this.#value());
        return (record) => {
          const value = get(record);
          return (value !== undefined && value !== "") === wanted;
        };
      }
      case "=gt=":
      case "=ge=":
      case "=lt=":
      case "=le=":
        return this.#order(kind, get, operator);
      default:
        return this.#fail();
    }
  }

  #order(kind: RqlField<T>["kind"], get: RqlField<T>["get"], operator: string): Test<T> {
    const limit = this.#typed(kind, this.#decode(this.#value()));
    return (record) => {
      const value = fold(get(record));
      // Guess: what is not there is neither more nor less.
      if (value === undefined) return false;
      if (value === limit) return operator === "=ge=" || operator === "=le=";
      return value > limit === operator.startsWith("=g");
    };
  }

  // A hundred SKUs over many thousand items: plain texts are looked up at once.
  #among(kind: RqlField<T>["kind"], get: RqlField<T>["get"], values: readonly string[]): Test<T> {
    const isPlain = (value: string): boolean => kind === "text" && !value.includes("*");
    const plain = new Set(values.filter(isPlain).map((value) => this.#decode(value).toLowerCase().trimEnd()));
    const tests = values.filter((value) => !isPlain(value)).map((value) => this.#equals(kind, get, value));
    return (record) => {
      const own = fold(get(record));
      return (typeof own === "string" && plain.has(own.trimEnd())) || tests.some((test) => test(record));
    };
  }

  #equals(kind: RqlField<T>["kind"], get: RqlField<T>["get"], value: string): Test<T> {
    if (kind !== "text") {
      const wanted = this.#typed(kind, this.#decode(value));
      return (record) => get(record) === wanted;
    }
    // A `*` that was encoded twice is decoded only now, and stands for itself.
    const parts = value.split("*").map((part) => this.#decode(part).toLowerCase());
    const [only = ""] = parts;
    // Guess: blanks at the end do not count, as SQL Server has it; in a pattern they do.
    if (parts.length === 1)
      return (record) => {
        const own = fold(get(record));
        return typeof own === "string" && own.trimEnd() === only.trimEnd();
      };
    const pattern = new RegExp(
      `^${parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join(".*")}$`,
      "su",
    );
    return (record) => {
      const own = fold(get(record));
      return typeof own === "string" && pattern.test(own);
    };
  }

  #typed(kind: RqlField<T>["kind"], text: string): string | number | boolean {
    if (kind === "text") return text.toLowerCase();
    if (kind === "flag") return this.#flag(text);
    const value = kind === "number" ? numberOf(text) : this.#readInstant(text);
    return value ?? this.#fail(`${text} cannot be read as a ${kind}.`);
  }

  #flag(text: string): boolean {
    const value = text.toLowerCase();
    if (value !== "true" && value !== "false") this.#fail(`${text} is neither true nor false.`);
    return value === "true";
  }

  #list(): string[] {
    if (!this.#take("(")) this.#fail();
    const values = [this.#value()];
    while (this.#take(",")) values.push(this.#value());
    if (!this.#take(")")) this.#fail();
    return values;
  }

  // Guess: an empty value is no value.
  #value(): string {
    return (this.#match(plainValue) ?? this.#fail())[0];
  }

  // Guess: the second decoding leaves "+" alone, and a "%" that begins no code is refused.
  #decode(value: string): string {
    try {
      return decodeURIComponent(value);
    } catch {
      return this.#fail(`${value} is not encoded rightly.`);
    }
  }

  #take(sign: string): boolean {
    if (this.#text[this.#at] !== sign) return false;
    this.#at += 1;
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at = pattern.lastIndex;
    return match;
  }

  #fail(hint = `The query cannot be parsed at position ${this.#at + 1}.`): never {
    throw new Refusal(badParameter("rql", "NotParsable", hint));
  }
}

function numberOf(text: string): number | undefined {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** A value as it is compared: without regard to case. */
export function fold(value: FieldValue): FieldValue {
  return typeof value === "string" ? value.toLowerCase() : value;
}
