import { describe, expect, test } from "@jest/globals";
import { completeDestination, Destination, destinationSlices } from "../../src/config/destinations.js";

describe("src/config/destinations.ts", () => {
  test.each([
    ["a.jsonl", "jsonl"],
    ["a.NDJSON", "jsonl"],
    ["a.json", "jsonl"],
    ["a.csv", "csv"],
    ["dir.csv/a.{run}-{date}.jsonl", "jsonl"],
  ])("%s is %s by its extension", (path, format) => {
    expect(destinationSlices.file.findings({ destination: { path } })).toEqual([]);
    const complete = completeDestination(Destination.parse({ type: "file", path }), "/etc/psync");
    expect(complete).toMatchObject({ path: `/etc/psync/${path}`, format });
  });

  test("the format that is said beats the extension", () => {
    const said = Destination.parse({ type: "file", path: "/out/a.txt", format: "csv" });
    expect(completeDestination(said, "/etc")).toMatchObject({ path: "/out/a.txt", format: "csv" });
    expect(destinationSlices.file.findings({ destination: { path: "a.txt", format: "csv" } })).toEqual([]);
  });

  test.each(["a", "a.txt", "a.tsv", "dir.csv/a", ".csv.", "a.constructor"])("%s tells no format", (path) => {
    expect(destinationSlices.file.findings({ destination: { path } })).toMatchObject([
      { kind: "fault", path: ["destination", "path"], hint: expect.stringContaining("format: csv") },
    ]);
  });

  test.each(["", "out/", "a{sku}.csv", "a{}.csv", "a\0.csv"])("%j is no path", (path) => {
    expect(Destination.safeParse({ type: "file", path }).success).toBe(false);
  });

  test.each([{ format: "extensiv-items" }, { content: "all" }, { formulaGuard: 1 }, { url: "https://x" }])(
    "%j is not known",
    (changes) => {
      expect(Destination.safeParse({ type: "file", path: "a.csv", ...changes }).success).toBe(false);
    },
  );
});
