import { readFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, test } from "@jest/globals";

import { ConfigError } from "../../src/errors.js";
import { createCipher } from "../../src/state/cipher.js";
import { openStateStore } from "../../src/state/open.js";

describe("src/state/cipher.ts", () => {
  const text = "12345.a-refresh-token é\0";

  test("closes and opens, never twice the same, and hides the text", () => {
    const cipher = createCipher("here", "a long key");
    const [one, two] = [cipher.close(text, "etsy", "token"), cipher.close(text, "etsy", "token")];
    expect(one).not.toBe(two);
    expect(Buffer.from(one.slice(1), "base64").includes("refresh")).toBe(false);
    for (const closed of [one, two]) expect(cipher.open(closed, "etsy", "token")).toBe(text);
  });

  test("a text from another row, a changed one and another key are refused", () => {
    const cipher = createCipher("here", "a long key");
    const closed = cipher.close(text, "etsy", "token");
    const bytes = Buffer.from(closed.slice(1), "base64");
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    for (const open of [
      () => cipher.open(closed, "etsy", "quota"),
      () => cipher.open(`e${bytes.toString("base64")}`, "etsy", "token"),
      () => cipher.open("e", "etsy", "token"),
      () => createCipher("here", "another key").open(closed, "etsy", "token"),
      () => createCipher("here", undefined).open(closed, "etsy", "token"),
    ])
      expect(open).toThrow(ConfigError);
  });

  test("what was kept before there was a key stays readable with it", () => {
    const closed = createCipher("here", undefined).close(text, "etsy", "token");
    expect(createCipher("here", "a long key").open(closed, "etsy", "token")).toBe(text);
    expect(() => createCipher("here", "a long key").open(closed, "etsy", "quota")).toThrow(ConfigError);
  });

  test("a store with a key writes nothing readable to the disk", async () => {
    const folder = mkdtempSync(join(tmpdir(), "psync-cipher-"));
    const file = join(folder, "state.db");
    const store = await openStateStore(`sqlite:${file}`, { key: "a long key" });
    await store.keep("etsy 7", new Map([["token", "a-secret-refresh-token"]]));
    expect(await store.kept("etsy 7", ["token"])).toEqual(new Map([["token", "a-secret-refresh-token"]]));
    await store.close();
    expect(readFileSync(file).includes("a-secret-refresh-token")).toBe(false);
    rmSync(folder, { recursive: true });
  });
});
