import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Product } from "../../src/model/product.js";
import { documentKinds } from "../../src/sandbox/amazon/columns.js";
import type { AmazonListing } from "../../src/sandbox/amazon/model.js";
import type { AmazonShop } from "../../src/sandbox/amazon/server.js";
import { createAmazonRigs } from "../faults/amazon-rig.js";
import { expectSound, type Imported, inOrder, type Rig } from "../faults/rig.js";
import { createAmazonBed } from "../support/amazon-bed.js";
import { documentLimits, expectedProducts } from "./amazon-expected.js";

const bed = createAmazonBed();
const rigs: Rig[] = [];
const { rigOn } = createAmazonRigs(bed, rigs);

afterAll(async () => {
  for (const rig of rigs.splice(0)) rig.close();
  await bed.close();
});

/** A shop with each trap of the sandbox, and some more. */
async function openOddShop(): Promise<AmazonShop> {
  const shop = await bed.openShop({ listings: 150, reportCacheMs: 0 });
  shop.add({ sku: "ENTITY", name: "Salt &amp;amp; Pepper &#8211; Caf&eacute;" });
  shop.add({
    sku: "MANUSCRIPT",
    productIdType: "4",
    productId: "4006381333931",
    description: "  two  spaces  ",
  });
  shop.add({ sku: "PAD" });
  shop.add({ sku: " PAD " });
  return shop;
}

const asText = (products: Iterable<Readonly<Record<string, unknown>>>): string[] =>
  inOrder([...products].map((product) => JSON.stringify(Object.entries(product).sort())));

describe("an odd catalogue through the built-in table, all products, all fields", () => {
  let shop: AmazonShop;
  let rig: Rig<AmazonShop>;
  let run: Imported;
  let expected: ReturnType<typeof expectedProducts>;
  let products: Map<string, Product>;

  beforeAll(async () => {
    shop = await openOddShop();
    rig = rigOn(shop);
    run = await rig.import({ priceSync: true });
    expected = expectedProducts(shop, { priceSync: true });
    products = new Map(rig.products().map((product) => [product.sku, product]));
  });

  /** The listing that a trap is about. */
  const listing = (is: (row: AmazonListing) => boolean): AmazonListing => {
    const found = [...shop.rows()].find(is);
    if (found === undefined) throw new Error("the sandbox has no such listing");
    return found;
  };
  const productOf = (is: (row: AmazonListing) => boolean): Product | undefined =>
    products.get(listing(is).sku.trim());

  test("with prices: every product is as the article's table says", async () => {
    expect(asText(products.values())).toEqual(asText(expected.values()));
    // Two rows that are none, the parent, two doubled ones of two rows each.
    expect(products.size).toBe(154 - 2 - 1 - 1 - 2);
    expect(run.report.counts).toMatchObject({ read: 155, created: products.size, rejected: 2, skipped: 5 });
    await expectSound(rig, run);
  });

  test("every row of the article's table, and every one beyond it, fills its field somewhere", () => {
    const filled = new Set([...expected.values()].flatMap((product) => Object.keys(product)));
    const fields =
      "sku product_id product_variant_id name description ASIN quantity retail_price UPC weight_lbs length_in width_in " +
      "height_in image_url_1 image_url_2 image_url_3 image_url_4 image_url_5 image_url_6 status custom_fields";
    expect([...filled].sort()).toEqual(fields.split(" ").sort());
  });

  test("without prices: the same, but for the prices", async () => {
    const without = rigOn(shop);
    await without.import();
    expect(asText(without.products())).toEqual(asText(expectedProducts(shop, { priceSync: false }).values()));
    expect(without.text()).not.toContain("retail_price");
  });

  test("by the Listings API: the same items, with what that API has of them", async () => {
    const small = await bed.openShop({ listings: 150, withSellerId: true });
    const by = rigOn(small);
    await by.import({ priceSync: true });
    const bySku = new Map(by.products().map((product) => [product.sku, product]));
    const rows = [...small.rows()].filter(({ sku, isParent }) => sku !== "" && !isParent);
    expect([...bySku.keys()]).toEqual(inOrder(rows.map(({ sku }) => sku.trim())));
    for (const { sku, rowFault } of rows) {
      const report = expected.get(sku.trim());
      if (rowFault !== undefined || report === undefined) continue;
      // An offer on somebody else's catalogue entry has no text of its own; the status is what shoppers see.
      const told = bySku.get(sku.trim());
      const { description: _text, product_id: id, status: _status, ...rest } = report;
      const isbn = id === "316148410X" ? { product_id: id } : {};
      expect(told).toMatchObject({ ...rest, ...isbn });
    }
  });

  describe("traps of the reference", () => {
    test("seller-sku: spaces, slashes, commas, letters, leading zeros, signs of formulas", () => {
      for (const sku of [
        "KIT-CB-15,A/B",
        "KET/HER 2,0",
        "000457",
        "457",
        "MÜTZE-Größe-M",
        "ŁÓDŹ-1",
        "LEAD-SPACE",
        "plus+percent%20&amp=1",
        "=1+1",
      ])
        expect(products.get(sku)?.sku).toBe(sku);
    });
    test("product-id-type: 1 ASIN, 2 ISBN, 3 UPC, 4 EAN", () => {
      expect(
        productOf(({ productIdType: type, asin }) => type === "2" && asin === "316148410X"),
      ).toMatchObject({ product_id: "316148410X", ASIN: "316148410X" });
      const ofType = (type: string) =>
        productOf((row) => row.productIdType === type && row.sku !== "" && row.rowFault === undefined);
      for (const type of ["3", "4"]) expect(ofType(type)?.UPC).toBe(ofType(type)?.product_id);
      expect(ofType("1")?.product_id).toBe(ofType("1")?.ASIN);
      expect(products.get("MANUSCRIPT")).toMatchObject({
        UPC: "4006381333931",
        description: "  two  spaces  ",
      });
    });
    test("image-url: the column is blank, the catalogue has the images", () => {
      expect(products.get("MUG-CAFE-12")?.image_url_1).toMatch(/MAIN/);
    });
    test("quantity: blank for FBA rows, which is unknown and not 0", () => {
      expect(products.get("MUG-CAFE-12")).not.toHaveProperty("quantity");
      expect(products.get("SOCK-M")?.quantity).toBe(0);
    });
    test("price: no currency, may be blank", () => {
      expect(products.get("MUG-CAFE-12")?.retail_price).toBe("11.50");
      expect(products.get("SOCK-M")?.retail_price).toBe("0.00");
      expect(productOf(({ price, isParent }) => price === "" && !isParent)).not.toHaveProperty(
        "retail_price",
      );
      expect(productOf(({ price }) => price === "1299.995")?.retail_price).toBe("1299.995");
    });
    test("item-description: often blank, or HTML, kept as it is", () => {
      expect(products.get("000457")?.description).toBe(
        "Solid bamboo board.<br>Hand wash only.<p>It's 100% bamboo &amp; oil.</p>",
      );
      expect(productOf(({ name, sku }) => name === "" && sku !== "")).not.toHaveProperty("description");
    });
    test("item-name: a quote is data, also one that never closes; entities are decoded once", () => {
      expect(products.get("KET/HER 2,0")?.name).toBe('"Heritage Kettle, 2 qt');
      expect(products.get("KIT-CB-15,A/B")?.name).toBe('Bamboo Cutting Board 15" x 10", Juice Groove');
      expect(products.get("ENTITY")?.name).toBe("Salt &amp; Pepper – Café");
    });
    test("pending-quantity, open-date, item-condition, fulfillment-channel: of these the channel alone is told", () => {
      const used = listing(({ sku }) => sku === "KET/HER 2,0");
      const text = JSON.stringify(products.get(used.sku));
      expect(products.get(used.sku)?.custom_fields).toEqual({ fulfillment_channel: used.channel });
      for (const untold of [used.listingId, used.shippingGroup, "Box slightly dented", "PDT", "PST"])
        expect(text).not.toContain(untold);
    });
    test("status: Inactive listings are items", () => {
      expect(productOf(({ asin }) => asin === "B0GONE0001")?.status).toBe("Inactive");
    });
    test("variation parents: no item, where the catalogue tells one", () => {
      expect(products.has("SOCK-PARENT")).toBe(false);
      expect(run.list).toContainEqual(expect.objectContaining({ key: "SOCK-PARENT", code: "not-sellable" }));
    });
    test("duplicates: an SKU with two different rows is reported, and none of them is written", () => {
      const { sku } = listing(({ rowFault }) => rowFault === "repeated");
      expect(run.list.filter((issue) => issue.sku === sku).map(({ code }) => code)).toEqual([
        "duplicate-sku",
        "duplicate-sku",
      ]);
      expect(products.has(sku)).toBe(false);
      expect(run.list.filter((issue) => issue.sku === "PAD")).toHaveLength(2);
    });
    test("embedded tab, empty SKU: reported with the line, and nothing else suffers", () => {
      const rejected = run.list.filter(({ outcome }) => outcome === "rejected").map(({ message }) => message);
      expect(rejected).toEqual([
        expect.stringMatching(/^line \d+ .*(cells|out of place)/),
        expect.stringMatching(/^line \d+ .*no SKU/),
      ]);
    });
    test("catalogue: an ASIN that is offered twice is asked for once, one that is gone stays without", () => {
      const twice = listing(({ condition, asin, sku }) => condition === "2" && asin !== "" && sku !== "");
      const twin = listing(({ asin, sku }) => asin === twice.asin && sku !== twice.sku);
      expect(products.get(twice.sku)?.weight_lbs).toBe(products.get(twin.sku)?.weight_lbs);
      expect(productOf(({ asin }) => asin === "B0GONE0001")).not.toHaveProperty("image_url_1");
    });
    test("catalogue: units are mixed inside one item, 10.49999998929 is ten and a half", () => {
      const sizes = [...products.values()].flatMap(({ length_in: length, width_in: width }) => [
        length ?? 0,
        width ?? 0,
      ]);
      expect(sizes.filter((size) => size > 0 && (size * 2) % 1 === 0).length).toBeGreaterThan(40);
      expect(sizes.some((size) => (size * 2) % 1 !== 0)).toBe(true);
    });
  });
});

describe("the six documents", () => {
  test("each gives the same products, as far as its charset and its columns hold them", async () => {
    const shop = await openOddShop();
    const count = new Map<string, number>();
    for (const document of documentKinds) {
      shop.setDocument(document);
      const rig = rigOn(shop);
      const run = await rig.import({ priceSync: true });
      expect([document, run.exit]).toEqual([document, 3]);
      const expected = expectedProducts(shop, { document, priceSync: true });
      expect([document, ...asText(rig.products())]).toEqual([document, ...asText(expected.values())]);
      count.set(document, rig.products().length);
    }
    expect(count.get("us")).toBe(148);
    // Without a column for it the ASIN is known of rows whose product id is one; what the catalogue adds is so, too.
    expect(documentLimits.jp.lacks).toEqual(["asin", "description"]);
  });
});
