import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { constants } from "node:fs";
import { copyFile, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { describe, test } from "@jest/globals";
import {
  adminPassword,
  findTryton,
  prepareTryton,
  trytonConfig,
  trytonEnvironment,
} from "./tryton-database.js";
import { readTrytonProducts, type TrytonProduct } from "./tryton-products.js";
import { loginTryton, TrytonError, type TrytonSession } from "./tryton-rpc.js";
import { freePort } from "./free-port.js";

const missing = await findTryton();

/**
 * Groups tests that write to a real Tryton. Where there is none they are skipped, and the report says why; with
 * PSYNC_TEST_REQUIRE_TRYTON=1 its absence is a failure.
 */
export function describeTryton(name: string, body: () => void): void {
  describe(name, () => {
    if (missing === undefined) body();
    else test.skip(`skipped: ${missing}`, () => undefined);
  });
}

export { TrytonError } from "./tryton-rpc.js";
export type { TrytonProduct } from "./tryton-products.js";

export interface TrytonOptions {
  /** Lines of the server's own configuration: `{ request: { max_size: "1000" } }`. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface TrytonUser {
  /** The login. */
  readonly name: string;
  /** Tryton refuses fewer than 8 characters, and one where less than three in four are different. */
  readonly password: string;
  /** Names as Tryton shows them: "Product Administration" may write products, no group at all may only read. */
  readonly groups?: readonly string[];
}

/** A real Tryton on the loopback, with a database of its own. */
export interface TestTryton {
  /** Without a slash behind it. */
  readonly url: string;
  readonly database: string;
  readonly adminUser: string;
  readonly adminPassword: string;
  /** As admin. */
  readonly call: TrytonSession["call"];
  /** Gives the user's id. */
  createUser(user: TrytonUser): Promise<number>;
  /** What stands there: every product, or those with one of these codes. */
  products(codes?: readonly string[]): Promise<readonly TrytonProduct[]>;
  /** Ends the server and removes its database. */
  close(): Promise<void>;
}

/**
 * Starts a Tryton with an empty warehouse and waits until it answers. It ends with `close`, and also when this process
 * ends in whatever way.
 */
export async function startTryton(options: TrytonOptions = {}): Promise<TestTryton> {
  const prepared = await prepareTryton();
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const started = await startOnce(prepared, options);
    if (started !== "port taken") return started;
  }
  throw new Error("five free ports were taken by others before Tryton could have them");
}

async function startOnce(prepared: string, options: TrytonOptions): Promise<TestTryton | "port taken"> {
  const folder = await mkdtemp(join(tmpdir(), "psync-tryton-run-"));
  // A name that no other server knows: whoever answers a login to it is ours.
  const database = `psync_${randomBytes(6).toString("hex")}`;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = join(folder, "trytond.conf");
  await copyFile(prepared, join(folder, `${database}.sqlite`), constants.COPYFILE_FICLONE);
  const { settings = {} } = options;
  const sections = {
    ...settings,
    database: { uri: "sqlite://", path: folder, ...settings["database"] },
    web: { listen: `127.0.0.1:${port}`, ...settings["web"] },
  };
  await writeFile(config, trytonConfig(sections));
  const server = spawnServer(config, folder);
  const close = (): Promise<void> => endServer(server);
  try {
    const session = await awaitLogin(server, url, database);
    if (session !== "port taken") return toTestTryton(url, database, session, close);
  } catch (error) {
    await close();
    throw error;
  }
  await close();
  return "port taken";
}

function toTestTryton(
  url: string,
  database: string,
  session: TrytonSession,
  close: () => Promise<void>,
): TestTryton {
  return {
    url,
    database,
    adminUser: "admin",
    adminPassword,
    call: (method, params, context) => session.call(method, params, context),
    createUser: (user) => createUser(session, user),
    products: (codes) => readTrytonProducts(session, codes),
    close,
  };
}

interface Server {
  readonly process: ChildProcess;
  /** The last of what it printed. */
  log: string;
}

/**
 * The shell between holds the other end of our pipe. When that closes, which it does however this process ends, it ends
 * the server and removes the folder.
 */
function spawnServer(config: string, folder: string): Server {
  const script = `
    exec 3<&0
    trytond -c "$1" 2>&1 < /dev/null 3<&- & server=$!
    (cat <&3 > /dev/null; kill "$server") & watcher=$!
    wait "$server"
    kill "$watcher"
    rm -rf -- "$2"`;
  const child = spawn("sh", ["-c", script, "sh", config, folder], {
    env: trytonEnvironment,
    stdio: ["pipe", "pipe", "ignore"],
  });
  const server = { process: child, log: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    server.log = (server.log + text).slice(-2000);
  });
  return server;
}

async function endServer({ process: child }: Server): Promise<void> {
  const ended = hasEnded(child) ? undefined : once(child, "exit");
  child.stdin?.destroy();
  await ended;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Logs admin in as soon as the server answers, which also makes it load the database. */
async function awaitLogin(
  server: Server,
  url: string,
  database: string,
): Promise<TrytonSession | "port taken"> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    try {
      return await loginTryton(url, database, "admin", adminPassword);
    } catch (error) {
      // Whatever else answers has taken our port in the moment that it was free.
      if (error instanceof TrytonError) return "port taken";
    }
    if (hasEnded(server.process)) {
      if (/address already in use|port \d+ is in use/i.test(server.log)) return "port taken";
      throw new Error(`trytond did not start: ${server.log.trim().split("\n").slice(-3).join(" ")}`);
    }
    await wait(50);
  }
  throw new Error("trytond did not answer within a minute");
}

async function createUser(session: TrytonSession, user: TrytonUser): Promise<number> {
  const { name, password, groups = [] } = user;
  const params = [[], 0, null, null, ["name"]];
  const known = (await session.call("model.res.group.search_read", params)) as { id: number; name: string }[];
  const ids = groups.map((group) => {
    const found = known.find((one) => one.name === group);
    if (found === undefined)
      throw new Error(`no group ${group} in ${known.map((one) => one.name).join(", ")}`);
    return found.id;
  });
  const values = { name, login: name, password, groups: [["add", ids]] };
  const [id] = (await session.call("model.res.user.create", [[values]])) as [number];
  return id;
}
