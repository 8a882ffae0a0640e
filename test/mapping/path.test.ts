import { describe, expect, test } from "@jest/globals";
import { compilePath, parsePath } from "../../src/mapping/path.js";
import { Refusal } from "../../src/mapping/refusal.js";

function read(text: string, fields: unknown): unknown {
  const path = parsePath(text);
  if (typeof path === "string") throw new Error(path);
  return compilePath(path)(fields);
}

describe("src/mapping/path.ts", () => {
  const record = {
    name: "Mug",
    "seller-sku": "A",
    "odd name": 1,
    a: { b: [{ c: 1 }, { c: 2 }] },
    tags: ["x", "y"],
    images: [{ src: "1" }, null, {}, { src: "2" }],
    deep: [{ list: [1, 2] }, { list: [3] }],
    meta_data: { "a.b": { c: 5 }, 'q"uote': 6 },
    nothing: null,
    empty: "",
    php: [],
    text: "abc",
  };

  test.each<[string, unknown]>([
    ["name", "Mug"],
    ["seller-sku", "A"],
    ["odd name", 1],
    ["a.b[1].c", 2],
    ["a.b[9].c", undefined],
    ["a.b[].c", [1, 2]],
    ["tags[]", ["x", "y"]],
    ["images[].src", ["1", "2"]],
    ["deep[].list[]", [1, 2, 3]],
    ['meta_data["a.b"].c', 5],
    ['meta_data["q\\"uote"]', 6],
    ["nothing.more", undefined],
    ["empty.more", undefined],
    ["php.length", undefined],
    ["missing[].x", undefined],
    ["toString", undefined],
    ["a.hasOwnProperty", undefined],
  ])("%s is read", (path, expected) => {
    expect(read(path, record)).toEqual(expected);
  });

  test.each(["text.length", "tags.length", "a[]", "a[0]", "name[].x"])("%s meets another shape", (path) => {
    expect(read(path, record)).toBeInstanceOf(Refusal);
  });

  test.each([
    "",
    ".",
    "a.",
    ".a",
    "a..b",
    "[]",
    "[0].a",
    "a[",
    "a[x]",
    "a[-1]",
    "a]b",
    "a[0]b",
    " a",
    "a .b",
    'a[""]',
    "__proto__",
    "__proto__.x",
    "a.constructor",
    "constructor.prototype",
    'a["__proto__"].x',
    "a.b[0].prototype",
    "a.".repeat(30) + "a",
    "a".repeat(501),
  ])("%j is no path", (text) => {
    expect(typeof parsePath(text)).toBe("string");
  });

  test("the fault names the character", () => {
    expect(parsePath("abc[x]")).toBe('"[" at character 4 begins neither [], [0] nor ["name"]');
    expect(parsePath("a..b")).toBe("a name is missing at character 3");
  });

  test("inherited values are not read", () => {
    const inherits = Object.create({ secret: 1 }) as Record<string, unknown>;
    expect(read("secret", inherits)).toBeUndefined();
  });

  // What somebody might try who takes a path for an expression: none of it is a path, or it is a plain name that
  // no record has.
  test.each([
    "process.env.HOME",
    "process.exit(1)",
    "require('fs')",
    "globalThis.process",
    "this.constructor.constructor",
    "constructor.constructor('return process')()",
    "import('node:fs')",
    "${process.env.HOME}",
    "{{constructor}}",
    "#{1+1}",
    "a || b",
    "a ? b : c",
    "a => a",
    "eval('1')",
    "new Function('x')",
    "Function('return 1')()",
    "[].constructor",
    "a[(1)]",
    "a['b']",
    "a[?(@.x)]",
    "a[*]",
    "$..a",
    "$.a",
    "@.a",
    "..",
    "../../etc/passwd",
    "/etc/passwd",
    "file:///etc/passwd",
    "http://127.0.0.1/",
    "`id`",
    "$(id)",
    "; rm -rf",
    "a\u0000b",
    "valueOf",
    "toString.call",
    "__defineGetter__",
    "__lookupGetter__.x",
    "hasOwnProperty",
    "a.__proto__.b",
    "Symbol.iterator",
  ])("%j reaches nothing", (text) => {
    const path = parsePath(text);
    const found = typeof path === "string" ? undefined : compilePath(path)({ a: 1, b: 2 });
    expect(found).toBeUndefined();
  });
});
