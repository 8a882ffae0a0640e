import { ConfigError } from "../errors.js";
import { isBlock } from "./path.js";

const maxDepth = 32;

/**
 * Copies data, so that aliases of a YAML file and exports of a code config are neither shared nor changed. Keys whose
 * value is undefined are left out. Throws ConfigError for data nested deeper than 32 levels, circles included.
 */
export function toPlainData(value: unknown, depth = 0): unknown {
  if (depth > maxDepth)
    throw new ConfigError("config-too-deep", `the config is nested deeper than ${maxDepth} levels`);
  if (Array.isArray(value)) return value.map((item: unknown) => toPlainData(item, depth + 1));
  if (!isBlock(value)) return value;
  const entries: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) entries.push([key, toPlainData(item, depth + 1)]);
  }
  return Object.fromEntries(entries);
}

/** Freezes data all the way down and returns it. */
export function freezeDeeply<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const item of Object.values(value)) freezeDeeply(item);
  return Object.freeze(value);
}
