import { describe, expect, test } from "@jest/globals";
import { Refusal } from "../../src/mapping/refusal.js";
import {
  toJson,
  toList,
  toOptionNames,
  toOptions,
  toUrls,
  toVariantName,
  toYesNo,
} from "../../src/mapping/shapes.js";

function outcome(value: unknown): unknown {
  return value instanceof Refusal ? null : value;
}

describe("src/mapping/shapes.ts", () => {
  test.each<[unknown, unknown]>([
    [
      ["a", "b &amp; c"],
      ["a", "b & c"],
    ],
    [[{ id: 1, name: "R&amp;D" }], ["R&D"]],
    [["", null, " ", { name: "" }, {}], []],
    [[7], ["7"]],
    ["one", ["one"]],
    ["", undefined],
    [null, undefined],
    [[["nested"]], null],
    [[true], null],
    [{ a: 1 }, null],
  ])("list %j becomes %j", (input, expected) => {
    expect(outcome(toList(input))).toEqual(expected);
  });

  test("ten thousand tags are kept", () => {
    const tags = Array.from({ length: 10_000 }, (_, index) => `tag ${index}`);
    expect(toList(tags)).toEqual(tags);
  });

  test.each<[unknown, unknown]>([
    [
      ["https://a.example/1.jpg", " http://a.example/2.jpg "],
      ["https://a.example/1.jpg", "http://a.example/2.jpg"],
    ],
    ["https://a.example/ü 1.jpg?v=1", ["https://a.example/ü 1.jpg?v=1"]],
    [["//a.example/1.jpg", "/1.jpg", "ftp://a.example", "javascript:alert(1)", "https://", "", null], []],
    [["https://a.example/\n1.jpg"], []],
    [[{ src: "https://a.example" }], null],
    [5, null],
  ])("addresses %j become %j", (input, expected) => {
    expect(outcome(toUrls(input))).toEqual(expected);
  });

  test("options come by name; what has no value is left out", () => {
    const options = [
      { name: "Color &amp; Trim", option: "Navy &amp; Gold" },
      { name: "Size", value: "S" },
      { name: "Size", value: "M" },
      { name: "Free", options: ["a", "b"] },
      { name: "Count", value: 5 },
      { name: "", value: "x" },
    ];
    expect({ ...(toOptions(options, false) as object) }).toEqual({
      "Color & Trim": "Navy & Gold",
      Size: "S",
      Count: "5",
    });
    expect(toOptionNames(options, undefined)).toEqual(["Color & Trim", "Size", "Size", "Free", "Count"]);
  });

  test("a placeholder option gives nothing", () => {
    const options = [{ name: "Title", value: "Default Title" }];
    expect(toOptions(options, true)).toBeUndefined();
    expect(toOptionNames(options, true)).toBeUndefined();
  });

  test("an option called __proto__ is an option", () => {
    const named = toOptions([{ name: "__proto__", value: "x" }], false) as object;
    expect(Object.keys(named)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(named)).toBeNull();
  });

  test.each([
    ["text", false],
    [["text"], false],
    [[{ name: {}, value: "x" }], false],
    [[{ name: "x", value: [] }], false],
    [[], "yes"],
  ])("options %j, %j are refused", (options, placeholder) => {
    expect(toOptions(options, placeholder)).toBeInstanceOf(Refusal);
  });

  test.each<[unknown, unknown, unknown, unknown]>([
    ["Tote", "Sand / L", false, "Tote - Sand / L"],
    ["Lamp &amp; Shade", "Default Title", true, "Lamp & Shade"],
    ["Tote", null, undefined, "Tote"],
    [null, "Sand", false, "Sand"],
    [null, null, false, undefined],
    [{}, "Sand", false, null],
    ["Tote", {}, false, null],
    ["Tote", "Sand", "no", null],
  ])("product %j, variant %j, only one: %j", (product, variant, only, expected) => {
    expect(outcome(toVariantName(product, variant, only))).toBe(expected);
  });

  test.each<[unknown, unknown]>([
    [true, "Y"],
    [false, "N"],
    ["CONTINUE", "Y"],
    ["DENY", "N"],
    [" yes ", "Y"],
    ["no", "N"],
    [1, "Y"],
    [0, "N"],
    ["", undefined],
    [null, undefined],
    ["maybe", null],
    [[], null],
  ])("flag %j becomes %j", (input, expected) => {
    expect(outcome(toYesNo(input))).toBe(expected);
  });

  test.each<[unknown, unknown]>([
    [false, false],
    [0, 0],
    ["a\ud800", "a\ufffd"],
    [{ a: [1, null, { b: "x\ud800" }] }, { a: [1, null, { b: "x\ufffd" }] }],
    [[], undefined],
    ["", undefined],
    [" ", undefined],
    [null, undefined],
    [Number.NaN, null],
    [{ a: 10n }, null],
    [[Symbol.iterator], null],
    [() => 1, null],
  ])("JSON %p becomes %p", (input, expected) => {
    expect(outcome(toJson(input))).toEqual(expected);
  });

  test("nesting has an end", () => {
    let nested: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) nested = [nested];
    expect(toJson(nested)).toBeInstanceOf(Refusal);
  });

  test("a name that reaches for the prototype stays a name", () => {
    const value = toJson(JSON.parse('{"__proto__":{"x":1}}'));
    expect(JSON.stringify(value)).toBe('{"__proto__":{"x":1}}');
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });
});
