import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The password of "admin" in every database that is made here. */
export const adminPassword = "admin-of-a-test-bed";

/** What .ci/install-tryton installs. */
const packages = [
  "tryton-server",
  "tryton-modules-product",
  "tryton-modules-stock",
  "tryton-modules-product-measurements",
];

/** The two calls of trytond-admin that make a warehouse: an empty database, then its modules. */
const recipe = [
  ["--all", "-l", "en", "--email", "admin@example.com", "-p"],
  ["-u", "stock", "product_measurements", "--activate-dependencies"],
];

/** An environment of its own for a program of Tryton: no TRYTOND_ variable of the machine may change the server. */
export const trytonEnvironment = {
  PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/usr/bin:/sbin:/bin`,
  LANG: "C.UTF-8",
  TMPDIR: tmpdir(),
};

/**
 * Why there is no Tryton on this machine; undefined where it can be started. With PSYNC_TEST_REQUIRE_TRYTON=1 that is
 * an error instead.
 */
export async function findTryton(): Promise<string | undefined> {
  try {
    await readVersions();
    return undefined;
  } catch (error) {
    if (process.env["PSYNC_TEST_REQUIRE_TRYTON"] === "1") throw error;
    return `no Tryton here: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/**
 * The path of a warehouse's SQLite file, to be copied: modules activated, nothing in it but "admin". It is made once
 * for a user of this machine and these versions, which takes some seconds, and kept in the temporary folder.
 */
export async function prepareTryton(): Promise<string> {
  const versions = await readVersions();
  const shelf = join(tmpdir(), `psync-tryton-${userInfo().uid}`);
  await mkdir(shelf, { recursive: true, mode: 0o700 });
  if ((await stat(shelf)).uid !== userInfo().uid) throw new Error(`${shelf} belongs to somebody else`);
  const key = createHash("sha256")
    .update(JSON.stringify([versions, recipe, adminPassword]))
    .digest("hex");
  const file = join(shelf, `${key.slice(0, 16)}.sqlite`);
  const lock = `${file}.lock`;
  while (!existsSync(file)) {
    if (!(await takeLock(lock))) {
      await wait(100);
      continue;
    }
    try {
      if (!existsSync(file)) await makeDatabase(shelf, file);
    } finally {
      await rm(lock, { recursive: true, force: true });
    }
  }
  return file;
}

/**
 * The lock only spares work: should one be left behind, or its holder take longer than a minute, two make the database,
 * each in a folder of its own, and the rename replaces the one by its equal.
 */
async function takeLock(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const taken = await stat(lock).catch(() => undefined);
    if (taken !== undefined && Date.now() - taken.mtimeMs > 60_000)
      await rm(lock, { recursive: true, force: true });
    return false;
  }
}

async function makeDatabase(shelf: string, file: string): Promise<void> {
  const work = await mkdtemp(join(shelf, "work-"));
  try {
    const config = join(work, "trytond.conf");
    const passwordFile = join(work, "password");
    const database = join(work, "new.sqlite");
    await writeFile(config, trytonConfig({ database: { uri: "sqlite://", path: work } }));
    await writeFile(passwordFile, adminPassword, { mode: 0o600 });
    // The admin tool refuses a database that does not exist.
    await writeFile(database, "");
    for (const args of recipe) {
      await run("trytond-admin", ["-c", config, "-d", "new", ...args], {
        cwd: work,
        env: { ...trytonEnvironment, TRYTONPASSFILE: passwordFile },
      });
    }
    await rename(database, file);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The text of a trytond.conf: section, then key, then value. */
export function trytonConfig(sections: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  return Object.entries(sections)
    .map(([name, values]) => [
      `[${name}]`,
      ...Object.entries(values).map(([key, value]) => `${key} = ${value}`),
    ])
    .flat()
    .join("\n");
}

async function readVersions(): Promise<string> {
  const format = "${Package} ${Version} ${db:Status-Status}\n";
  const { stdout } = await run("dpkg-query", ["--show", `--showformat=${format}`, ...packages]).catch(() => ({
    stdout: "",
  }));
  const missing = packages.filter((name) => !new RegExp(`^${name} \\S+ installed$`, "m").test(stdout));
  if (missing.length > 0) throw new Error(`.ci/install-tryton has to install ${missing.join(", ")}`);
  return stdout;
}
