import { isCanonical, productFields } from "../../model/product.js";
import { foreignError } from "./errors.js";
import type { DocumentFormat, StoredRow } from "./format.js";
import { readLines } from "./lines.js";
import { allFields, overlay } from "./overlay.js";
import { parseProduct } from "./schema.js";

function parseRow(path: string, text: string, line: number): StoredRow {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw foreignError(path, line, "it is not JSON");
  }
  const parsed = parseProduct(value);
  if (!parsed.ok) throw foreignError(path, line, parsed.why);
  return { product: parsed.product, text: `${text}\n`, line };
}

/** JSON lines: one product a line, keys in the order of the canonical product, absent fields left out. */
export const jsonlFormat: DocumentFormat = {
  fields: allFields,
  head: "",
  toRow(product, standing) {
    const whole = overlay(standing, product);
    if (isCanonical(whole)) return `${JSON.stringify(whole)}\n`;
    const ordered: Partial<Record<string, unknown>> = {};
    for (const field of productFields) {
      if (whole[field] !== undefined) ordered[field] = whole[field];
    }
    return `${JSON.stringify(ordered)}\n`;
  },
  async *read(path) {
    let line = 0;
    for await (const text of readLines(path)) {
      line += 1;
      yield parseRow(path, text, line);
    }
  },
};
