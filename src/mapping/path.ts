import { Refusal } from "./refusal.js";

/** Names that reach beyond a record's own values. They are refused as segments and as names of custom fields. */
export const forbiddenNames: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

export interface Path {
  readonly text: string;
  readonly steps: readonly Step[];
  /** True when the path holds `[]`, so that it gives a list. */
  readonly plural: boolean;
}

/** One step of a path: a name, a place in a list, or every item of a list. */
type Step =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "each" };

const maxLength = 500;
const maxSteps = 20;
const bareName = /[^.[\]"]+/y;
const bracket = /\[(?:(\d{1,6})|"((?:[^"\\]|\\["\\])*)")?\]/y;

/**
 * Reads a path: `a.b`, `list[0].c`, `tags[]`, `images[].src`, `meta_data["a.b"]`. A name may hold spaces and
 * hyphens (`seller-sku`). Gives a sentence about the fault where the text is no path.
 */
export function parsePath(text: string): Path | string {
  if (text.length > maxLength) return `a path may have at most ${maxLength} characters`;
  const steps: Step[] = [];
  let at = 0;
  while (at < text.length) {
    if (steps.length === maxSteps) return `a path may have at most ${maxSteps} steps`;
    if (text[at] === "[") {
      bracket.lastIndex = at;
      const found = bracket.exec(text);
      if (found === null) return `"[" at character ${at + 1} begins neither [], [0] nor ["name"]`;
      const [whole, index, quoted] = found;
      if (quoted !== undefined) steps.push({ kind: "name", name: quoted.replace(/\\(.)/g, "$1") });
      else if (index !== undefined) steps.push({ kind: "index", index: Number(index) });
      else steps.push({ kind: "each" });
      at += whole.length;
    } else {
      if (at > 0) {
        if (text[at] !== ".") return `a "." is missing at character ${at + 1}`;
        at += 1;
      }
      bareName.lastIndex = at;
      const name = bareName.exec(text)?.[0];
      if (name === undefined) return `a name is missing at character ${at + 1}`;
      if (name !== name.trim()) return `the name "${name}" begins or ends with a space`;
      steps.push({ kind: "name", name });
      at += name.length;
    }
  }
  const [first] = steps;
  if (first === undefined) return "a path is empty";
  if (first.kind !== "name") return "a path begins with a name";
  for (const step of steps) {
    if (step.kind !== "name") continue;
    if (step.name === "") return "a name is empty";
    if (forbiddenNames.has(step.name)) return `the name "${step.name}" is not allowed in a path`;
  }
  return { text, steps, plural: steps.some((step) => step.kind === "each") };
}

/** The name that a path begins with. */
export function rootOf(path: Path): string {
  const [first] = path.steps;
  return first?.kind === "name" ? first.name : "";
}

/** The names that a path goes through before its first list. */
export function namesOf(path: Path): readonly string[] {
  const names: string[] = [];
  for (const step of path.steps) {
    if (step.kind !== "name") break;
    names.push(step.name);
  }
  return names;
}

export type Reader = (fields: unknown) => unknown;

/**
 * Compiles a path to a function that reads own values only. What is missing, null or empty on the way gives
 * undefined; a value of another shape than the path expects gives a `Refusal`. A plural path gives a list without
 * the missing ones.
 */
export function compilePath(path: Path): Reader {
  let read = itself;
  for (const step of path.steps.toReversed()) {
    const rest = read;
    if (step.kind === "name") read = nameReader(step.name, rest);
    else if (step.kind === "index") read = indexReader(step.index, rest);
    else read = eachReader(rest, step === path.steps.at(-1));
  }
  return read;
}

const itself: Reader = (value) => value;

function nameReader(name: string, rest: Reader): Reader {
  return (value) => {
    if (isNothing(value)) return undefined;
    if (typeof value !== "object") return new Refusal(`no object, so it has no "${name}"`, value);
    if (Array.isArray(value)) {
      // PHP writes an object without entries as an empty list.
      return value.length === 0 ? undefined : new Refusal(`a list, so it has no "${name}"`, value);
    }
    return Object.hasOwn(value, name) ? rest((value as Record<string, unknown>)[name]) : undefined;
  };
}

function indexReader(index: number, rest: Reader): Reader {
  return (value) => {
    if (isNothing(value)) return undefined;
    return Array.isArray(value) ? rest(value[index]) : new Refusal("no list", value);
  };
}

function eachReader(rest: Reader, last: boolean): Reader {
  return (value) => {
    if (isNothing(value)) return undefined;
    if (!Array.isArray(value)) return new Refusal("no list", value);
    if (last) return value;
    const found: unknown[] = [];
    for (const item of value) {
      const inner = rest(item);
      if (inner instanceof Refusal) return inner;
      if (Array.isArray(inner)) {
        for (const each of inner) found.push(each);
      } else if (inner !== undefined && inner !== null) found.push(inner);
    }
    return found;
  };
}

function isNothing(value: unknown): value is undefined | null | "" {
  return value === undefined || value === null || value === "";
}
