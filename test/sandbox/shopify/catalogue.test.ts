import { describe, expect, test } from "@jest/globals";
import { sampleCatalogue } from "../../../src/sandbox/shopify/catalogue.js";
import type { Catalogue } from "../../../src/sandbox/shopify/model.js";

/** Everything in a catalogue, one entry a variant. */
function flat(catalogue: Catalogue) {
  return catalogue.products.flatMap((row) =>
    row.variants.map((variant) => ({
      id: variant.id,
      product: catalogue.product(row),
      variant: catalogue.variant(variant),
      siblings: row.variants.length,
    })),
  );
}

describe("src/sandbox/shopify/catalogue.ts", () => {
  const whole = flat(sampleCatalogue());
  const has = (name: string, holds: (entry: (typeof whole)[number]) => boolean): [string, boolean] => [
    name,
    whole.some(holds),
  ];

  test("the same options give the same catalogue; a record does not depend on those before it", () => {
    const again = sampleCatalogue();
    const [row] = again.products.slice(200);
    const [variant] = row?.variants ?? [];
    const found = whole.find(({ id }) => id === variant?.id);
    expect(row && variant && [again.product(row), again.variant(variant)]).toEqual([
      found?.product,
      found?.variant,
    ]);
    expect(flat(sampleCatalogue({ seed: 2 }))[5]).not.toEqual(whole[5]);
  });

  test("about 300 products, ids in order and unique, also where numbers cannot tell them apart", () => {
    expect(whole.length).toBeGreaterThan(500);
    const ids = whole.map(({ id }) => BigInt(id));
    expect(ids.every((id, at) => at === 0 || id > (ids[at - 1] ?? 0n))).toBe(true);
    expect(new Set(ids.map(Number)).size).toBe(ids.length - 1);
  });

  test("every trap of real shops is there", () => {
    const skus = whole.map(({ variant }) => variant.sku ?? "").filter((sku) => sku !== "");
    const lower = skus.map((sku) => sku.toLowerCase());
    const barcode = (pattern: RegExp) =>
      has(String(pattern), ({ variant }) => pattern.test(variant.barcode ?? "-"));
    const cases: [string, boolean][] = [
      ["a SKU twice", new Set(skus).size < skus.length],
      ["SKUs that differ in case only", new Set(lower).size < new Set(skus).size],
      has("no SKU", ({ variant }) => variant.sku === null),
      has("an empty SKU", ({ variant }) => variant.sku === ""),
      ...["/", "?", "#", "%", "  ", "000", "🍵"].map((part) =>
        has(part, ({ variant }) => (variant.sku ?? "").includes(part)),
      ),
      has("five options", ({ product }) => product.options.length === 5),
      has("an option called SKU", ({ product }) => product.options.includes("SKU")),
      has("a gift card", ({ product }) => product.isGiftCard),
      has("a bundle", ({ variant }) => variant.requiresComponents),
      has("a download", ({ variant }) => !variant.requiresShipping),
      ...["DRAFT", "ARCHIVED", "UNLISTED"].map((status) =>
        has(status, ({ product }) => product.status === status),
      ),
      barcode(/^\d{12}$/),
      barcode(/^0\d{12}$/),
      barcode(/^ \d [\d ]+$/),
      barcode(/[a-z]/),
      barcode(/^$/),
      has("not tracked", ({ variant }) => !variant.tracked),
      has("not stocked at the first location", ({ variant }) => variant.stock["7001"] === undefined),
      has("negative stock", ({ variant }) => (variant.stock["7001"] ?? 0) < 0),
      has("entities", ({ product }) => /&nbsp;.*<table/.test(product.descriptionHtml)),
      has("an image in the works", ({ product }) => product.media[0]?.url === null),
      has("more than twenty images", ({ product }) => product.media.length > 20),
      has("more variants than a page", ({ siblings }) => siblings > 250),
      ...["GRAMS", "KILOGRAMS", "OUNCES", "POUNDS"].map((unit) =>
        has(unit, ({ variant }) => variant.weight?.unit === unit),
      ),
      has("weight zero", ({ variant }) => variant.weight?.value === 0),
      has("no weight", ({ variant }) => variant.weight === null),
      has("free of charge", ({ variant }) => variant.price === "0.00"),
      has("three decimals", ({ variant }) => /\.\d{3}$/.test(variant.price)),
    ];
    expect(cases.filter(([, found]) => !found)).toEqual([]);
  });

  test("barcodes have their check digit", () => {
    const plain = flat(sampleCatalogue({ products: 50, odd: false })).map(({ variant }) => variant.barcode);
    const codes = plain.filter((code) => code !== null);
    expect(codes.length).toBeGreaterThan(20);
    for (const code of codes) {
      const sum = Array.from(code, Number).reduce(
        (total, digit, at) => total + digit * (at % 2 === 0 ? 1 : 3),
        0,
      );
      expect([code, sum % 10]).toEqual([code, 0]);
    }
  });
});
