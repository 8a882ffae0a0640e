import { afterAll, describe, expect, test } from "@jest/globals";

import { AuthError, ConfigError, TransientError } from "../../src/errors.js";
import { openStateStore } from "../../src/state/open.js";
import { stateStoreSuite } from "../conformance/state-store.js";
import { withPostgres } from "../support/postgres.js";

const postgres = await withPostgres();

describe("src/state/postgres.ts", () => {
  describe("with a server", () => {
    if ("why" in postgres) {
      test.skip(`skipped: ${postgres.why}`, () => undefined);
      return;
    }
    afterAll(() => postgres.stop());

    stateStoreSuite("PostgreSQL", async () => {
      const url = await postgres.newUrl();
      return { store: await openStateStore(url), reopen: () => openStateStore(url) };
    });

    test("many programs that start at once make one schema", async () => {
      const url = await postgres.newUrl();
      const stores = await Promise.all(Array.from({ length: 4 }, () => openStateStore(url)));
      expect(await Promise.all(stores.map((store) => store.connection("shop")))).toEqual(
        Array(4).fill(undefined),
      );
      for (const store of stores) await store.close();
    });

    test("the place is told without user, password and parameters", async () => {
      const url = new URL(await postgres.newUrl());
      const store = await openStateStore(url.href);
      expect(store.place).toBe(`postgres://${url.host}${url.pathname}`);
      await store.close();
    });

    test("a wrong password is an error of credentials, and is not told", async () => {
      const url = new URL(await postgres.newUrl());
      url.password = "planted-secret";
      const error: unknown = await openStateStore(url.href).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(AuthError);
      expect(JSON.stringify([error, String(error)])).not.toContain("planted-secret");
    });

    test("a database that is not there is an error of the config", async () => {
      const url = new URL(await postgres.newUrl());
      url.pathname = "/nowhere";
      await expect(openStateStore(url.href)).rejects.toMatchObject({ code: "state-missing", exitCode: 4 });
    });

    test("a newer schema is refused and left alone", async () => {
      const url = await postgres.newUrl();
      await (await openStateStore(url)).close();
      const { default: pg } = await import("pg");
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query("update psync_schema set version = 99");
      await expect(openStateStore(url)).rejects.toMatchObject({ code: "state-newer" });
      expect((await client.query("select version from psync_schema")).rows).toEqual([{ version: 99 }]);
      await client.end();
    });

    test("somebody else's table of a name of ours is refused", async () => {
      const url = await postgres.newUrl();
      const { default: pg } = await import("pg");
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query("create table psync_runs (id int)");
      await client.end();
      const opened = openStateStore(url);
      await expect(opened).rejects.toBeInstanceOf(ConfigError);
      await expect(opened).rejects.toMatchObject({ code: "state-not-ours" });
    });
  });

  describe("without a server", () => {
    test("nobody answers", async () => {
      const opened = openStateStore("postgres://u:planted-secret@127.0.0.1:1/db");
      await expect(opened).rejects.toBeInstanceOf(TransientError);
      await expect(opened).rejects.toThrow("the state store postgres://127.0.0.1:1/db does not answer");
      await expect(opened).rejects.not.toThrow("planted-secret");
    });

    test("an address that cannot be read is not repeated", async () => {
      const error: unknown = await openStateStore("postgres://u:planted%secret@[/db").catch(
        (e: unknown) => e,
      );
      expect(error).toMatchObject({ code: "state-url" });
      expect(String(error)).not.toContain("planted");
    });
  });
});
