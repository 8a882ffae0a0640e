import { describe, expect, test } from "@jest/globals";
import { productFields } from "../../src/model/product.js";
import type { MappingRow } from "../../src/mapping/contract.js";
import { converters } from "../../src/mapping/converters.js";
import { channelRules, findDoubledTargets } from "../../src/mapping/rules.js";
import { targetKind } from "../../src/mapping/targets.js";

function rowTo(to: string, line: number): MappingRow {
  return { from: "x", to, file: "t.yaml", line };
}

describe("src/mapping/rules.ts", () => {
  test("every canonical field can be mapped by some converter", () => {
    for (const field of productFields) {
      const target = field === "custom_fields" ? "custom_fields.x" : field;
      const kind = targetKind(target);
      const fitting = [...converters].filter(
        ([, { targets }]) => kind !== undefined && targets.includes(kind),
      );
      expect([target, fitting.length > 0]).toEqual([target, true]);
    }
  });

  test.each([
    [{ from: "name", to: "name" }],
    [{ from: "sku", to: "sku", convert: "sku" }],
    [{ from: "id", to: "sku", convert: "id" }],
    [{ from: ["w", "u"], to: "weight_kg", convert: "weight" }],
    [{ from: "w", to: "weight_kg", convert: "number" }],
    [{ from: "images[].src", to: "image_url_*", convert: "url" }],
    [{ from: "hero", to: "image_url_1", convert: "url" }],
    [{ from: "meta_data.hs_code", to: "custom_fields.hs code.x" }],
    [{ from: "options", to: "custom_fields.*", convert: "options" }],
    [{ from: ["options", "none"], to: "attribute_names", convert: "options" }],
    [{ from: "tags[]", to: "custom_fields.tags", convert: "json" }],
  ])("%j is a row", (row) => {
    expect(channelRules.check(row)).toEqual([]);
  });

  test.each([
    [{ from: "name", to: "nmae" }, "to", 'unknown target "nmae"', 'did you mean "name"?'],
    [{ from: "name", to: "image_url_21", convert: "url" }, "to", 'unknown target "image_url_21"', undefined],
    [{ from: "x", to: "custom_fields", convert: "json" }, "to", 'unknown target "custom_fields"', undefined],
    [{ from: "x", to: "custom_fields.__proto__", convert: "json" }, "to", "unknown target", undefined],
    [{ from: "x", to: "custom_fields.constructor", convert: "json" }, "to", "unknown target", undefined],
    [{ from: "x", to: "__proto__", convert: "json" }, "to", 'unknown target "__proto__"', undefined],
    [
      { from: "name", to: "name", convert: "txt" },
      "convert",
      'unknown converter "txt"',
      'did you mean "text"?',
    ],
    [{ from: "name", to: "name", convert: "toString" }, "convert", "unknown converter", "known: text, raw"],
    [{ from: "p", to: "retail_price" }, "convert", '"retail_price" needs a converter', "fitting: money"],
    [{ from: "s", to: "sku" }, "convert", '"sku" needs a converter', "fitting: sku, id, upc"],
    [{ from: "p", to: "weight_lbs", convert: "money" }, "convert", "does not fit", "fitting: weight, number"],
    [{ from: "p", to: "length_cm", convert: "weight" }, "convert", "does not fit", "fitting: length, number"],
    [{ from: "o", to: "custom_fields.x", convert: "options" }, "convert", "does not fit", "fitting: text"],
    [{ from: "w", to: "weight_kg", convert: "weight" }, "from", "takes 2 paths, not 1", "[value, unit]"],
    [{ from: ["a", "b"], to: "name", convert: "text" }, "from", "takes 1 path, not 2", undefined],
    [{ from: "tags[]", to: "vendor", convert: "raw" }, "from", '"tags[]" gives a list', undefined],
    [{ from: "a..b", to: "name" }, "from", "unreadable path", undefined],
    [{ from: "__proto__.x", to: "name" }, "from", "not allowed in a path", undefined],
    [{ from: "a.constructor.prototype", to: "name" }, "from", "not allowed in a path", undefined],
  ])("%j is refused", (row, key, message, hint) => {
    const [fault, ...more] = channelRules.check(row);
    expect(more).toEqual([]);
    expect(fault?.key).toBe(key);
    expect(fault?.message).toContain(message);
    if (hint !== undefined) expect(fault?.hint).toContain(hint);
  });

  test("all faults of a row are told at once", () => {
    const faults = channelRules.check({ from: ["a..b", "[0]"], to: "nonsense", convert: "javascript" });
    expect(faults.map(({ key }) => key)).toEqual(["from", "from", "to", "convert"]);
  });

  test("only lists and images may have several rows", () => {
    const rows = ["tags", "name", "tags", "image_url_*", "image_url_*", "name", "image_url_1", "image_url_1"];
    expect(findDoubledTargets(rows.map(rowTo), channelRules)).toEqual([
      {
        file: "t.yaml",
        path: "name",
        line: 5,
        message: 'target "name" is mapped twice; the first row is in line 1',
      },
      {
        file: "t.yaml",
        path: "image_url_1",
        line: 7,
        message: 'target "image_url_1" is mapped twice; the first row is in line 6',
      },
    ]);
  });
});
