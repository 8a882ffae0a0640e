import { isNode, type Node } from "yaml";
import type { Fault } from "../errors.js";
import type { JsonValue } from "../model/product.js";
import { compileItemTable } from "./compile-items.js";
import { compileTable } from "./compile.js";
import type { ItemTable, Mapped, MappingTable } from "./contract.js";
import { joinPath, YamlFile } from "./document.js";
import { readText } from "./load.js";

/** What became of a file of cases. */
export interface CasesRun {
  /** How many cases were run. */
  readonly count: number;
  /** One for each field of each case that came out differently, and for each case that cannot be read. */
  readonly faults: readonly Fault[];
}

/** The file of cases that belongs to a table: `woocommerce.cases.yaml` beside `woocommerce.yaml`. */
export function casesFileOf(tableFile: string): string {
  return tableFile.replace(/(?:\.ya?ml)?$/, ".cases.yaml");
}

/** Runs the cases of a file against a checked table. A file that cannot be read is a fault. */
export async function runCases(table: MappingTable | ItemTable, file: string): Promise<CasesRun> {
  const text = await readText(file);
  if (typeof text !== "string") return { count: 0, faults: [{ file, path: "", message: text.message }] };
  return runCasesText(table, text, file);
}

type Values = Readonly<Record<string, JsonValue | undefined>>;

/** One form that a case may have, beside its name: what goes in and what must come out. */
interface CaseForm {
  readonly given: string;
  readonly due: string;
  /** The differences, a sentence each. */
  readonly compare: (given: Values, due: unknown) => readonly string[];
  /** Whether what must come out is a list. */
  readonly isList?: boolean;
}

/**
 * Runs cases. For a channel's table a list of `{ name, record, product }`, where the product is everything that comes
 * out, or of `{ name, record, faults }`, where the faults are the targets that are refused. For a destination's table
 * a list of `{ name, product, item }`, where the item is all places that are filled, or of `{ name, holds, product }`:
 * what the warehouse holds by place, and the product that this tells of.
 */
export function runCasesText(table: MappingTable | ItemTable, text: string, file: string): CasesRun {
  const yaml = new YamlFile(text, file);
  if (yaml.faults.length > 0) return { count: 0, faults: yaml.faults };
  const isItems = "places" in table && table.places !== undefined;
  const forms = isItems ? itemForms(table) : recordForms(table);
  const cases = yaml.items(yaml.root, "");
  let count = 0;
  for (const [index, node] of cases.entries()) {
    if (runCase(yaml, forms, node, `[${index}]`)) count += 1;
  }
  if (cases.length === 0 && yaml.faults.length === 0) yaml.fault(yaml.root, "", "there are no cases");
  return { count, faults: yaml.faults };
}

function recordForms(table: MappingTable): readonly CaseForm[] {
  const mapper = compileTable(table);
  return [
    {
      given: "record",
      due: "product",
      compare: (record, product) => {
        const mapped = mapper.map(record);
        if (mapped.ok) return compareValues(mapped.draft, product as Values);
        return mapped.faults.map(
          ({ field, message, path, value }) => `${field}: ${message} (${path}: ${value})`,
        );
      },
    },
    {
      given: "record",
      due: "faults",
      isList: true,
      compare: (record, faults) => compareFaults(mapper.map(record), faults as readonly string[]),
    },
  ];
}

function itemForms(table: ItemTable): readonly CaseForm[] {
  const mapper = compileItemTable(table);
  return [
    {
      given: "product",
      due: "item",
      compare: (product, item) => compareValues(Object.fromEntries(mapper.toItem(product)), item as Values),
    },
    {
      given: "holds",
      due: "product",
      compare: (item, product) =>
        compareValues(mapper.toProduct(new Map(Object.entries(item))), product as Values),
    },
  ];
}

function runCase(yaml: YamlFile, forms: readonly CaseForm[], node: Node | null, path: string): boolean {
  const map = yaml.map(node, path);
  if (map === undefined) return false;
  const keys = [...new Set(["name", ...forms.flatMap(({ given, due }) => [given, due])])];
  const entries = yaml.entries(map, path, keys);
  const form = forms.find(({ given, due }) => entries.has(given) && entries.has(due));
  if (form === undefined || !entries.has("name") || entries.size !== 3) {
    const shapes = forms.map(({ given, due }) => `a ${given} and ${due}`).join(", or ");
    yaml.fault(map, path, `a case has a name and ${shapes}`);
    return false;
  }
  const name = yaml.text(entries.get("name"), joinPath(path, "name"))?.text;
  const given = yaml.map(entries.get(form.given), joinPath(path, form.given));
  const due = entries.get(form.due);
  const isDue =
    form.isList === true
      ? yaml.items(due, joinPath(path, form.due))
      : yaml.map(due, joinPath(path, form.due));
  if (name === undefined || given === undefined || isDue === undefined) return false;
  for (const difference of form.compare(toValue(yaml, given) as Values, toValue(yaml, due))) {
    yaml.fault(map, path, `case "${name}": ${difference}`);
  }
  return true;
}

function toValue(yaml: YamlFile, node: Node | null | undefined): unknown {
  return isNode(node) ? yaml.valueOf(node) : undefined;
}

function compareValues(actual: object, wanted: Values): readonly string[] {
  const differences: string[] = [];
  const all = actual as Values;
  for (const key of new Set([...Object.keys(wanted), ...Object.keys(all)])) {
    const found = sorted(all[key]);
    const due = sorted(wanted[key]);
    if (found !== due) differences.push(`${key}: expected ${due}, got ${found}`);
  }
  return differences;
}

function compareFaults(mapped: Mapped, expected: readonly string[]): readonly string[] {
  const found = mapped.ok ? [] : [...new Set(mapped.faults.map(({ field }) => field))];
  const actual = sorted([...found].sort());
  const due = sorted([...expected].sort());
  return actual === due ? [] : [`expected faults ${due}, got ${actual}`];
}

/** JSON text with the names of objects sorted, so that only content is compared; "nothing" where there is no value. */
function sorted(value: JsonValue | undefined): string {
  if (value === undefined) return "nothing";
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
