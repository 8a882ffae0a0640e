import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import * as fc from "fast-check";
import type { DocumentDestination } from "../../../src/destinations/destination.js";
import { columns } from "../../../src/destinations/file/extensiv-columns.js";
import { extensivItemsFormat } from "../../../src/destinations/file/extensiv-items.js";
import type { StoredRow } from "../../../src/destinations/file/format.js";
import { createFileDestination } from "../../../src/destinations/file/index.js";
import { compareUtf8 } from "../../../src/model/order.js";
import type { Product } from "../../../src/model/product.js";
import { caught, never, run, stream } from "../../support/file-destination.js";
import { createItemMapper } from "./item-mapper.js";

const mapper = createItemMapper([
  ["Description", "text", "name"],
  ["Description2", "text", "description_short"],
  ["Upc", "text", "UPC"],
  ["LblUomLength", "number", "length_in"],
  ["LblUomWidth", "number", "width_in"],
  ["LblUomHeight", "number", "height_in"],
  ["LblUomWeight", "number", "weight_lbs"],
  ["ImageUrl", "text", "image_url_1"],
  ["Price", "decimal", "retail_price"],
  ["Temperature", "number", "custom_fields.degrees"],
  ["HarmonizedCode", "text", "custom_fields.hs_code"],
]);
const settings = { unitOfMeasure: "Each", formulaGuard: false };
const plain = extensivItemsFormat(mapper, settings);
const guarded = extensivItemsFormat(mapper, { ...settings, formulaGuard: true });

const mug: Product = {
  sku: "MUG-1",
  name: 'Mug, "blue"',
  description_short: "One\tline\r\n of  it",
  UPC: "0012345678905",
  quantity: 7,
  retail_price: "28.00",
  weight_lbs: 0.75,
  length_in: 4,
  width_in: 3.5,
  height_in: 4.0625,
  image_url_1: "https://img.example/a.jpg?x=1,2",
  tags: ["x"],
  custom_fields: { hs_code: "6912.00", other: 1 },
};
const sizes = { length_in: 4, width_in: 3.5, height_in: 4.0625 };
const measureFields = ["length_in", "width_in", "height_in", "weight_lbs"];

function cellsOf(row: string): Record<string, string> {
  expect(row.endsWith("\n")).toBe(true);
  const texts = row.slice(0, -1).split("\t");
  expect(texts).toHaveLength(columns.length);
  return Object.fromEntries(
    columns.map((name, index) => [name, texts[index] ?? ""]).filter(([, text]) => text !== ""),
  );
}

function toText(cells: Readonly<Record<string, string>>): string {
  return `${columns.map((name) => cells[name] ?? "").join("\t")}\n`;
}

describe("src/destinations/file/extensiv-items.ts", () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "psync-items-"));
    path = join(folder, "out.tsv");
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  function open(change: { formulaGuard?: boolean; unitOfMeasure?: string } = {}): DocumentDestination {
    const place = { path, format: "extensiv-items", content: "catalogue", formulaGuard: false } as const;
    return createFileDestination({ ...place, ...change }, { mapper });
  }

  async function replace(...products: Product[]): Promise<Record<string, string>[]> {
    await open().replace(stream(products), run, never);
    const [head, ...rows] = (await readFile(path, "utf8")).split(/(?<=\n)/);
    expect(head).toBe(plain.head);
    return rows.map(cellsOf);
  }

  async function read(text: string, format = plain): Promise<StoredRow[]> {
    await writeFile(path, text);
    const rows: StoredRow[] = [];
    for await (const row of format.read(path)) rows.push(row);
    return rows;
  }

  test("the header is every column of the import in its order", () => {
    expect(columns).toHaveLength(49);
    expect(plain.head).toMatch(
      /^Sku\tDescription\tDescription2\tMin\t.*\tCountryOfManufacture\tHarmonizedCode\n$/,
    );
    expect(columns.indexOf("LblUomLength")).toBe(17);
    expect(columns.indexOf("UnitType")).toBe(45);
  });

  test("a new row has what the table maps, the units, and no quantity", async () => {
    expect(await replace(mug)).toEqual([
      {
        Sku: "MUG-1",
        Description: 'Mug, "blue"',
        Description2: "One line  of  it",
        Upc: "0012345678905",
        InvUomType: "Each",
        LblUomType: "Each",
        LblUomQty: "1",
        LblUomLength: "4",
        LblUomWidth: "3.5",
        LblUomHeight: "4.0625",
        LblUomWeight: "0.75",
        ImageUrl: "https://img.example/a.jpg?x=1,2",
        Price: "28.00",
        HarmonizedCode: "6912.00",
      },
    ]);
  });

  test("what is not known stays blank, the SKU stands in for a name, and sizes come by threes", async () => {
    const units = { InvUomType: "Each", LblUomType: "Each", LblUomQty: "1" };
    const found = { length_in: 4, width_in: 3.5 };
    expect(
      await replace({ sku: "A", ...found, weight_lbs: 0 }, { sku: "B", ...sizes, height_in: 0 }),
    ).toEqual([
      { Sku: "A", Description: "A", ...units },
      { Sku: "B", Description: "B", ...units },
    ]);
    expect((await open().find(["A", "B"], never)).get("A")?.values).toEqual({ sku: "A" });
    expect(plain.shape?.({ sku: "A", ...found, name: "A" })).toEqual({ sku: "A" });
  });

  test("numbers stand without exponents", () => {
    const cells = cellsOf(plain.toRow({ sku: "A", weight_lbs: 1e21, ...sizes, length_in: 1e-7 }));
    expect(cells).toMatchObject({ LblUomWeight: "1000000000000000000000", LblUomLength: "0.0000001" });
  });

  test("the unit is the operator's", () => {
    const format = extensivItemsFormat(mapper, { ...settings, unitOfMeasure: "Piece" });
    expect(cellsOf(format.toRow({ sku: "A" }))).toMatchObject({ InvUomType: "Piece", LblUomType: "Piece" });
  });

  test("found is what its shape says, and a second write changes nothing", async () => {
    await replace(mug);
    const before = await readFile(path, "utf8");
    const item = (await open().find(["MUG-1"], never)).get("MUG-1");
    const { tags: _tags, quantity: _quantity, ...told } = mug;
    expect(item).toEqual({
      id: "MUG-1",
      sku: "MUG-1",
      values: { ...told, description_short: "One line  of  it", custom_fields: { hs_code: "6912.00" } },
    });
    expect(open().shape?.(mug)).toEqual(item?.values);
    expect(open().shape?.(item?.values ?? {})).toEqual(item?.values);
    await replace(item?.values ?? mug);
    expect(await readFile(path, "utf8")).toBe(before);
  });

  test("a draft without a SKU has a shape", () => {
    expect(plain.shape?.({ name: "x\ny", vendor: "v" })).toEqual({ name: "x y" });
  });

  test("what an operator filled in is kept, and a carton's sizes and weight are the operator's", async () => {
    const [cells] = await replace(mug);
    const completed = {
      ...cells,
      LblUomType: "Carton",
      LblUomQty: "12",
      LblUomLength: "20",
      LblUomWidth: "",
      LblUomHeight: "",
      LblUomWeight: "9.5 ",
      Qualifiers: "Red|Blue",
      StorageUoms: "Pallet:48",
      TotalQty: "5",
      Cost: "2.10",
      IsTrackLotNum: "TRUE",
    };
    await writeFile(path, plain.head + toText(completed));
    const item = (await open().find(["MUG-1"], never)).get("MUG-1");
    expect(item?.reserved).toEqual(measureFields);
    for (const field of measureFields) expect(item?.values).not.toHaveProperty(field);
    expect(item?.values.retail_price).toBe("28.00");
    const [now] = await replace({ ...mug, name: "Cup", weight_lbs: 2 });
    const { LblUomWidth: _width, LblUomHeight: _height, ...left } = completed;
    expect(now).toEqual({ ...left, Description: "Cup" });
  });

  test.each([
    ["", false],
    ["1", false],
    ["1.0 ", false],
    ["0.5", false],
    ["1.5", true],
    ["12", true],
    ["a dozen", true],
  ])("LblUomQty %j: a carton is %s", async (quantity, isCarton) => {
    const cells = { Sku: "A", Description: "x", LblUomQty: quantity, LblUomWeight: "2" };
    const [row] = await read(plain.head + toText(cells));
    expect(row).toMatchObject({ product: isCarton ? { name: "x" } : { weight_lbs: 2 } });
    expect(row?.reserved).toEqual(isCarton ? measureFields : undefined);
    expect(cellsOf(plain.toRow({ sku: "A", weight_lbs: 3 }, row))["LblUomWeight"]).toBe(isCarton ? "2" : "3");
  });

  test("a table may name the carton's quantity; the cart's sizes are then not the carton's", () => {
    const own = createItemMapper([
      ["LblUomQty", "number", "custom_fields.case"],
      ["LblUomWeight", "number", "weight_lbs"],
    ]);
    const format = extensivItemsFormat(own, settings);
    const product: Product = { sku: "A", weight_lbs: 2, custom_fields: { case: 6 } };
    expect(cellsOf(format.toRow(product))).toMatchObject({ LblUomQty: "6" });
    expect(cellsOf(format.toRow(product))).not.toHaveProperty("LblUomWeight");
    expect(format.shape?.(product)).toEqual({ sku: "A", custom_fields: { case: 6 } });
  });

  test("what an operator typed and is no number tells nothing", async () => {
    const typed = {
      Sku: "A",
      Description: " x ",
      Upc: "  ",
      LblUomWeight: "1,5",
      Price: "$3",
      LblUomQty: "1",
    };
    const [row] = await read(plain.head + toText(typed));
    expect(row).toMatchObject({ product: { sku: "A", name: "x" }, text: toText(typed) });
    expect(Object.keys(row?.product ?? {})).toEqual(["sku", "name"]);
  });

  test("a table that names no column, or the quantity, is refused with all its faults", () => {
    const wrong = createItemMapper([
      ["TotalQty", "number", "quantity"],
      ["LblUomWieght", "number", "weight_lbs"],
      ["Upc", "text", "UPC"],
    ]);
    expect(() => extensivItemsFormat(wrong, settings)).toThrow(
      expect.objectContaining({
        exitCode: 4,
        faults: [
          expect.objectContaining({ path: "TotalQty", message: "psync writes no quantity" }),
          expect.objectContaining({ path: "LblUomWieght", hint: "did you mean LblUomWeight?" }),
        ],
      }),
    );
  });

  describe("a file that psync did not write is left alone", () => {
    const row = toText({ Sku: "A", Description: "x" });
    test.each([
      ["another header", "Sku\tDescription\nA\tx\n", 1],
      ["a header in another order", plain.head.replace("Min\tMax", "Max\tMin"), 1],
      ["a cell too few", `${plain.head}${row.replace("\t\n", "\n")}`, 2],
      ["a cell too many", `${plain.head}${row}${row.replace("A", "B").replace("\n", "\t\n")}`, 3],
      ["a torn value", `${plain.head}A\tone\ntwo${"\t".repeat(48)}\n`, 2],
      ["no SKU", `${plain.head}${toText({ Description: "x" })}`, 2],
      ["no order", `${plain.head}${toText({ Sku: "B" })}${row}`, 3],
      ["an empty line", `${plain.head}\n`, 2],
    ])("%s", async (_, text, line) => {
      await writeFile(path, text);
      const errors = [
        await caught(open().replace(stream([mug]), run, never)),
        await caught(open().find(["\u{10ffff}"], never)),
      ];
      for (const error of errors) {
        expect(error).toMatchObject({ code: "file-foreign", exitCode: 4 });
        expect(error.message).toContain(`${path}, line ${line}:`);
      }
      expect(await readFile(path, "utf8")).toBe(text);
    });
  });

  test("a spreadsheet's mark and line ends are taken", async () => {
    const text = plain.head + plain.toRow(mug) + plain.toRow({ sku: "N" });
    const rows = await read(`\ufeff${text}`.replaceAll("\n", "\r\n"));
    expect(rows.map((row) => row.text)).toEqual([plain.toRow(mug), plain.toRow({ sku: "N" })]);
  });

  test("with the guard formulas are marked, numbers are not, and rows written before get their marks", async () => {
    const product: Product = { sku: "-1", name: "=1+1", UPC: "+49", custom_fields: { degrees: -4 } };
    const cells = { Sku: "'-1", Description: "'=1+1", Upc: "'+49", Temperature: "-4" };
    expect(cellsOf(guarded.toRow(product))).toMatchObject(cells);
    expect(cellsOf(guarded.toRow({ sku: "=A" }))).toMatchObject({ Sku: "'=A", Description: "'=A" });
    const [row] = await read(plain.head + plain.toRow(product), guarded);
    expect(row).toMatchObject({ product, text: guarded.toRow(product) });
  });

  test("an SKU that would tear its row is a bug", () => {
    expect(() => plain.toRow({ sku: "A\tB" })).toThrow("no row can hold");
  });

  const texts = fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 12 }),
    fc.string({
      unit: fc.constantFrom(...Array.from(`a1 "'\t\n\r\0=-ü\u2028\ufeff\u{1f9e2}`)),
      minLength: 1,
      maxLength: 12,
    }),
  );
  const skus = texts.map((text) => text.replace(/\p{Cc}/gu, "_"));
  const number = fc.integer({ min: 0, max: 1e7 }).map((value) => value / 1e4);
  const products = fc.record(
    {
      sku: skus,
      name: texts,
      description_short: texts,
      UPC: texts,
      length_in: number,
      width_in: number,
      height_in: number,
      weight_lbs: number,
      image_url_1: texts,
      retail_price: fc.oneof(fc.constantFrom("28.00", "0.125"), texts),
      custom_fields: fc.record({ hs_code: texts, other: texts }, { requiredKeys: [] }),
    },
    { requiredKeys: ["sku"] },
  );

  test.each([
    ["without", plain],
    ["with", guarded],
  ])("every product comes back as its shape, in rows of as many cells, %s the guard", async (_, format) => {
    const catalogue = fc.uniqueArray(products, { maxLength: 4, selector: ({ sku }) => sku });
    await fc.assert(
      fc.asyncProperty(catalogue, async (written) => {
        const sorted = written.toSorted((a, b) => compareUtf8(a.sku, b.sku));
        const rows = sorted.map((product) => format.toRow(product));
        for (const row of rows) expect(row.match(/[\t\r\n]/g)).toEqual([...Array(48).fill("\t"), "\n"]);
        const found = await read(format.head + rows.join(""), format);
        const shapes = sorted.map((product) => format.shape?.(product));
        expect(found.map(({ product }) => product)).toEqual(shapes);
        expect(shapes.map((product) => format.shape?.(product ?? {}))).toEqual(shapes);
        expect(found.map(({ text }) => text)).toEqual(rows);
        expect(found.map((row) => format.toRow(row.product, row))).toEqual(rows);
      }),
      { numRuns: 150 },
    );
  });
});
