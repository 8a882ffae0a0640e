import { afterAll, describe, expect, test } from "@jest/globals";

import { openStateStore } from "../../src/state/open.js";
import { createBench, record } from "../support/pipeline.js";
import { withPostgres } from "../support/postgres.js";

const postgres = await withPostgres();

describe("src/pipeline/run.ts, on PostgreSQL", () => {
  if ("why" in postgres) {
    test.skip(`skipped: ${postgres.why}`, () => undefined);
    return;
  }
  afterAll(() => postgres.stop());

  test("two machines share what one of them wrote, its open run and its slot", async () => {
    const url = await postgres.newUrl();
    const records = Array.from({ length: 250 }, (_, index) => record(String(1000 + index), {}));
    const one = await createBench({ records, pageSize: 50, store: await openStateStore(url) });
    const stop = new AbortController();
    one.channel.onPage = (page) => {
      if (page === 3) stop.abort();
    };
    const first = await one.run({ signal: stop.signal });
    expect(first.report.status).toBe("interrupted");
    const other = await openStateStore(url);
    const two = await createBench({ records, pageSize: 50, store: other, destination: one.destination });
    const second = await two.run();
    expect(second.report).toMatchObject({
      run: first.report.run,
      status: "ok",
      counts: { read: 250, created: 250 },
    });
    expect(one.destination.writes).toHaveLength(250);
    one.channel.onPage = () => {};
    const third = await one.run();
    expect(third.report.counts).toMatchObject({ created: 0, updated: 0, unchanged: 250 });
    const holder = { host: "elsewhere", pid: 1, command: "import", connection: "test" };
    const slot = await other.acquireSlot("memory memory", holder, 60_000);
    await expect(one.run()).rejects.toMatchObject({ exitCode: 11 });
    await slot.release();
    await one.store.close();
    await other.close();
  });

  test("duplicates, adoption, updates and a dry run come out as on SQLite", async () => {
    const store = await openStateStore(await postgres.newUrl());
    const records = [
      record("1", {}),
      record("2", { sku: "sku-1" }),
      record("3", {}),
      record("4", {}),
      record("5", { bad: 1 }),
    ];
    const bench = await createBench({ records, caseSensitiveSku: false, store });
    bench.destination.put({ sku: "SKU-3", name: "Theirs" });
    const dry = await bench.run({ dryRun: true });
    const run = await bench.run();
    expect(run.report.counts).toEqual({
      read: 5,
      created: 1,
      updated: 1,
      unchanged: 0,
      skipped: 2,
      rejected: 1,
      failed: 0,
      missing: 0,
    });
    expect(dry.report.counts).toEqual(run.report.counts);
    expect(run.issueList.map((issue) => issue.code)).toEqual(["case-conflict", "case-conflict", "invalid"]);
    await store.close();
  });
});
