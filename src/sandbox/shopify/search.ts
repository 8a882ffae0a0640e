import { FieldError } from "./execute.js";
import { compareIds } from "./model.js";

/** What a field of a search query looks at. Dates are in milliseconds and with fractions. */
export type SearchField<Row> =
  | { readonly kind: "id" | "text"; readonly of: (row: Row) => string }
  | { readonly kind: "list"; readonly of: (row: Row) => readonly string[] }
  | { readonly kind: "date"; readonly of: (row: Row) => number };

/** One entry of `extensions.search`. */
export interface SearchNote {
  readonly path: readonly string[];
  readonly query: string;
  readonly warnings: readonly {
    readonly field: string;
    readonly message: string;
    readonly code: string;
  }[];
}

export interface Search<Row> {
  readonly matches: (row: Row) => boolean;
  readonly warnings: SearchNote["warnings"];
}

export interface SearchOptions {
  /** From 2026-10 on `>` with whole seconds leaves out the rest of that second. */
  readonly strictAfter: boolean;
  /** Names the request in the words of a server that fell over. */
  readonly requestId: string;
}

interface Term {
  readonly isNot: boolean;
  readonly field: string;
  readonly comparator: string;
  readonly value: string;
  readonly isQuoted: boolean;
}

const term = /\s*(?:AND\s+)?(-|NOT\s+)?(\w+):(>=|<=|>|<|=)?(?:'([^']*)'|"([^"]*)"|(\S*))/y;

/** The error that Shopify answers with when it cannot answer. */
export function internalError(requestId: string): FieldError {
  return new FieldError(
    `Internal error. Looks like something went wrong on our end.\nRequest ID: ${requestId} (include this in support requests).`,
    { code: "INTERNAL_SERVER_ERROR", requestId },
  );
}

function readTerms(query: string): Term[] {
  const terms: Term[] = [];
  let at = 0;
  while (query.slice(at).trim() !== "") {
    term.lastIndex = at;
    const found = term.exec(query);
    if (found === null)
      throw new FieldError(`The sandbox does not search for ${JSON.stringify(query.slice(at))}`, {
        code: "BAD_REQUEST",
      });
    const [, not, field = "", comparator = "=", single, double, bare] = found;
    const isQuoted = bare === undefined;
    terms.push({
      isNot: not !== undefined,
      field,
      comparator,
      value: single ?? double ?? bare ?? "",
      isQuoted,
    });
    at = term.lastIndex;
  }
  return terms;
}

function holds(order: number, comparator: string): boolean {
  switch (comparator) {
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    default:
      return order === 0;
  }
}

function matchDate(found: number, { comparator, value, isQuoted }: Term, options: SearchOptions): boolean {
  // Two products that left the quotes away lost all rows.
  const asked = isQuoted ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(asked)) return false;
  const isWhole = !/\d\.\d/.test(value);
  if (comparator === ">" && isWhole && options.strictAfter) return found >= asked + 1000;
  if (comparator === "=" && isWhole) return found >= asked && found < asked + 1000;
  return holds(found - asked, comparator);
}

function matchTerm<Row>(row: Row, field: SearchField<Row>, asked: Term, options: SearchOptions): boolean {
  if (field.kind === "date") return matchDate(field.of(row), asked, options);
  if (field.kind === "id") return holds(compareIds(field.of(row), asked.value), asked.comparator);
  const found: readonly string[] = field.kind === "list" ? field.of(row) : [field.of(row)];
  const wanted = asked.value.toLowerCase().split(",");
  return found.some((text) => wanted.includes(text.toLowerCase()));
}

/**
 * Reads a search query of `field:value` terms that all have to hold. A field that does not exist is left out with a
 * warning, as Shopify does. Throws FieldError for a date without a value, and for what the sandbox cannot search for.
 */
export function readSearch<Row>(
  query: unknown,
  fields: Readonly<Record<string, SearchField<Row>>>,
  options: SearchOptions,
): Search<Row> {
  const terms = typeof query === "string" ? readTerms(query) : [];
  const warnings: SearchNote["warnings"][number][] = [];
  const wanted: { readonly term: Term; readonly field: SearchField<Row> }[] = [];
  for (const one of terms) {
    const field = Object.hasOwn(fields, one.field) ? fields[one.field] : undefined;
    if (field === undefined) {
      warnings.push({
        field: one.field,
        message: "Invalid search field for this query.",
        code: "invalid_field",
      });
      continue;
    }
    if (field.kind === "date" && one.value === "") throw internalError(options.requestId);
    wanted.push({ term: one, field });
  }
  return {
    warnings,
    matches: (row) =>
      wanted.every(({ term: one, field }) => matchTerm(row, field, one, options) !== one.isNot),
  };
}
