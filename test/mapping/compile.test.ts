import { describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import path from "node:path";
import { MappingError } from "../../src/errors.js";
import { compileTable } from "../../src/mapping/compile.js";
import type { MappingRow, RecordMapper } from "../../src/mapping/contract.js";
import { loadTable } from "../../src/mapping/load.js";
import { productFields } from "../../src/model/product.js";

function mapper(
  ...rows: readonly (readonly [from: string | readonly string[], to: string, convert?: string])[]
): RecordMapper {
  const full = rows.map(([from, to, convert], index): MappingRow => ({
    from,
    to,
    ...(convert === undefined ? {} : { convert }),
    file: "t.yaml",
    line: index + 1,
  }));
  return compileTable({ name: "t", rows: full });
}

const channels = ["amazon", "etsy", "shopify", "woocommerce"] as const;
const builtin = path.resolve("mappings/channels");

describe("src/mapping/compile.ts", () => {
  test("fields come in canonical order, whatever the order of the rows", () => {
    const map = mapper(
      ["state", "status", "raw"],
      ["x", "custom_fields.x"],
      ["tags[]", "tags", "list"],
      ["pictures[]", "image_url_*", "url"],
      [["w", "u"], "weight_kg", "weight"],
      ["n", "name"],
      ["s", "sku", "sku"],
    );
    const mapped = map.map({
      s: "A",
      n: "N",
      w: 1,
      u: "kg",
      pictures: ["https://a.example/1", "https://a.example/2"],
      tags: ["t"],
      x: "y",
      state: "on",
    });
    expect(mapped.ok && Object.keys(mapped.draft)).toEqual([
      "sku",
      "name",
      "weight_kg",
      "image_url_1",
      "image_url_2",
      "tags",
      "custom_fields",
      "status",
    ]);
  });

  test("rows of one list are joined, each text once", () => {
    const map = mapper(["a[]", "tags", "list"], ["b[]", "tags", "list"]);
    expect(map.map({ a: ["x", "y", "x"], b: ["y", "z"] })).toEqual({
      ok: true,
      draft: { tags: ["x", "y", "z"] },
    });
    expect(map.map({ a: [], b: [""] })).toEqual({ ok: true, draft: {} });
  });

  test("images: numbered rows first, each once, at most twenty", () => {
    const map = mapper(
      ["all[]", "image_url_*", "url"],
      ["two", "image_url_2", "url"],
      ["one", "image_url_1", "url"],
    );
    const all = Array.from({ length: 250 }, (_, index) => `https://a.example/${index}`);
    const mapped = map.map({ all, two: "https://a.example/5", one: "https://a.example/hero" });
    const images = mapped.ok ? Object.values(mapped.draft) : [];
    expect(images).toHaveLength(20);
    expect(images.slice(0, 4)).toEqual([
      "https://a.example/hero",
      "https://a.example/5",
      "https://a.example/0",
      "https://a.example/1",
    ]);
  });

  test("a named custom field beats an option of the same name, in any order of rows", () => {
    for (const order of [0, 1]) {
      const rows = [
        ["o", "custom_fields.*", "options"],
        ["id", "custom_fields.id", "id"],
      ] as const;
      const map = mapper(...(order === 0 ? rows : rows.toReversed()));
      const mapped = map.map({
        id: 5,
        o: [
          { name: "id", value: "theirs" },
          { name: "Size", value: "S" },
        ],
      });
      expect(mapped.ok && { ...mapped.draft.custom_fields }).toEqual({ id: "5", Size: "S" });
    }
  });

  test("all faults of a record come at once, with field, path, value and reason", () => {
    const map = mapper(
      ["s", "sku", "sku"],
      [["w", "u"], "weight_kg", "weight"],
      ["p", "retail_price", "money"],
    );
    expect(map.map({ s: "A", w: "2", u: "stone\u001b", p: "1e3" })).toEqual({
      ok: false,
      sku: "A",
      faults: [
        {
          field: "retail_price",
          path: "p",
          value: "1e3",
          message: expect.stringContaining("not a plain decimal"),
        },
        {
          field: "weight_kg",
          path: "u",
          value: "stone\\u001b",
          message: expect.stringContaining("no unit of weight"),
        },
      ],
    });
  });

  test("a path that meets another shape is a fault that names the path", () => {
    const mapped = mapper([["d.length", "u"], "length_cm", "length"]).map({ d: "10 x 20", u: "cm" });
    expect(mapped).toMatchObject({
      ok: false,
      faults: [
        {
          field: "length_cm",
          path: "d.length",
          value: "10 x 20",
          message: 'no object, so it has no "length"',
        },
      ],
    });
    expect("sku" in mapped).toBe(false);
  });

  test("roots are the first names of all paths, each once", () => {
    const map = mapper(
      ["a.b", "name"],
      [["w.value", "w.unit"], "weight_kg", "weight"],
      ["a[0]", "vendor", "raw"],
    );
    expect(map.roots).toEqual(["a", "w"]);
  });

  test("rows that are none are refused with every fault", () => {
    expect.assertions(2);
    try {
      mapper(["a", "nmae"], ["b", "vendor", "eval"], ["c", "name"], ["d", "name"]);
    } catch (error) {
      expect(error).toBeInstanceOf(MappingError);
      expect((error as MappingError).faults.map(({ line }) => line)).toEqual([1, 2, 4]);
    }
  });

  test.each(channels)(
    "%s: a thousand strange records neither throw nor touch a prototype",
    async (channel) => {
      const map = compileTable(await loadTable(channel, ".", builtin));
      const names = fc.constantFrom(
        "name",
        "option",
        "value",
        "unit",
        "amount",
        "divisor",
        "src",
        "__proto__",
        "constructor",
      );
      const text = fc.oneof(
        fc.string({ unit: "binary" }),
        fc.constantFrom("__proto__", "constructor", "prototype", "-1", "kg"),
      );
      const value = fc.letrec((tie) => ({
        any: fc.oneof(
          { depthSize: "small" },
          text,
          fc.double(),
          fc.boolean(),
          fc.constant(null),
          fc.array(tie("any"), { maxLength: 3 }),
          // As JSON.parse gives it: "__proto__" is an own name.
          fc
            .array(fc.tuple(fc.oneof(names, text), tie("any")), { maxLength: 4 })
            .map((entries) => Object.fromEntries(entries)),
          fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        ),
      })).any;
      const records = fc
        .array(value, { minLength: map.roots.length, maxLength: map.roots.length })
        .map((values) => Object.fromEntries(map.roots.map((root, index) => [root, values[index]])));
      const fields: ReadonlySet<string> = new Set(productFields);
      fc.assert(
        fc.property(records, (record) => {
          const mapped = map.map(record);
          if (mapped.ok) for (const field of Object.keys(mapped.draft)) expect(fields.has(field)).toBe(true);
          else expect(mapped.faults.length).toBeGreaterThan(0);
          expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
          expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
        }),
        { numRuns: 1_000 },
      );
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  );

  test("tells what a record lacks: a missing key, not an empty one, nor one below nothing", () => {
    const map = mapper(
      ["sku", "sku", "sku"],
      ["listing.title", "name"],
      [["listing.weight.value", "listing.weight.unit"], "weight_lbs", "weight"],
      ["listing.tags[]", "tags", "list"],
      ["listing.photos[0].url", "vendor", "raw"],
    );
    expect(map.roots).toEqual(["sku", "listing"]);
    const lacking = (fields: Record<string, unknown>) =>
      map.places.filter(({ isThere }) => !isThere(fields)).map(({ name }) => name);
    expect(lacking({ sku: null, listing: { title: "", weight: null, tags: [], photos: "x" } })).toEqual([]);
    expect(lacking({ sku: 1, listing: { title: "a", weight: { value: 1 } } })).toEqual([
      "listing.weight.unit",
      "listing.tags",
      "listing.photos",
    ]);
    expect(lacking({ listing: [] })).toEqual(["sku"]);
    expect(lacking({})).toHaveLength(6);
  });
});
