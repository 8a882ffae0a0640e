import { describe, expect, test } from "@jest/globals";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { casesFileOf, runCases, runCasesText } from "../../src/mapping/cases.js";
import { groupRows, listTables, loadTable } from "../../src/mapping/load.js";
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
