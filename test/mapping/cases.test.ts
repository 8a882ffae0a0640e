import { describe, expect, test } from "@jest/globals";
import { casesFileOf, runCases, runCasesText } from "../../src/mapping/cases.js";
import type { ItemTable, MappingTable } from "../../src/mapping/contract.js";

const table: MappingTable = {
  name: "t",
  rows: [
    { from: "s", to: "sku", convert: "sku", file: "t.yaml", line: 1 },
    { from: "p", to: "retail_price", convert: "money", file: "t.yaml", line: 2 },
    { from: "o", to: "custom_fields.*", convert: "options", file: "t.yaml", line: 3 },
  ],
};

function faultsOf(...lines: readonly string[]): readonly string[] {
  return runCasesText(table, lines.join("\n"), "t.cases.yaml").faults.map(
    ({ line, message }) => `${line}: ${message}`,
  );
}

describe("src/mapping/cases.ts", () => {
  test("cases that hold leave no fault", () => {
    const text = [
      "- { name: priced, record: { s: A, p: 7.5 }, product: { retail_price: '7.50', sku: A } }",
      "- { name: refused, record: { s: A, p: x }, faults: [retail_price] }",
      "- { name: options, record: { o: [{ name: b, value: x }, { name: a, value: y }] }, product: { custom_fields: { a: y, b: x } } }",
    ].join("\n");
    expect(runCasesText(table, text, "t.cases.yaml")).toEqual({ count: 3, faults: [] });
  });

  test("each difference is a fault at its case", () => {
    expect(
      faultsOf(
        "- { name: first, record: { s: A, p: 7.5 }, product: { sku: B, status: on } }",
        "- { name: second, record: { s: A, p: x }, product: { sku: A } }",
        "- { name: third, record: { s: A }, faults: [sku] }",
      ),
    ).toEqual([
      '1: case "first": sku: expected "B", got "A"',
      '1: case "first": status: expected "on", got nothing',
      '1: case "first": retail_price: expected nothing, got "7.50"',
      '2: case "second": retail_price: not a plain decimal number such as "12.50" (p: x)',
      '3: case "third": expected faults ["sku"], got []',
    ]);
  });

  test.each([
    ["- 5", "must be a map"],
    ["- { record: {}, product: {} }", "a case has a name and"],
    ["- { name: a, product: {} }", "a case has a name and"],
    ["- { name: a, record: {} }", "a case has a name and"],
    ["- { name: a, record: {}, product: {}, faults: [] }", "a case has a name and"],
    ["- { name: a, record: [], product: {} }", "must be a map"],
    ["- { name: a, record: {}, faults: sku }", "must be a list"],
    ["- { name: a, record: {}, product: {}, more: 1 }", 'unknown key "more"'],
    ["[]", "there are no cases"],
    ["a: 1", "must be a list"],
    ["- &a { name: a, record: {}, product: {} }", "anchors are not allowed"],
  ])("%j: %s", (text, message) => {
    expect(faultsOf(text).join("\n")).toContain(message);
  });

  test("a destination's table has cases for both ways", () => {
    const items: ItemTable = {
      name: "t",
      places: new Map([
        ["code", "text"],
        ["price", "decimal"],
      ]),
      rows: [
        { from: "sku", to: "code", file: "t.yaml", line: 1 },
        { from: "retail_price", to: "price", file: "t.yaml", line: 2 },
      ],
    };
    const text = [
      "- { name: out, product: { sku: A, retail_price: '7.50' }, item: { price: '7.50', code: A } }",
      "- { name: back, holds: { code: A, price: 7.5 }, product: { retail_price: '7.50' } }",
      "- { name: wrong, product: { sku: A }, item: { code: A, price: '1.00' } }",
      "- { name: wrong back, holds: { price: 0 }, product: { retail_price: '0.00' } }",
      "- { name: a record, record: {}, product: {} }",
      "- { name: too much, product: {}, item: {}, holds: {} }",
    ].join("\n");
    const { count, faults } = runCasesText(items, text, "t.cases.yaml");
    expect(count).toBe(4);
    expect(faults.map(({ line, message }) => `${line}: ${message}`)).toEqual([
      '3: case "wrong": price: expected "1.00", got nothing',
      '4: case "wrong back": retail_price: expected "0.00", got nothing',
      '5: unknown key "record"',
      "5: a case has a name and a product and item, or a holds and product",
      "6: a case has a name and a product and item, or a holds and product",
    ]);
  });

  test("the file beside a table", () => {
    expect(casesFileOf("/x/woocommerce.yaml")).toBe("/x/woocommerce.cases.yaml");
    expect(casesFileOf("/x/mine.yml")).toBe("/x/mine.cases.yaml");
  });

  test("a file that is not there is a fault", async () => {
    const { count, faults } = await runCases(table, "/nowhere/t.cases.yaml");
    expect(count).toBe(0);
    expect(faults).toEqual([
      { file: "/nowhere/t.cases.yaml", path: "", message: "there is no file /nowhere/t.cases.yaml" },
    ]);
  });
});
