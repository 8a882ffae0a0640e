import { isNode, type Node } from "yaml";
import type { Fault } from "../errors.js";
import type { JsonValue, ProductDraft } from "../model/product.js";
import { compileTable } from "./compile.js";
import type { Mapped, MappingTable, RecordMapper } from "./contract.js";
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
export async function runCases(table: MappingTable, file: string): Promise<CasesRun> {
  const text = await readText(file);
  if (typeof text !== "string") return { count: 0, faults: [{ file, path: "", message: text.message }] };
  return runCasesText(table, text, file);
}

const caseKeys = ["name", "record", "product", "faults"] as const;

/**
 * Runs cases: a list of `{ name, record, product }`, where the product is everything that comes out, or of
 * `{ name, record, faults }`, where the faults are the targets that are refused.
 */
export function runCasesText(table: MappingTable, text: string, file: string): CasesRun {
  const yaml = new YamlFile(text, file);
  if (yaml.faults.length > 0) return { count: 0, faults: yaml.faults };
  const mapper = compileTable(table);
  const cases = yaml.items(yaml.root, "");
  let count = 0;
  for (const [index, node] of cases.entries()) {
    if (runCase(yaml, mapper, node, `[${index}]`)) count += 1;
  }
  if (cases.length === 0 && yaml.faults.length === 0) yaml.fault(yaml.root, "", "there are no cases");
  return { count, faults: yaml.faults };
}

function runCase(yaml: YamlFile, mapper: RecordMapper, node: Node | null, path: string): boolean {
  const map = yaml.map(node, path);
  if (map === undefined) return false;
  const entries = yaml.entries(map, path, caseKeys);
  const [product, faults] = [entries.get("product"), entries.get("faults")];
  if (!entries.has("name") || !entries.has("record") || entries.has("product") === entries.has("faults")) {
    yaml.fault(map, path, "a case has a name, a record, and either a product or faults");
    return false;
  }
  const name = yaml.text(entries.get("name"), joinPath(path, "name"))?.text;
  const record = yaml.map(entries.get("record"), joinPath(path, "record"));
  const expected = entries.has("product")
    ? yaml.map(product, joinPath(path, "product"))
    : yaml.items(faults, joinPath(path, "faults"));
  if (name === undefined || record === undefined || expected === undefined) return false;
  const mapped = mapper.map(toValue(yaml, record) as Readonly<Record<string, unknown>>);
  const differences = entries.has("product")
    ? compareProduct(mapped, toValue(yaml, product) as ProductDraft)
    : compareFaults(mapped, toValue(yaml, faults) as readonly string[]);
  for (const difference of differences) yaml.fault(map, path, `case "${name}": ${difference}`);
  return true;
}

function toValue(yaml: YamlFile, node: Node | null | undefined): unknown {
  return isNode(node) ? yaml.valueOf(node) : undefined;
}

function compareProduct(mapped: Mapped, expected: ProductDraft): readonly string[] {
  if (!mapped.ok) {
    return mapped.faults.map(({ field, message, path, value }) => `${field}: ${message} (${path}: ${value})`);
  }
  const differences: string[] = [];
  const actual = mapped.draft as Readonly<Record<string, JsonValue | undefined>>;
  const wanted = expected as Readonly<Record<string, JsonValue | undefined>>;
  for (const field of new Set([...Object.keys(wanted), ...Object.keys(actual)])) {
    const found = sorted(actual[field]);
    const due = sorted(wanted[field]);
    if (found !== due) differences.push(`${field}: expected ${due}, got ${found}`);
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
