import { describe, expect, test } from "@jest/globals";
import { collectSecrets } from "../../src/config/secrets.js";

const sqlite = "sqlite:/state.sqlite";

describe("src/config/secrets.ts", () => {
  test("takes values under secret names on both sides, at any depth", () => {
    const config = {
      source: { url: "u", consumerKey: "k1", consumerSecret: "s1", tokens: ["t1", "t2"], auth: "basic" },
      destination: { type: "file", password: "p1", apiKey: { value: "k2" }, note: "n" },
      options: { key: "no" },
    };
    const { values, isWrittenOut } = collectSecrets(config, [], sqlite);
    expect([...values].sort()).toEqual(["k1", "k2", "p1", "s1", "t1", "t2"]);
    expect(isWrittenOut).toBe(true);
  });

  test("takes what variables filled in, except what is shown by design", () => {
    const filled = [
      { path: ["source", "url"], value: "https://shop.example" },
      { path: ["source", "consumerKey"], value: "part" },
      { path: ["destination", "userLogin"], value: "bot" },
      { path: ["destination", "path"], value: "out.csv" },
      { path: ["state"], value: "/home/me" },
    ];
    const { values, isWrittenOut } = collectSecrets({ source: { consumerKey: "ck_part" } }, filled, sqlite);
    expect(values).toEqual(["ck_part", "part", "bot"]);
    expect(isWrittenOut).toBe(false);
  });

  test("of a database's address the host may be shown, the password not", () => {
    const filled = [
      { path: ["state"], value: "db.example" },
      { path: ["state"], value: "pw" },
      { path: ["state"], value: "secret-option" },
    ];
    const { values, isWrittenOut } = collectSecrets(
      {},
      filled,
      "postgres://u:pw@db.example/x?options=secret-option",
    );
    expect(values).not.toContain("db.example");
    expect(values).toEqual(expect.arrayContaining(["pw", "secret-option"]));
    expect(isWrittenOut).toBe(false);
    expect(collectSecrets({}, [], "postgres://u:pw@h/x").isWrittenOut).toBe(true);
  });
});
