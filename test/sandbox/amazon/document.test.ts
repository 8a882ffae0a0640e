import { describe, expect, test } from "@jest/globals";
import { decode } from "iconv-lite";
import { sampleCatalogue } from "../../../src/sandbox/amazon/catalogue.js";
import { documentKinds, documentShapes, type DocumentKind } from "../../../src/sandbox/amazon/columns.js";
import { documentSkus, makeDocument } from "../../../src/sandbox/amazon/document.js";
import { AmazonStore } from "../../../src/sandbox/amazon/store.js";

const store = new AmazonStore(
  sampleCatalogue({ listings: 300, seed: 1, odd: true, fulfilment: "AMAZON_NA" }),
  1,
  () => 0,
);

async function rowsOf(kind: DocumentKind): Promise<string[][]> {
  const bytes = await makeDocument(store.rows(), kind, false, {});
  const { encoding, lineEnd } = documentShapes[kind];
  const lines = decode(bytes, encoding).split(lineEnd);
  expect(lines.pop()).toBe("");
  return lines.map((line) => line.split("\t"));
}

describe("src/sandbox/amazon/document.ts", () => {
  test.each([
    ["us", 29, "item-name"],
    ["de", 15, "Artikelbezeichnung"],
    ["deprecated", 30, "item-name"],
    ["b2b", 48, "item-name"],
    ["jp", 17, "商品名"],
    ["short", 31, "item-name"],
  ] as const)("%s has %i columns", async (kind, count, first) => {
    const [header = [], ...rows] = await rowsOf(kind);
    expect(header).toHaveLength(count);
    expect(header[0]).toBe(first);
    // One row has a tab inside, and one listing is there twice.
    expect(rows).toHaveLength(301);
    const lengths = rows.map(({ length }) => length);
    expect(lengths.filter((length) => length > count).length).toBe(kind === "short" ? 0 : 1);
    expect(Math.min(...lengths) < count).toBe(kind === "short");
  });

  test("every shape tells of the same listings", async () => {
    for (const kind of documentKinds) {
      const [, ...rows] = await rowsOf(kind);
      const at = documentShapes[kind].columns.findIndex(([, name]) => name === "seller-sku");
      const skus = rows
        .filter(({ length }) => kind === "short" || length === documentShapes[kind].columns.length)
        .map((row) => row[at] ?? "");
      const readable = [...documentSkus(store.rows(), kind)];
      for (const sku of readable) expect(skus).toContain(sku);
      expect(readable).toHaveLength(299);
    }
  });

  test("nine columns have one name, and others stand between those that are known", async () => {
    const [deprecated = []] = await rowsOf("deprecated");
    expect(deprecated.filter((name) => name === "Deprecated column")).toHaveLength(9);
    expect(deprecated).toContain("fulfilment-channel");
    expect(deprecated.indexOf("optional-payment-type-exclusion")).toBe(28);
    const [b2b = []] = await rowsOf("b2b");
    expect(b2b.indexOf("Business Price")).toBeLessThan(b2b.indexOf("merchant-shipping-group"));
    expect(b2b.indexOf("Progressive Price Type")).toBeGreaterThan(b2b.indexOf("merchant-shipping-group"));
  });

  test("signs that a charset lacks are question marks in the bytes", async () => {
    const nameOf = async (kind: DocumentKind, sku: string) => {
      const at = documentShapes[kind].columns.findIndex(([, name]) => name === "seller-sku");
      return (await rowsOf(kind)).find((row) => row[at] === sku)?.[0];
    };
    expect(await nameOf("us", "NAMBU-08")).toBe("南部鉄器 急須 0.8L");
    expect(await nameOf("de", "NAMBU-08")).toBe("???? ?? 0.8L");
    expect(await nameOf("jp", "NAMBU-08")).toBe("南部鉄器 急須 0.8L");
    expect(await nameOf("de", "MUG-CAFE-12")).toBe("Café Mug – 12 oz");
    const bytes = await makeDocument(store.rows(), "de", false, {});
    expect(bytes.includes(Buffer.from([0x4d, 0x75, 0x67, 0x20, 0x96, 0x20, 0x31, 0x32]))).toBe(true);
    expect([...documentSkus(store.rows(), "de")]).toContain("?ÓD?-1");
    expect([...documentSkus(store.rows(), "us")]).toContain("ŁÓDŹ-1");
  });
});
