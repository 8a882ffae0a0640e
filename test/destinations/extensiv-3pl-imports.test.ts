import { describe, expect, test } from "@jest/globals";

import type { ProductDraft } from "../../src/model/product.js";
import { sampleCatalogue as etsyCatalogue } from "../../src/sandbox/etsy/catalogue.js";
import type { ExtensivWarehouse } from "../../src/sandbox/extensiv-3pl/server.js";
import { openStateStore } from "../../src/state/open.js";
import { createAmazonRigs } from "../faults/amazon-rig.js";
import { createEtsyRigs } from "../faults/etsy-rig.js";
import { expectWhole, type Imported, type ImportOptions, type Rig } from "../faults/rig.js";
import { createShopifyRigs } from "../faults/shopify-rig.js";
import { createWooRigs } from "../faults/woo-rig.js";
import { useExtensivBed } from "../support/extensiv-bed.js";
import { ownItem } from "../support/extensiv-own.js";
import { expectedItem, withoutCaseTwins } from "../support/warehouse-expected.js";

const [woo, shopify, etsy, amazon] = [
  createWooRigs(),
  createShopifyRigs(),
  createEtsyRigs(),
  createAmazonRigs(),
];

interface Opened {
  readonly rig: Rig;
  /** Gives listings without a name one. */
  readonly nameAll: (skus: readonly string[]) => Promise<void>;
}

const named = {
  nameAll: (skus: readonly string[]): Promise<void> => Promise.resolve(expect(skus).toEqual([])),
};

/** Just large enough that every odd product of the sample is among them. */
const carts = {
  woocommerce: async (): Promise<Opened> => ({ ...(await woo.open({ products: 116 })), ...named }),
  shopify: async (): Promise<Opened> => ({ ...(await shopify.open({ products: 96 })), ...named }),
  etsy: async (): Promise<Opened> => {
    const catalogue = etsyCatalogue({ listings: 116 });
    return { ...(await etsy.open({ catalogue })), ...named };
  },
  amazon: async (): Promise<Opened> => {
    const { rig, shop } = await amazon.open({ listings: 62, odd: true });
    return {
      rig,
      nameAll: async (skus) => {
        for (const sku of skus) shop.edit(sku, { name: "Named at last" });
        await amazon.later();
      },
    };
  },
};

const bed = useExtensivBed();

/** An import into the warehouse, as a process of its own has it. `sent` counts its requests to the warehouse. */
async function importInto(
  warehouse: ExtensivWarehouse,
  rig: Rig,
  how: ImportOptions = {},
): Promise<Imported & { readonly sent: number }> {
  const { destination } = bed.openClient(warehouse);
  const before = warehouse.requests.length;
  const run = await rig.import({
    ...how,
    wrap: (own) => ({
      destination,
      projection: {
        ...own.projection,
        fields: destination.features.fields,
        shape: (product: ProductDraft) => destination.shape?.(product) ?? product,
      },
    }),
  });
  return { ...run, sent: warehouse.requests.length - before };
}

/** The state file is gone. */
const withoutState = (rig: Rig): Pick<ImportOptions, "openStore"> => ({
  openStore: () => openStateStore(`sqlite:${rig.folder}/lost.sqlite`),
});

type Body = Readonly<Record<string, unknown>>;

const writes = ({ requests }: ExtensivWarehouse): number =>
  requests.filter(({ method, url }) => method !== "GET" && !url.includes("/Token")).length;

function inOrder<Row extends { readonly sku: string }>(rows: readonly Row[]): Row[] {
  return [...rows].sort((one, other) => Buffer.compare(Buffer.from(one.sku), Buffer.from(other.sku)));
}

describe("src/destinations/extensiv-3pl/index.ts, with each cart", () => {
  test.each(Object.keys(carts) as (keyof typeof carts)[])(
    "%s: every product is there once, right in every field; a second run asks for nothing; prices follow later",
    async (cart) => {
      const { rig, nameAll } = await carts[cart]();
      expectWhole(rig, await rig.import({ priceSync: true }));
      const products = withoutCaseTwins(rig.products());
      expect(products.length).toBeGreaterThan(50);
      const nameless = products.filter(({ name }) => name === undefined);
      const warehouse = await bed.openWarehouse();
      const standing = (): Body[] => inOrder(warehouse.items()).map(ownItem);

      const first = await importInto(warehouse, rig);
      expect(first.report.counts).toMatchObject({ created: products.length, updated: 0, failed: 0 });
      // The warehouse demands a name: until there is one it is the SKU.
      const called = products.map((product) => ({ name: product.sku, ...product }));
      expect(standing()).toEqual(called.map((product) => expectedItem(product, false)));
      await nameAll(nameless.map(({ sku }) => sku));
      if (nameless.length > 0)
        expect((await importInto(warehouse, rig)).report.counts).toMatchObject({
          created: 0,
          updated: nameless.length,
          failed: 0,
        });
      const whole = products.map((product) => ({ name: "Named at last", ...product }));
      const bare = whole.map((product) => expectedItem(product, false));
      expect(standing()).toEqual(bare);

      const idle = { created: 0, updated: 0, failed: 0, unchanged: whole.length };
      const second = await importInto(warehouse, rig);
      expect(second.report.counts).toMatchObject(idle);
      expect(second.sent).toBe(0);

      const written = writes(warehouse);
      const lost = await importInto(warehouse, rig, withoutState(rig));
      expect(lost.report.counts).toMatchObject(idle);
      expect(writes(warehouse)).toBe(written);

      const priced = whole.map((product) => expectedItem(product, true));
      const count = priced.filter(({ price }) => price !== undefined).length;
      const withPrices = { priceSync: true, request: { force: true } };
      const dear = await importInto(warehouse, rig, withPrices);
      expect(dear.report.counts).toMatchObject({ created: 0, updated: count, failed: 0 });
      expect(dear.plan?.fields).toEqual({ retail_price: count });
      expect(standing()).toEqual(priced);
      // Off again: what stands there stays, and costs nothing.
      const before = writes(warehouse);
      for (const priceSync of [true, false, false]) {
        const again = await importInto(warehouse, rig, { priceSync });
        expect(again.report.counts).toMatchObject(idle);
        expect(again.sent).toBe(0);
      }
      expect(writes(warehouse)).toBe(before);
      expect(standing()).toEqual(priced);
    },
  );

  test.each(["etsy", "amazon"] as const)("%s: with price sync from the first run on", async (cart) => {
    const { rig } = await carts[cart]();
    await rig.import({ priceSync: true });
    const products = withoutCaseTwins(rig.products()).map((product) => ({ name: product.sku, ...product }));
    const warehouse = await bed.openWarehouse();
    const first = await importInto(warehouse, rig, { priceSync: true });
    expect(first.report.counts).toMatchObject({ created: products.length, updated: 0 });
    const items = inOrder(warehouse.items()).map(ownItem);
    expect(items).toEqual(products.map((product) => expectedItem(product, true)));
    expect(items.filter(({ price }) => price !== undefined).length).toBeGreaterThan(40);
  });
});
