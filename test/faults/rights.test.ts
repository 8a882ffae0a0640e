import { describe, expect, test } from "@jest/globals";

import type { Fault } from "../../src/sandbox/woocommerce/fault.js";
import { expectDone, expectRepaired, expectSound } from "./rig.js";
import { met, script } from "./script.js";
import { createWooRigs, isList } from "./woo-rig.js";

const { open } = createWooRigs();

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
    await expectDone(rig, told);
  });
});
