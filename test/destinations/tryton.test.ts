import { describe, expect, test } from "@jest/globals";

import type { Product } from "../../src/model/product.js";
import { destinationSuite, toChange } from "../conformance/destination.js";
import { describeTryton, type TrytonProduct } from "../support/tryton.js";
import { failures, findOne, methods, useTrytonBed, writeAll } from "./tryton-bed.js";

const mug: Product = {
  sku: "MUG-1",
  name: "Mug",
  description: "<p>A mug.</p><p>Blue.</p>",
  UPC: "036000291452",
  retail_price: "19.995",
  weight_lbs: 0.7496,
  length_in: 3.5,
  width_cm: 10.12,
  height_in: 4,
};

function decimal(text: string): object {
  return { __class__: "Decimal", decimal: text };
}

describeTryton("src/destinations/tryton/index.ts", () => {
  const bed = useTrytonBed();

  describe("conformance", () => {
    destinationSuite("src/destinations/tryton", {
      kind: "server",
      async open() {
        await bed.clear();
        const codes = (sku: string): Promise<readonly TrytonProduct[]> => bed.tryton.products([sku]);
        return {
          destination: bed.shared.destination,
          snapshot: () => bed.tryton.products(),
          refuse: (sku) => bed.refuse(sku),
          loseAnswer(how) {
            bed.relay.decide = ({ method }) => {
              if (method !== methods.create && method !== methods.update) return "pass";
              bed.relay.decide = () => "pass";
              return how === "cut" ? "lose-answer" : "break-answer";
            };
          },
          standing: async (sku) => (await codes(sku)).length,
          async setUp(sku) {
            const [product] = await codes(sku);
            const isbn = { type: "isbn", code: "9780306406157" };
            await bed.tryton.call(methods.update, [
              [product?.templateId],
              {
                consumable: true,
                cost_price_method: "average",
                products: [
                  ["write", [product?.id], { cost_price: decimal("4.5"), identifiers: [["create", [isbn]]] }],
                ],
              },
            ]);
          },
          async setUpOf(sku) {
            const fields = ["cost_price", "consumable", "cost_price_method", "default_uom"];
            const params = [[["code", "=", sku]], 0, null, null, fields];
            const [product] = await codes(sku);
            const rows = await bed.tryton.call("model.product.product.search_read", params);
            return [rows, product?.identifiers.filter(({ type }) => type === "isbn")];
          },
        };
      },
    });
  });

  test("a product comes right in every place, and is found as its shape says", async () => {
    const client = bed.shared;
    const [result] = await writeAll(client.destination, [toChange(mug)]);
    const [standing] = await bed.tryton.products();
    expect(result).toEqual({
      sku: "MUG-1",
      outcome: "written",
      remoteId: String(standing?.id),
      reserved: [],
    });
    expect(standing).toMatchObject({
      code: "MUG-1",
      templateCode: "MUG-1",
      suffixCode: null,
      name: "Mug",
      description: "A mug.\n\nBlue.",
      listPrice: "19.995",
      costPrice: "0",
      // As a scale in grams has it: 340 g are 0.7496 lb, which a pound of two decimals cannot tell.
      weight: { value: 340, uom: "g" },
      length: { value: 3.5, uom: "in" },
      width: { value: 101.2, uom: "mm" },
      height: { value: 4, uom: "in" },
      identifiers: [{ type: "ean", code: "036000291452" }],
      type: "goods",
      defaultUom: "u",
      quantity: 0,
    });
    const found = await findOne(client, "MUG-1");
    expect(found?.values).toEqual(client.destination.shape?.(mug));
    expect(found?.values).toMatchObject({ weight_lbs: 0.7496, width_in: 3.9843 });
    // Log-in, facts, rights; then look, create, ids; then one call to find.
    expect(bed.relay.calls.slice(-1)).toEqual(["model.product.product.search_read"]);
  });

  test("what psync does not know stays open, and a name there must be", async () => {
    const client = bed.shared;
    await writeAll(client.destination, [toChange({ sku: "BARE", UPC: "12345" })]);
    expect(await bed.tryton.products()).toMatchObject([
      {
        name: "BARE",
        description: null,
        listPrice: null,
        weight: null,
        length: null,
        identifiers: [{ type: null, code: "12345" }],
      },
    ]);
    expect((await findOne(client, "BARE"))?.values).toEqual({ sku: "BARE", name: "BARE", UPC: "12345" });
  });

  test("an operator's own values, units and identifiers survive, and equal values are not written", async () => {
    const isbn = { type: "isbn", code: "9780306406157" };
    const note = { type: null, code: "shelf 7" };
    await bed.tryton.call(methods.create, [
      [
        {
          name: "Mug",
          code: "MUG",
          type: "goods",
          default_uom: 2,
          weight: 0.34,
          weight_uom: 2,
          length: 10.12,
          length_uom: 14,
          products: [
            [
              "create",
              [
                {
                  suffix_code: "-1",
                  identifiers: [["create", [isbn, note, { type: "ean", code: "0036000-291452" }]]],
                },
              ],
            ],
          ],
        },
      ],
    ]);
    const client = bed.shared;
    const item = await findOne(client, "MUG-1");
    expect(item?.values).toEqual({
      sku: "MUG-1",
      name: "Mug",
      UPC: "0036000291452",
      weight_lbs: 0.7496,
      length_in: 3.9843,
    });
    expect(item?.reserved).toBeUndefined();
    const before = await bed.tryton.products();
    const { destination } = client;
    const same = { sku: "MUG-1", name: "Mug", UPC: "036000291452", weight_lbs: 0.7496, length_in: 3.9843 };
    expect(await writeAll(destination, [toChange(same, "update", item?.id)])).toHaveLength(1);
    expect(await bed.tryton.products()).toEqual(before);
    await writeAll(destination, [
      toChange({ sku: "MUG-1", UPC: "4006381333931", weight_lbs: 0.75 }, "update", item?.id),
    ]);
    expect(await bed.tryton.products()).toMatchObject([
      {
        code: "MUG-1",
        templateCode: "MUG",
        name: "Mug",
        defaultUom: "kg",
        weight: { value: 0.75, uom: "lb" },
        length: { value: 10.12, uom: "cm" },
        identifiers: [isbn, note, { type: "ean", code: "4006381333931" }],
      },
    ]);
  });

  test("what variants share is reserved, and stays when one of them is written", async () => {
    const variants = ["-S", "-M"].map((suffix) => ({ suffix_code: suffix }));
    const template = {
      name: "Shirt",
      code: "SHIRT",
      type: "goods",
      default_uom: 1,
      products: [["create", variants]],
    };
    await bed.tryton.call(methods.create, [[template]]);
    const client = bed.shared;
    const shared = ["name", "retail_price", "weight_lbs", "length_in", "width_in", "height_in"];
    const item = await findOne(client, "SHIRT-S");
    expect([...(item?.reserved ?? [])].sort()).toEqual([...shared].sort());
    const change = toChange(
      { sku: "SHIRT-S", name: "Small", description: "small", retail_price: "5.00" },
      "update",
    );
    const [result] = await writeAll(client.destination, [change]);
    expect(result).toMatchObject({ outcome: "written", reserved: item?.reserved });
    const products = await bed.tryton.products(["SHIRT-S", "SHIRT-M"]);
    expect(products.map(({ name, description, listPrice }) => [name, description, listPrice])).toEqual([
      ["Shirt", "small", null],
      ["Shirt", null, null],
    ]);
  });

  test("an inactive product holds no SKU", async () => {
    const client = bed.shared;
    await writeAll(client.destination, [toChange(mug)]);
    const [old] = await bed.tryton.products();
    await bed.tryton.call("model.product.product.write", [[old?.id], { active: false }]);
    expect(await findOne(client, "MUG-1")).toBeUndefined();
    await writeAll(client.destination, [
      toChange({ sku: "MUG-1", name: "Other" }, "update", String(old?.id)),
    ]);
    const products = await bed.tryton.products();
    expect(products.map(({ name, active }) => [name, active])).toEqual([
      ["Mug", false],
      ["Other", true],
    ]);
  });

  test("sequences that make up codes: the SKU goes where they do not reach", async () => {
    const types = (await bed.tryton.call("model.ir.sequence.type.search_read", [
      [["name", "in", ["Variant", "Product"]]],
      0,
      null,
      null,
      ["name"],
    ])) as { id: number; name: string }[];
    const sequence = async (kind: RegExp): Promise<number> => {
      const type = types.find(({ name }) => kind.test(name))?.id;
      const [id] = (await bed.tryton.call("model.ir.sequence.create", [
        [{ name: "codes", sequence_type: type, prefix: "X" }],
      ])) as [number];
      return id;
    };
    const [product, template] = [await sequence(/^Variant$/), await sequence(/^Product$/)];
    const set = (values: object): Promise<unknown> =>
      bed.tryton.call("model.product.configuration.write", [[1], values]);
    try {
      await set({ product_sequence: product });
      expect(
        failures(await writeAll(bed.open().destination, [toChange({ sku: "S-1", name: "one" })])),
      ).toEqual([]);
      await set({ template_sequence: template });
      const { destination } = bed.open();
      expect(failures(await writeAll(destination, [toChange({ sku: "S-2", name: "two" })]))).toEqual([]);
      expect((await bed.tryton.products()).map(({ code }) => code)).toEqual(["S-1", "S-2"]);
      await expect(writeAll(destination, [toChange({ sku: "S", name: "short" })])).rejects.toThrow(
        /gave the new product S the code SX/,
      );
    } finally {
      await set({ product_sequence: null, template_sequence: null });
    }
  });

  test("prices are those of the user's company", async () => {
    const [currency] = (await bed.tryton.call("model.currency.currency.create", [
      [{ name: "USD", symbol: "$", code: "USD" }],
    ])) as [number];
    const [party] = (await bed.tryton.call("model.party.party.create", [[{ name: "Co" }]])) as [number];
    const [company] = (await bed.tryton.call("model.company.company.create", [[{ party, currency }]])) as [
      number,
    ];
    const id = await bed.tryton.createUser({
      name: "local",
      password: bed.password,
      groups: ["Product Administration"],
    });
    await bed.tryton.call("model.res.user.write", [[id], { companies: [["add", [company]]], company }]);
    const [local, common] = [bed.open({ username: "local" }), bed.open()];
    await writeAll(common.destination, [toChange({ sku: "P", name: "P", retail_price: "1.00" })]);
    expect((await findOne(local, "P"))?.values.retail_price).toBe("1.00");
    await writeAll(local.destination, [toChange({ sku: "P", retail_price: "2.00" }, "update")]);
    expect((await findOne(local, "P"))?.values.retail_price).toBe("2.00");
    expect((await findOne(common, "P"))?.values.retail_price).toBe("1.00");
  });
});
