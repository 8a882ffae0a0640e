import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

import {
  type ExtensivOptions,
  type ExtensivWarehouse,
  startExtensivWarehouse,
} from "../../src/sandbox/extensiv-3pl/server.js";
import { sampleItems } from "../../src/sandbox/extensiv-3pl/sample.js";
import { sampleCatalogue } from "../../src/sandbox/woocommerce/catalogue.js";
import { startWooShop, type WooShop } from "../../src/sandbox/woocommerce/server.js";
import { connect, type Connection } from "../support/psync-process.js";
import { openTryton, type OpenTryton } from "../support/tryton-occupied.js";
import { describeTryton } from "../support/tryton.js";
import { builtBin } from "./installed.js";

let home: string;
let shop: WooShop;
let count = 0;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "psync-check-e2e-"));
  shop = await startWooShop({ catalogue: sampleCatalogue({ products: 12, odd: false }) });
  opened.push(shop);
});

afterAll(async () => {
  for (const one of opened) await one.close();
  rmSync(home, { recursive: true });
});

/** A connection of the shop to a destination, in a folder of its own. */
function open(destination: object): Connection {
  return connect(builtBin, join(home, String((count += 1))), { source: shop.config, destination });
}

/** A destination that cannot be used: what `test` and `import` end with, and the words that both must say. */
async function expectRefused(
  destination: object,
  code: number,
  words: readonly string[],
  tested: { readonly code: number } = { code },
): Promise<void> {
  const [told, run] = await Promise.all([
    open(destination).run("test"),
    open(destination).run("import", "--yes"),
  ]);
  expect([told.code, run.code]).toEqual([tested.code, code]);
  const failed = told.checks.filter(({ outcome }) => outcome === "fail" || outcome === "warn");
  const checks = failed.map(({ message, hint }) => `${message} ${hint ?? ""}`).join("\n");
  for (const word of words) {
    if (tested.code !== 0) expect(checks).toContain(word);
    expect(run.stderr).toContain(word);
  }
  expect(run.counts).toMatchObject({ created: 0, updated: 0 });
}

/** What a whole comparison tells, and with which outcome. */
async function compareAll(connection: Connection): Promise<readonly unknown[]> {
  const { code, checks, drift } = await connection.run("test", "--full");
  const failed = checks.filter(({ outcome }) => outcome === "fail").map(({ name }) => name);
  return [code, drift, failed];
}

describe("psync test against 3PL Warehouse Manager", () => {
  let warehouse: ExtensivWarehouse;
  beforeAll(async () => {
    warehouse = await openWarehouse({ items: sampleItems });
  });

  async function openWarehouse(options: ExtensivOptions): Promise<ExtensivWarehouse> {
    const started = await startExtensivWarehouse(options);
    opened.push(started);
    return started;
  }

  test("passes, says how far cart and warehouse are apart, and writes nothing", async () => {
    const connection = open(warehouse.config);
    const before = warehouse.items();
    expect(await compareAll(connection)).toEqual([0, { match: 0, differ: 8, missing: 12, extra: 0 }, []]);
    expect(warehouse.items()).toEqual(before);
    expect((await connection.run("import", "--yes")).counts).toMatchObject({ created: 12, updated: 8 });
    const { sku = "" } = warehouse.items().at(-1) ?? {};
    warehouse.edit(sku, { description: "Renamed by an operator" });
    const after = warehouse.items();
    const drift = { match: 19, differ: 1, missing: 0, extra: 0 };
    expect(await compareAll(connection)).toEqual([3, drift, ["in-step"]]);
    expect(warehouse.items()).toEqual(after);
  });

  test("a wrong secret is code 12 and says where to look", () =>
    expectRefused({ ...warehouse.config, clientSecret: "wrong" }, 12, [
      "client not registered",
      "destination.clientSecret",
      "Manage Credentials",
    ]));

  test("an unknown customer is code 4 and names those that there are", () =>
    expectRefused({ ...warehouse.config, customerId: 4711 }, 4, [
      "4711",
      "42 (Saltmarsh Supply)",
      "57 (Harbor Goods)",
    ]));

  test.each(["CustomerView", "ItemView", "ItemEdit"] as const)(
    "a missing role is code 12 and is named: %s",
    async (role) => {
      const all = ["CustomerView", "ItemView", "ItemEdit"] as const;
      const poor = await openWarehouse({ roles: all.filter((each) => each !== role) });
      // Whether items may be written cannot be seen without writing.
      const tested = { code: role === "ItemEdit" ? 0 : 12 };
      await expectRefused(poor.config, 12, [role, "Manage Credentials"], tested);
      expect(poor.items()).toEqual([]);
    },
  );

  test("a unit that no item has is a warning, and code 4 where the warehouse refuses it", async () => {
    const destination = { ...warehouse.config, unitOfMeasure: "Barrel" };
    const told = await open(destination).run("test");
    const [warned] = told.checks.filter(({ name }) => name === "destination unit of measure");
    expect(warned).toMatchObject({ outcome: "warn", message: expect.stringMatching(/"Barrel".*"Carton"/) });
    const empty = await openWarehouse({});
    const run = await open({ ...empty.config, unitOfMeasure: "Barrel" }).run("import", "--yes");
    expect(run).toMatchObject({ code: 4, error: { code: "no-such-unit" } });
    expect(run.stderr).toContain("Barrel does not exist");
    expect(empty.items()).toEqual([]);
  });
});

describeTryton("psync test against a real Tryton", () => {
  let warehouse: OpenTryton;
  beforeAll(async () => {
    warehouse = await openTryton();
    opened.push(warehouse);
  });

  test("passes, says how far cart and warehouse are apart, and writes nothing", async () => {
    const { tryton, destination } = warehouse;
    const connection = open(destination);
    expect(await compareAll(connection)).toEqual([0, { match: 0, differ: 0, missing: 20, extra: 0 }, []]);
    expect(await tryton.products()).toEqual([]);
    expect((await connection.run("import", "--yes")).counts).toMatchObject({ created: 20 });
    const [first, second] = await tryton.products();
    await tryton.call("model.product.template.write", [[first?.templateId], { name: "Renamed" }]);
    await tryton.call("model.product.product.write", [[second?.id], { active: false }]);
    const after = await tryton.products();
    const drift = { match: 18, differ: 1, missing: 1, extra: 0 };
    expect(await compareAll(connection)).toEqual([3, drift, ["in-step"]]);
    expect(await tryton.products()).toEqual(after);
  });

  test.each<[string, object, number, readonly string[]]>([
    ["an unknown database", { database: "nowhere" }, 4, ["no database nowhere", "It has: psync_"]],
    ["an unknown unit", { unitOfMeasure: "Barrel" }, 4, ["no unit Barrel", "Unit (u)", "Kilogram (kg)"]],
    ["a user without rights", { username: "reader" }, 12, ["create products", "Product Administration"]],
    // Last: every failure makes the next login slower.
    ["a wrong password", { password: "wrong" }, 12, ["password of psync", "destination.password"]],
  ])("%s is told with what to do", async (_name, change, code, words) => {
    const { tryton, destination } = warehouse;
    const before = await tryton.products();
    await expectRefused({ ...destination, ...change }, code, words);
    expect(await tryton.products()).toEqual(before);
  });
});
