import type { ItemConverterName } from "./item-converters.js";
import { listSeparator, toPlaceValue } from "./item-values.js";
import { toMeasure } from "./numbers.js";
import { createPlain, toHtml } from "./plain.js";
import { Refusal } from "./refusal.js";
import { unitOfTarget } from "./targets.js";
import { findUnit, type UnitFamily } from "./units.js";

/** A converter at work in one row, both ways. Both functions are pure and throw nothing. */
export interface ItemConversion {
  /** What a field's value becomes. Undefined: nothing, and the next field of the row has its turn. */
  convert(value: unknown, field: string): unknown;
  /** What a place's value was in the field, as far as that can be told. */
  restore(value: string | number, field: string): unknown;
}

/** Makes what the converter of a row does. */
export function createConversion(name: ItemConverterName): ItemConversion {
  switch (name) {
    case "same":
      return { convert: itself, restore: itself };
    case "line":
      return textual(toLine, itself);
    case "plain":
      return textual(createPlain(), toHtml);
    case "plain-line": {
      const toPlain = createPlain();
      return textual((html) => toLine(toPlain(html)), toHtml);
    }
    case "pounds":
      return measure("weight", "lb");
    case "kilograms":
      return measure("weight", "kg");
    case "inches":
      return measure("length", "in");
    case "centimetres":
      return measure("length", "cm");
    case "join":
      return { convert: joinTexts, restore: itself };
    case "first":
      return { convert: (value) => textsOf(value)[0], restore: (value) => [value] };
  }
}

function itself(value: unknown): unknown {
  return value;
}

function textual(convert: (text: string) => unknown, restore: (text: string) => unknown): ItemConversion {
  return {
    convert: (value) => {
      const text = toPlaceValue(value, "text");
      return typeof text === "string" ? convert(text) : undefined;
    },
    restore: (value) => restore(String(value)),
  };
}

/** `name` is a unit of the family. */
function measure(family: UnitFamily, name: string): ItemConversion {
  const unit = findUnit(family, name);
  const convertTo = (value: unknown, from: string | undefined, to: typeof unit): number | undefined => {
    if (to === undefined) return undefined;
    const converted = toMeasure(value, from, family, to);
    return converted instanceof Refusal ? undefined : converted;
  };
  const convert = (value: unknown, field: string): number | undefined =>
    convertTo(value, unitOfTarget(field)?.unit.name, unit);
  return {
    convert,
    restore: (value, field) => {
      const restored = convertTo(value, name, unitOfTarget(field)?.unit);
      // Next to the largest measure there is, rounding may lead beyond it.
      return convert(restored, field) === undefined ? undefined : restored;
    },
  };
}

// Spaces of all kinds, and the controls C0, DEL and C1.
const gaps = /[\s\p{Cc}]+/gu;
const breaking = /[\p{Cc}\u2028\u2029]/u;

/** Text on one line: a line break or another control becomes one space, together with the spaces around it. */
function toLine(text: string): string {
  return text.replace(gaps, (gap) => (breaking.test(gap) ? " " : gap)).trim();
}

function joinTexts(value: unknown): string {
  return textsOf(value).join(listSeparator);
}

/** A list's texts that hold something. One value alone is a list of one. */
function textsOf(value: unknown): readonly string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.flatMap((item) => {
    const text = toPlaceValue(item, "text");
    return typeof text === "string" ? [text.trim()] : [];
  });
}
