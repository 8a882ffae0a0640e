import type { Product } from "../model/product.js";
import type { CheckResult } from "../model/report.js";
import type { Output } from "./output.js";
import { renderTable } from "./table.js";
import { visible } from "./text.js";

/** Tells one check as it happens. */
export async function noteCheck(output: Output, check: CheckResult & { readonly ms: number }): Promise<void> {
  const { paint } = output;
  const words = {
    pass: paint.green("pass"),
    warn: paint.yellow("warn"),
    fail: paint.red("FAIL"),
    skip: paint.dim("skip"),
  };
  await output.print(`${words[check.outcome]}  ${check.name}: ${visible(check.message)} (${check.ms} ms)\n`);
  if (check.hint !== undefined) await output.print(`      ${visible(check.hint)}\n`);
}

/** The first product of the sample, field by field in the article's names, and the others by SKU and name. */
export function renderSample(
  output: Output,
  sample: readonly Product[],
  fields: readonly (keyof Product)[],
): string {
  const [first, ...others] = sample;
  if (first === undefined) return "";
  const rows = fields
    .filter((field) => first[field] !== undefined)
    .map((field) => [field, cell(first[field])]);
  const more = others.slice(0, 4).map((product) => [product.sku, cell(product.name ?? "")]);
  const title = output.paint.bold("A product as it would be written:");
  const rest = more.length === 0 ? "" : `\n${renderTable(["sku", "name"], more)}`;
  return `\n${title}\n${renderTable(["field", "value"], rows)}${rest}\n`;
}

function cell(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
