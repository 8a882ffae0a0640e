import { describe, expect, test } from "@jest/globals";
import { findSection, parseConfigText } from "../../src/config/config-text.js";

function bomb(): string {
  let text = "a: &a [x, x, x, x, x, x, x, x, x]\n";
  let last = "a";
  for (const name of "bcdefghij") {
    text += `${name}: &${name} [${Array.from({ length: 9 }, () => `*${last}`).join(", ")}]\n`;
    last = name;
  }
  return text;
}

function stairs(depth: number): string {
  return Array.from({ length: depth }, (_, level) => `${" ".repeat(level)}a:`).join("\n");
}

describe("src/config/config-text.ts", () => {
  test("reads YAML and JSON", () => {
    expect(parseConfigText("a: 1\nb: [x, true, ~]\n", "yaml").value).toEqual({ a: 1, b: ["x", true, null] });
    expect(parseConfigText('\uFEFF{"a": {\n\t"b": 1}}', "json").value).toEqual({ a: { b: 1 } });
    expect(parseConfigText("# nothing\n", "yaml").value).toBeNull();
    expect(parseConfigText("a: &x {b: 1}\nc: *x\n", "yaml").value).toEqual({ a: { b: 1 }, c: { b: 1 } });
  });

  test.each([
    ["brackets", "[".repeat(100_000)],
    ["closed brackets", `a: ${"[".repeat(100_000)}${"]".repeat(100_000)}`],
    ["braces", "{a: ".repeat(100_000)],
    ["dashes", `${"- ".repeat(100_000)}x`],
    ["question marks", `${"? ".repeat(100_000)}x`],
    ["stairs", stairs(1_400)],
  ])("nesting without end: %s", (_, text) => {
    const { broken, faults } = parseConfigText(text, "yaml");
    expect(broken).toBe(true);
    expect(faults).toEqual([{ path: "", message: "the file is nested too deeply" }]);
  });

  test("nesting without end in JSON", () => {
    expect(parseConfigText("[".repeat(100_000) + "]".repeat(100_000), "json").broken).toBe(true);
  });

  test("brackets inside texts do not count as nesting", () => {
    expect(parseConfigText(`a: "${"[".repeat(200)}"\n`, "yaml").broken).toBe(false);
  });

  test.each([
    ["keys", Array.from({ length: 80_000 }, (_, index) => `k${index}: 1`).join("\n")],
    ["items", `[${"a,".repeat(300_000)}a]`],
  ])("more than a config holds: %s", (_, text) => {
    expect(parseConfigText(text, "yaml").faults).toEqual([
      { path: "", message: "the file holds far more than a config does" },
    ]);
  });

  test("an alias bomb does not go off", () => {
    const { broken, faults } = parseConfigText(bomb(), "yaml");
    expect(broken).toBe(true);
    expect(faults[0]?.message).toContain("alias");
  });

  test.each(["a: !!js/function 'x'\n", "a: !mine x\n", "a: !!binary aGk=\n"])("no tags: %s", (text) => {
    expect(parseConfigText(text, "yaml").faults).toMatchObject([{ line: 1, column: 4 }]);
  });

  test("a key that stands twice is found at any depth", () => {
    const text = "a: 1\nb:\n  - c: 1\n    d: 2\n    c: 3\na: 2\n";
    expect(parseConfigText(text, "yaml").faults.map(({ line, path }) => [line, path])).toEqual([
      [6, "a"],
      [5, "b[0].c"],
    ]);
    expect(parseConfigText('{"a": 1,\n "a": 2}', "json").faults).toMatchObject([
      { line: 2, column: 2, path: "a" },
    ]);
  });

  test.each([
    ["yaml", 'key: "planted-secret\n', 2],
    ["yaml", 'key: "x" planted-secret\n', 1],
    ["yaml", "a:\n\tkey: planted-secret\n", 2],
    ["yaml", "a: 1\n---\nkey: planted-secret\n", 2],
    ["yaml", "a:\n   b: 1\n  key: planted-secret\n", 3],
    ["yaml", "key: *planted-secret\n", undefined],
    ["json", '{"key": planted-secret}', 1],
    ["json", '{\n"key": "planted-secret",}', 2],
    ["json", "key: planted-secret", 1],
  ] as const)("%s that is none is told without its words: %j", (format, text, line) => {
    const { broken, faults } = parseConfigText(text, format);
    expect(broken).toBe(true);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults[0]?.line).toBe(line);
    expect(JSON.stringify(faults)).not.toContain("planted");
  });

  test("a section has its own paths and places", () => {
    const text = parseConfigText('{\n  "name": "x",\n  "psync": {\n    "a": 1,\n    "a": 2 }\n}', "json");
    const section = findSection(text, "psync");
    expect(section).toMatchObject({ value: { a: 2 }, faults: [{ path: "a", line: 5 }] });
    expect(section?.position(["a"])).toEqual({ line: 5, column: 5 });
    expect(findSection(text, "other")).toBeUndefined();
    expect(findSection(text, "constructor")).toBeUndefined();
  });
});
