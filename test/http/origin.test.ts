import { describe, expect, test } from "@jest/globals";
import { RemoteError } from "../../src/errors.js";
import { resolveSameOrigin, sameOrigin } from "../../src/http/origin.js";

const base = "https://shop.example/wp-json/wc/v3/products?page=1";

describe("src/http/origin.ts", () => {
  test.each([
    [
      "https://shop.example/wp-json/wc/v3/products?page=2",
      "https://shop.example/wp-json/wc/v3/products?page=2",
    ],
    ["https://SHOP.example:443/next", "https://shop.example/next"],
    ["?page=2", "https://shop.example/wp-json/wc/v3/products?page=2"],
    ["/next#x", "https://shop.example/next#x"],
    ["https://user:word@shop.example/next", "https://shop.example/next"],
  ])("follows %s", (next, expected) => {
    expect(resolveSameOrigin(base, next)).toBe(expected);
  });

  test.each([
    "http://shop.example/next",
    "https://shop.example:8443/next",
    "https://evil.example/next",
    "//evil.example/next",
    "https://shop.example@evil.example/next",
    "https://shop.example.evil.example/",
    "\\\\evil.example\\next",
    "javascript:alert(1)",
    "data:text/plain,x",
    "file:///etc/passwd",
    "http://[::1",
  ])("does not follow %s", (next) => {
    expect(() => resolveSameOrigin(base, next)).toThrow(RemoteError);
  });

  test("the error names origins, not the address, which may hold a secret", () => {
    expect(() => resolveSameOrigin(base, "https://evil.example/?consumer_secret=cs_1234")).toThrow(
      "https://shop.example gave an address on https://evil.example, which is not followed",
    );
  });

  test("nothing but web addresses has an origin", () => {
    expect(sameOrigin("https://a.example/1", "https://a.example:443/2")).toBe(true);
    expect(sameOrigin("https://a.example", "https://b.example")).toBe(false);
    expect(sameOrigin("file:///a", "file:///a")).toBe(false);
    expect(sameOrigin("nonsense", "nonsense")).toBe(false);
  });
});
