import { expect } from "@jest/globals";

import { createFileDestination } from "../../src/destinations/file/index.js";
import { type Imported, inOrder, type Rig } from "./rig.js";

/** An SKU as it stands in a cart, and what becomes of it: an SKU, null for a rejection, undefined for no SKU. */
export type SkuCase = readonly [given: unknown, becomes: string | null | undefined];

/** What every cart can hold. */
export const commonSkus: readonly SkuCase[] = [
  ...["ABC-1", "A B", "A  B", "00", "000123", "123", "0123", "1E5", "1e5", "0x10", "1.0", "1.00"].map(same),
  ...["1,000", "-5", "+5", "Infinity", "NaN", "null", "undefined", "true", "__proto__"].map(same),
  ...["constructor", "toString", "A/B", "A\\B", "A?B=1", "A#B", "A%20B", "A%B", "A&B", "A&amp;B"].map(same),
  ...['A"B', "A'B", "A`B", "A;B", "A,B", "A|B", "A*B", "<b>A</b>", "=A1", "@A", "-A1", "../A", "~A"].map(
    same,
  ),
  ...["abc-1", "CHAÎNE", "CHAI\u0302NE", "日本-1", "SKU-😀", "A\u200bB", "AB", "A\u202eB", "A\u2028B"].map(
    same,
  ),
  ...["S".repeat(300), "ß", "ẞ", "İ"].map(same),
  ["  PADDED  ", "PADDED"],
  ["\u00a0NBSP\u00a0", "NBSP"],
  [10045, "10045"],
  ["A\u0000NUL", null],
  ["A\nBREAK", null],
  ["A\u001b[2JESC", null],
  [{ sku: "object" }, null],
  [["array"], null],
  [1.5, null],
  ["", undefined],
  ["   ", undefined],
  [null, undefined],
];

function same(sku: string): readonly [string, string] {
  return [sku, sku];
}

/**
 * Each SKU is found in the file or its record has the outcome that it should have; `keys` are those of the records, a
 * rejection is told as `told` says, and a second run finds nothing to do. Tells what was found.
 */
export async function expectSkus(
  rig: Rig,
  run: Imported,
  cases: readonly SkuCase[],
  {
    keys,
    told,
    format = "jsonl",
  }: { readonly keys: readonly string[]; readonly told: RegExp; readonly format?: "jsonl" | "csv" },
): Promise<Awaited<ReturnType<ReturnType<typeof createFileDestination>["find"]>>> {
  expect(cases.length).toBeGreaterThanOrEqual(60);
  expect(run.exit).toBe(3);
  const wanted = inOrder(cases.flatMap(([, sku]) => (typeof sku === "string" ? [sku] : [])));
  expect(new Set(wanted).size).toBe(wanted.length);
  const place = { path: rig.file, format, content: "catalogue", formulaGuard: false } as const;
  const found = await createFileDestination(place).find(wanted, new AbortController().signal);
  expect([...found.keys()]).toEqual(wanted);
  const keysOf = (becomes: null | undefined): string[] =>
    keys.filter((_key, index) => cases[index]?.[1] === becomes).toSorted();
  const outcome = (kind: string): string[] =>
    run.list.flatMap((issue) => (issue.outcome === kind ? [issue.key] : [])).toSorted();
  expect(outcome("rejected")).toEqual(keysOf(null));
  expect(outcome("skipped")).toEqual(keysOf(undefined));
  for (const issue of run.list) if (issue.outcome === "rejected") expect(issue.message).toMatch(told);
  // Nothing of it looks changed the second time.
  expect((await rig.import()).report.counts).toMatchObject({ created: 0, updated: 0 });
  return found;
}
