import { Buffer } from "node:buffer";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createUtf8Signs, isSingleByte, toCharset } from "../../src/channels/amazon/charset.js";
import { parseHeader } from "../../src/channels/amazon/header.js";
import { type ReadRow, readRows } from "../../src/channels/amazon/rows.js";
import { createSeenRows } from "../../src/channels/amazon/seen.js";
import { readLines } from "../../src/http/lines.js";

const header = "item-name\tseller-sku\tprice\tquantity\tproduct-id-type\tstatus";

async function rowsOf(
  text: string | Buffer,
  charset = "utf8",
  columns = header,
): Promise<(ReadRow["row"] | string)[]> {
  const parsed = parseHeader(columns);
  if (parsed === undefined) throw new Error("no header");
  async function* chunks() {
    yield Buffer.concat([Buffer.from(`${columns}\n`), Buffer.from(text)]);
    await Promise.resolve();
  }
  const found: (ReadRow["row"] | string)[] = [];
  for await (const { line, row, problem } of readRows(readLines(chunks(), 2 ** 20), parsed, charset)) {
    found.push(row === undefined ? `${line}: ${problem ?? ""}` : { ...row });
  }
  return found;
}

const good = "Mug\tMUG-1\t9.5\t3\t1\tActive";
const goodRow = {
  "item-name": "Mug",
  "seller-sku": "MUG-1",
  price: "9.5",
  quantity: "3",
  "product-id-type": "1",
  status: "Active",
};

describe("src/channels/amazon/rows.ts", () => {
  test("a quote is data, text is untouched, empty lines are none", async () => {
    const name = '"Heritage Kettle, 2 qt';
    expect(await rowsOf(` ${name} \tKET\t1\t\t\tActive\r\n\r\n\n${good}\n`)).toEqual([
      {
        "item-name": ` ${name} `,
        "seller-sku": "KET",
        price: "1",
        quantity: "",
        "product-id-type": "",
        status: "Active",
      },
      goodRow,
    ]);
  });

  test("a short row is padded", async () => {
    expect(await rowsOf("Mug\tMUG-1\t9.5\n")).toEqual([
      { ...goodRow, quantity: "", "product-id-type": "", status: "" },
    ]);
  });

  test.each([
    ["Mug\tsteel\tMUG-1\t9.5\t3\t1\tActive", "2: it has 7 cells, the header has 6"],
    ["Mug\t \t9.5\t3\t1\tActive", "2: it has no SKU"],
    ["\tMUG-1\t9.5\t3\tActive\t", "2: its product-id-type is no digit: its cells are out of place"],
  ])("refuses %j", async (line, problem) => {
    expect(await rowsOf(`${line}\n${good}\n`)).toEqual([problem, goodRow]);
  });

  test("a line feed in a name spoils both halves, and nothing else", async () => {
    expect(await rowsOf(`${good}\nA mug\nof steel\tMUG-2\t9.5\t3\t1\tActive\n${good}\n`)).toEqual([
      goodRow,
      "3: a line feed inside of it breaks it in two",
      "4: it is the rest of line 3",
      goodRow,
    ]);
    const wide = "item-name\titem-description\tlisting-id\tseller-sku\tprice\tstatus";
    const broken = "Mug\tfirst\nsecond\tL1\tMUG-1\t9.5\tActive\n";
    expect(await rowsOf(broken, "utf8", wide)).toEqual([
      "2: a line feed inside of it breaks it in two",
      "3: it is the rest of line 2",
    ]);
  });

  test("the end of a file that was cut is told, the end of one without a last line feed is a row", async () => {
    expect(await rowsOf(`${good}\nMug\tMUG-2\t9.`)).toEqual([
      goodRow,
      "3: the file ends in the middle of it",
    ]);
    expect(await rowsOf(`${good}\n${good}`)).toEqual([goodRow, goodRow]);
    expect(await rowsOf("Mug\tMUG-1\t9.5\nMug\tMUG-2\t1")).toHaveLength(2);
  });

  test("bytes that the charset does not have spoil their row only", async () => {
    const spoilt = Buffer.concat([
      Buffer.from("Caf\xe9\tMUG-2\t1\t1\t1\tActive\n", "latin1"),
      Buffer.from(good),
    ]);
    expect(await rowsOf(spoilt)).toEqual(["2: it holds bytes that are not utf8", goodRow]);
    expect(await rowsOf("lost \uFFFD\tMUG-2\n")).toHaveLength(1);
    expect(await rowsOf("lost \uFFFD\tMUG-2\n")).toMatchObject([{ "item-name": "lost \uFFFD" }]);
  });

  test("whatever the bytes are, every line is a row or a problem", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), async (lines) => {
        const bytes = Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from("\n")]));
        for (const found of await rowsOf(bytes, "win1252")) {
          if (typeof found === "string") expect(found).toMatch(/^\d+: ./);
          else expect(found?.["seller-sku"]?.trim()).not.toBe("");
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("src/channels/amazon/header.ts", () => {
  test.each([
    ["Händler-SKU\tMenge", ["seller-sku", "quantity"]],
    ["Ha\u0308ndler-SKU \t PREIS", ["seller-sku", "price"]],
    ["seller-sku (satıcı sku)\tquantity (miktar)", ["seller-sku", "quantity"]],
    ["nom-produit\tsku-vendeur\tétat", ["item-name", "seller-sku", "status"]],
    ["Nome dell’articolo\tSKU venditore\tASIN 1", ["item-name", "seller-sku", "asin1"]],
    ["在庫数\t出品者SKU\t数量", ["pending-quantity", "seller-sku", "quantity"]],
    ["商品名称\t卖家\u00a0SKU", ["item-name", "seller-sku"]],
    ["sku\tasin\tprice\tquantity", ["seller-sku", "asin", "price", "quantity"]],
    ["sku\tseller-sku", ["sku", "seller-sku"]],
    [
      "seller-sku\tDeprecated column\tDeprecated column\tprice\tprice\tfulfilment-channel\t",
      ["seller-sku", undefined, undefined, "price", undefined, "fulfillment-channel", undefined],
    ],
    ["__proto__\tseller-sku\tBusiness Price", [undefined, "seller-sku", "business price"]],
    ["seller sku\tprice", undefined],
    ["<html>", undefined],
  ])("%j", (line, columns) => {
    expect(parseHeader(line)?.columns).toEqual(columns);
  });
});

describe("src/channels/amazon/charset.ts", () => {
  test.each([
    ["text/plain; charset=utf8", "utf8"],
    ['text/plain;charset="UTF-8"', "utf8"],
    ["text/plain; charset=Cp1252", "win1252"],
    ["text/plain; charset=ISO-8859-1", "win1252"],
    ["text/plain; charset=windows-1250", "win1250"],
    ["text/plain; charset=ISO-8859-9", "iso88599"],
    ["text/plain; charset=Shift_JIS", "cp932"],
    ["text/plain; charset=MS932", "cp932"],
    ["text/plain; charset=Windows-31J", "cp932"],
    ["text/plain", undefined],
    [undefined, undefined],
  ])("%j", (contentType, charset) => {
    expect(toCharset(contentType)).toBe(charset);
  });

  test.each(["EBCDIC-US", "UTF-16LE", "ISO-2022-JP"])("refuses %s", (label) => {
    expect(() => toCharset(`text/plain; charset=${label}`)).toThrow(label);
  });

  test.each<[string, (string | number[])[], boolean, boolean]>([
    ["ASCII", ["abc"], true, false],
    ["one sign of three bytes", ["abc", "a – b"], true, true],
    ["two signs of two bytes", ["Größe", "abc", "Café"], true, true],
    [
      "what may be CAFÉ™ as well",
      [
        [0x43, 0xc9, 0x99],
        [0xc9, 0x99],
      ],
      true,
      false,
    ],
    ["one line that is none", ["Größe – Café", [0xe9, 0x20]], false, false],
  ])("looks for UTF-8: %s", (_case, lines, isValid, isProof) => {
    const signs = createUtf8Signs();
    for (const line of lines) signs.note(Buffer.from(line as string));
    expect([signs.areValid(), signs.areProof()]).toEqual([isValid, isProof]);
  });

  test("knows the charsets in which each byte is a sign", () => {
    const names = ["win1252", "win1250", "iso88599", "utf8", "cp932", "gb18030"];
    expect(names.filter(isSingleByte)).toEqual(["win1252", "win1250", "iso88599"]);
  });

  test.each([
    ["win1252", [0x93, 0x48, 0x94, 0x20, 0x96, 0x20, 0x80], "“H” – €"],
    ["cp932", [0x87, 0x40, 0x83, 0x5c], "①ソ"],
  ])("decodes %s as its makers mean it", async (charset, bytes, text) => {
    const rows = await rowsOf(Buffer.concat([Buffer.from(bytes), Buffer.from("\tA\n")]), charset);
    expect(rows).toMatchObject([{ "item-name": text }]);
  });
});

describe("src/channels/amazon/seen.ts", () => {
  test("tells new, repeated and other rows apart, over any number", () => {
    const seen = createSeenRows();
    let fresh = 0;
    for (let index = 0; index < 20_000; index += 1) {
      if (seen.note(`SKU-${index}`, `row ${index}`) === "new") fresh += 1;
    }
    expect(fresh).toBe(20_000);
    expect(seen.note("SKU-0", "row 0")).toBe("repeat");
    expect(seen.note("SKU-19999", "row")).toBe("other");
    expect(seen.note("sku-0", "row 0")).toBe("new");
  });
});
