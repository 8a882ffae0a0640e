import { describe, expect, test } from "@jest/globals";
import { optionTable } from "../../src/config/option-table.js";

describe("src/config/option-table.ts", () => {
  const lines = optionTable().trimEnd().split("\n");

  test("is a table of three columns, without a key twice", () => {
    expect(lines.slice(0, 2)).toEqual(["| Key | Default | Meaning |", "| --- | --- | --- |"]);
    for (const line of lines) expect(line.match(/(?<!\\)\|/gu)).toHaveLength(4);
    const keys = lines.slice(2).map((line) => line.split("|")[1]);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test.each([
    "| `source.channel` | required | The cart's kind. One of `amazon`, `etsy`, `shopify`, `woocommerce`. |",
    "| `options.updates` | `true` | Writes changed products",
    "| `options.interval` | `15m` |",
    '| `source.statuses` (woocommerce) | `["publish"]` |',
    "| `options.fields.omit` | `[]` |",
    "| `options.concurrency` |  |",
  ])("has the row %s", (start) => {
    expect(lines.filter((line) => line.startsWith(start))).toHaveLength(1);
  });

  test("names the choices", () => {
    expect(optionTable()).toContain("One of `kg`, `g`, `lbs`, `oz`.");
  });
});
