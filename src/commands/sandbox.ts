import { spawn } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import { stringify } from "yaml";

import { exitCodes, UsageError } from "../errors.js";
import { faultNames, startWooShop } from "../sandbox/woocommerce/server.js";
import type { Output } from "../ui/output.js";
import { toJson } from "../ui/text.js";
import { type GlobalFlags, outputFor } from "./flags.js";
import { withSignals } from "./signals.js";

export interface SandboxFlags extends GlobalFlags {
  readonly port?: string;
  readonly products?: string;
  readonly seed?: string;
  readonly fault?: readonly string[];
  readonly dir?: string;
}

const usualPort = 4747;
const usualFolder = "psync-sandbox";
const configName = "psync.config.yaml";

/** `psync sandbox`: local shops until stopped, or for the time of one command. Gives the exit code. */
export async function sandboxCommand(flags: SandboxFlags, inner: readonly string[]): Promise<number> {
  const output = outputFor(flags);
  if (flags.fault?.includes("list") === true) {
    for (const [name, description] of Object.entries(faultNames))
      await output.print(`${name}  ${description}\n`);
    return 0;
  }
  const shop = await start(flags);
  try {
    const config = {
      source: shop.config,
      destination: { type: "file", path: "products.jsonl" },
      state: "sqlite:state.sqlite",
    };
    const folder = flags.dir ?? (inner.length > 0 ? usualFolder : undefined);
    const file = folder === undefined ? undefined : await writeConfig(folder, config);
    if (inner.length > 0 && file !== undefined) {
      output.note(`Sandbox shop at ${shop.url}; config and output in ${folder}/`);
      return await runInner(["--config", file, ...inner]);
    }
    await tell(output, shop.url, config, file);
    await untilStopped(output);
    return 0;
  } finally {
    await shop.close();
  }
}

async function start(flags: SandboxFlags): ReturnType<typeof startWooShop> {
  const options = {
    ...(flags.products === undefined ? {} : { products: wholeNumber("--products", flags.products) }),
    ...(flags.seed === undefined ? {} : { seed: wholeNumber("--seed", flags.seed) }),
    faults: knownFaults(flags.fault ?? []),
  };
  if (flags.port !== undefined) return startWooShop({ ...options, port: wholeNumber("--port", flags.port) });
  try {
    return await startWooShop({ ...options, port: usualPort });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return startWooShop({ ...options, port: 0 });
  }
}

function wholeNumber(flag: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError("flag-value", `${flag} takes a whole number, not "${text}"`);
}

function knownFaults(names: readonly string[]): readonly string[] {
  for (const name of names) {
    if (Object.hasOwn(faultNames, name)) continue;
    const hint = `psync sandbox --fault list names them: ${Object.keys(faultNames).join(", ")}`;
    throw new UsageError("fault-unknown", `there is no sandbox fault "${name}"`, { hint });
  }
  return names;
}

async function writeConfig(folder: string, config: unknown): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(resolve(folder), configName);
  const head = "# Written by psync sandbox. The keys open nothing but the sandbox.\n";
  await writeFile(file, `${head}${stringify(config)}`, { mode: 0o600 });
  await chmod(file, 0o600);
  return file;
}

async function tell(output: Output, url: string, config: unknown, file: string | undefined): Promise<void> {
  if (output.json) {
    const shops = [{ channel: "woocommerce", url, config }];
    await output.print(`${toJson({ command: "sandbox", shops, file: file ?? null })}\n`);
    return;
  }
  await output.print(`# WooCommerce sandbox at ${url}\n${stringify(config)}`);
  output.note(
    file === undefined
      ? "Save this as psync.yaml and run psync import there; Ctrl-C stops the shop."
      : `Written to ${file}; Ctrl-C stops the shop.`,
  );
}

async function untilStopped(output: Output): Promise<void> {
  await withSignals(
    () => output.note("Sandbox stopped."),
    (signal) => new Promise<void>((done) => signal.addEventListener("abort", () => done(), { once: true })),
  );
}

/**
 * Runs psync itself as another process, so that the command does what it does anywhere. A Ctrl-C reaches the child from
 * the terminal; what is sent to this process alone is passed on.
 */
async function runInner(args: readonly string[]): Promise<number> {
  const [, script] = process.argv;
  if (script === undefined) throw new UsageError("no-script", "the psync program's own path is not known");
  const child = spawn(process.execPath, [script, ...args], { stdio: "inherit" });
  const passOn = (): void => void child.kill("SIGTERM");
  const wait = (): void => undefined;
  process.on("SIGTERM", passOn);
  process.on("SIGINT", wait);
  try {
    return await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? exitCodes.interrupted));
    });
  } finally {
    process.off("SIGTERM", passOn);
    process.off("SIGINT", wait);
  }
}
