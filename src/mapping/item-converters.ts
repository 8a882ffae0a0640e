import { placeKinds, type PlaceKind } from "../model/item.js";
import type { UnitFamily } from "./units.js";

/** What a converter of a destination's table is for. What it does stands in `item-conversions.ts`. */
export interface ItemConverter {
  /** One sentence for people. */
  readonly about: string;
  /** The fields that a row may read; `any` and `text` are all but lists. */
  readonly takes: "any" | "text" | "list" | UnitFamily;
  /** The places that a row may fill. */
  readonly kinds: readonly PlaceKind[];
}

const text = ["text"] as const;

const list = {
  same: { about: "the value as it is", takes: "any", kinds: placeKinds },
  line: { about: "text on one line", takes: "text", kinds: text },
  plain: { about: "HTML as plain text", takes: "text", kinds: text },
  "plain-line": { about: "HTML as plain text on one line", takes: "text", kinds: text },
  pounds: { about: "a weight in pounds", takes: "weight", kinds: placeKinds },
  kilograms: { about: "a weight in kilograms", takes: "weight", kinds: placeKinds },
  inches: { about: "a length in inches", takes: "length", kinds: placeKinds },
  centimetres: { about: "a length in centimetres", takes: "length", kinds: placeKinds },
  join: { about: 'the texts of a list as "a, b"', takes: "list", kinds: text },
  first: { about: "the first text of a list", takes: "list", kinds: placeKinds },
} as const satisfies Readonly<Record<string, ItemConverter>>;

export type ItemConverterName = keyof typeof list;

/** The closed list of converters of a destination's table, by the name that a table uses. */
export const itemConverters: ReadonlyMap<string, ItemConverter> = new Map<string, ItemConverter>(
  Object.entries(list),
);

/** The converter of a row that names none. */
export const sameConverter = "same";

/** A converter's name as the list has it; undefined for any other word. */
export function findItemConverter(name: string): ItemConverterName | undefined {
  return Object.hasOwn(list, name) ? (name as ItemConverterName) : undefined;
}
