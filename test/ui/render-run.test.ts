import { describe, expect, test } from "@jest/globals";
import { Chalk } from "chalk";

import type { RunIssue, RunReport } from "../../src/model/report.js";
import type { PlanSummary } from "../../src/pipeline/plan.js";
import type { Output } from "../../src/ui/output.js";
import { describePlan, printRunJson, printRunText, type TellableRun } from "../../src/ui/render-run.js";

const plan: PlanSummary = { create: 0, update: 0, unchanged: 0, skipped: {}, rejected: 0, fields: {} };

const report: RunReport = {
  command: "import",
  run: "20261124T080000000Z-0a0b0c0d",
  status: "ok",
  dryRun: false,
  source: { channel: "woocommerce", account: "https://shop.example" },
  destination: { type: "file", account: "/data/products.jsonl" },
  startedAt: "2026-11-24T08:00:00.000Z",
  finishedAt: "2026-11-24T08:00:01.000Z",
  reconcile: true,
  counts: {
    read: 1200,
    created: 412,
    updated: 38,
    unchanged: 700,
    skipped: 17,
    rejected: 2,
    failed: 31,
    missing: 4,
  },
  requests: {
    source: { sent: 9, retried: 0, throttled: 0 },
    destination: { sent: 0, retried: 0, throttled: 0 },
  },
};

function sink(): { readonly output: Output; readonly text: () => string } {
  let text = "";
  const output: Output = {
    json: false,
    interactive: false,
    canAsk: false,
    paint: new Chalk({ level: 0 }),
    paintNotes: new Chalk({ level: 0 }),
    print: (part) => {
      text += part;
      return Promise.resolve();
    },
    note: () => undefined,
  };
  return { output, text: () => text };
}

function tellable(issues: readonly RunIssue[], more: Partial<TellableRun> = {}): TellableRun {
  return {
    report,
    declined: false,
    issues: async function* () {
      yield* issues;
    },
    entries: async function* () {
      yield { action: "create", sku: "NEW", fields: { sku: { to: "NEW" }, name: { to: "Mug\u001b[2J" } } };
      yield {
        action: "update",
        sku: "OLD",
        fields: { quantity: { from: 1, to: 2 }, UPC: { to: "012345678905" } },
      };
    },
    ...more,
  };
}

const issue = (number: number): RunIssue => ({
  outcome: "failed",
  code: "refused",
  key: String(number),
  sku: `S-${number}`,
  message: "no",
});

describe("src/ui/render-run.ts", () => {
  test.each<[string, PlanSummary, string]>([
    ["nothing", plan, "nothing to write"],
    ["only what is left", { ...plan, unchanged: 1020 }, "nothing to write, leave 1,020"],
    [
      "all of it, fields by how many they touch, reasons in the order of the rules",
      {
        create: 412,
        update: 38,
        unchanged: 1020,
        skipped: { "no-sku": 17, status: 3 },
        rejected: 2,
        fields: { name: 9, retail_price: 30 },
      },
      "create 412, update 38 (retail_price 30, name 9), leave 1,020, skip 3 of another status, skip 17 without SKU, reject 2",
    ],
    [
      "more fields than one reads",
      { ...plan, update: 7, fields: { a: 7, b: 6, c: 5, d: 4, e: 3, f: 2, g: 1 } },
      "update 7 (a 7, b 6, c 5, d 4, e 3, f 2, ...)",
    ],
  ])("a plan of %s is one honest sentence", (_name, summary, sentence) => {
    expect(describePlan(summary)).toBe(sentence);
  });

  test("the result tells every count that is not zero, and what happened to whom", async () => {
    const { output, text } = sink();
    await printRunText(output, tellable([issue(1)]));
    expect(text()).toBe(
      "failed S-1  refused: no\n" +
        "woocommerce https://shop.example -> file /data/products.jsonl\n" +
        "Done: read 1,200, created 412, updated 38, unchanged 700, skipped 17, rejected 2, failed 31, no longer in the cart 4\n",
    );
  });

  test("the first twenty issues are told, the rest counted; skips are counted by reason", async () => {
    const { output, text } = sink();
    const skip: RunIssue = { outcome: "skipped", code: "no-sku", key: "1", sku: null, message: "none" };
    await printRunText(
      output,
      tellable([...Array.from({ length: 25 }, (_, index) => issue(index)), skip, skip]),
    );
    expect(text().match(/^failed /gm)).toHaveLength(20);
    expect(text()).toContain("and 5 more (--json lists all)\nskipped 2 without SKU\n");
  });

  test("a dry run lists each change with before and after, harmless to a terminal", async () => {
    const { output, text } = sink();
    await printRunText(output, tellable([], { report: { ...report, dryRun: true } }));
    expect(text()).toContain("create NEW  Mug\\u001b[2J  (2 fields)\n");
    expect(text()).toContain("update OLD\n       quantity: 1 -> 2\n       UPC: (none) -> 012345678905\n");
    expect(text()).toContain("(a dry run: this is what would happen)");
  });

  test("`no` says that nothing was written", async () => {
    const { output, text } = sink();
    await printRunText(output, tellable([], { declined: true }));
    expect(text()).toBe("Nothing was written.\n");
  });

  test("the JSON document is one line, whole, in the contract's order, and holds the plan of a dry run only", async () => {
    for (const dryRun of [false, true]) {
      const { output, text } = sink();
      await printRunJson(
        output,
        tellable([issue(1), issue(2)], { report: { ...report, dryRun } }),
        undefined,
      );
      expect(text().split("\n")).toHaveLength(2);
      const document = JSON.parse(text()) as Record<string, unknown>;
      expect(Object.keys(document)).toEqual([
        "command",
        "run",
        "status",
        "dryRun",
        "source",
        "destination",
        "startedAt",
        "finishedAt",
        "reconcile",
        "counts",
        "requests",
        "issues",
        ...(dryRun ? ["plan"] : []),
      ]);
      expect(document["issues"]).toEqual([issue(1), issue(2)]);
      expect(text()).not.toMatch(/[^\P{Cc}\n]/u);
    }
  });

  test("ten thousand issues are streamed as one valid array", async () => {
    const { output, text } = sink();
    await printRunJson(
      output,
      tellable(Array.from({ length: 10_000 }, (_, index) => issue(index))),
      undefined,
    );
    expect((JSON.parse(text()) as { issues: unknown[] }).issues).toHaveLength(10_000);
  });
});
