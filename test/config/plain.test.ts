import { describe, expect, test } from "@jest/globals";
import { freezeDeeply, toPlainData } from "../../src/config/plain.js";
import { ConfigError } from "../../src/errors.js";

describe("src/config/plain.ts", () => {
  test("copies, and leaves undefined out", () => {
    const shared = { x: 1 };
    const copy = toPlainData({ a: shared, b: [shared], c: undefined });
    expect(copy).toEqual({ a: { x: 1 }, b: [{ x: 1 }] });
    expect(Object.keys(copy as object)).toEqual(["a", "b"]);
    shared.x = 2;
    expect(copy).toEqual({ a: { x: 1 }, b: [{ x: 1 }] });
  });

  test("does not let a key become the prototype", () => {
    const copy = toPlainData(JSON.parse('{"__proto__": {"channel": "woocommerce"}}')) as { channel?: string };
    expect(copy.channel).toBeUndefined();
  });

  test("ends a circle", () => {
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    expect(() => toPlainData(circle)).toThrow(ConfigError);
  });

  test("freezes all the way down", () => {
    const frozen = freezeDeeply({ a: { b: [{ c: 1 }] } });
    expect([frozen, frozen.a, frozen.a.b, frozen.a.b[0]].every((item) => Object.isFrozen(item))).toBe(true);
  });
});
