import type { Body } from "./model.js";

/** Reads `_fields`: names apart by commas or spaces. Empty means all. */
export function readFields(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((name) => name !== "");
}

/**
 * Keeps the named keys, in the order of the names. The products endpoints know top-level names only: a dotted name
 * gives nothing, and takes nothing either. `_links` stays on single records without being named.
 */
export function pickNames(body: Body, fields: readonly string[], single: boolean): Body {
  if (fields.length === 0) return body;
  const kept: Body = {};
  for (const name of fields) if (Object.hasOwn(body, name)) kept[name] = body[name];
  if (single && Object.hasOwn(body, "_links")) kept["_links"] = body["_links"];
  return kept;
}

/** Keeps the named keys, in the order of the body. Dotted names reach into objects and into lists of objects. */
export function pickPaths(body: Body, fields: readonly string[], single: boolean): Body {
  if (fields.length === 0) return body;
  const kept: Body = {};
  for (const [key, value] of Object.entries(body)) {
    if (fields.includes(key) || (single && key === "_links")) {
      kept[key] = value;
      continue;
    }
    const deeper = fields
      .filter((name) => name.startsWith(`${key}.`))
      .map((name) => name.slice(key.length + 1));
    if (deeper.length > 0) kept[key] = pickDeeper(value, deeper);
  }
  return kept;
}

function pickDeeper(value: unknown, fields: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((each) => pickDeeper(each, fields));
  return typeof value === "object" && value !== null ? pickPaths(value as Body, fields, false) : value;
}
