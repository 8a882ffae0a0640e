import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import type { Product } from "../../src/model/product.js";
import { startAmazonShop } from "../../src/sandbox/amazon/server.js";
import { startEtsyShop } from "../../src/sandbox/etsy/server.js";
import type { SandboxShop } from "../../src/sandbox/sandbox.js";
import { startShopifyShop } from "../../src/sandbox/shopify/server.js";
import { startWooShop } from "../../src/sandbox/woocommerce/server.js";
import { connect, readCatalogue, type Told } from "../support/psync-process.js";
import { openTryton, standing } from "../support/tryton-occupied.js";
import { describeTryton, type TrytonProduct } from "../support/tryton.js";
import { expectedInTryton } from "../support/warehouse-expected.js";
import { type Installed, installPsync } from "./installed.js";

interface Cart {
  readonly start: () => Promise<SandboxShop>;
  readonly options?: object;
}

/** What was seen of one cart's imports. */
interface Evidence {
  readonly catalogue: readonly Product[];
  readonly first: Told;
  readonly stands: readonly object[];
  readonly second: Told;
  readonly lost: Told;
  /** As Tryton shows them before and after the import without state. */
  readonly before: readonly TrytonProduct[];
  readonly after: readonly TrytonProduct[];
}

/** Just large enough that every odd product of the sample is among them. */
const carts = {
  woocommerce: { start: () => startWooShop({ products: 116 }) },
  shopify: {
    start: () => startShopifyShop({ products: 96 }),
    options: { inventoryLocation: "Harbor Warehouse" },
  },
  // A token that may be used again: a lost state loses the one that replaced it.
  etsy: { start: () => startEtsyShop({ listings: 116, strictRotation: false }) },
  amazon: { start: () => startAmazonShop({ listings: 62, reportDelayMs: 0 }) },
} satisfies Readonly<Record<string, Cart>>;

describeTryton("psync, installed, into a real Tryton", () => {
  const evidence = new Map<string, Evidence>();
  const opened: { close(): Promise<void> }[] = [];
  let installed: Installed;

  beforeAll(async () => {
    installed = installPsync();
    // All at once: Amazon's reports take their time.
    await Promise.all(Object.entries(carts).map(([name, cart]) => importAll(name, cart)));
  }, 120_000);

  afterAll(async () => {
    for (const one of opened) await one.close();
    installed.remove();
  });

  /** Imports three times: the first time, again, and without state. */
  async function importAll(name: string, { start, options = {} }: Cart): Promise<void> {
    const shop = await start();
    opened.push(shop);
    const warehouse = await openTryton();
    opened.push(warehouse);
    const { tryton, destination } = warehouse;
    const folder = installed.folder();
    const from = { source: shop.config, options };
    const catalogue = await readCatalogue(installed.bin, join(folder, "file"), from);
    const connection = connect(installed.bin, join(folder, "tryton"), { ...from, destination });
    const first = await connection.run("import", "--yes");
    const stands = await standing(tryton);
    const second = await connection.run("import", "--yes");
    const before = await tryton.products();
    connection.loseState();
    const lost = await connection.run("import", "--yes");
    const after = await tryton.products();
    evidence.set(name, { catalogue, first, stands, second, lost, before, after });
  }

  test.each(Object.keys(carts))("%s: every product is there once, right in every field", (cart) => {
    const { catalogue = [], first, stands } = evidence.get(cart) ?? {};
    expect(catalogue.length).toBeGreaterThan(50);
    expect(first?.counts).toMatchObject({ created: catalogue.length, updated: 0, failed: 0 });
    expect(stands).toEqual(catalogue.map((product) => expectedInTryton(product, false)));
  });

  test.each(Object.keys(carts))("%s: a second run asks for nothing, a lost state writes nothing", (cart) => {
    const { catalogue, second, lost, before = [], after } = evidence.get(cart) ?? {};
    const idle = { created: 0, updated: 0, failed: 0, unchanged: catalogue?.length };
    expect(second?.counts).toMatchObject(idle);
    expect(second?.requests.destination.sent).toBe(0);
    expect(lost?.counts).toMatchObject(idle);
    // To the microsecond of the last write.
    expect(before).toHaveLength(catalogue?.length ?? 0);
    expect(after).toEqual(before);
  });
});
