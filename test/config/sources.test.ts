import { describe, expect, test } from "@jest/globals";
import { Source, sourceSlices } from "../../src/config/sources.js";

const source = { channel: "woocommerce", url: "https://shop.example", consumerKey: "k", consumerSecret: "s" };

describe("src/config/sources.ts", () => {
  test.each([
    [{}, true],
    [{ auth: "oauth1", weightUnit: "lbs", dimensionUnit: "yd", statuses: ["publish", "private"] }, true],
    [{ auth: "bearer" }, false],
    [{ weightUnit: "lb" }, false],
    [{ dimensionUnit: "ft" }, false],
    [{ statuses: [] }, false],
    [{ statuses: ["any"] }, false],
    [{ statuses: ["Publish"] }, false],
    [{ allowInsecureHttp: "yes" }, false],
    [{ baseUrl: "https://proxy.example" }, false],
    [{ url: "https://u:p@shop.example" }, false],
  ])("with %j it is right: %s", (changes, expected) => {
    expect(Source.safeParse({ ...source, ...changes }).success).toBe(expected);
  });

  test.each([
    ["https://shop.example", "basic", false, []],
    ["https://shop.example", "query", false, []],
    ["http://shop.example", undefined, false, []],
    ["http://shop.example", "auto", false, []],
    ["http://shop.example", "oauth1", false, []],
    ["http://shop.example", "basic", false, ["fault"]],
    ["http://shop.example", "query", false, ["fault"]],
    ["http://127.0.0.1.evil.example", "basic", false, ["fault"]],
    ["http://shop.example", "basic", true, ["warning"]],
    ["http://127.0.0.1:8080", "query", false, ["warning"]],
    ["http://localhost", "basic", false, ["warning"]],
    ["no address", "basic", false, []],
  ])("%s with auth %s and allowInsecureHttp %s: %j", (url, auth, allowInsecureHttp, kinds) => {
    const findings = sourceSlices.woocommerce.findings({
      source: { ...source, url, auth, allowInsecureHttp },
    });
    expect(findings.map(({ kind }) => kind)).toEqual(kinds);
    for (const { hint } of findings) expect(hint).toContain("oauth1");
  });

  test.each([
    [undefined, 0],
    ["default", 0],
    ["Default", 1],
    [7001, 1],
    ["main", 1],
  ])("inventoryLocation %j: %d faults", (inventoryLocation, count) => {
    const findings = sourceSlices.woocommerce.findings({ source, options: { inventoryLocation } });
    expect(findings).toHaveLength(count);
    if (count > 0)
      expect(findings).toMatchObject([{ kind: "fault", path: ["options", "inventoryLocation"] }]);
  });

  test.each([{}, { source: null, options: [] }, { source: { url: 5, auth: [] }, options: "x" }])(
    "judges %j without tripping",
    (config) => {
      expect(sourceSlices.woocommerce.findings(config)).toEqual([]);
    },
  );
});
