import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { interpolate } from "../../src/config/interpolate.js";

const env = { KEY: "ck_1", EMPTY: "", NESTED: "${KEY}", _X2: "two" };

describe("src/config/interpolate.ts", () => {
  test.each([
    ["${KEY}", "ck_1"],
    ["a-${KEY}-${_X2}", "a-ck_1-two"],
    ["${NOPE:-fallback}", "fallback"],
    ["${NOPE:-}", ""],
    ["${EMPTY:-fallback}", "fallback"],
    ["${KEY:-fallback}", "ck_1"],
    ["${NOPE:-a:-b}", "a:-b"],
    ["${NESTED}", "${KEY}"],
    ["$${KEY}", "${KEY}"],
    ["$KEY $ $$ {run}", "$KEY $ $$ {run}"],
  ])("%s -> %s", (text, expected) => {
    expect(interpolate(text, env, [])).toMatchObject({ value: expected, missing: [] });
  });

  test("collects everything that is missing, with paths, and leaves it as it stands", () => {
    const result = interpolate({ a: "${NOPE}", b: ["x", { c: "${EMPTY}${KEY}" }], d: "${toString}" }, env, [
      "source",
    ]);
    expect(result.missing.map(({ path, message }) => [path.join("/"), message])).toEqual([
      ["source/a", "the environment variable NOPE is not set"],
      ["source/b/1/c", "the environment variable EMPTY is empty"],
      ["source/d", "the environment variable toString is not set"],
    ]);
    expect(result.value).toEqual({ a: "${NOPE}", b: ["x", { c: "${EMPTY}ck_1" }], d: "${toString}" });
  });

  test.each(["${", "a ${KEY", "${}", "${1A}", "${KEY-x}", "${ KEY }", "${A${KEY}}"])(
    "%s is no reference",
    (text) => {
      expect(interpolate(text, env, []).missing[0]?.message).toMatch(/no|none follows/u);
    },
  );

  test("tells what was filled in, and where", () => {
    const result = interpolate({ a: "x${KEY}", b: "${NO:-dflt}", c: "${NO:-}" }, env, ["source"]);
    expect(result.filled).toEqual([
      { path: ["source", "a"], value: "ck_1" },
      { path: ["source", "b"], value: "dflt" },
    ]);
  });

  test("leaves keys and what is no text alone", () => {
    const value = { "${KEY}": 1, b: true, c: null, d: [2] };
    expect(interpolate(value, env, []).value).toEqual(value);
  });

  test("a text without ${ comes out as it went in", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes("${"));
        expect(interpolate(text, env, []).value).toBe(text);
      }),
    );
  });
});
