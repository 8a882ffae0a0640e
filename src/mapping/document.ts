import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type YAMLMap,
} from "yaml";
import type { Fault } from "../errors.js";
import { didYouMean } from "./rules.js";
import { findSuggestion } from "../model/suggest.js";

/** A text of a file, and where it stands. */
export interface Placed {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** Largest table or cases file: several times what a thousand rows take, and read in well under a second. */
export const maxFileBytes = 256 * 1024;
/** More faults of one file help nobody. */
const maxFaults = 100;
/** No table is nested deeper; the parser's own recursion ends far behind this. */
const maxNesting = 100;

/**
 * A YAML file as nodes with their places, and the faults found on the way. Anchors, aliases, tags and directives
 * have no use in a table and are faults, so nothing is ever expanded.
 */
export class YamlFile {
  readonly file: string;
  readonly faults: Fault[] = [];
  readonly root: Node | null;
  readonly #lines = new LineCounter();
  #document: Document.Parsed | undefined;

  constructor(text: string, file: string) {
    this.file = file;
    this.root = this.#parse(text);
  }

  #parse(text: string): Node | null {
    if (Buffer.byteLength(text) > maxFileBytes) {
      this.fault(undefined, "", "the file is larger than 256 KiB");
      return null;
    }
    if (nestsTooDeeply(text)) {
      this.fault(undefined, "", `the file is nested deeper than ${maxNesting} levels`);
      return null;
    }
    let document: Document.Parsed;
    try {
      document = parseDocument(text, {
        lineCounter: this.#lines,
        prettyErrors: false,
        schema: "core",
        // The parser's own check takes quadratic time; ours is below.
        uniqueKeys: false,
      });
    } catch (error) {
      this.fault(undefined, "", "the file is no readable YAML", String(error));
      return null;
    }
    for (const problem of [...document.errors, ...document.warnings]) {
      this.#faultAt(problem.pos[0], "", problem.message);
    }
    if (document.errors.length > 0) return null;
    this.#document = document;
    visit(document, {
      Alias: (_, node) => this.fault(node, "", "aliases are not allowed in this file"),
      Map: (_, node) => {
        this.#faultAnchor(node);
        this.#faultDoubledKeys(node);
      },
      Seq: (_, node) => this.#faultAnchor(node),
      Scalar: (_, node) => this.#faultAnchor(node),
    });
    return document.contents;
  }

  #faultAnchor(node: Node & { anchor?: string }): void {
    if (node.anchor !== undefined) this.fault(node, "", "anchors are not allowed in this file");
  }

  #faultDoubledKeys(map: YAMLMap): void {
    const seen = new Set<unknown>();
    for (const { key } of map.items) {
      const name = isScalar(key) ? key.value : key;
      if (seen.has(name)) this.fault(key as Node, "", `the key "${String(name)}" stands here twice`);
      seen.add(name);
    }
  }

  /** Notes a fault at a node's place. */
  fault(node: Node | null | undefined, path: string, message: string, hint?: string): void {
    this.#faultAt(node?.range?.[0], path, message, hint);
  }

  #faultAt(offset: number | undefined, path: string, message: string, hint?: string): void {
    if (this.faults.length >= maxFaults) {
      if (this.faults.length > maxFaults) return;
      this.faults.push({ file: this.file, path: "", message: "there are more faults, which are not listed" });
      return;
    }
    this.faults.push({
      file: this.file,
      path,
      ...(offset === undefined ? {} : this.#place(offset)),
      message,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  #place(offset: number): { line: number; column: number } {
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }

  /** The line of a node, from 1. */
  lineOf(node: Node): number {
    return this.#place(node.range?.[0] ?? 0).line;
  }

  /** A node's value as JSON has it. Only for a file without faults: it has no aliases, so nothing is expanded. */
  valueOf(node: Node): unknown {
    return this.#document === undefined ? undefined : node.toJS(this.#document, { maxAliasCount: 0 });
  }

  /** The values of a map by key. A key that is not among the known ones is a fault. */
  entries(map: YAMLMap, path: string, known: readonly string[]): ReadonlyMap<string, Node | null> {
    const found = new Map<string, Node | null>();
    for (const pair of map.items) {
      const key = pair.key as Node;
      const name = isScalar(key) && typeof key.value === "string" ? key.value : undefined;
      if (name !== undefined && known.includes(name)) found.set(name, pair.value as Node | null);
      else {
        const shown = name ?? String(key);
        const { hint } = didYouMean(findSuggestion(shown, known), `known: ${known.join(", ")}`);
        this.fault(key, joinPath(path, shown), `unknown key "${shown}"`, hint);
      }
    }
    return found;
  }

  /** A node's text. Anything but text is a fault: a bare `yes`, `1.0` or `null` is none. */
  text(node: Node | null | undefined, path: string): Placed | undefined {
    if (isScalar(node) && typeof node.value === "string" && node.value.trim() !== "") {
      return { text: node.value, ...this.#place(node.range?.[0] ?? 0) };
    }
    if (!isAlias(node))
      this.fault(node, path, "must be a text", isScalar(node) ? "put it in quotes" : undefined);
    return undefined;
  }

  /** The items of a list; anything else is a fault and gives none. */
  items(node: Node | null | undefined, path: string): readonly (Node | null)[] {
    if (isSeq(node)) return node.items as (Node | null)[];
    if (!isAlias(node)) this.fault(node, path, "must be a list");
    return [];
  }

  /** A map; anything else is a fault. */
  map(node: Node | null | undefined, path: string): YAMLMap | undefined {
    if (isMap(node)) return node;
    if (!isAlias(node)) this.fault(node, path, "must be a map of keys and values");
    return undefined;
  }
}

/** A path of keys: `rows[2].to`. */
export function joinPath(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

/**
 * True when brackets or indentation nest deeper than any table does. Judged on the text, before the parser, whose
 * recursion would exhaust the stack. Brackets in quotes count too, which is harmless at this limit: they must be
 * open all at once.
 */
function nestsTooDeeply(text: string): boolean {
  let open = 0;
  for (const character of text) {
    if (character === "[" || character === "{") open += 1;
    else if (character === "]" || character === "}") open = Math.max(0, open - 1);
    if (open > maxNesting) return true;
  }
  return text.split("\n").some((line) => blockDepth(line) > maxNesting);
}

/** How deep a line can begin: a level takes a space or a "- " at least. */
function blockDepth(line: string): number {
  return /^(?:[ ]|[-?](?=\s|$))*/.exec(line)?.[0].length ?? 0;
}
