import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";

import { ConfigError } from "../../src/errors.js";
import { seal, sealText, unseal, unsealText } from "../../src/state/seal.js";

describe("src/state/seal.ts", () => {
  test("what was sealed is opened", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.string()), (value, columns) => {
        const opened = unseal("place", seal(value, ...columns), ...columns);
        expect(JSON.stringify(opened)).toBe(JSON.stringify(value));
      }),
    );
  });

  test("so is a text as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), (text, column) => {
        const sealed = sealText(text, column);
        expect(unsealText("place", sealed, column)).toBe(text);
        expect(() => unsealText("place", `${sealed}.`, column)).toThrow(ConfigError);
      }),
    );
  });

  test("a changed character or column is noticed", () => {
    const text = seal({ sku: "A", name: "Shirt" }, "A", "fp");
    expect(() => unseal("the place", text.replace("Shirt", "Shirs"), "A", "fp")).toThrow(ConfigError);
    expect(() => unseal("the place", text, "B", "fp")).toThrow(
      "the state store the place is damaged: a checksum does not match",
    );
    expect(() => unseal("the place", "", "A", "fp")).toThrow(ConfigError);
  });

  test("columns do not run into each other", () => {
    expect(seal(1, "ab", "c")).not.toBe(seal(1, "a", "bc"));
  });
});
