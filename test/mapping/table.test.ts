import { describe, expect, test } from "@jest/globals";

import { itemRules } from "../../src/mapping/item-rules.js";
import { channelRules, type RowRules } from "../../src/mapping/rules.js";
import { openTable, type TableFile, type TableRows } from "../../src/mapping/table.js";

type Read = Omit<TableFile, "readRows"> & TableRows;

function parseTable(text: string, file: string, rules: RowRules = channelRules): Read {
  const { readRows, ...head } = openTable(text, file);
  return { ...head, ...readRows(rules) };
}

function faultsOf(text: string): readonly string[] {
  return parseTable(text, "t.yaml").faults.map(
    ({ file, path, line, column, message, hint }) =>
      `${file}:${line}:${column} ${path}: ${message}${hint === undefined ? "" : ` [${hint}]`}`,
  );
}

describe("src/mapping/table.ts", () => {
  test("a table is read with the lines of its rows", () => {
    const table = parseTable(
      [
        "channel: etsy",
        "rows:",
        "  - { from: title, to: name }",
        "  - from: [w, u]",
        "    to: weight_lbs",
        "    convert: weight",
        "beyond:",
        '  - { from: "tags[]", to: tags, convert: list }',
      ].join("\n"),
      "t.yaml",
    );
    expect(table).toEqual({
      file: "t.yaml",
      channel: "etsy",
      rows: [
        { from: "title", to: "name", file: "t.yaml", line: 3 },
        { from: ["w", "u"], to: "weight_lbs", convert: "weight", file: "t.yaml", line: 4 },
      ],
      beyond: [{ from: "tags[]", to: "tags", convert: "list", file: "t.yaml", line: 8 }],
      drop: [],
      faults: [],
    });
  });

  test("every fault is told at once, at its own place", () => {
    const text = [
      "extend: woocommerce",
      "rows:",
      "  - { from: name, to: nmae }",
      "  - { frm: name, to: vendor }",
      "  - from: [weight, weight_unit]",
      "    to: weight_lbs",
      "    convert: wieght",
      "  - { from: __proto__.x, to: vendor, convert: raw }",
      "  - name",
      "  - { from: 5, to: status, convert: raw }",
      "  - { from: [], to: status, convert: raw }",
      "drop: tags",
    ].join("\n");
    expect(faultsOf(text)).toEqual([
      't.yaml:1:1 extend: unknown key "extend" [did you mean "extends"?]',
      't.yaml:3:23 rows[0].to: unknown target "nmae" [did you mean "name"?]',
      't.yaml:4:7 rows[1].frm: unknown key "frm" [did you mean "from"?]',
      't.yaml:4:5 rows[1].from: the row has no "from"',
      't.yaml:7:14 rows[2].convert: unknown converter "wieght" [did you mean "weight"?]',
      't.yaml:8:13 rows[3].from: unreadable path: the name "__proto__" is not allowed in a path',
      "t.yaml:9:5 rows[4]: must be a map of keys and values",
      "t.yaml:10:13 rows[5].from: must be a text [put it in quotes]",
      "t.yaml:11:13 rows[6].from: no path is named",
      "t.yaml:12:7 drop: must be a list",
      "t.yaml:12:7 drop: there is nothing to drop from [name a table with extends]",
    ]);
  });

  test.each([
    ["", "must be a map"],
    ["[]", "must be a map"],
    ["channel: x", "the table has no rows"],
    ["rows: []", "the table has no rows"],
    ["rows: {}", "must be a list"],
    ["extends: woocommerce\ndrop: [tgas]", 'unknown target "tgas"'],
    ["extends: yes: no", "Nested mappings"],
    ["rows: [", "Flow sequence"],
    ["rows: []\nrows: []", 'the key "rows" stands here twice'],
    ["rows:\n  - { from: a, to: name, to: vendor }", 'the key "to" stands here twice'],
    ["rows: []\n---\nrows: []", "multiple documents"],
    ["rows: !!js/function 'function () { return process }'", "Unresolved tag"],
    ["rows: !!python/object:os.system ls", "Unresolved tag"],
    ["rows: &a [*a]", "anchors are not allowed"],
  ])("%j: %s", (text, message) => {
    const faults = faultsOf(text);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.join("\n")).toContain(message);
  });

  test("a destination's table names its places", () => {
    const text =
      "destination: wms\nplaces: { code: text, unit.weight: number }\nrows: [{ from: sku, to: code }]";
    expect(parseTable(text, "t.yaml", itemRules(new Map([["code", "text"]])))).toEqual({
      file: "t.yaml",
      destination: "wms",
      places: new Map([
        ["code", "text"],
        ["unit.weight", "number"],
      ]),
      rows: [{ from: "sku", to: "code", file: "t.yaml", line: 3 }],
      beyond: [],
      drop: [],
      faults: [],
    });
  });

  test.each([
    [
      "channel: a\ndestination: b\nplaces: {}\nrows: []",
      "a table is for a channel or for a destination, not for both",
    ],
    ["channel: a\nplaces: {}", "a table is for a channel or for a destination, not for both"],
    ["destination: a\nrows: []", 'the table has no "places"'],
    ["places: { a: text }", 'the table has no "destination"'],
    ["extends: wms\nplaces: { a: text }", "the places are those of the table that this one extends"],
    ["destination: a\nplaces: { a: text }\nbeyond: []", "has no rows beyond the article"],
    ["destination: a\nplaces: { a: decimals }", 'unknown kind "decimals" [did you mean "decimal"?]'],
    ["destination: a\nplaces: { a: 5 }", 'unknown kind "5"'],
    ["destination: a\nplaces: { a: }", 'unknown kind "null"'],
    ["destination: a\nplaces: { a.__proto__.b: text }", "cannot be the name of a place"],
    ["destination: a\nplaces: { a..b: text }", "cannot be the name of a place"],
    ["destination: a\nplaces: [a]", "must be a map"],
    [
      `destination: a\nplaces:\n${Array.from({ length: 1_001 }, (_, index) => `  p${index}: text\n`).join("")}`,
      "at most 1000 places",
    ],
  ])("a head that cannot be: %j", (text, message) => {
    expect(faultsOf(text).join("\n")).toContain(message);
  });

  test("aliases are refused, not expanded", () => {
    const letters = "abcdefghijklmnop".split("");
    const bomb = letters
      .map((letter, index) => {
        const last = letters[index - 1];
        return `${letter}: &${letter} [${last === undefined ? "x" : Array(9).fill(`*${last}`).join(", ")}]`;
      })
      .join("\n");
    const faults = faultsOf(`${bomb}\nrows: *p`);
    expect(faults.some((fault) => fault.includes("aliases are not allowed"))).toBe(true);
  });

  test.each([
    ["brackets", `rows: ${"[".repeat(100_000)}`, "nested deeper"],
    ["braces", `rows: ${"{a: ".repeat(50_000)}`, "nested deeper"],
    ["dashes", `rows:\n${"- ".repeat(100_000)}x`, "nested deeper"],
    ["question marks", `${"? ".repeat(100_000)}x`, "nested deeper"],
    [
      "indentation",
      Array.from({ length: 600 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"),
      "nested deeper",
    ],
    ["a large file", `# ${"x".repeat(300_000)}`, "larger than 256 KiB"],
    ["many keys", Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join("\n"), "more faults"],
    ["many tags", "!a ".repeat(30_000), "more faults"],
    [
      "many rows",
      `rows:\n${"  - { from: a, to: tags, convert: list }\n".repeat(1_001)}`,
      "at most 1000 rows",
    ],
  ])("%s end in a fault", (_, text, message) => {
    const faults = faultsOf(text);
    expect(faults.length).toBeLessThanOrEqual(101);
    expect(faults.join("\n")).toContain(message);
  });
});
