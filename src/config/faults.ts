import type { z } from "zod";
import { configJsonSchema, type JsonSchemaNode } from "./json-schema.js";
import { findAt, isBlock, toPathText, type ConfigPath } from "./path.js";
import { findSuggestion } from "../model/suggest.js";

/** A fault before it has a place in the file. `at` is the path whose place is shown; the fault's own by default. */
export interface ConfigFault {
  readonly path: ConfigPath;
  readonly at?: ConfigPath;
  readonly message: string;
  readonly hint?: string;
}

/**
 * Says what the schema finds wrong in words for an operator. `config` is the checked value; texts at paths for which
 * `isFilled` holds came from variables and are never repeated.
 */
export function toConfigFaults(
  issues: readonly z.core.$ZodIssue[],
  config: unknown,
  isFilled: (path: ConfigPath) => boolean,
): ConfigFault[] {
  const schema = configJsonSchema();
  return issues.flatMap((issue): ConfigFault[] => {
    const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => toUnknownKey(schema, config, path, key));
    const value = findAt(config, path);
    if (value === undefined) return [toMissingKey(schema, config, path)];
    if (value === null)
      return [{ path, message: "the key has no value", ...toExample(schema, config, path) }];
    return [{ path, ...toWrongValue(issue, value, isFilled(path)) }];
  });
}

type Words = Pick<ConfigFault, "message" | "hint">;

function toWrongValue(issue: z.core.$ZodIssue, value: unknown, isFilled: boolean): Words {
  if (issue.code === "invalid_type") return toWrongType(issue.expected, value);
  if (issue.code === "invalid_value") {
    const options = issue.values.map(String);
    return { message: `expected ${toChoice(options)}`, ...toSuggestion(value, options) };
  }
  if (issue.code === "invalid_union" && "options" in issue && Array.isArray(issue.options)) {
    const options = issue.options.map(String);
    // A name may be repeated, anything else might be a secret in the wrong place.
    const isName = typeof value === "string" && /^[a-z][a-z0-9-]{0,23}$/iu.test(value) && !isFilled;
    const name = isName ? ` ${value}` : " of that name";
    return {
      message: `this version has no ${issue.discriminator ?? "kind"}${name}; it has ${toList(options)}`,
      ...toSuggestion(value, options),
    };
  }
  if (issue.code === "custom") {
    const hint: unknown = issue.params?.["hint"];
    return { message: issue.message, ...(typeof hint === "string" ? { hint } : {}) };
  }
  return { message: issue.message };
}

const typeNames: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a block of keys",
};

function toWrongType(expected: string, value: unknown): Words {
  const got = Array.isArray(value) ? "array" : typeof value;
  const message = `expected ${typeNames[expected] ?? expected}, got ${typeNames[got] ?? `a ${got}`}`;
  if (expected === "string" && (got === "number" || got === "boolean"))
    return { message, hint: "put quotes around it" };
  if (expected === "int" && got === "number") return { message: "expected a whole number" };
  if (expected === "boolean" && got === "string")
    return { message, hint: "write true or false without quotes" };
  if (expected === "array" && got === "string") return { message, hint: "put brackets around it: [a, b]" };
  return { message };
}

function toMissingKey(schema: JsonSchemaNode, config: unknown, path: ConfigPath): ConfigFault {
  return {
    path,
    at: path.slice(0, -1),
    message: "the key is missing",
    ...toExample(schema, config, path),
  };
}

function toExample(schema: JsonSchemaNode, config: unknown, path: ConfigPath): { readonly hint?: string } {
  const node = findNode(schema, config, path) ?? {};
  const example = node.examples?.[0];
  if (example !== undefined) return { hint: `for example: ${String(path.at(-1))}: ${example}` };
  const options = (node.oneOf ?? []).flatMap(toExampleBlock);
  if (options.length > 0) return { hint: `for example: ${String(path.at(-1))}: ${options[0]}` };
  return node.description === undefined ? {} : { hint: node.description };
}

function toExampleBlock(option: JsonSchemaNode): string[] {
  const keys = (option.required ?? []).map((key) => {
    const example = option.properties?.[key]?.examples?.[0];
    // Braces and colons are signs of YAML inside a block that is written in one line.
    const text = example ?? "…";
    return `${key}: ${/[{}:]/u.test(text) ? `"${text}"` : text}`;
  });
  return [`{ ${keys.join(", ")} }`];
}

function toUnknownKey(schema: JsonSchemaNode, config: unknown, parent: ConfigPath, key: string): ConfigFault {
  const path = [...parent, key];
  const message = "unknown key";
  const siblings = Object.keys(findNode(schema, config, parent)?.properties ?? {});
  const home = findHome(schema, config, parent, key);
  if (home !== undefined) {
    const place = home.length === 0 ? "at the top of the config" : `under ${toPathText(home)}`;
    return { path, message, hint: `it belongs ${place}` };
  }
  if (key.includes(":")) return { path, message, hint: "a colon wants a space behind it" };
  const suggestion = findSuggestion(key, siblings);
  if (suggestion !== undefined) return { path, message, hint: `did you mean ${suggestion}?` };
  return {
    path,
    message,
    hint: `known here: ${siblings.filter((name) => !name.startsWith("$")).join(", ")}`,
  };
}

/** Finds the block that a key belongs to when it stands in the wrong one. */
function findHome(
  schema: JsonSchemaNode,
  config: unknown,
  parent: ConfigPath,
  key: string,
): ConfigPath | undefined {
  // Keys of one side mean nothing on the other, but at the top of the config they may have lost their block.
  const blocks = parent.length === 0 ? ["source", "destination"] : [];
  for (const block of [["options"], ["mapping"], [], ...blocks.map((name) => [name])]) {
    const properties = findNode(schema, config, block)?.properties ?? {};
    if (toPathText(block) !== toPathText(parent) && Object.hasOwn(properties, key)) return block;
  }
  return undefined;
}

/** Finds the schema of a path; where there are several kinds of block, the one that the config has chosen. */
function findNode(schema: JsonSchemaNode, config: unknown, path: ConfigPath): JsonSchemaNode | undefined {
  let node: JsonSchemaNode | undefined = schema;
  for (const [depth, step] of path.entries()) {
    node = typeof step === "number" ? node?.items : node?.properties?.[step];
    if (node?.oneOf !== undefined && (depth < path.length - 1 || isBlock(findAt(config, path)))) {
      node = pickOption(node.oneOf, findAt(config, path.slice(0, depth + 1)));
    }
  }
  return node;
}

function pickOption(options: readonly JsonSchemaNode[], value: unknown): JsonSchemaNode | undefined {
  const chosen = options.find((option) =>
    Object.entries(option.properties ?? {}).some(
      ([key, node]) => node.const !== undefined && findAt(value, [key]) === node.const,
    ),
  );
  return chosen ?? options[0];
}

function toSuggestion(value: unknown, options: readonly string[]): { readonly hint?: string } {
  const suggestion = typeof value === "string" ? findSuggestion(value, options) : undefined;
  return suggestion === undefined ? {} : { hint: `did you mean ${suggestion}?` };
}

function toChoice(options: readonly string[]): string {
  return options.length === 1 ? String(options[0]) : `one of ${options.join(", ")}`;
}

function toList(options: readonly string[]): string {
  return options.length < 2
    ? options.join()
    : `${options.slice(0, -1).join(", ")} and ${String(options.at(-1))}`;
}
