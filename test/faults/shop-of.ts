import type { Body } from "../../src/sandbox/woocommerce/model.js";
import { sampleCatalogue } from "../../src/sandbox/woocommerce/catalogue.js";
import type { WooShop } from "../../src/sandbox/woocommerce/server.js";
import type { WooBed } from "../support/woo-bed.js";
import { type Rig, type RigOptions } from "./rig.js";
import { openRig } from "./woo-rig.js";

export interface ShopOf {
  readonly shop: WooShop;
  readonly rig: Rig;
  /** Of the products, in their order. */
  readonly ids: readonly number[];
}

/** A shop in kg and cm that holds exactly these products, and a rig on it. */
export async function openShopOf(
  bed: WooBed,
  products: readonly Body[],
  options: RigOptions = {},
): Promise<ShopOf> {
  const facts = { weightUnit: "kg", dimensionUnit: "cm" } as const;
  const shop = await bed.openShop({ catalogue: sampleCatalogue({ products: 0, facts }) });
  const ids = products.map((body, index) => {
    const { status, ...patch } = body;
    const id = shop.add({ name: `Product ${index}`, sku: `SKU-${index}`, regular_price: "1.00" });
    // As a row of the database, so that nothing is checked or derived on its way in.
    shop.editBySql(id, { ...patch, ...(status === undefined ? {} : { status }) });
    return id;
  });
  const rig = openRig(shop, { clock: bed.clock, ...options });
  return { shop, rig, ids };
}
