import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { describeTryton, startTryton, type TestTryton, TrytonError } from "./tryton.js";

describeTryton("test/support/tryton.ts", () => {
  let tryton: TestTryton;
  beforeAll(async () => {
    tryton = await startTryton();
  });
  afterAll(() => tryton.close());

  const template = {
    name: "Mug",
    code: "MUG-1",
    type: "goods",
    default_uom: 1,
    list_price: { __class__: "Decimal", decimal: "9.90" },
    weight: 0.25,
    weight_uom: 2,
    products: [
      [
        "create",
        [{ description: "A mug", identifiers: [["create", [{ type: "ean", code: "4006381333931" }]]] }],
      ],
    ],
  };

  test("a product that was written is read with all that belongs to it", async () => {
    await tryton.call("model.product.template.create", [[template, { ...template, code: "MUG-2" }]]);
    const [mug, ...others] = await tryton.products(["MUG-1"]);
    expect(others).toEqual([]);
    expect(mug).toMatchObject({
      code: "MUG-1",
      suffixCode: null,
      name: "Mug",
      description: "A mug",
      listPrice: "9.90",
      weight: { value: 0.25, uom: "kg" },
      length: null,
      defaultUom: "u",
      identifiers: [{ type: "ean", code: "4006381333931" }],
      active: true,
      quantity: 0,
      writtenAt: expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    });
    await tryton.call("model.product.product.write", [[mug?.id], { active: false }]);
    expect(await tryton.products()).toMatchObject([{ code: "MUG-1", active: false }, { code: "MUG-2" }]);
  });

  test("a refusal is thrown in Tryton's words", async () => {
    const refused = tryton.call("model.product.template.create", [[{ ...template, name: "a\nb" }]]);
    await expect(refused).rejects.toThrow(/invalid chars/);
    await expect(refused).rejects.toBeInstanceOf(TrytonError);
  });

  test("a user has the rights of its groups", async () => {
    const password = "Plum-cask72";
    await tryton.createUser({ name: "reader", password });
    await tryton.createUser({ name: "writer", password, groups: ["Product Administration"] });
    const mayWrite = async (user: string): Promise<unknown> => {
      const response = await fetch(`${tryton.url}/${tryton.database}/`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
        },
        body: JSON.stringify({
          id: 1,
          method: "model.ir.model.access.get_access",
          params: [["product.template"], {}],
        }),
      });
      return response.json();
    };
    expect(await mayWrite("reader")).toMatchObject({ result: { "product.template": { read: 1, write: 0 } } });
    expect(await mayWrite("writer")).toMatchObject({ result: { "product.template": { read: 1, write: 1 } } });
    await expect(tryton.createUser({ name: "x", password, groups: ["Nobody"] })).rejects.toThrow(
      /no group Nobody/,
    );
  });

  test("a closed server is gone", async () => {
    const second = await startTryton({ settings: { database: { list: "False" } } });
    const list = { method: "POST", headers: { "content-type": "application/json" } };
    const body = JSON.stringify({ id: 1, method: "common.db.list", params: [] });
    expect((await fetch(second.url, { ...list, body })).status).toBe(403);
    expect(await second.products()).toEqual([]);
    await second.close();
    await expect(fetch(second.url)).rejects.toThrow();
  });
});
