import { describe, expect, test } from "@jest/globals";
import { catalogItemOf } from "../../../src/sandbox/amazon/catalog-item.js";
import { sampleCatalogue } from "../../../src/sandbox/amazon/catalogue.js";
import { asinIndex, asinOf, eanOf, upcOf } from "../../../src/sandbox/amazon/digits.js";
import type { AmazonListing } from "../../../src/sandbox/amazon/model.js";

const options = { listings: 300, seed: 1, odd: true, fulfilment: "AMAZON_NA" };

function all(): AmazonListing[] {
  const catalogue = sampleCatalogue(options);
  return Array.from({ length: catalogue.size }, (_, index) => catalogue.listing(index));
}

describe("src/sandbox/amazon/catalogue.ts", () => {
  test("is the same for the same seed, and another for another", () => {
    expect(all()).toEqual(all());
    expect(sampleCatalogue({ ...options, seed: 2 }).listing(3)).not.toEqual(all()[3]);
  });

  test("finds every listing again by SKU and ASIN, also in a shop of any size", () => {
    const catalogue = sampleCatalogue(options);
    for (const { sku, asin, rowFault } of all()) {
      const found = catalogue.findSku(sku);
      expect(found === undefined ? undefined : catalogue.listing(found).sku).toBe(sku);
      const offered = catalogue.findAsin(asin);
      expect(offered).toBeDefined();
      expect(rowFault === undefined || sku !== "").toBe(true);
    }
    const large = sampleCatalogue({ ...options, listings: 5_000_000 });
    expect(large.findSku(large.listing(4_321_987).sku)).toBe(4_321_987);
    expect(large.findSku("AAA-BB-9999999")).toBeUndefined();
    expect(large.findAsin(asinOf(5_000_000))).toBeUndefined();
  });

  test("SKUs are unique, but for the one that is blank", () => {
    const skus = all().map(({ sku }) => sku);
    expect(new Set(skus).size).toBe(skus.length);
  });

  test("has what programs trip over", () => {
    const listings = all();
    const some = (is: (listing: AmazonListing) => boolean): boolean => listings.some(is);
    expect(some(({ name }) => name.startsWith('"') && !name.endsWith('"'))).toBe(true);
    expect(some(({ sku }) => sku.includes(",") && sku.includes("/"))).toBe(true);
    expect(some(({ sku }) => sku === "000457") && some(({ sku }) => sku === "457")).toBe(true);
    expect(some(({ channel, quantity }) => channel === "AMAZON_NA" && quantity === "")).toBe(true);
    expect(some(({ isParent, price }) => isParent && price === "")).toBe(true);
    for (const type of ["1", "2", "3", "4"]) expect(some((each) => each.productIdType === type)).toBe(true);
    const asins = listings.map(({ asin }) => asin);
    expect(new Set(asins).size).toBe(asins.length - 1);
  });

  test("the catalogue's items mix units, sizes of images and kinds of codes", () => {
    const items = all().map((listing) => catalogItemOf(listing, 1));
    const measures = items
      .flatMap((each) => [each.item, each.package])
      .flatMap((each) => Object.values(each ?? {}));
    const units = new Set(measures.map((each) => (each as { readonly unit: string }).unit));
    expect([...units].sort()).toEqual(["centimeters", "grams", "inches", "kilograms", "ounces", "pounds"]);
    expect(measures.some((each) => /\.\d{9,}/.test(String((each as { readonly value: number }).value)))).toBe(
      true,
    );
    expect(items.some((each) => each.item !== undefined && each.package === undefined)).toBe(true);
    expect(items.some((each) => each.item === undefined && each.package === undefined)).toBe(true);
    expect(items.some(({ images }) => images[0]?.variant !== "MAIN" && images.length > 0)).toBe(true);
    const kinds = new Set(
      items.map(({ identifiers }) => identifiers.map((each) => each.identifierType).join("+")),
    );
    expect([...kinds].sort()).toEqual(["", "EAN", "EAN+GTIN+UPC", "GTIN"]);
  });

  test("codes have right check digits, and are found again", () => {
    expect(upcOf(0)).toBe("200000000004");
    expect(eanOf(0)).toBe("2900000000001");
    for (const index of [0, 7, 99_999, 4_000_000]) expect(asinIndex(asinOf(index))).toBe(index);
    expect(asinIndex("B0EXAMPL01")).toBeUndefined();
  });
});
