import { describe, expect, test } from "@jest/globals";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { casesFileOf, runCases, runCasesText } from "../../src/mapping/cases.js";
import { compileItemTable } from "../../src/mapping/compile-items.js";
import { groupRows, listTables, loadItemTable, loadTable } from "../../src/mapping/load.js";
import { articleTables, readArticle } from "./article.js";

const folder = path.resolve("mappings/channels");

describe("mappings/channels", () => {
  test("there is a table for each table of the article", async () => {
    expect(await listTables(folder)).toEqual(Object.keys(articleTables).sort());
  });

  test("the rows that are compared are those that the article prints", () => {
    const rows = Object.entries(articleTables).map(([name, table]) => [
      name,
      table.map(({ source, target }) => [source, target]),
    ]);
    expect(Object.fromEntries(rows)).toEqual(readArticle());
  });

  test.each(Object.entries(articleTables))(
    "%s has the article's rows in the article's order",
    async (name, rows) => {
      const table = await loadTable(name, ".", folder);
      expect(table.channel).toBe(name);
      const expected = rows.flatMap(({ is }) => is);
      const shown = groupRows(table).rows.map(({ from, to }) => [[from].flat().join(" + "), to].join(" -> "));
      expect(shown).toEqual(expected);
    },
  );

  test.each([
    ["woocommerce", 12],
    ["etsy", 8],
    ["shopify", 8],
    ["amazon", 8],
  ])("all cases of %s hold", async (name, least) => {
    const table = await loadTable(name, ".", folder);
    const run = await runCases(table, casesFileOf(table.file));
    expect(run.faults).toEqual([]);
    expect(run.count).toBeGreaterThanOrEqual(least);
  });

  test.each(Object.keys(articleTables))(
    "the cases of %s notice when a target is not mapped",
    async (name) => {
      const table = await loadTable(name, ".", folder);
      const text = await readFile(casesFileOf(table.file), "utf8");
      const targets = [...new Set(table.rows.map(({ to }) => to))];
      const unnoticed = targets.filter((target) => {
        const rows = table.rows.filter(({ to }) => to !== target);
        return runCasesText({ name, rows }, text, "cases").faults.length === 0;
      });
      expect(unnoticed).toEqual([]);
    },
  );
});

const destinations = path.resolve("mappings/destinations");

describe("mappings/destinations", () => {
  const names = ["extensiv-3pl", "extensiv-items", "tryton"];

  test("there is a table for each form of item", async () => {
    expect(await listTables(destinations)).toEqual(names);
  });

  test.each(names)("%s is for itself, compiles, and all of its cases hold", async (name) => {
    const table = await loadItemTable(name, ".", destinations);
    expect(table.destination).toBe(name);
    expect(compileItemTable(table).places).toHaveLength(table.rows.length);
    const run = await runCases(table, casesFileOf(table.file));
    expect(run.faults).toEqual([]);
    expect(run.count).toBeGreaterThanOrEqual(3);
  });

  test.each(names)("the cases of %s notice when a place is not filled, or otherwise", async (name) => {
    const table = await loadItemTable(name, ".", destinations);
    const text = await readFile(casesFileOf(table.file), "utf8");
    const notices = (rows: typeof table.rows): boolean =>
      runCasesText({ ...table, rows }, text, "cases").faults.length > 0;
    const unnoticed = table.rows
      .filter(({ from }) => from !== "sku")
      .filter((row) => {
        const { convert, ...bare } = row;
        const others = table.rows.filter((other) => other !== row);
        // Without its converter a measure would need another list of fields.
        const isText = convert !== undefined && convert !== "pounds" && convert !== "inches";
        return !notices(others) || (isText && !notices([...others, bare]));
      });
    expect(unnoticed.map(({ to }) => to)).toEqual([]);
  });

  test("no table has a place for stock", async () => {
    for (const name of names) {
      const { places, rows } = await loadItemTable(name, ".", destinations);
      expect([...places.keys()].filter((place) => /total|onhand|quantity$/i.test(place))).toEqual([]);
      expect(rows.flatMap(({ from }) => from)).not.toContain("quantity");
    }
  });
});
