import { isAlias, isMap, isScalar, isSeq, type Document, type LineCounter, type Node, type Pair } from "yaml";
import type { ConfigPath } from "./path.js";

/** A place in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Finds where a path stands in a text. A path that is not in it is looked for one level up, and so on. */
export type PositionFinder = (path: ConfigPath) => Position | undefined;

/** Makes the finder of a YAML or JSON document. It points at keys, and at the items of lists. */
export function toPositionFinder(document: Document, lines: LineCounter): PositionFinder {
  return (path) => {
    let node: unknown = document.contents;
    let offset = isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[0] : undefined;
    for (const step of path) {
      if (isAlias(node)) node = node.resolve(document);
      let place: unknown;
      if (isMap(node)) {
        const pair: Pair | undefined = node.items.findLast((item) => toKeyText(item.key) === String(step));
        place = pair?.key;
        node = pair?.value;
      } else if (isSeq(node)) {
        place = node.items[Number(step)];
        node = place;
      }
      const start = (place as Node | undefined | null)?.range?.[0];
      if (start === undefined) break;
      offset = start;
    }
    return offset === undefined ? undefined : toPosition(offset, lines);
  };
}

/** Turns an offset in the text into line and column. */
export function toPosition(offset: number, lines: LineCounter): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** A key as it will be called once the document is data. */
export function toKeyText(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}
