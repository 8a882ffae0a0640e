import { describe, expect, test } from "@jest/globals";
import { completeDestination, Destination, destinationSlices } from "../../src/config/destinations.js";

describe("src/config/destinations.ts", () => {
  test.each([
    ["a.jsonl", "jsonl"],
    ["a.NDJSON", "jsonl"],
    ["a.json", "jsonl"],
    ["a.csv", "csv"],
    ["a.TSV", "extensiv-items"],
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

  test.each(["a", "a.txt", "dir.csv/a", ".csv.", "a.constructor"])("%s tells no format", (path) => {
    expect(destinationSlices.file.findings({ destination: { path } })).toMatchObject([
      { kind: "fault", path: ["destination", "path"], hint: expect.stringContaining("format: csv") },
    ]);
  });

  test.each(["", "out/", "a{sku}.csv", "a{}.csv", "a\0.csv"])("%j is no path", (path) => {
    expect(Destination.safeParse({ type: "file", path }).success).toBe(false);
  });

  test.each([{ format: "tsv" }, { content: "all" }, { formulaGuard: 1 }, { url: "https://x" }])(
    "%j is not known",
    (changes) => {
      expect(Destination.safeParse({ type: "file", path: "a.csv", ...changes }).success).toBe(false);
    },
  );

  const extensiv = { type: "extensiv-3pl", customerId: 42, clientId: "id", clientSecret: "secret" };

  test("3PL Warehouse Manager: ids are texts, and what is not said has the vendor's own value", () => {
    expect(Destination.parse(extensiv)).toEqual({
      ...extensiv,
      customerId: "42",
      unitOfMeasure: "Each",
      inventoryMethod: "fifo",
      description2Limit: 250,
      inventoryUnitSizes: "auto",
      requestsPerMinute: 600,
      baseUrl: "https://secure-wms.com",
      allowInsecureHttp: false,
    });
  });

  test.each([
    { customerId: "forty-two" },
    { customerId: 0 },
    { clientSecret: " secret" },
    { requestsPerMinute: 0 },
    { baseUrl: "https://wms.example/path" },
    { description2Limit: -1 },
    { inventoryMethod: "1" },
    { quantity: true },
  ])("3PL Warehouse Manager: %j is refused", (changes) => {
    expect(Destination.safeParse({ ...extensiv, ...changes }).success).toBe(false);
  });

  test.each([
    [{ baseUrl: "http://wms.example" }, ["destination.baseUrl"]],
    [{ tokenUrl: "http://wms.example/token" }, ["destination.tokenUrl"]],
    [{ baseUrl: "http://127.0.0.1:4751" }, []],
    [{ baseUrl: "http://wms.example", allowInsecureHttp: true }, []],
    [{ userLogin: "bot", userLoginId: 7 }, ["destination.userLoginId"]],
  ])("3PL Warehouse Manager: %j has the faults %j", (changes, paths) => {
    const findings = destinationSlices["extensiv-3pl"].findings({ destination: { ...extensiv, ...changes } });
    expect(findings.map(({ path }) => path.join("."))).toEqual(paths);
  });

  const tryton = {
    type: "tryton",
    url: "http://localhost:8000/",
    database: "w",
    username: "u",
    password: "p",
  };

  test("Tryton: the address loses its slash, the rest has its default", () => {
    expect(Destination.parse(tryton)).toEqual({
      ...tryton,
      url: "http://localhost:8000",
      auth: "session",
      unitOfMeasure: "Unit",
      allowInsecureHttp: false,
    });
    expect(destinationSlices.tryton.findings({ destination: tryton })).toEqual([]);
    const open = { ...tryton, url: "http://tryton.example" };
    expect(destinationSlices.tryton.findings({ destination: open })).toMatchObject([
      { kind: "fault", path: ["destination", "url"] },
    ]);
  });
});
