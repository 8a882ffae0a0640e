import { afterEach, describe, expect, test } from "@jest/globals";

import type { Fault } from "../../src/sandbox/woocommerce/fault.js";
import type { WooShop, WooShopOptions } from "../../src/sandbox/woocommerce/server.js";
import { createWooBed } from "../support/woo-bed.js";
import { expectRepaired, expectSound, expectWhole, type Rig } from "./rig.js";
import { openRig } from "./woo-rig.js";
import { isList, met, script } from "./script.js";

const bed = createWooBed();
const rigs: Rig[] = [];

afterEach(async () => {
  for (const rig of rigs.splice(0)) rig.close();
  await bed.close();
});

async function open(options: WooShopOptions = {}): Promise<{ readonly shop: WooShop; readonly rig: Rig }> {
  const shop = await bed.openShop({ products: 130, ...options });
  const rig = openRig(shop, { clock: bed.clock });
  rigs.push(rig);
  return { shop, rig };
}

describe("credentials and rights", () => {
  test.each([1, 2])("R31, R32: a key that is refused from list %i on is code 12, at once", async (from) => {
    const { shop, rig } = await open();
    await rig.import();
    const before = rig.text();
    const [first] = shop.store.rows;
    shop.edit(first?.id ?? 0, { name: "Edited" });
    const refused: Fault = {
      name: "revoked",
      instead: () => ({
        status: 401,
        headers: {},
        json: { code: "woocommerce_rest_authentication_error", message: "Consumer key is invalid." },
      }),
    };
    shop.faults.add(script(refused, isList, { from }));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 12, error: { code: "key-refused" } });
    expect(met(shop)).toBe(1);
    expect(rig.text()).toBe(before);
    await expectSound(rig, run);
    await expectRepaired(rig);
  });

  test("R32: a key of a user without rights is code 12 and names the role; nothing else is begun", async () => {
    const { shop, rig } = await open({ role: "customer" });
    const run = await rig.import();
    expect(run.exit).toBe(12);
    expect((run.error as Error & { hint: string }).hint).toMatch(/shop manager or administrator/);
    expect(shop.requests.filter(({ url }) => url.includes("/products?"))).toHaveLength(1);
    expect(rig.text()).toBe("");
    await expectSound(rig, run);
  });

  test("R32: a key that may read products and not the settings: code 4 names the options to set; set, all is well", async () => {
    const { shop, rig } = await open();
    const forbidden: Fault = {
      name: "forbidden",
      instead: () => ({
        status: 403,
        headers: {},
        json: { code: "woocommerce_rest_cannot_view", message: "Sorry, you cannot view this resource." },
      }),
    };
    shop.faults.add(script(forbidden, ({ path }) => path.includes("/settings/") || path.includes("/store/")));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 4, error: { code: "unknown-units" } });
    expect((run.error as Error & { hint: string }).hint).toContain("source.weightUnit");
    expect(rig.text()).toBe("");
    const told = await rig.import({ settings: { weightUnit: "lbs", dimensionUnit: "in" } });
    expect(told.exit).toBe(0);
    await expectSound(rig, told);
    expectWhole(rig, told);
  });
});
