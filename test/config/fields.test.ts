import { describe, expect, test } from "@jest/globals";
import {
  addressField,
  credentialField,
  findAddressFault,
  findUrl,
  isLoopback,
} from "../../src/config/fields.js";

describe("src/config/fields.ts", () => {
  test.each([
    ["https://shop.example", "https://shop.example"],
    ["https://shop.example/", "https://shop.example"],
    ["https://Shop.Example:443/wp///", "https://shop.example/wp"],
    ["HTTP://127.0.0.1:8080/", "http://127.0.0.1:8080"],
    ["http://[::1]:8080", "http://[::1]:8080"],
  ])("%s -> %s", (text, expected) => {
    expect(addressField().parse(text)).toBe(expected);
  });

  test.each([
    "shop.example",
    "localhost:8080",
    "ftp://shop.example",
    "file:///etc/passwd",
    "javascript:planted()",
    "https://",
    "http://[planted",
    "https://planted:secret@shop.example",
    "https://planted@shop.example",
    "https://shop.example/?consumer_secret=planted",
    "https://shop.example/#planted",
    "https://shop.example?",
  ])("%s is refused, and is not repeated", (text) => {
    expect(addressField().safeParse(text).success).toBe(false);
    const fault = findAddressFault(text);
    expect(fault?.hint).toBeDefined();
    expect(JSON.stringify(fault)).not.toContain("planted");
  });

  test.each([
    ["http://localhost:80", true],
    ["http://127.0.0.1", true],
    ["http://127.255.0.9", true],
    ["http://127.1", true],
    ["http://[::1]", true],
    ["http://[0:0::1]", true],
    ["http://127.0.0.1.evil.example", false],
    ["http://localhost.evil.example", false],
    ["http://0.0.0.0", false],
    ["http://169.254.169.254", false],
    ["http://10.0.0.1", false],
    ["http://128.0.0.1", false],
  ])("%s is this machine: %s", (text, expected) => {
    expect(isLoopback(findUrl(text)?.hostname ?? "")).toBe(expected);
  });

  test.each(["ck 1", " ck", "ck\n", "c\u0000k", "ck\u00A0", ""])("%j is no credential", (text) => {
    expect(credentialField().safeParse(text).success).toBe(false);
  });
});
