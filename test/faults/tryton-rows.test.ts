import { beforeAll, expect, test } from "@jest/globals";

import { AuthError } from "../../src/errors.js";
import { type Fate, methods, type TrytonBed } from "../destinations/tryton-bed.js";
import { describeTryton } from "../support/tryton.js";
import { breakAt, createTrytonRigs, edit, expectDone, expectRepaired, sampleProducts } from "./tryton-rig.js";

describeTryton("src/destinations/tryton/write.ts, faults", () => {
  const rigs = createTrytonRigs();
  const { open } = rigs;
  let bed: TrytonBed;
  beforeAll(() => {
    bed = rigs.bed();
  });

  test("R31: a session that ends before any call of a run is opened anew, once", async () => {
    const rig = open(5);
    let calls = Infinity;
    for (let place = 2; place <= calls; place += 3) {
      for (const sku of rig.shop.keys()) edit(rig, sku, { name: `At ${place} ${sku}` });
      rig.forget();
      bed.relay.calls.length = 0;
      bed.relay.decide = async ({ authorization }): Promise<Fate> => {
        if (bed.relay.calls.length !== place || authorization === undefined) return "pass";
        await fetch(`${bed.tryton.url}/${bed.tryton.database}/`, {
          method: "POST",
          headers: { "content-type": "application/json", authorization },
          body: JSON.stringify({ id: 1, method: "common.db.logout", params: [] }),
        });
        bed.relay.logins.clear();
        return "pass";
      };
      const run = await rig.import();
      calls = Math.min(calls, run.calls - 2);
      expect(bed.count("common.db.login")).toBe(2);
      await expectDone(rig, run);
    }
    expect(calls).toBeGreaterThan(5);
  });

  test("R31: a user who is locked out in mid-run: code 12, and what was written is known", async () => {
    const rig = open(12);
    let sent = 0;
    bed.relay.decide = (call) => {
      if (call.method === methods.create) sent += 1;
      return sent < 3 ? "pass" : { status: 401, body: "" };
    };
    const run = await rig.import({ maxBatch: 4 });
    expect(run).toMatchObject({ exit: 12, report: { counts: { created: 8 } } });
    expect(run.error).toBeInstanceOf(AuthError);
    await expectRepaired(bed, rig);
  });

  test("R32: without rights: code 12 that names the group, nothing is written, the cart is not asked", async () => {
    const rig = open(5);
    const run = await rig.import({ settings: { username: "reader" } });
    expect(run).toMatchObject({
      exit: 12,
      error: { hint: expect.stringContaining("Product Administration") },
    });
    expect(bed.count(methods.create) + bed.count(methods.update)).toBe(0);
    expect(rig.asked()).toBe(0);
    expect(await rig.standing()).toEqual([]);
    const wrong = await rig.import({ settings: { username: "nobody", password: "wrong-password" } });
    expect(wrong).toMatchObject({ exit: 12, calls: 1 });
    await expectRepaired(bed, rig);
  });

  test("R37: 500 rows of which one is refused: 499 written, one issue; the next run tries that one alone", async () => {
    const rig = open(500);
    const bad = [...rig.shop.keys()][317] ?? "";
    const plain = await open(sampleProducts("PLAIN", 3)).import();
    await bed.refuse(bad);
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 3, report: { counts: { created: 499, failed: 1 } } });
    expect(run.list).toMatchObject([{ outcome: "failed", sku: bad, code: "refused" }]);
    expect(run.calls - plain.calls).toBeLessThanOrEqual(Math.floor(2 * Math.log2(500)));
    const again = await rig.import();
    expect(again).toMatchObject({ exit: 3, report: { counts: { unchanged: 499, failed: 1 } } });
    expect(again.calls).toBeLessThan(12);
  });

  test("R37: several refused rows among creates and updates: each by name, all others written", async () => {
    const rig = open(20);
    const skus = [...rig.shop.keys()];
    const half = open([...rig.shop.values()].slice(0, 10));
    await half.import();
    const bad = [skus[3], skus[4], skus[15]] as string[];
    for (const sku of skus) edit(rig, sku, { name: `New ${sku}` });
    for (const sku of bad) await bed.refuse(sku);
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 3, report: { counts: { created: 9, updated: 8, failed: 3 } } });
    expect(run.list.map(({ sku }) => sku).sort()).toEqual(bad);
    await bed.tryton.call("model.ir.rule.group.delete", [
      await bed.tryton.call("model.ir.rule.group.search", [[["name", "=", "refusal"]], 0, null, null]),
    ]);
    await expectRepaired(bed, rig);
  });

  test.each([0, 21])(
    "a row that breaks the server fails by name, wherever it stands (%d of 32)",
    async (index) => {
      const rig = open(32);
      const bad = [...rig.shop.keys()][index] ?? "";
      breakAt(bed, bad);
      const run = await rig.import();
      expect(run).toMatchObject({ exit: 3, report: { counts: { created: 31, failed: 1 } } });
      expect(run.list).toMatchObject([{ outcome: "failed", sku: bad, code: "server-fault", message: /502/ }]);
      expect(run.calls).toBeLessThan(100);
      // It stands alone in the next run, and is still told from a server that fails at everything.
      expect(await rig.import()).toMatchObject({ exit: 3, report: { counts: { unchanged: 31, failed: 1 } } });
      await expectRepaired(bed, rig);
    },
  );

  test("two rows that break the server, of which one is an update", async () => {
    const rig = open(20);
    const skus = [...rig.shop.keys()];
    await open([...rig.shop.values()].slice(0, 10)).import();
    for (const sku of skus) edit(rig, sku, { name: `New ${sku}` });
    const bad = [skus[7] ?? "", skus[18] ?? ""];
    breakAt(bed, ...bad.map((sku) => `New ${sku}`));
    const run = await rig.import();
    expect(run).toMatchObject({ exit: 3, report: { counts: { created: 9, updated: 9, failed: 2 } } });
    expect(run.list.map(({ sku }) => sku).sort()).toEqual(bad);
    await expectRepaired(bed, rig);
  });

  test("R37: an operator's edit in between survives, and psync's own fields come", async () => {
    const rig = open(6);
    await rig.import();
    const before = await rig.standing();
    for (const sku of rig.shop.keys()) edit(rig, sku, { name: `New ${sku}` });
    let edits = 0;
    bed.relay.decide = async ({ method, params }): Promise<Fate> => {
      if (method !== methods.update || edits > 0) return "pass";
      edits += 1;
      const [one] = before;
      const isbn = { type: "isbn", code: "9780306406157" };
      const variant = { description: "the operator's", identifiers: [["create", [isbn]]] };
      const values = { consumable: true, products: [["write", [one?.id], variant]] };
      await bed.tryton.call(methods.update, [[one?.templateId], values]);
      // SQLite tells whole seconds apart; what was read is made older than that.
      const context = params.at(-1) as { _timestamp: Record<string, string> };
      context._timestamp[`product.template,${one?.templateId}`] = "12";
      return "pass";
    };
    const run = await rig.import({ ledger: false });
    expect(run).toMatchObject({ exit: 0, report: { counts: { updated: 6 } } });
    expect(bed.count(methods.update)).toBe(2);
    const [one, ...others] = await rig.standing();
    expect(one).toMatchObject({ name: `New ${one?.code}`, description: "the operator's" });
    expect(one?.identifiers).toContainEqual(expect.objectContaining({ type: "isbn" }));
    expect(others.map(({ name }) => name)).toEqual(others.map(({ code }) => `New ${code}`));
  });

  test("R37: 413: the batch is split", async () => {
    const rig = open(30);
    bed.relay.decide = ({ method, params }) =>
      method === methods.create && (params[0] as unknown[]).length > 20 ? { status: 413, body: "" } : "pass";
    await expectDone(rig, await rig.import());
  });
});
