import { describe, expect, test } from "@jest/globals";

import { type CheckReport, runChecks, type TimedCheck } from "../../src/pipeline/check.js";
import { type Bench, createBench, record } from "../support/pipeline.js";

interface Checked extends Pick<CheckReport, "sample" | "drift"> {
  readonly checks: readonly TimedCheck[];
  /** Name and outcome of each. */
  readonly told: readonly string[];
}

async function check(bench: Bench, full = false): Promise<Checked> {
  const checks: TimedCheck[] = [];
  const run = runChecks(bench.parts, full, new AbortController().signal);
  for (;;) {
    const next = await run.next();
    if (next.done === true) {
      return { ...next.value, checks, told: checks.map(({ name, outcome }) => `${name} ${outcome}`) };
    }
    checks.push(next.value);
  }
}

const many = Array.from({ length: 30 }, (_, index) => record(String(10 + index), {}));

describe("src/pipeline/check.ts", () => {
  test("before the first import a gap is a warning, after it the sample is in step; nothing is written", async () => {
    const bench = await createBench({ records: many, pageSize: 30 });
    const before = await check(bench);
    expect(before.told).toEqual([
      "credentials pass",
      "destination reachable pass",
      "sample pass",
      "in-step warn",
    ]);
    expect(before.drift).toEqual({ match: 0, differ: 0, missing: 20, extra: 0 });
    expect(before.sample).toHaveLength(20);
    expect(bench.destination.writes).toHaveLength(0);
    await bench.run();
    const after = await check(bench);
    expect(after.told.at(-1)).toBe("in-step pass");
    expect(after.drift).toEqual({ match: 20, differ: 0, missing: 0, extra: 0 });
    expect(bench.destination.writes).toHaveLength(30);
  });

  test("after an import a gap or a difference is a failed check with code 3", async () => {
    const bench = await createBench({ records: many, pageSize: 30 });
    await bench.run();
    bench.destination.items.delete("SKU-10");
    bench.destination.put({ sku: "SKU-11", name: "by hand" });
    const { checks, drift } = await check(bench);
    expect(drift).toEqual({ match: 18, differ: 1, missing: 1, extra: 0 });
    expect(checks.at(-1)).toMatchObject({ name: "in-step", outcome: "fail", exitCode: 3 });
  });

  test("what the last run skipped on purpose is no gap: a duplicate, an update that is kept back", async () => {
    const records = [...many.slice(0, 5), record("90", { sku: "SKU-10" })];
    const bench = await createBench({ records, pageSize: 30 });
    await bench.run();
    expect((await check(bench)).told.at(-1)).toBe("in-step pass");
    bench.channel.records[1] = record("11", { name: "New" });
    bench.parts = { ...bench.parts, options: { ...bench.parts.options, updates: false } };
    await bench.run();
    expect((await check(bench)).told.at(-1)).toBe("in-step pass");
  });

  test("--full compares everything, counts what is no longer in the cart, and leaves the state as it was", async () => {
    const bench = await createBench({ records: many, pageSize: 7 });
    await bench.run();
    bench.destination.items.delete("SKU-39");
    bench.channel.records.splice(0, 1);
    const { drift } = await check(bench, true);
    expect(drift).toEqual({ match: 28, differ: 0, missing: 1, extra: 1 });
    expect((await bench.run()).report.counts).toMatchObject({ read: 29, unchanged: 29, missing: 1 });
  });

  test("a check that fails makes those behind it pointless, and they say so", async () => {
    const bench = await createBench({ records: many });
    bench.channel.onRequest = () => ({ kind: "unauthorized" });
    const { told, checks } = await check(bench);
    expect(told).toEqual(["credentials fail", "destination reachable pass", "sample skip", "in-step skip"]);
    expect(checks[0]).toMatchObject({ exitCode: 12 });
  });

  test("a cart that fails behind its checks is a failed sample, not a crash", async () => {
    const bench = await createBench({ records: many });
    bench.channel.onRequest = (n) => (n > 1 ? { kind: "broken" } : undefined);
    const { checks } = await check(bench);
    expect(checks.at(-1)).toMatchObject({ name: "sample", outcome: "fail", exitCode: 5 });
  });

  test("an empty cart, and one without a usable product, are warnings", async () => {
    expect((await check(await createBench({ records: [] }))).told).toContain("sample warn");
    expect((await check(await createBench({ records: [record("1", { sku: "" })] }))).told).toContain(
      "sample warn",
    );
  });
});
