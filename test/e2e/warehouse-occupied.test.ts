import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

import type { Product } from "../../src/model/product.js";
import type { WarehouseItem } from "../../src/sandbox/extensiv-3pl/model.js";
import { sampleItems } from "../../src/sandbox/extensiv-3pl/sample.js";
import { type ExtensivWarehouse, startExtensivWarehouse } from "../../src/sandbox/extensiv-3pl/server.js";
import { sampleCatalogue } from "../../src/sandbox/woocommerce/catalogue.js";
import { startWooShop, type WooShop } from "../../src/sandbox/woocommerce/server.js";
import { ownItem } from "../support/extensiv-own.js";
import { connect, readCatalogue } from "../support/psync-process.js";
import { adoptedItem, expectedItem } from "../support/warehouse-expected.js";
import { builtBin } from "./installed.js";

type Body = Readonly<Record<string, unknown>>;

let home: string;
let shop: WooShop;
let catalogue: readonly Product[];
const opened: ExtensivWarehouse[] = [];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "psync-warehouse-e2e-"));
  shop = await startWooShop({ catalogue: sampleCatalogue({ products: 24, odd: false }) });
  catalogue = await readCatalogue(builtBin, join(home, "file"), { source: shop.config });
});

afterAll(async () => {
  await shop.close();
  for (const warehouse of opened) await warehouse.close();
  rmSync(home, { recursive: true });
});

const fold = (sku: string): string => sku.toLowerCase();

/**
 * A warehouse that does not know every third product of the cart; the others are set up in all the ways of the sample,
 * some of them in small letters.
 */
async function openOccupied(): Promise<ExtensivWarehouse> {
  const warehouse = await startExtensivWarehouse({ items: sampleItems });
  opened.push(warehouse);
  const taken = new Set(warehouse.items().map(({ sku }) => fold(sku)));
  const models = sampleItems.filter(({ kit }) => (kit as Body | undefined)?.["components"] === undefined);
  for (const [at, { sku }] of catalogue.entries()) {
    const { readOnly: _, ...model } = models[at % models.length] ?? {};
    if (at % 3 !== 0 && !taken.has(fold(sku)))
      warehouse.put({ ...model, sku: at % 2 === 0 ? sku : fold(sku) });
  }
  for (const [at, { sku }] of warehouse.items().entries()) warehouse.stock(sku, at);
  return warehouse;
}

/** The fields of a plan that say something else of an item than before. */
function changedFields(old: WarehouseItem, next: WarehouseItem): Set<string> {
  const fields: Readonly<Record<string, string>> = {
    description: "name",
    description2: "description_short",
    upc: "UPC",
    price: "retail_price",
    weight: "weight_lbs",
    length: "length_in",
    width: "width_in",
    height: "height_in",
  };
  const sizes = (item: WarehouseItem, name: string): unknown =>
    ["inventoryUnit", "packageUnit"].map(
      (unit) => ((item.options[unit] as Body | undefined)?.["imperial"] as Body | undefined)?.[name],
    );
  const changed = Object.entries(fields).filter(
    ([place]) =>
      JSON.stringify([old[place], sizes(old, place)]) !== JSON.stringify([next[place], sizes(next, place)]),
  );
  return new Set(changed.map(([, field]) => field));
}

describe("psync into a 3PL Warehouse Manager that an operator works in", () => {
  test.each([false, true])(
    "adopts by SKU and loses nothing, prices: %s",
    async (priceSync) => {
      const warehouse = await openOccupied();
      const destination = { ...warehouse.config, requestsPerMinute: 6000 };
      const connection = connect(builtBin, join(home, `prices-${priceSync}`), {
        source: shop.config,
        destination,
        options: { priceSync },
      });
      const before = warehouse.items();
      const stocks = [...warehouse.stocks()];

      const dry = await connection.run("import", "--dry-run");
      expect(warehouse.items()).toEqual(before);
      const [creates = [], updates = []] = ["create", "update"].map((kind) =>
        (dry.plan ?? []).filter(({ action }) => action === kind),
      );
      const off = await connection.run("import", "--yes", "--no-updates");
      expect(off.counts).toMatchObject({ created: creates.length, updated: 0, failed: 0 });
      expect(off.issues.filter(({ code }) => code === "updates-off")).toHaveLength(updates.length);
      expect(warehouse.items().slice(0, before.length)).toEqual(before);
      const on = await connection.run("import", "--yes");
      expect(on.counts).toMatchObject({ created: 0, updated: updates.length, failed: 0 });

      const after = warehouse.items();
      const known = new Map(catalogue.map((product) => [fold(product.sku), product]));
      expect(after.slice(0, before.length).map(ownItem)).toEqual(
        before.map((item) => {
          const product = known.get(fold(item.sku));
          return product === undefined ? ownItem(item) : adoptedItem(ownItem(item), product, priceSync);
        }),
      );
      const made = after.slice(before.length);
      expect(made.map(({ sku }) => sku).sort()).toEqual(creates.map(({ sku }) => sku).sort());
      for (const item of made) {
        const product = known.get(fold(item.sku));
        expect(ownItem(item)).toEqual(product && expectedItem(product, priceSync));
      }
      for (const [at, old] of before.entries()) {
        const [next, entry] = [after[at], updates.find(({ sku }) => sku === old.sku)];
        if (next === undefined || entry === undefined) expect(next).toEqual(old);
        else expect(new Set(Object.keys(entry.fields))).toEqual(changedFields(old, next));
      }
      expect([...warehouse.stocks()]).toEqual(stocks);

      const idle = { created: 0, updated: 0, failed: 0 };
      const second = await connection.run("import", "--yes");
      expect(second).toMatchObject({ counts: idle, requests: { destination: { sent: 0 } } });
      connection.loseState();
      expect((await connection.run("import", "--yes")).counts).toMatchObject(idle);
      expect(warehouse.items()).toEqual(after);
    },
    60_000,
  );
});
