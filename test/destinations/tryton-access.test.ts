import { expect, test } from "@jest/globals";

import { AuthError, ConfigError } from "../../src/errors.js";
import type { Product } from "../../src/model/product.js";
import type { CheckResult } from "../../src/model/report.js";
import { toChange } from "../conformance/destination.js";
import { describeTryton } from "../support/tryton.js";
import { failures, findOne, methods, useTrytonBed, type TrytonClient, writeAll } from "./tryton-bed.js";

const never = new AbortController().signal;
const mug: Product = {
  sku: "MUG-1",
  name: "Mug",
  retail_price: "19.995",
  weight_lbs: 0.7496,
  length_in: 1,
  width_in: 1,
  height_in: 1,
};

describeTryton("src/destinations/tryton/check.ts", () => {
  const bed = useTrytonBed();
  test("credentials, rights and names that are wrong are told before anything is written", async () => {
    const rows = [toChange(mug)];
    await expect(writeAll(bed.open({ username: "reader" }).destination, rows)).rejects.toThrow(AuthError);
    await expect(writeAll(bed.open({ username: "reader" }).destination, rows)).rejects.toThrow(
      /may not create products, write products/,
    );
    const unit = bed.open({ unitOfMeasure: "Pices" }).destination;
    await expect(writeAll(unit, rows)).rejects.toMatchObject({
      faults: [{ path: "destination.unitOfMeasure", hint: expect.stringContaining("Unit (u)") }],
    });
    const database = bed.open({ database: "none" }).destination;
    await expect(database.find(["A"], never)).rejects.toMatchObject({
      name: ConfigError.name,
      message: "Tryton has no database none",
      hint: `It has: ${bed.tryton.database}.`,
      faults: [{ path: "destination.database" }],
    });
    bed.relay.calls.length = 0;
    const wrong = bed.open({ username: "nobody", password: "wrong-password" });
    await expect(wrong.destination.find(["A"], never)).rejects.toThrow(AuthError);
    await expect(wrong.destination.find(["A"], never)).rejects.toThrow(/refused the password of nobody/);
    // A second try would only make the next login slower.
    expect(bed.relay.calls).toEqual(["common.db.login"]);
    expect(await bed.tryton.products()).toEqual([]);
  });

  test("a session that ended is opened anew, once; Basic needs none", async () => {
    const client = bed.open();
    await findOne(client, "A");
    let refused = false;
    bed.relay.decide = ({ method }) => {
      if (method !== methods.create || refused) return "pass";
      refused = true;
      return { status: 401, body: "" };
    };
    expect(failures(await writeAll(client.destination, [toChange(mug)]))).toEqual([]);
    expect(bed.count("common.db.login")).toBe(2);
    bed.relay.decide = ({ method }) => (method === "common.db.login" ? "pass" : { status: 401, body: "" });
    await expect(findOne(client, "A")).rejects.toThrow(/opened a session for psync and then refused it/);
    bed.relay.decide = () => "pass";
    bed.relay.calls.length = 0;
    expect(await findOne(bed.open({ auth: "basic" }), "MUG-1")).toBeDefined();
    expect(bed.count("common.db.login")).toBe(0);
  });

  async function check(client: TrytonClient): Promise<CheckResult[]> {
    const results: CheckResult[] = [];
    for await (const result of client.destination.check(never)) results.push(result);
    return results;
  }

  test("check says what is in order and what is not, and writes nothing", async () => {
    const good = await check(bed.open());
    expect(good.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(
      ["reachable", "database", "credentials", "modules", "rights", "unit of measure"].map(
        (name) => `destination ${name} pass`,
      ),
    );
    expect(good[0]?.message).toMatch(/^Tryton 6\.\d/);
    const of = async (settings: object, name: string): Promise<CheckResult | undefined> =>
      (await check(bed.open(settings))).find((result) => result.name === name);
    expect(await of({ database: "none" }, "destination database")).toMatchObject({
      outcome: "fail",
      exitCode: 4,
    });
    expect(
      await of({ username: "nemo", password: "wrong-password" }, "destination credentials"),
    ).toMatchObject({
      outcome: "fail",
      exitCode: 12,
    });
    expect(await of({ username: "reader" }, "destination rights")).toMatchObject({
      outcome: "fail",
      exitCode: 12,
      hint: expect.stringContaining("Product Administration"),
    });
    expect(await of({ unitOfMeasure: "u" }, "destination unit of measure")).toMatchObject({
      outcome: "pass",
    });
    expect(await of({ unitOfMeasure: "Box" }, "destination unit of measure")).toMatchObject({
      outcome: "fail",
      exitCode: 4,
    });
  });

  test("without the module for measures they are left out, told once, and never a difference", async () => {
    bed.relay.decide = (call) => {
      if (call.method === "model.ir.module.search_read") {
        call.params[0] = [["name", "=", "product"]];
      }
      return "pass";
    };
    const client = bed.open();
    const [result] = await writeAll(client.destination, [toChange(mug)]);
    const measures = ["weight_lbs", "length_in", "width_in", "height_in"];
    expect(result).toMatchObject({ outcome: "written", reserved: measures });
    expect(await bed.tryton.products()).toMatchObject([{ name: "Mug", weight: null, length: null }]);
    expect((await findOne(client, "MUG-1"))?.reserved).toEqual(measures);
    expect(client.warnings).toEqual([expect.stringContaining("product_measurements")]);
    expect((await check(bed.open())).find(({ name }) => name === "destination modules")).toMatchObject({
      outcome: "warn",
    });
  });

  test("neither password nor session key is in any trace, warning or error", async () => {
    const client = bed.open();
    const wrong = bed.open({ username: "somebody", password: "wrong-password" });
    const error: unknown = await findOne(wrong, "A").catch((reason: unknown) => reason);
    await writeAll(client.destination, [toChange(mug)]);
    const told = JSON.stringify([client.logs, wrong.logs, String(error), error]);
    expect(told).not.toContain(bed.password);
    expect(told).not.toContain("wrong-password");
    expect(told).not.toMatch(/[0-9a-f]{64}/);
  });

  test("rights that are taken away on the way end the run, not each row", async () => {
    const client = bed.open();
    const rows = Array.from({ length: 20 }, (_, index) => toChange({ sku: `R-${index}`, name: "x" }));
    await writeAll(client.destination, rows.slice(0, 1));
    const search = [[["login", "=", "psync"]], 0, null, null];
    const [id] = (await bed.tryton.call("model.res.user.search", search)) as [number];
    const [group] = (await bed.tryton.call("model.res.group.search", [
      [["name", "=", "Product Administration"]],
      0,
      null,
      null,
    ])) as [number];
    await bed.tryton.call("model.res.user.write", [[id], { groups: [["remove", [group]]] }]);
    try {
      bed.relay.calls.length = 0;
      await expect(writeAll(client.destination, rows)).rejects.toThrow(/may not create products/);
      expect(bed.count(methods.create)).toBe(1);
    } finally {
      await bed.tryton.call("model.res.user.write", [[id], { groups: [["add", [group]]] }]);
    }
  });
});
