import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { csvFormat } from "../../../src/destinations/file/csv.js";
import type { DocumentFormat, StoredRow } from "../../../src/destinations/file/format.js";
import { numberFields, productFields, type Product } from "../../../src/model/product.js";

const plain = csvFormat(false);
const guarded = csvFormat(true);

describe("src/destinations/file/csv.ts", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "psync-csv-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function read(format: DocumentFormat, text: string): Promise<StoredRow[]> {
    const path = join(folder, "out.csv");
    await writeFile(path, text);
    const rows: StoredRow[] = [];
    for await (const row of format.read(path)) rows.push(row);
    return rows;
  }

  test("the header is every field in order", () => {
    expect(plain.head).toBe(`${productFields.join(",")}\n`);
    expect(plain.head).toMatch(
      /^sku,product_id,product_variant_id,parent_id,name,.*,sort_order,allow_backorders\n$/,
    );
  });

  test("cells are quoted where they must be, lists joined, custom fields JSON, absent fields empty", () => {
    const row = plain.toRow({
      sku: "007",
      name: 'A "big", red mug',
      quantity: -4,
      tags: ["a", "b c"],
      custom_fields: { Color: "Red" },
      allow_backorders: "Y",
    });
    const cells = productFields.map((field) => {
      const texts: Partial<Record<string, string>> = {
        sku: "007",
        name: '"A ""big"", red mug"',
        quantity: "-4",
        tags: "a|b c",
        custom_fields: '"{""Color"":""Red""}"',
        allow_backorders: "Y",
      };
      return texts[field] ?? "";
    });
    expect(row).toBe(`${cells.join(",")}\n`);
  });

  test("with the guard formulas are marked, numbers are not", () => {
    const product: Product = {
      sku: "-1",
      name: "=1+1",
      description: "x\n@y",
      quantity: -4,
      weight_kg: 1,
      tags: ["+a", "b"],
    };
    const row = guarded.toRow(product);
    expect(row).toContain(`'-1,`);
    expect(row).toContain(`,'=1+1,"'x\n@y",`);
    expect(row).toContain(",-4,");
    expect(row).toContain(",'+a|b,");
    expect(plain.toRow(product)).not.toContain("'");
  });

  test("rows that were written before the guard was switched on get their marks when they are kept", async () => {
    const product: Product = { sku: "A", name: "=1+1", quantity: -4 };
    const [row] = await read(guarded, plain.head + plain.toRow(product));
    expect(row).toMatchObject({ product, text: guarded.toRow(product) });
  });

  test("lines are counted through line ends in cells, a spreadsheet's mark and line ends are taken", async () => {
    const text = plain.head + plain.toRow({ sku: "A", name: "one\ntwo\nthree" }) + plain.toRow({ sku: "B" });
    expect((await read(plain, text)).map(({ line }) => line)).toEqual([2, 5]);
    const fromSpreadsheet = `\ufeff${plain.head}${plain.toRow({ sku: "A" })}`.replaceAll("\n", "\r\n");
    expect((await read(plain, fromSpreadsheet)).map(({ text }) => text)).toEqual([plain.toRow({ sku: "A" })]);
  });

  const texts = fc.string({
    unit: fc.constantFrom(
      "a",
      "b",
      "1",
      " ",
      ",",
      '"',
      "'",
      "|",
      "\n",
      "\r",
      "\t",
      "=",
      "-",
      "@",
      "ü",
      "\u2028",
      "\u{1f9e2}",
    ),
    minLength: 1,
  });
  const products = fc.record(
    {
      sku: texts,
      name: texts,
      description: texts,
      retail_price: fc.constantFrom("28.00", "0.125"),
      quantity: fc.integer(),
      weight_lbs: fc.double({ noDefaultInfinity: true, noNaN: true, min: 0, max: 1e9 }),
      tags: fc.array(
        texts.map((text) => text.replaceAll("|", "/")),
        { minLength: 1 },
      ),
      custom_fields: fc.dictionary(texts, fc.oneof(texts, fc.boolean(), fc.integer())),
    },
    { requiredKeys: ["sku"] },
  );

  test.each([
    ["without", plain],
    ["with", guarded],
  ])("every product comes back, and its row again the same, %s the guard", async (_, format) => {
    await fc.assert(
      fc.asyncProperty(fc.array(products, { maxLength: 4 }), async (written) => {
        const rows = await read(
          format,
          format.head + written.map((product) => format.toRow(product)).join(""),
        );
        expect(rows.map(({ product }) => product)).toEqual(written);
        expect(rows.map(({ text }) => text)).toEqual(written.map((product) => format.toRow(product)));
      }),
      { numRuns: 150 },
    );
  });

  test("a quote that never closes is given up before it fills the memory", async () => {
    const endless = `${"x".repeat(1024 * 1024)}\n`.repeat(33);
    await expect(read(plain, `${plain.head}"${endless}`)).rejects.toThrow(/line 2: .*the row is too long/);
  });

  test("columns of numbers are those of the canonical product", () => {
    const row = guarded.toRow(
      Object.fromEntries(productFields.map((field) => [field, "-x"])) as unknown as Product,
    );
    const bare = productFields.filter((_, index) => row.trimEnd().split(",")[index] === "-x");
    expect(new Set(bare)).toEqual(numberFields);
  });
});
