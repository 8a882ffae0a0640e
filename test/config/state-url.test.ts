import { describe, expect, test } from "@jest/globals";
import {
  findStateFault,
  resolveState,
  toDefaultState,
  toStatePublicParts,
  toStateSecrets,
} from "../../src/config/state-url.js";

describe("src/config/state-url.ts", () => {
  test.each([
    "sqlite:state.sqlite",
    "sqlite:/var/lib/psync.sqlite",
    "postgres://h/db",
    "postgresql://u:p@h:5432/db",
  ])("%s is a state store", (text) => {
    expect(findStateFault(text)).toBeUndefined();
  });

  test.each([
    "sqlite:",
    "sqlite::memory:",
    "mysql://planted@h/db",
    "planted.sqlite",
    "postgres:planted",
    "postgres://planted:p@[/",
  ])("%s is none, and is not repeated", (text) => {
    const fault = findStateFault(text);
    expect(fault?.hint).toContain("sqlite:PATH");
    expect(JSON.stringify(fault)).not.toContain("planted");
  });

  test("a relative file counts from the config's folder", () => {
    expect(resolveState("sqlite:data/s.sqlite", "/etc/psync")).toBe("sqlite:/etc/psync/data/s.sqlite");
    expect(resolveState("sqlite:/s.sqlite", "/etc/psync")).toBe("sqlite:/s.sqlite");
    expect(resolveState("sqlite:~/s.sqlite", "/etc")).toBe("sqlite:/etc/~/s.sqlite");
    expect(resolveState("postgres://h/db", "/etc/psync")).toBe("postgres://h/db");
  });

  test.each([
    [{ XDG_STATE_HOME: "/x/state", HOME: "/home/me" }, "sqlite:/x/state/psync/state.sqlite"],
    [{ HOME: "/home/me" }, "sqlite:/home/me/.local/state/psync/state.sqlite"],
    [{ XDG_STATE_HOME: "relative", HOME: "/home/me" }, "sqlite:/home/me/.local/state/psync/state.sqlite"],
  ])("by default, with %j, it is %s", (env, expected) => {
    expect(toDefaultState(env, "linux")).toBe(expected);
  });

  test("elsewhere it lies in the user's data folder", () => {
    expect(toDefaultState({}, "darwin")).toMatch(/^sqlite:.*psync.*state\.sqlite$/u);
  });

  test("a password is a secret, and so is the address with it", () => {
    const state = "postgres://u:p%40ss@h/db";
    expect(toStateSecrets(state)).toEqual([state, "p%40ss", "p@ss"]);
    expect(toStateSecrets("postgres://h/db?user=u&password=hunter2")).toContain("hunter2");
    expect(toStateSecrets("postgres://u@h/db")).toEqual([]);
    expect(toStateSecrets("sqlite:/x")).toEqual([]);
  });

  test("host, user and database may be shown", () => {
    const parts = toStatePublicParts("postgres://us%40er:pass@host:5433/db");
    expect([...parts].sort()).toEqual(["5433", "db", "host", "host:5433", "us%40er", "us@er"]);
  });
});
