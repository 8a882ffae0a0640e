import { describe, expect, test } from "@jest/globals";
import { Chalk } from "chalk";

import type { Output } from "../../src/ui/output.js";
import { createProgress } from "../../src/ui/progress.js";

async function lines(times: readonly number[]): Promise<string[]> {
  const told: string[] = [];
  let now = 0;
  const output: Output = {
    json: false,
    interactive: false,
    canAsk: false,
    paint: new Chalk({ level: 0 }),
    paintNotes: new Chalk({ level: 0 }),
    print: () => Promise.resolve(),
    note: (line) => told.push(line),
  };
  const progress = await createProgress(output, () => now);
  for (const [index, time] of times.entries()) {
    now = time;
    progress.show({ kind: "reading", read: (index + 1) * 100, declared: 1000 });
  }
  progress.show({ kind: "warning", message: "a\u001b]0;title\u0007b" });
  progress.show({ kind: "writing", written: 1, total: 4, failed: 1 });
  progress.stop();
  return told;
}

describe("src/ui/progress.ts", () => {
  test("without a terminal there is a line every ten seconds at most, and warnings at once", async () => {
    expect(await lines([1_000, 9_999, 10_000, 12_000, 20_001])).toEqual([
      "Reading 300 of about 1,000 records",
      "Reading 500 of about 1,000 records",
      "warning: a\\u001b]0;title\\u0007b",
    ]);
  });

  test("a short run is silent", async () => {
    expect(await lines([10, 20])).toEqual(["warning: a\\u001b]0;title\\u0007b"]);
  });
});
