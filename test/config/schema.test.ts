import { describe, expect, test } from "@jest/globals";
import { ConfigFile } from "../../src/config/schema.js";

const least = {
  source: { channel: "woocommerce", url: "https://shop.example", consumerKey: "k", consumerSecret: "s" },
  destination: { type: "file", path: "out.csv" },
};

describe("src/config/schema.ts", () => {
  test.each([
    [{}, true],
    [{ $schema: "./node_modules/psync/schema/psync.schema.json" }, true],
    [{ mapping: { channel: "mine.yaml" } }, true],
    [{ state: "sqlite:s.sqlite" }, true],
    [{ state: "" }, false],
    [{ state: "s.sqlite" }, false],
    [{ mapping: { source: "mine.yaml" } }, false],
    [{ mapping: { channel: "" } }, false],
    [{ source: undefined }, false],
    [{ options: [] }, false],
    [{ version: 1 }, false],
  ])("with %j it is right: %s", (changes, expected) => {
    expect(ConfigFile.safeParse({ ...least, ...changes }).success).toBe(expected);
  });

  test("tells an empty state once", () => {
    expect(ConfigFile.safeParse({ ...least, state: "" }).error?.issues).toHaveLength(1);
  });
});
