import { afterEach, describe, expect, test } from "@jest/globals";
import { sampleItems } from "../../../src/sandbox/extensiv-3pl/sample.js";
import { startExtensivWarehouse, type ExtensivWarehouse } from "../../../src/sandbox/extensiv-3pl/server.js";
import { sampleCatalogue } from "../../../src/sandbox/woocommerce/catalogue.js";
import { ask, items, listed, update } from "./client.js";

const open: ExtensivWarehouse[] = [];

describe("src/sandbox/extensiv-3pl/sample.ts", () => {
  afterEach(async () => {
    await Promise.all(open.splice(0).map((warehouse) => warehouse.close()));
  });

  test("a careful client's GET and PUT loses nothing of any item", async () => {
    const warehouse = await startExtensivWarehouse({ items: sampleItems });
    open.push(warehouse);
    const before = warehouse.items();
    expect(before.length).toBe(sampleItems.length);
    expect(before).toMatchObject(sampleItems);
    for (const { itemId } of before) expect((await update(warehouse, itemId, {})).status).toBe(200);
    const own = (all: typeof before): unknown => all.map((item) => ({ ...item, readOnly: undefined }));
    expect(own(warehouse.items())).toEqual(own(before));
    expect(listed(await ask(warehouse, `${items}?rql=readOnly.deactivated==true`)).length).toBe(2);
  });

  test("eight SKUs are the WooCommerce sandbox's, one of them in other letters", () => {
    const catalogue = sampleCatalogue();
    const skus = catalogue.rows.slice(0, 60).map((row) => String(catalogue.item(row, "").body["sku"]));
    const own = sampleItems.map(({ sku }) => String(sku));
    const folded = own.filter((sku) => skus.some((other) => other.toLowerCase() === sku.toLowerCase()));
    expect(folded.length).toBe(8);
    expect(folded.filter((sku) => !skus.includes(sku))).toEqual(["plw-crt-00003"]);
  });
});
