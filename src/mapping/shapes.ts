import type { JsonValue } from "../model/product.js";
import { Refusal } from "./refusal.js";
import { toText, toWellFormed } from "./text.js";

/** Texts of a list: of texts, or of objects that carry a `name`. One text alone is a list of one. */
export function toList(value: unknown): readonly string[] | Refusal | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return optionalList(toText(value));
  if (!Array.isArray(value)) return new Refusal("no list", value);
  const texts: string[] = [];
  for (const item of value as readonly unknown[]) {
    const text = toText(isObject(item) ? own(item, "name") : item);
    if (text instanceof Refusal) return new Refusal("a list with an item that is no text", item);
    if (text !== undefined) texts.push(text);
  }
  return texts;
}

/** Absolute http and https addresses of a list, in its order; whatever else stands there is no image for others. */
export function toUrls(value: unknown): readonly string[] | Refusal | undefined {
  if (value === undefined || value === null) return undefined;
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const urls: string[] = [];
  for (const item of items) {
    if (item === undefined || item === null) continue;
    if (typeof item !== "string") return new Refusal("no address", item);
    const url = toWellFormed(item.trim());
    // oxlint-disable-next-line no-control-regex
    if (/^https?:\/\/[^\u0000-\u001f\u007f]+$/i.test(url) && URL.canParse(url)) urls.push(url);
  }
  return urls;
}

/**
 * Names and values of a variant's options, from `{ name, option }` or `{ name, value }`. An attribute that only
 * lists what there is to choose from has no value and is left out; of two options of one name the first counts.
 * `placeholder` true: the cart invented the option for a product without variants.
 */
export function toOptions(
  value: unknown,
  placeholder: unknown,
): Readonly<Record<string, string>> | Refusal | undefined {
  const options = optionList(value, placeholder);
  if (options === undefined || options instanceof Refusal) return options;
  // The names are the cart's: on an object without a prototype "__proto__" is a name like any other.
  const named: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const option of options) {
    const name = toText(own(option, "name"));
    const chosen = toText(own(option, "option") ?? own(option, "value"));
    if (name instanceof Refusal || chosen instanceof Refusal) {
      return new Refusal("an option whose name or value is no text", option);
    }
    if (name !== undefined && chosen !== undefined && !(name in named)) named[name] = chosen;
  }
  return named;
}

/** Names of a variant's options, in the cart's order. */
export function toOptionNames(value: unknown, placeholder: unknown): readonly string[] | Refusal | undefined {
  const options = optionList(value, placeholder);
  return options === undefined || options instanceof Refusal ? options : toList(options);
}

function optionList(value: unknown, placeholder: unknown): readonly object[] | Refusal | undefined {
  if (placeholder === true || value === undefined || value === null) return undefined;
  if (!isFlag(placeholder)) return new Refusal("neither true nor false", placeholder, 1);
  if (!Array.isArray(value)) return new Refusal("no list", value);
  const items: readonly unknown[] = value;
  return items.every(isObject) ? items : new Refusal("a list with an item that is no option", value);
}

/** `Product - Variant`, or the product's title alone where the variant is the only one. */
export function toVariantName(
  product: unknown,
  variant: unknown,
  only: unknown,
): string | Refusal | undefined {
  const title = toText(product);
  if (title instanceof Refusal) return title;
  if (only === true) return title;
  if (!isFlag(only)) return new Refusal("neither true nor false", only, 2);
  const own = toText(variant);
  if (own instanceof Refusal) return new Refusal(own.message, variant, 1);
  if (title === undefined || own === undefined) return title ?? own;
  return `${title} - ${own}`;
}

const yes: ReadonlySet<string> = new Set(["true", "yes", "y", "1", "continue"]);
const no: ReadonlySet<string> = new Set(["false", "no", "n", "0", "deny"]);

/** "Y" or "N" of a flag, or of the words that carts write for one. */
export function toYesNo(value: unknown): "Y" | "N" | Refusal | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "boolean") return value ? "Y" : "N";
  if (typeof value === "string" || typeof value === "number") {
    const word = String(value).trim().toLowerCase();
    if (word === "") return undefined;
    if (yes.has(word)) return "Y";
    if (no.has(word)) return "N";
  }
  return new Refusal("neither yes nor no", value);
}

const maxDepth = 50;

/** Any JSON value in the cart's own form; only halves of surrogate pairs are replaced. */
export function toJson(value: unknown): JsonValue | Refusal | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (Array.isArray(value) && value.length === 0) return undefined;
  const copy = copyJson(value, 0);
  if (copy === undefined) return new Refusal("no JSON value, or nested too deeply", value);
  return typeof copy === "string" && copy.trim() === "" ? undefined : copy;
}

function copyJson(value: unknown, depth: number): JsonValue | undefined {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") return toWellFormed(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "object" || depth === maxDepth) return undefined;
  if (Array.isArray(value)) {
    const items: JsonValue[] = [];
    for (const item of value as readonly unknown[]) {
      const copy = copyJson(item, depth + 1);
      if (copy === undefined) return undefined;
      items.push(copy);
    }
    return items;
  }
  // Without a prototype, as the names are the cart's.
  const entries: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;
  for (const [name, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const copy = copyJson(item, depth + 1);
    if (copy === undefined) return undefined;
    entries[toWellFormed(name)] = copy;
  }
  return entries;
}

function optionalList(text: string | Refusal | undefined): readonly string[] | Refusal | undefined {
  return typeof text === "string" ? [text] : text;
}

function isFlag(value: unknown): boolean {
  return value === undefined || value === null || typeof value === "boolean";
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function own(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}
