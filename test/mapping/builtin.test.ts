import { describe, expect, test } from "@jest/globals";
import path from "node:path";
import { casesFileOf, runCases } from "../../src/mapping/cases.js";
import { groupRows, listTables, loadTable } from "../../src/mapping/load.js";
import { articleTables } from "./article.js";

const folder = path.resolve("mappings/channels");

describe("mappings/channels", () => {
  test("there is a table for each table of the article", async () => {
    expect(await listTables(folder)).toEqual(Object.keys(articleTables).sort());
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
});
