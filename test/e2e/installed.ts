import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

export interface Installed {
  /** The installed program. */
  readonly bin: string;
  /** A folder of its own for a test. */
  folder(): string;
  remove(): void;
}

/** Packs the project and installs the tarball in an empty folder, as a user would, with install scripts blocked. */
export function installPsync(): Installed {
  const home = mkdtempSync(join(tmpdir(), "psync-e2e-"));
  const npm = (args: readonly string[], cwd: string): void => {
    execFileSync("npm", args, {
      cwd,
      stdio: "pipe",
      env: { ...process.env, npm_config_update_notifier: "false" },
    });
  };
  npm(["pack", "--silent", "--ignore-scripts", "--pack-destination", home], root);
  const tarball = readdirSync(home).find((name) => name.endsWith(".tgz")) ?? "";
  npm(["init", "--yes"], home);
  npm(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", `./${tarball}`], home);
  return {
    bin: join(home, "node_modules", "psync", "bin", "psync.js"),
    folder: () => mkdtempSync(join(home, "case-")),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** The program as it was built in the checkout. */
export const builtBin = join(root, "bin", "psync.js");

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
  /** Gets the running process, to signal it. */
  readonly watch?: (child: ReturnType<typeof spawn>) => void;
}

/** Runs psync as a process without a terminal, its state in the folder that it runs in. */
export function psync(bin: string, args: readonly string[], options: RunOptions): Promise<Ran> {
  const { XDG_STATE_HOME: _, ...env } = process.env;
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [...(options.nodeArgs ?? []), bin, ...args], {
      cwd: options.cwd,
      env: { ...env, NODE_OPTIONS: "", XDG_STATE_HOME: join(options.cwd, "state"), ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => (stdout += chunk));
    child.stderr.on("data", (chunk) => (stderr += chunk));
    child.on("error", fail);
    child.on("close", (code) => done({ code, stdout, stderr }));
    options.watch?.(child);
  });
}
