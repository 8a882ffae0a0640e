import { CST, isCollection, isMap, isPair, isScalar, Lexer, LineCounter, parseDocument, visit } from "yaml";
import type { Document } from "yaml";
import type { Fault } from "../errors.js";
import { isBlock, toPathText, type ConfigPath } from "./path.js";
import { toKeyText, toPosition, toPositionFinder, type PositionFinder } from "./position.js";

/** A config file as data. With `broken` the value means nothing; the other faults do not stand in the way of more. */
export interface ConfigText {
  readonly value: unknown;
  readonly broken: boolean;
  readonly faults: readonly Fault[];
  readonly position: PositionFinder;
}

const maxNesting = 64;
const maxIndent = 512;
const maxTokens = 100_000;

/**
 * Parses a config file. Duplicate keys and custom tags are faults, more than 100 uses of an alias too. The parsers'
 * own messages are not repeated, since they quote the text and with it what may be a secret.
 */
export function parseConfigText(text: string, format: "yaml" | "json"): ConfigText {
  const clean = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const excess = findExcess(clean);
  if (excess !== undefined) return toBroken({ path: "", message: excess });
  const lines = new LineCounter();
  const document = parseDocument(clean, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    schema: "core",
    resolveKnownTags: false,
  });
  if (format === "json") {
    const fault = findJsonFault(clean, lines);
    if (fault !== undefined) return toBroken(fault);
  }
  const errors = document.errors.map((error) => ({
    path: "",
    ...toPosition(error.pos[0], lines),
    message: errorTexts[error.code] ?? "this is not valid YAML",
    hint: "texts with special characters (: # { } [ ] & * ! | > ' \" % @) want quotes around them",
  }));
  const [first, ...others] = errors;
  if (first !== undefined) return toBroken(first, ...others);
  const faults = [
    ...findDuplicates(document, lines),
    ...document.warnings.map((warning) => ({
      path: "",
      ...toPosition(warning.pos[0], lines),
      message: "tags of one's own (!name) are not read",
      hint: "leave the tag out",
    })),
  ];
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return { value, broken: false, faults, position: toPositionFinder(document, lines) };
  } catch {
    return toBroken({
      path: "",
      message: "an alias (*name) has no anchor (&name) before it, or too many are used",
    });
  }
}

/** The part of a parsed file under one key, its positions included. Undefined where the key is not there. */
export function findSection(text: ConfigText, key: string): ConfigText | undefined {
  if (text.broken) return text;
  if (!isBlock(text.value) || !Object.hasOwn(text.value, key)) return undefined;
  const mine = text.faults.filter((fault) => fault.path.startsWith(`${key}.`));
  return {
    value: text.value[key],
    broken: false,
    faults: mine.map((fault) => ({ ...fault, path: fault.path.slice(key.length + 1) })),
    position: (path) => text.position([key, ...path]),
  };
}

function toBroken(...faults: readonly Fault[]): ConfigText {
  return { value: undefined, broken: true, faults, position: () => undefined };
}

const errorTexts: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: "the file holds more than one document (---)",
  TAB_AS_INDENT: "YAML is indented with spaces, not with tabs",
  BAD_INDENT: "the indentation does not fit the lines around it",
  MISSING_CHAR:
    "a character is missing here: a closing quote or bracket, a comma, or the space after a colon",
};

const nestingIndicators: ReadonlySet<string> = new Set(["seq-item-ind", "explicit-key-ind", "map-value-ind"]);

/**
 * Says, without building anything, that a text nests deeper or holds more than a parser should be given: one that runs
 * out of stack in the middle of a regular expression takes the whole process with it, and no catch helps.
 */
function findExcess(text: string): string | undefined {
  let flow = 0;
  let inLine = 0;
  let tokens = 0;
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token) ?? "";
    tokens += 1;
    if (type === "flow-map-start" || type === "flow-seq-start") flow += 1;
    else if (type === "flow-map-end" || type === "flow-seq-end") flow -= 1;
    else if (type === "newline") inLine = 0;
    // Inside brackets a line holds as many pairs as it likes; nesting is counted by the brackets there.
    else if (nestingIndicators.has(type) && flow <= 0) inLine += 1;
    const isIndented = type === "space" && inLine === 0 && token.length > maxIndent;
    if (isIndented || flow > maxNesting || inLine > maxNesting) return "the file is nested too deeply";
    if (tokens > maxTokens) return "the file holds far more than a config does";
  }
  return undefined;
}

function findJsonFault(text: string, lines: LineCounter): Fault | undefined {
  if (text.trim() === "" || judgeJson(text) === "good") return undefined;
  // V8 does not always say where it stopped. The fault is behind the longest beginning that could still become JSON.
  let sound = 0;
  let faulty = text.length + 1;
  while (faulty - sound > 1) {
    const middle = Math.floor((sound + faulty) / 2);
    if (judgeJson(text.slice(0, middle)) === "bad") faulty = middle;
    else sound = middle;
  }
  return { path: "", ...toPosition(sound, lines), message: "this is not valid JSON" };
}

/** Tells JSON from what is not, and both from a text that merely ends too early. */
function judgeJson(text: string): "good" | "cut" | "bad" {
  try {
    JSON.parse(text);
    return "good";
  } catch (error) {
    const message = error instanceof SyntaxError ? error.message : "";
    if (/end of JSON|Unterminated/u.test(message)) return "cut";
    const offset = /at position (\d+)/u.exec(message)?.[1];
    return offset !== undefined && Number(offset) >= text.length ? "cut" : "bad";
  }
}

function findDuplicates(document: Document, lines: LineCounter): Fault[] {
  const faults: Fault[] = [];
  visit(document, {
    Map(_, map, ancestors) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const name = toKeyText(key);
        if (seen.has(name) && isScalar(key)) {
          const place = key.range === undefined || key.range === null ? {} : toPosition(key.range[0], lines);
          const path = toPathText([...toAncestorPath([...ancestors, map]), name]);
          faults.push({ path, ...place, message: "the key stands here a second time" });
        }
        seen.add(name);
      }
    },
  });
  return faults;
}

function toAncestorPath(ancestors: readonly unknown[]): ConfigPath {
  const path: (string | number)[] = [];
  for (const [index, ancestor] of ancestors.entries()) {
    if (isPair(ancestor)) path.push(toKeyText(ancestor.key));
    else if (isCollection(ancestor) && !isMap(ancestor)) {
      const next = ancestors[index + 1];
      path.push(ancestor.items.indexOf(next));
    }
  }
  return path;
}
