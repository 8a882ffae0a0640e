import { beforeAll, expect, test } from "@jest/globals";

import type { Product } from "../../src/model/product.js";
import { methods, type TrytonBed } from "../destinations/tryton-bed.js";
import { describeTryton } from "../support/tryton.js";
import { breakAt, createTrytonRigs, edit, sampleProducts } from "./tryton-rig.js";

describeTryton("src/destinations/tryton/item.ts, faults", () => {
  const rigs = createTrytonRigs();
  const { open } = rigs;
  let bed: TrytonBed;
  beforeAll(() => {
    bed = rigs.bed();
  });

  const writes = (): number => bed.count(methods.create) + bed.count(methods.update);

  test("R38: what Tryton keeps in another form is written once, and never again, with or without a state", async () => {
    const odd: readonly Partial<Product>[] = [
      { name: "  two  spaces ", description: " <p>x</p> " },
      { name: "x".repeat(3000), description: `a\r\nb\tc ${"y".repeat(5000)}` },
      { name: "Tab\tand\nbreak\u2028line", retail_price: "1.23456789" },
      { weight_lbs: 0.0001, length_in: 0.0001, width_in: 0.3333, height_cm: 0.01 },
      { weight_kg: 12.3456, length_cm: 33.3333, retail_price: "0.00004" },
      { UPC: "0036000291452", weight_lbs: 123456.7891 },
      { UPC: "036000-291453", name: "half \ud83c" },
      { UPC: " a b ", retail_price: "99999999999999.9999" },
      { description: "<p></p>", name: "<b>tags</b> &amp; entities" },
      { name: "İstanbul ẞ 😀", description: "nul \0 here" },
    ];
    const rig = open(odd.map((fields, index) => ({ sku: `ODD-${index}`, ...fields })));
    expect(await rig.import()).toMatchObject({ exit: 0, report: { counts: { created: odd.length } } });
    const before = await rig.standing();
    expect(await rig.import()).toMatchObject({ exit: 0, calls: 0 });
    rig.forget();
    const counts = { created: 0, updated: 0, unchanged: odd.length };
    expect(await rig.import()).toMatchObject({ exit: 0, report: { counts } });
    expect(await rig.standing()).toEqual(before);
  });

  test("R38: units of fewer decimals: one rewrite at most, whatever becomes of the state", async () => {
    const rig = open(
      [0.7497, 1.2345, 2.5].map((weight, index) => ({
        sku: `U-${index}`,
        weight_lbs: weight,
        length_in: 1.2346,
      })),
    );
    const params = [[["symbol", "in", ["g", "mm", "lb", "in"]]], 0, null, null];
    const ids = await bed.tryton.call("model.product.uom.search", params);
    const setDigits = (digits: number, rounding: number): Promise<unknown> =>
      bed.tryton.call("model.product.uom.write", [ids, { digits, rounding }]);
    await setDigits(0, 1);
    try {
      const told = { exit: 0, report: { counts: { failed: 0 } } };
      expect(await rig.import({ ledger: false })).toMatchObject(told);
      const before = await rig.standing();
      expect(await rig.import({ ledger: false })).toMatchObject({ exit: 0, calls: 0 });
      for (let round = 0; round < 2; round += 1) {
        rig.forget();
        expect(await rig.import({ ledger: false })).toMatchObject(told);
        expect(await rig.import({ ledger: false })).toMatchObject({ exit: 0, calls: 0 });
      }
      expect(await rig.standing()).toEqual(before);
    } finally {
      await setDigits(2, 0.01);
    }
  });

  test("an occupied warehouse is adopted without losing a field of its operator's", async () => {
    const unit = async (symbol: string): Promise<number> => {
      const search = [[["symbol", "=", symbol]], 0, null, null];
      const [id] = (await bed.tryton.call("model.product.uom.search", search)) as [number];
      return id;
    };
    const [kilo, centimetre, metre] = [await unit("kg"), await unit("cm"), await unit("m")];
    const decimal = (text: string): object => ({ __class__: "Decimal", decimal: text });
    const products = sampleProducts("OWN", 10);
    const templates = products.map(({ sku }, index) => ({
      name: `Operator ${index}`,
      code: sku.slice(0, 3),
      type: index % 2 === 0 ? "goods" : "assets",
      consumable: index % 2 === 0,
      default_uom: metre,
      cost_price_method: "average",
      list_price: decimal("3.3"),
      weight: 5.5,
      weight_uom: kilo,
      height: 12,
      height_uom: centimetre,
      products: [
        [
          "create",
          [
            {
              suffix_code: sku.slice(3),
              description: "operator's",
              cost_price: decimal("2.2"),
              identifiers: [
                [
                  "create",
                  [
                    { type: "isbn", code: "9780306406157" },
                    { type: null, code: "shelf" },
                  ],
                ],
              ],
            },
          ],
        ],
      ],
    }));
    await bed.tryton.call(methods.create, [templates]);
    const rig = open(products);
    const own = [
      "template",
      "type",
      "consumable",
      "default_uom",
      "cost_price_method",
      "cost_price",
      "height",
      "height_uom",
    ];
    const deep = (): Promise<unknown> =>
      bed.tryton.call("model.product.product.search_read", [
        [["code", "in", products.map(({ sku }) => sku)]],
        0,
        null,
        [["id", "ASC"]],
        [...own, "suffix_code", "prefix_code"],
      ]);
    const heights = (rows: unknown): unknown =>
      (rows as Record<string, unknown>[]).map((row, index) =>
        products[index]?.height_in === undefined ? row : { ...row, height: 0, height_uom: 0 },
      );
    const before = await deep();
    const run = await rig.import({ ledger: false });
    expect(run).toMatchObject({ exit: 0, report: { counts: { created: 0, updated: 10 } } });
    expect(heights(await deep())).toEqual(heights(before));
    const standing = await rig.standing();
    for (const { code, name, description, weight, identifiers, listPrice } of standing) {
      const wanted = rig.shop.get(code ?? "");
      expect(name).toBe(wanted?.name);
      if (wanted?.description === undefined && wanted?.description_short === undefined)
        expect(description).toBe("operator's");
      if (wanted?.weight_lbs === undefined && wanted?.weight_kg === undefined)
        expect(weight).toEqual({ value: 5.5, uom: "kg" });
      if (wanted?.retail_price === undefined) expect(listPrice).toBe("3.3");
      expect(identifiers[0]).toMatchObject({ type: "isbn", code: "9780306406157" });
    }
    expect(await rig.import({ ledger: false })).toMatchObject({ exit: 0, calls: 0 });
    rig.forget();
    const writesBefore = writes();
    expect(await rig.import({ ledger: false })).toMatchObject({
      exit: 0,
      report: { counts: { unchanged: 10 } },
    });
    expect(writes()).toBe(writesBefore);
    expect(await rig.standing()).toEqual(standing);
  });

  test("four variants of one template get what is theirs; what they share stays the operator's", async () => {
    const sizes = ["S", "M", "L", "XL"];
    const template = {
      name: "Shirt",
      code: "SHIRT-",
      type: "goods",
      default_uom: 1,
      products: [["create", sizes.map((size) => ({ suffix_code: size }))]],
    };
    await bed.tryton.call(methods.create, [[template]]);
    const rig = open(
      sizes.map((size, index) => ({
        sku: `SHIRT-${size}`,
        name: `Shirt ${size}`,
        description: `Size ${size}`,
        UPC: ["4006381333931", "036000291452", "96385074", "10012345678902"][index] ?? "",
        retail_price: `${index}.50`,
        weight_lbs: index + 1,
      })),
    );
    const shared = { name: "Shirt", listPrice: null, weight: null, templateCode: "SHIRT-" };
    const expectAll = async (word: string): Promise<void> => {
      const standing = await rig.standing();
      expect(standing).toMatchObject(
        sizes.map((size) => ({
          ...shared,
          code: `SHIRT-${size}`,
          description: `${word} ${size}`,
          identifiers: [{ type: "ean", code: rig.shop.get(`SHIRT-${size}`)?.UPC }],
        })),
      );
    };
    expect(await rig.import()).toMatchObject({ exit: 0, report: { counts: { updated: 4 } } });
    await expectAll("Size");
    expect(bed.count(methods.update)).toBe(1);
    expect(await rig.import()).toMatchObject({ exit: 0, calls: 0 });
    for (const size of sizes) edit(rig, `SHIRT-${size}`, { name: "Other", description: `Large ${size}` });
    breakAt(bed, "Large L");
    expect(await rig.import()).toMatchObject({ exit: 3, report: { counts: { updated: 3, failed: 1 } } });
    bed.relay.decide = () => "pass";
    expect(await rig.import()).toMatchObject({ exit: 0, report: { counts: { updated: 1 } } });
    await expectAll("Large");
    edit(rig, "SHIRT-M", { retail_price: "99.00" });
    expect(await rig.import()).toMatchObject({ exit: 0, report: { counts: { updated: 0 } } });
  });
});
