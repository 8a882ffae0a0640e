import { expect, test } from "@jest/globals";

import type { PlannedChange } from "../../src/destinations/destination.js";
import { InterruptedError } from "../../src/errors.js";
import type { Product } from "../../src/model/product.js";
import { toChange } from "../conformance/destination.js";
import { describeTryton } from "../support/tryton.js";
import { type Fate, failures, findOne, methods, useTrytonBed, writeAll } from "./tryton-bed.js";

const never = new AbortController().signal;
const mug: Product = { sku: "MUG-1", name: "Mug", retail_price: "19.995", weight_lbs: 0.7496 };

describeTryton("src/destinations/tryton/write.ts", () => {
  const bed = useTrytonBed();
  const many = Array.from({ length: 500 }, (_, index) => `ROW-${String(index).padStart(3, "0")}`);

  /** Rows of which some are refused: a tab in a code is against Tryton's rules. */
  function rowsWith(...bad: readonly number[]): PlannedChange[] {
    return many.map((sku, index) => toChange({ sku: bad.includes(index) ? `${sku}\t` : sku, name: sku }));
  }

  test("500 rows of which one is bad: 499 written, in few calls more", async () => {
    const bad = 498;
    await findOne(bed.shared, "A");
    bed.relay.calls.length = 0;
    const { destination } = bed.shared;
    const results = await writeAll(destination, rowsWith(bad));
    expect(results).toHaveLength(500);
    expect(failures(results)).toEqual([
      {
        sku: `${many[bad]}\t`,
        outcome: "failed",
        code: "refused",
        message: expect.stringMatching(
          /^The value "ROW-\d+ " for field "Code" .* contains some invalid chars/,
        ),
      },
    ]);
    expect(await bed.tryton.products()).toHaveLength(499);
    // Without the bad row: rights, look, create, ids.
    expect(bed.relay.calls.length - 4).toBeLessThanOrEqual(Math.floor(2 * Math.log2(500)));
  });

  test("several bad rows spare every good one, creates and updates alike", async () => {
    const { destination } = bed.shared;
    const bad = [3, 4, 27];
    const rows = rowsWith(...bad).slice(0, 30);
    expect(
      failures(await writeAll(destination, rows))
        .map(({ sku }) => sku)
        .sort(),
    ).toEqual(bad.map((index) => `${many[index]}\t`));
    await bed.refuse("ROW-010");
    const good = rows.filter(({ sku }) => !sku.endsWith("\t"));
    const renamed = good.map(({ sku }) => toChange({ sku, name: `New ${sku}` }, "update"));
    const results = await writeAll(destination, renamed);
    expect(failures(results).map(({ sku }) => sku)).toEqual(["ROW-010"]);
    const products = await bed.tryton.products();
    expect(products.filter(({ name }) => name.startsWith("New ROW")).length).toBe(26);
  });

  test("an answer that is lost is looked up: nothing twice, nothing lost, and only what differs is written", async () => {
    const { destination } = bed.shared;
    let lost = 0;
    bed.relay.decide = ({ method }) => {
      if (method !== methods.create && method !== methods.update) return "pass";
      lost += 1;
      if (lost === 1 || lost === 4) return "lose-answer";
      if (lost === 2 || lost === 5) return "lose-call";
      return lost === 3 ? { status: 502, body: "<html><title>Bad gateway</title></html>" } : "pass";
    };
    const rows = ["A", "B", "C", "D"].map((sku) => toChange({ sku, name: sku }));
    const results = await writeAll(destination, rows);
    expect(results.map(({ sku, outcome }) => `${sku} ${outcome}`)).toEqual(
      rows.map(({ sku }) => `${sku} written`),
    );
    expect(results.every((result) => "remoteId" in result)).toBe(true);
    expect(await bed.tryton.products()).toHaveLength(4);
    const renamed = ["A", "B"].map((sku) => toChange({ sku, name: `New ${sku}` }, "update"));
    lost = 2;
    expect(await writeAll(destination, renamed)).toHaveLength(2);
    expect((await bed.tryton.products(["A", "B"])).map(({ name }) => name)).toEqual(["New A", "New B"]);
  });

  test("a product that somebody else made meanwhile becomes an update", async () => {
    const { destination } = bed.shared;
    let made = false;
    bed.relay.decide = async ({ method, params }): Promise<Fate> => {
      if (method === methods.create && !made) {
        made = true;
        const [rows] = params as [Record<string, unknown>[]];
        await bed.tryton.call(methods.create, [[{ ...rows[1], name: "theirs", list_price: null }]]);
      }
      return "pass";
    };
    const results = await writeAll(
      destination,
      ["A", "B", "C"].map((sku) => toChange({ sku, name: sku })),
    );
    expect(failures(results)).toEqual([]);
    const products = await bed.tryton.products();
    expect(products.map(({ code, name }) => [code, name]).sort()).toEqual([
      ["A", "A"],
      ["B", "B"],
      ["C", "C"],
    ]);
  });

  test("a record that somebody else wrote meanwhile is read again, then written", async () => {
    const { destination } = bed.shared;
    await writeAll(destination, [toChange(mug)]);
    let stale = 0;
    bed.relay.decide = ({ method, params }) => {
      if (method === methods.update && (stale += 1) < 3) {
        const context = params.at(-1) as { _timestamp: Record<string, string> };
        expect(Object.keys(context._timestamp).map((key) => key.split(",")[0])).toEqual([
          "product.template",
          "product.product",
        ]);
        for (const key in context._timestamp) context._timestamp[key] = "12";
      }
      return "pass";
    };
    const [result] = await writeAll(destination, [toChange({ sku: "MUG-1", name: "New" }, "update")]);
    expect(result).toMatchObject({ outcome: "written" });
    expect(bed.count(methods.update)).toBe(3);
    expect(await bed.tryton.products()).toMatchObject([{ name: "New", listPrice: "19.995" }]);
    stale = -1000;
    const [given] = await writeAll(destination, [toChange({ sku: "MUG-1", name: "Newer" }, "update")]);
    expect(given).toMatchObject({ outcome: "failed", code: "changed-meanwhile" });
  });

  test("a storm of ten minutes is outlasted by find and by write", async () => {
    const client = bed.shared;
    await findOne(client, "A");
    let until = client.clock.now() + 600_000;
    const stormy = { status: 503, body: "busy" };
    bed.relay.decide = () => (client.clock.now() < until ? stormy : "pass");
    expect(await findOne(client, "A")).toBeUndefined();
    until = client.clock.now() + 600_000;
    expect(failures(await writeAll(client.destination, [toChange(mug)]))).toEqual([]);
    expect(await bed.tryton.products()).toHaveLength(1);
    expect(bed.relay.calls.length).toBeLessThan(80);
    expect(client.warnings[0]).toMatch(/psync waits and asks again/);
  });

  test("a request that is too large for a proxy goes in smaller ones", async () => {
    const { destination } = bed.shared;
    bed.relay.decide = ({ method, params }) =>
      method === methods.create && (params[0] as unknown[]).length > 20
        ? { status: 413, body: "<title>413 Request Entity Too Large</title>" }
        : "pass";
    const results = await writeAll(destination, rowsWith().slice(0, 60));
    expect(failures(results)).toEqual([]);
    expect(await bed.tryton.products()).toHaveLength(60);
  });

  test("abort: the call in flight is finished and told, no further one begins", async () => {
    const { destination } = bed.shared;
    await destination.find(["A"], never);
    const abort = new AbortController();
    bed.relay.decide = ({ method }) => {
      if (method === methods.create) abort.abort();
      return "pass";
    };
    const results = await writeAll(destination, rowsWith().slice(0, 10), abort.signal);
    expect(results).toHaveLength(10);
    expect(bed.relay.calls.at(-1)).toBe(methods.create);
    await expect(destination.find(["A"], abort.signal)).rejects.toThrow();
    await expect(destination.find(["A"], AbortSignal.abort(new InterruptedError()))).rejects.toThrow(
      InterruptedError,
    );
  });

  test("a product that is gone between look and write is made anew", async () => {
    await writeAll(bed.shared.destination, [toChange(mug)]);
    const [old] = await bed.tryton.products();
    let gone = false;
    bed.relay.decide = async ({ method, params }): Promise<Fate> => {
      if (method !== methods.update || gone) return "pass";
      gone = true;
      await bed.tryton.call("model.product.product.write", [[old?.id], { active: false }]);
      const context = params.at(-1) as { _timestamp: Record<string, string> };
      for (const key in context._timestamp) context._timestamp[key] = "12";
      return "pass";
    };
    const change = toChange({ ...mug, name: "New" }, "update", String(old?.id));
    expect(await writeAll(bed.shared.destination, [change])).toMatchObject([{ outcome: "written" }]);
    const products = await bed.tryton.products();
    expect(products.map(({ name, active }) => [name, active])).toEqual([
      ["Mug", false],
      ["New", true],
    ]);
  });

  test("a database that is locked, full or gone for a while is no refusal of the rows", async () => {
    const words = [
      "database is locked",
      "database or disk is full",
      "server closed the connection unexpectedly",
    ];
    bed.relay.decide = ({ method }) => {
      const error = method === methods.create ? words.shift() : undefined;
      if (error === undefined) return "pass";
      return { status: 200, body: JSON.stringify({ id: 1, error: [error, ""] }), type: "application/json" };
    };
    expect(failures(await writeAll(bed.shared.destination, [toChange(mug)]))).toEqual([]);
    expect(words).toEqual([]);
    expect(await bed.tryton.products()).toHaveLength(1);
  });

  test("a SKU that no database can keep is refused alone, and asks for nothing", async () => {
    const sku = "half \ud83c";
    const [bad, good] = await writeAll(bed.shared.destination, [toChange({ sku, name: "x" }), toChange(mug)]);
    expect(bad).toMatchObject({ sku, outcome: "failed", code: "refused" });
    expect(good).toMatchObject({ sku: "MUG-1", outcome: "written" });
    expect((await bed.shared.destination.find([sku, "MUG-1"], never)).size).toBe(1);
  });
});
