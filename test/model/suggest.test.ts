import { describe, expect, test } from "@jest/globals";
import { findSuggestion } from "../../src/model/suggest.js";

const keys = ["channel", "url", "consumerKey", "consumerSecret", "auth", "statuses"];

describe("src/model/suggest.ts", () => {
  test.each([
    ["chanel", "channel"],
    ["chnanel", "channel"],
    ["consumer_key", "consumerKey"],
    ["CONSUMER-SECRET", "consumerSecret"],
    ["consumerSecert", "consumerSecret"],
    ["ulr", "url"],
    ["status", "statuses"],
    ["oauth", "auth"],
    ["password", undefined],
    ["x", undefined],
    ["", undefined],
    ["c".repeat(100_000), undefined],
  ])("%s -> %s", (word, expected) => {
    expect(findSuggestion(word, keys)).toBe(expected);
  });

  test("takes the nearest of several", () => {
    expect(findSuggestion("updatess", ["update", "updates"])).toBe("updates");
  });
});
