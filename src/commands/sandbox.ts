import { spawn } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import { stringify } from "yaml";

import { exitCodes, UsageError } from "../errors.js";
import { findSuggestion } from "../model/suggest.js";
import { sandboxes, type SandboxOptions } from "../sandbox/index.js";
import type { SandboxShop } from "../sandbox/sandbox.js";
import type { Output } from "../ui/output.js";
import { toJson } from "../ui/text.js";
import { type GlobalFlags, outputFor } from "./flags.js";
import { withSignals } from "./signals.js";

export interface SandboxFlags extends GlobalFlags {
  readonly cart?: string;
  readonly port?: string;
  readonly products?: string;
  readonly seed?: string;
  readonly fault?: readonly string[];
  readonly dir?: string;
}

type Cart = keyof typeof sandboxes;

const carts = Object.keys(sandboxes) as readonly Cart[];
const usualPort = 4747;
const usualFolder = "psync-sandbox";
const usualCart: Cart = "woocommerce";
const configName = "psync.config.yaml";

interface Running {
  readonly cart: Cart;
  readonly shop: SandboxShop;
  readonly config: unknown;
  /** Where the config was written. */
  readonly file: string | undefined;
}

/** `psync sandbox`: local shops until stopped, or one for the time of one command. Gives the exit code. */
export async function sandboxCommand(flags: SandboxFlags, inner: readonly string[]): Promise<number> {
  const output = outputFor(flags);
  if (flags.fault?.includes("list") === true) {
    await listFaults(output, chosenCarts(flags, []));
    return exitCodes.ok;
  }
  const chosen = chosenCarts(flags, inner);
  const options = shopOptions(flags, chosen);
  const running: Running[] = [];
  try {
    for (const [place, cart] of chosen.entries()) {
      const faults = options.faults?.filter((name) => Object.hasOwn(sandboxes[cart].faults, name)) ?? [];
      const shop = await startAt(cart, { ...options, faults }, flags.port, place);
      const config = {
        source: shop.config,
        ...(cart === "shopify" ? { options: { inventoryLocation: "Harbor Warehouse" } } : {}),
        destination: { type: "file", path: "products.jsonl" },
        state: "sqlite:state.sqlite",
      };
      const folder = flags.dir ?? (inner.length > 0 ? usualFolder : undefined);
      const target = folder !== undefined && chosen.length > 1 ? join(folder, cart) : folder;
      const file = target === undefined ? undefined : await writeConfig(target, config);
      running.push({ cart, shop, config, file });
    }
    const [first] = running;
    if (inner.length > 0 && first?.file !== undefined) {
      output.note(`Sandbox shop at ${first.shop.url}; config and output beside ${first.file}`);
      return await runInner(["--config", first.file, ...inner]);
    }
    await tell(output, running);
    await untilStopped(output);
    return exitCodes.ok;
  } finally {
    for (const { shop } of running) await shop.close();
  }
}

/** All four, or the one that is named; a command runs against one, WooCommerce where none is named. */
function chosenCarts({ cart }: SandboxFlags, inner: readonly string[]): readonly Cart[] {
  if (cart === undefined) return inner.length > 0 ? [usualCart] : carts;
  const known = carts.find((each) => each === cart);
  if (known !== undefined) return [known];
  const suggestion = findSuggestion(cart, carts);
  const hint = suggestion === undefined ? `there is ${carts.join(", ")}` : `did you mean ${suggestion}?`;
  throw new UsageError("cart-unknown", `there is no sandbox for the cart "${cart}"`, { hint });
}

function shopOptions(flags: SandboxFlags, chosen: readonly Cart[]): SandboxOptions {
  for (const name of flags.fault ?? []) {
    if (chosen.some((cart) => Object.hasOwn(sandboxes[cart].faults, name))) continue;
    const names = [...new Set(chosen.flatMap((cart) => Object.keys(sandboxes[cart].faults)))];
    const hint = `psync sandbox --fault list names them: ${names.join(", ")}`;
    throw new UsageError("fault-unknown", `there is no sandbox fault "${name}"`, { hint });
  }
  return {
    ...(flags.products === undefined ? {} : { products: wholeNumber("--products", flags.products) }),
    ...(flags.seed === undefined ? {} : { seed: wholeNumber("--seed", flags.seed) }),
    faults: flags.fault ?? [],
  };
}

/** The first shop has the port that was asked for, the others those behind it. */
async function startAt(
  cart: Cart,
  options: SandboxOptions,
  asked: string | undefined,
  place: number,
): Promise<SandboxShop> {
  const { start } = sandboxes[cart];
  if (asked !== undefined) {
    const port = wholeNumber("--port", asked);
    return start({ ...options, port: port === 0 ? 0 : port + place });
  }
  try {
    return await start({ ...options, port: usualPort + carts.indexOf(cart) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return start({ ...options, port: 0 });
  }
}

function wholeNumber(flag: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError("flag-value", `${flag} takes a whole number, not "${text}"`);
}

async function listFaults(output: Output, chosen: readonly Cart[]): Promise<void> {
  for (const cart of chosen) {
    await output.print(`${cart}\n`);
    for (const [name, description] of Object.entries(sandboxes[cart].faults))
      await output.print(`  ${name}  ${description}\n`);
  }
}

async function writeConfig(folder: string, config: unknown): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(resolve(folder), configName);
  const head = "# Written by psync sandbox. The keys open nothing but the sandbox.\n";
  await writeFile(file, `${head}${stringify(config)}`, { mode: 0o600 });
  await chmod(file, 0o600);
  return file;
}

async function tell(output: Output, running: readonly Running[]): Promise<void> {
  if (output.json) {
    const shops = running.map(({ cart, shop, config, file }) => ({
      channel: cart,
      url: shop.url,
      config,
      file: file ?? null,
    }));
    await output.print(`${toJson({ command: "sandbox", shops, file: shops[0]?.file ?? null })}\n`);
    return;
  }
  const texts = running.map(
    ({ cart, shop, config }) => `# ${cart} sandbox at ${shop.url}\n${stringify(config)}`,
  );
  await output.print(texts.join("---\n"));
  for (const { cart, file } of running) if (file !== undefined) output.note(`${cart}: written to ${file}`);
  output.note(
    running.some(({ file }) => file === undefined)
      ? "Save one of these as psync.yaml and run psync import there; Ctrl-C stops the shops."
      : "Ctrl-C stops the shops.",
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
