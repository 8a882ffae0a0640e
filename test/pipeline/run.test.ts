import { describe, expect, test } from "@jest/globals";

import {
  ConfigError,
  GuardError,
  IncompleteError,
  InterruptedError,
  TransientError,
} from "../../src/errors.js";
import { exitCodeOf } from "../../src/pipeline/report.js";
import { createBench, holder, record } from "../support/pipeline.js";

const three = [record("1", {}), record("2", {}), record("3", {})];

/** I4: every record that was read has exactly one outcome. */
function accounts(counts: Readonly<Record<string, number>>): number {
  const { created = 0, updated = 0, unchanged = 0, skipped = 0, rejected = 0, failed = 0 } = counts;
  return created + updated + unchanged + skipped + rejected + failed;
}

describe("src/pipeline/run.ts", () => {
  test("what is not in the destination is created, and a second run writes nothing and asks for no item", async () => {
    const bench = await createBench({ records: three });
    const first = await bench.run();
    expect(first.report).toMatchObject({
      status: "ok",
      counts: { read: 3, created: 3 },
      reconcile: true,
      dryRun: false,
    });
    expect([...bench.destination.items.keys()]).toEqual(["SKU-1", "SKU-2", "SKU-3"]);
    const asked = bench.destination.finds.length;
    const second = await bench.run();
    expect(second.report.counts).toEqual({
      read: 3,
      created: 0,
      updated: 0,
      unchanged: 3,
      skipped: 0,
      rejected: 0,
      failed: 0,
      missing: 0,
    });
    expect(bench.destination.writes).toHaveLength(3);
    expect(bench.destination.finds).toHaveLength(asked);
    expect(second.report.run > first.report.run).toBe(true);
  });

  test("a destination that cannot be used is known before the cart is read, and asked no more once a run came to its end", async () => {
    const bench = await createBench({ records: three });
    bench.destination.unfit = new ConfigError("no-such-customer", "there is no customer 9", []);
    const stopped = await bench.run();
    expect({ exit: exitCodeOf(stopped), calls: bench.channel.calls() }).toEqual({ exit: 4, calls: 0 });
    bench.destination.unfit = undefined;
    await bench.run();
    await bench.run();
    expect(bench.destination.proofs).toBe(2);
  });

  test("mapped fields that differ are updated; those that are equal are not", async () => {
    const bench = await createBench({ records: three });
    await bench.run();
    bench.channel.records[1] = record("2", { name: "Other" });
    const second = await bench.run();
    expect(second.report.counts).toMatchObject({ updated: 1, unchanged: 2 });
    expect(bench.destination.writes.at(-1)).toMatchObject({
      action: "update",
      sku: "SKU-2",
      fields: { name: { from: "Product 2", to: "Other" } },
    });
  });

  test("with updates off a difference is skipped, and taken up as soon as the option is switched on", async () => {
    const bench = await createBench({ records: three });
    await bench.run();
    bench.channel.records[1] = record("2", { name: "Other" });
    bench.channel.records.push(record("4", {}));
    bench.parts = { ...bench.parts, options: { ...bench.parts.options, updates: false } };
    const off = await bench.run();
    expect(off.report.counts).toMatchObject({ created: 1, updated: 0, skipped: 1, unchanged: 2 });
    expect(off.issueList).toMatchObject([
      { outcome: "skipped", code: "updates-off", key: "2", sku: "SKU-2" },
    ]);
    bench.parts = { ...bench.parts, options: { ...bench.parts.options, updates: true } };
    expect((await bench.run()).report.counts).toMatchObject({ updated: 1, skipped: 0 });
    expect(bench.destination.items.get("SKU-2")?.values.name).toBe("Other");
  });

  test("what stood in the destination before is adopted: matched by SKU, never created twice, its SKU never rewritten", async () => {
    const bench = await createBench({ records: [record("1", {}), record("2", {})], caseSensitiveSku: false });
    bench.destination.put({ sku: "sku-1", name: "Product 1", UPC: "012345678905" });
    bench.destination.put({ sku: "sku-2", name: "Theirs", vendor: "Theirs" });
    const run = await bench.run();
    expect(run.report.counts).toMatchObject({ created: 0, updated: 1, unchanged: 1 });
    expect(bench.destination.items.get("sku-2")).toMatchObject({
      sku: "sku-2",
      values: { name: "Product 2", vendor: "Theirs" },
    });
    expect((await bench.run()).report.counts).toMatchObject({ unchanged: 2 });
    expect(bench.destination.writes).toHaveLength(1);
  });

  test("a lost state costs look-ups, no create of an existing SKU and no needless write", async () => {
    const bench = await createBench({ records: three });
    await bench.run();
    const after = await createBench({ records: three, destination: bench.destination });
    expect((await after.run()).report.counts).toMatchObject({ created: 0, updated: 0, unchanged: 3 });
    expect(bench.destination.writes).toHaveLength(3);
  });

  test("no SKU, not sellable, not shippable, another status: skipped, the first reason counts, all are told", async () => {
    const digital = { code: "not-shippable", message: "a download" } as const;
    const records = [
      record("1", { sku: " " }, { address: "https://shop.example/1" }),
      record("2", {}, { unfit: [digital] }),
      record(
        "3",
        { sku: "" },
        {
          unfit: [
            { code: "no-sku", message: "none" },
            digital,
            { code: "not-sellable", message: "a parent" },
          ],
        },
      ),
      record("4", { bad: 1 }, { unfit: [{ code: "status", message: "a draft" }] }),
    ];
    const bench = await createBench({ records });
    const run = await bench.run();
    expect(run.report.counts).toMatchObject({ read: 4, skipped: 4, created: 0 });
    expect(run.issueList.map(({ key, code }) => [key, code])).toEqual([
      ["1", "no-sku"],
      ["2", "not-shippable"],
      ["3", "not-sellable"],
      ["4", "status"],
    ]);
    expect(run.issueList[0]?.message).toContain("https://shop.example/1");
    expect(exitCodeOf(run)).toBe(0);
    bench.parts = { ...bench.parts, options: { ...bench.parts.options, includeDigital: true } };
    expect((await bench.run()).report.counts).toMatchObject({ created: 1, skipped: 3 });
  });

  test("the same SKU on several records: none is written, over pages; what an earlier run wrote stays", async () => {
    const bench = await createBench({ records: three, pageSize: 1 });
    await bench.run();
    bench.channel.records.push(
      record("4", { sku: "SKU-2", name: "Twin" }),
      record("5", { sku: "NEW" }),
      record("6", { sku: "NEW" }),
    );
    const run = await bench.run();
    expect(run.report.counts).toMatchObject({ created: 0, updated: 0, skipped: 4, unchanged: 2, missing: 0 });
    expect(run.issueList.every((issue) => issue.code === "duplicate-sku")).toBe(true);
    expect(bench.destination.items.get("SKU-2")?.values.name).toBe("Product 2");
    bench.parts = { ...bench.parts, options: { ...bench.parts.options, onDuplicateSku: "first" } };
    expect((await bench.run()).report.counts).toMatchObject({ created: 1, skipped: 2, unchanged: 3 });
    expect(bench.destination.items.get("SKU-2")?.values.name).toBe("Product 2");
  });

  test("a record that is skipped for an earlier reason is no duplicate of another", async () => {
    const draft = { unfit: [{ code: "status", message: "a draft" }] } as const;
    const bench = await createBench({
      records: [record("1", { sku: "A" }), record("2", { sku: "A" }, draft)],
    });
    expect((await bench.run()).report.counts).toMatchObject({ created: 1, skipped: 1 });
  });

  test("SKUs that differ in case only are conflicts where the destination cannot tell them apart, and only there", async () => {
    const twins = [record("1", { sku: "abc" }), record("2", { sku: "ABC" })];
    const folding = await (await createBench({ records: twins, caseSensitiveSku: false })).run();
    expect(folding.issueList.map((issue) => issue.code)).toEqual(["case-conflict", "case-conflict"]);
    const exact = await (await createBench({ records: twins })).run();
    expect(exact.report.counts).toMatchObject({ created: 2, skipped: 0 });
  });

  test("what cannot be mapped or read is rejected by name; its neighbours are written; exit code 3", async () => {
    const bench = await createBench({
      records: [record("1", {}), record("2", { bad: "x" }), record("3", {})],
      pageSize: 3,
    });
    bench.channel.unreadable.add("3");
    const run = await bench.run();
    expect(run.report).toMatchObject({ status: "partial", counts: { read: 3, created: 1, rejected: 2 } });
    expect(run.issueList).toMatchObject([
      { outcome: "rejected", code: "invalid", sku: "SKU-2", message: 'weight_lbs: no weight (bad: "x")' },
      { outcome: "rejected", code: "unreadable", key: "3", sku: null },
    ]);
    expect(exitCodeOf(run)).toBe(3);
  });

  test("what the destination refuses is failed in its own words, spares the others, and is written by the next run", async () => {
    const bench = await createBench({ records: three });
    bench.destination.refuse("SKU-2", "Too blue.");
    const run = await bench.run();
    expect(run.report).toMatchObject({ status: "partial", counts: { created: 2, failed: 1 } });
    expect(run.issueList).toMatchObject([
      { outcome: "failed", code: "refused", sku: "SKU-2", message: "Too blue." },
    ]);
    expect(exitCodeOf(run)).toBe(3);
    bench.destination.accept("SKU-2");
    expect((await bench.run()).report.counts).toMatchObject({ created: 1, unchanged: 2, failed: 0 });
  });

  test("what is no longer in the cart, or renamed, stays and counts as missing; nothing is deleted", async () => {
    const bench = await createBench({ records: three });
    await bench.run();
    bench.channel.records.splice(0, 2, record("2", { sku: "RENAMED" }));
    const run = await bench.run();
    expect(run.report.counts).toMatchObject({ created: 1, unchanged: 1, missing: 2 });
    expect([...bench.destination.items.keys()].sort()).toEqual(["RENAMED", "SKU-1", "SKU-2", "SKU-3"]);
  });

  test("prices are sent neither on create nor on update unless they are wanted, and their changes cause no write", async () => {
    const bench = await createBench({ records: [record("1", { price: "1.00" })] });
    await bench.run();
    bench.channel.records[0] = record("1", { price: "2.00" });
    expect((await bench.run()).report.counts).toMatchObject({ unchanged: 1 });
    expect(bench.destination.items.get("SKU-1")?.values.retail_price).toBeUndefined();
    bench.parts = { ...bench.parts, projection: { ...bench.parts.projection, priceSync: true } };
    expect((await bench.run()).report.counts).toMatchObject({ updated: 1 });
    expect(bench.destination.items.get("SKU-1")?.values.retail_price).toBe("2.00");
    bench.parts = { ...bench.parts, projection: { ...bench.parts.projection, priceSync: false } };
    bench.channel.records[0] = record("1", { price: "3.00" });
    expect((await bench.run()).report.counts).toMatchObject({ unchanged: 1 });
    expect(bench.destination.items.get("SKU-1")?.values.retail_price).toBe("2.00");
  });

  test("a dry run tells the plan with each field before and after, and changes nothing, not even what a later run knows", async () => {
    const bench = await createBench({ records: three });
    await bench.run();
    bench.channel.records[0] = record("1", { name: "New name" });
    bench.channel.records.push(record("4", {}));
    bench.channel.records.splice(2, 1);
    const dry = await bench.run({ dryRun: true });
    expect(dry.report).toMatchObject({
      dryRun: true,
      counts: { read: 3, created: 1, updated: 1, unchanged: 1, missing: 1 },
    });
    expect(dry.entryList).toEqual([
      { action: "update", sku: "SKU-1", fields: { name: { from: "Product 1", to: "New name" } } },
      { action: "create", sku: "SKU-4", fields: { sku: { to: "SKU-4" }, name: { to: "Product 4" } } },
    ]);
    expect(bench.destination.writes).toHaveLength(3);
    const real = await bench.run();
    expect(real.report.counts).toEqual(dry.report.counts);
  });

  test("a dry run of an empty destination plans creates; of an existing one it adopts without remembering", async () => {
    const bench = await createBench({ records: three });
    bench.destination.put({ sku: "SKU-1", name: "Product 1" });
    expect((await bench.run({ dryRun: true })).report.counts).toMatchObject({ created: 2, unchanged: 1 });
    expect((await bench.run({ dryRun: true })).report.counts).toMatchObject({ created: 2, unchanged: 1 });
    expect(bench.destination.finds).toHaveLength(2);
  });

  test("`no` at the question writes nothing, and the next run reads anew", async () => {
    const bench = await createBench({ records: three });
    const run = await bench.run({ confirm: () => Promise.resolve(false) });
    expect(run).toMatchObject({ declined: true, report: { status: "ok" } });
    expect(exitCodeOf(run)).toBe(0);
    expect(bench.destination.writes).toHaveLength(0);
    const calls = bench.channel.calls();
    await bench.run();
    expect(bench.channel.calls()).toBe(calls * 2);
  });

  test("the question comes after the whole plan and before the first write", async () => {
    const bench = await createBench({ records: three });
    await bench.run({
      confirm: (plan) => {
        expect(plan).toMatchObject({ create: 3, update: 0 });
        expect(bench.destination.writes).toHaveLength(0);
        return Promise.resolve(true);
      },
    });
    expect(bench.destination.writes).toHaveLength(3);
  });

  test("maxChanges stops before the first write with code 7; --force overrides; creates do not count", async () => {
    const records = Array.from({ length: 120 }, (_, index) => record(String(1000 + index), {}));
    const bench = await createBench({ records, pageSize: 50 });
    expect((await bench.run()).report.counts.created).toBe(120);
    bench.channel.records.splice(
      0,
      61,
      ...records.slice(0, 61).map(({ key }) => record(key, { name: "All equal" })),
    );
    const stopped = await bench.run();
    expect(stopped.error).toBeInstanceOf(GuardError);
    expect(exitCodeOf(stopped)).toBe(7);
    expect(stopped.report).toMatchObject({ status: "failed", counts: { read: 120, updated: 0 } });
    expect(bench.destination.writes).toHaveLength(120);
    const stop = new AbortController();
    bench.destination.onWrite = () => stop.abort();
    expect((await bench.run({ force: true, signal: stop.signal })).report.status).toBe("interrupted");
    bench.destination.onWrite = undefined;
    // What --force has begun is finished by a plain run.
    expect((await bench.run()).report).toMatchObject({ status: "ok", counts: { updated: 61 } });
  });

  test("one run at a time: a taken slot is refused at once and names its holder", async () => {
    const bench = await createBench({ records: three });
    const slot = await bench.store.acquireSlot(
      "memory memory",
      { ...holder, host: "elsewhere", pid: 7 },
      60_000,
    );
    await expect(bench.run()).rejects.toMatchObject({
      exitCode: 11,
      message: expect.stringContaining("elsewhere"),
    });
    expect(bench.channel.calls()).toBe(0);
    await slot.release();
    expect((await bench.run()).report.status).toBe("ok");
  });

  test("an interrupted read resumes behind the last page; an interrupted write writes only the rest", async () => {
    const records = Array.from({ length: 30 }, (_, index) => record(String(10 + index), {}));
    const bench = await createBench({ records, pageSize: 10, maxBatch: 5 });
    const stop = new AbortController();
    bench.channel.onPage = (page) => {
      if (page === 2) stop.abort();
    };
    const first = await bench.run({ signal: stop.signal });
    expect(first.report.status).toBe("interrupted");
    expect(first.error).toBeInstanceOf(InterruptedError);
    expect(exitCodeOf(first)).toBe(130);
    const calls = bench.channel.calls();
    bench.channel.onPage = () => {};
    const write = new AbortController();
    bench.destination.onWrite = ({ sku }) => {
      if (sku === "SKU-22") write.abort();
    };
    const second = await bench.run({ signal: write.signal });
    expect(second.report).toMatchObject({ run: first.report.run, status: "interrupted" });
    expect(bench.channel.calls() - calls).toBeLessThanOrEqual(3 - 1 + 1);
    const written = bench.destination.writes.length;
    expect(written).toBeGreaterThan(10);
    expect(written).toBeLessThan(30);
    bench.destination.onWrite = undefined;
    const third = await bench.run();
    expect(third.report).toMatchObject({
      run: first.report.run,
      status: "ok",
      counts: { read: 30, created: 30 },
    });
    expect(bench.destination.writes).toHaveLength(30);
    expect(new Set(bench.destination.writes.map((change) => change.sku)).size).toBe(30);
  });

  test("what a read was like is remembered also when another process carried out its plan", async () => {
    const records = Array.from({ length: 10 }, (_, index) => record(String(10 + index), {}));
    const bench = await createBench({ records, pageSize: 10 });
    bench.destination.failFind(new TransientError("no-answer", "the warehouse did not answer"));
    expect(exitCodeOf(await bench.run())).toBe(5);
    const resumed = await bench.run();
    expect(bench.events.filter((event) => event.kind === "resumed")).toHaveLength(1);
    expect(resumed.report).toMatchObject({ status: "ok", counts: { created: 10 } });
    const third = await bench.run();
    expect(third.error).toBeUndefined();
    expect(third.report).toMatchObject({ status: "ok", counts: { unchanged: 10 } });
  });

  test("--fresh starts anew, and so does a run whose table or options have changed meanwhile", async () => {
    for (const change of ["fresh", "setup"] as const) {
      const bench = await createBench({ records: three, pageSize: 1 });
      bench.channel.onPage = (page) => {
        if (page === 2) throw new TransientError("no-answer", "the cart did not answer");
      };
      const first = await bench.run();
      expect(exitCodeOf(first)).toBe(5);
      bench.channel.onPage = () => {};
      if (change === "setup") bench.parts = { ...bench.parts, setup: "another" };
      const calls = bench.channel.calls();
      const second = await bench.run({ fresh: change === "fresh" });
      expect(second.report.run).not.toBe(first.report.run);
      expect(bench.channel.calls() - calls).toBe(3);
      expect(second.report.counts).toMatchObject({ read: 3, created: 3 });
    }
  });

  test("an acknowledgement lost with the answer costs a look-up, not a second create", async () => {
    const bench = await createBench({ records: three, maxBatch: 1 });
    const lost = new TransientError("unknown-outcome", "the connection was cut");
    bench.destination.failWrite("SKU-2", { when: "after", error: lost });
    const first = await bench.run();
    expect(first).toMatchObject({ error: lost, report: { status: "failed", counts: { created: 1 } } });
    const second = await bench.run();
    expect(second.report.counts).toMatchObject({ read: 3, created: 2, unchanged: 1 });
    expect(bench.destination.writes.filter((change) => change.sku === "SKU-2")).toHaveLength(1);
    expect(bench.destination.items.size).toBe(3);
  });

  test("an incomplete answer is looked at again; what was read is written, nothing is missing, exit code 8", async () => {
    const bench = await createBench({ records: three });
    await bench.run();
    bench.channel.records.splice(2, 1, record("4", {}));
    bench.channel.incomplete = "3 of 4 records came";
    const calls = bench.channel.calls();
    const run = await bench.run();
    expect(run.error).toBeInstanceOf(IncompleteError);
    expect(exitCodeOf(run)).toBe(8);
    expect(run.report).toMatchObject({ status: "partial", counts: { created: 1, unchanged: 2, missing: 0 } });
    expect(bench.channel.calls() - calls).toBe(4);
    expect(bench.events.filter((event) => event.kind === "second-look")).toHaveLength(1);
    bench.channel.incomplete = undefined;
    expect((await bench.run()).report.counts).toMatchObject({ unchanged: 3, missing: 1 });
  });

  test("a second look that is complete makes the run a good one", async () => {
    const bench = await createBench({ records: three });
    bench.channel.incomplete = "once only";
    bench.channel.onPage = () => {
      if (bench.channel.calls() > 2) bench.channel.incomplete = undefined;
    };
    const run = await bench.run();
    expect(run.report).toMatchObject({ status: "ok", counts: { read: 3, created: 3 } });
  });

  test("more than half of the records gone, or of the products among them: code 7 before the first write; --force writes", async () => {
    const records = Array.from({ length: 20 }, (_, index) => record(String(10 + index), {}));
    const bench = await createBench({ records, pageSize: 20 });
    await bench.run();
    bench.channel.records.splice(9);
    bench.channel.records[0] = record("10", { name: "New" });
    const shrunk = await bench.run();
    expect(exitCodeOf(shrunk)).toBe(7);
    expect(shrunk.error).toMatchObject({ code: "source-shrank" });
    expect(bench.destination.items.get("SKU-10")).toMatchObject({ values: { name: "Product 10" } });
    bench.channel.records.splice(0, 9, ...records.map((entry) => record(entry.key, { sku: "" })));
    const blank = await bench.run();
    expect(exitCodeOf(blank)).toBe(7);
    expect((blank.error as Error).message).toContain("0 of the cart's records are products");
    expect(exitCodeOf(await bench.run({ force: true }))).toBe(0);
    expect(exitCodeOf(await bench.run())).toBe(0);
  });

  test("what only the first look could not read is no reject of the run", async () => {
    const bench = await createBench({ records: three });
    bench.channel.incomplete = "once only";
    bench.channel.unreadable.add("2");
    bench.channel.onPage = () => {
      if (bench.channel.calls() > 2) bench.channel.incomplete = undefined;
      if (bench.channel.calls() === 2) bench.channel.records.splice(1, 1);
    };
    const run = await bench.run();
    expect(run.report).toMatchObject({ status: "ok", counts: { read: 2, created: 2, rejected: 0 } });
  });

  test("a cart that is suddenly empty is an incomplete answer; one that always was is not", async () => {
    const bench = await createBench({ records: [] });
    expect(exitCodeOf(await bench.run())).toBe(0);
    expect(exitCodeOf(await bench.run())).toBe(0);
    bench.channel.records.push(...three);
    await bench.run();
    bench.channel.records.splice(0);
    const run = await bench.run();
    expect(exitCodeOf(run)).toBe(8);
    expect(run.report.counts.missing).toBe(0);
  });

  test("a field that vanishes from more than a fifth of the records is an incomplete answer; an emptied one is not", async () => {
    const records = Array.from({ length: 10 }, (_, index) =>
      record(String(10 + index), { price: "1.00", weight: 1 }),
    );
    const bench = await createBench({ records, pageSize: 10 });
    await bench.run();
    const without = (count: number) =>
      records.map((entry, index) => (index < count ? record(entry.key, { weight: 1 }) : entry));
    bench.channel.records.splice(0, 10, ...without(3));
    const run = await bench.run();
    expect(exitCodeOf(run)).toBe(8);
    expect((run.error as Error).message).toContain("price");
    expect(exitCodeOf(await bench.run())).toBe(8);
    expect(exitCodeOf(await bench.run({ force: true }))).toBe(0);
    expect(exitCodeOf(await bench.run())).toBe(0);
    bench.channel.records.splice(0, 10, ...records);
    await bench.run();
    bench.channel.records.splice(0, 10, ...without(2));
    expect(exitCodeOf(await bench.run())).toBe(0);
    bench.channel.records.splice(
      0,
      10,
      ...records.map(({ key }) => record(key, { price: "", weight: null })),
    );
    expect(exitCodeOf(await bench.run())).toBe(0);
  });

  test("a table that begins to read a field which few records have is no alarm", async () => {
    const bench = await createBench({ records: three });
    const { mapper } = bench.parts;
    bench.parts = { ...bench.parts, mapper: { ...mapper, roots: ["sku", "name"] } };
    expect(exitCodeOf(await bench.run())).toBe(0);
    bench.parts = { ...bench.parts, mapper };
    expect(exitCodeOf(await bench.run())).toBe(0);
    expect(exitCodeOf(await bench.run())).toBe(0);
  });

  test("accounts add up whatever happens, and a bug is a bug", async () => {
    const bench = await createBench({ records: three });
    bench.destination.failFind(new RangeError("a bug"));
    const run = await bench.run();
    expect(exitCodeOf(run)).toBe(1);
    expect(run.report).toMatchObject({ status: "failed", counts: { read: 3 } });
    const again = await bench.run();
    expect(accounts(again.report.counts)).toBe(again.report.counts.read);
  });
});
