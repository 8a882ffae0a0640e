import { spawn } from "node:child_process";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import { stringify } from "yaml";

import { exitCodes, UsageError } from "../errors.js";
import { findSuggestion } from "../model/suggest.js";
import { sandboxes, type SandboxOptions, warehouses } from "../sandbox/index.js";
import type { SandboxShop, SandboxWarehouse } from "../sandbox/sandbox.js";
import type { Output } from "../ui/output.js";
import { toJson } from "../ui/text.js";
import { type GlobalFlags, outputFor } from "./flags.js";
import { withSignals } from "./signals.js";

export interface SandboxFlags extends GlobalFlags {
  readonly cart?: string;
  readonly destination?: string;
  readonly occupied?: boolean;
  readonly port?: string;
  readonly products?: string;
  readonly seed?: string;
  readonly fault?: readonly string[];
  readonly dir?: string;
}

type Cart = keyof typeof sandboxes;
type WarehouseName = keyof typeof warehouses;

const carts = Object.keys(sandboxes) as readonly Cart[];
const warehouseNames = Object.keys(warehouses) as readonly WarehouseName[];
const usualPort = 4747;
const usualFolder = "psync-sandbox";
const usualCart: Cart = "woocommerce";
const configName = "psync.config.yaml";

/** Which stand-ins are wanted. */
interface Choice {
  readonly carts: readonly Cart[];
  /** Absent: the shops are read into a file. */
  readonly warehouse?: WarehouseName;
}

interface Running {
  readonly cart: Cart;
  readonly shop: SandboxShop;
  readonly config: unknown;
  /** Where the config was written. */
  readonly file: string | undefined;
}

interface RunningWarehouse {
  readonly name: WarehouseName;
  readonly server: SandboxWarehouse;
}

/** `psync sandbox`: local shops and a warehouse until stopped, or for the time of one command. Gives the exit code. */
export async function sandboxCommand(flags: SandboxFlags, inner: readonly string[]): Promise<number> {
  const output = outputFor(flags);
  const choice = choose(flags, inner);
  if (flags.fault?.includes("list") === true) {
    await listFaults(output, choice);
    return exitCodes.ok;
  }
  refuseUnknownFaults(flags, choice);
  const running: Running[] = [];
  let warehouse: RunningWarehouse | undefined;
  try {
    if (choice.warehouse !== undefined) warehouse = await startWarehouse(choice.warehouse, flags, choice);
    for (const [place, cart] of choice.carts.entries()) {
      const { start, faults } = sandboxes[cart];
      const shop = await startAt(
        (port): Promise<SandboxShop> =>
          start({ ...shopOptions(flags), port, faults: faultsOf(flags, cart, faults) }),
        flags.port,
        place,
        carts.indexOf(cart),
      );
      const config = {
        source: shop.config,
        ...(cart === "shopify" ? { options: { inventoryLocation: "Harbor Warehouse" } } : {}),
        destination: warehouse?.server.config ?? { type: "file", path: "products.jsonl" },
        state: "sqlite:state.sqlite",
      };
      const folder = flags.dir ?? (inner.length > 0 ? usualFolder : undefined);
      const target = folder !== undefined && choice.carts.length > 1 ? join(folder, cart) : folder;
      const file = target === undefined ? undefined : await writeConfig(target, config);
      running.push({ cart, shop, config, file });
    }
    const [first] = running;
    if (inner.length > 0 && first?.file !== undefined) {
      const into = warehouse === undefined ? "" : `, warehouse at ${warehouse.server.url}`;
      output.note(`Sandbox shop at ${first.shop.url}${into}; config and output beside ${first.file}`);
      return await runInner(["--config", first.file, ...inner]);
    }
    await tell(output, running, warehouse);
    await untilStopped(output);
    return exitCodes.ok;
  } finally {
    for (const { shop } of running) await shop.close();
    await warehouse?.server.close();
  }
}

/**
 * All four carts and the warehouse, or what is named. A command runs against one cart, WooCommerce where none is named,
 * and writes a file, which can be looked at, where nothing else is said.
 */
function choose({ cart, destination }: SandboxFlags, inner: readonly string[]): Choice {
  const all = inner.length > 0 ? [usualCart] : carts;
  const chosen = cart === undefined ? all : [oneOf(cart, carts, "cart-unknown", "the cart")];
  const names = [...warehouseNames, "file"] as const;
  const usual = inner.length > 0 ? "file" : "extensiv-3pl";
  const target =
    destination === undefined ? usual : oneOf(destination, names, "destination-unknown", "the destination");
  return { carts: chosen, ...(target === "file" ? {} : { warehouse: target }) };
}

function oneOf<Name extends string>(text: string, names: readonly Name[], code: string, what: string): Name {
  const known = names.find((each) => each === text);
  if (known !== undefined) return known;
  const suggestion = findSuggestion(text, names);
  const hint = suggestion === undefined ? `there is ${names.join(", ")}` : `did you mean ${suggestion}?`;
  throw new UsageError(code, `there is no sandbox for ${what} "${text}"`, { hint });
}

/** The faults that can be switched on at each place. */
function faultLists({
  carts: chosen,
  warehouse,
}: Choice): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const lists = new Map<string, Readonly<Record<string, string>>>(
    chosen.map((cart) => [cart, sandboxes[cart].faults]),
  );
  if (warehouse !== undefined) lists.set(warehouse, warehouses[warehouse].faults);
  return lists;
}

/** A fault is named for all places that have one of its name, or for one place: `extensiv-3pl:slow`. */
function toFault(text: string): { readonly place?: string; readonly name: string } {
  const [, place, name] = /^([a-z0-9-]+):(.*)$/.exec(text) ?? [];
  return place === undefined || name === undefined ? { name: text } : { place, name };
}

function refuseUnknownFaults(flags: SandboxFlags, choice: Choice): void {
  const lists = faultLists(choice);
  for (const text of flags.fault ?? []) {
    const { place, name } = toFault(text);
    const places = place === undefined ? [...lists.values()] : [lists.get(place) ?? {}];
    if (places.some((faults) => Object.hasOwn(faults, name))) continue;
    const names = [...new Set([...lists.values()].flatMap((faults) => Object.keys(faults)))];
    const hint = `psync sandbox --fault list names them: ${names.join(", ")}`;
    throw new UsageError("fault-unknown", `there is no sandbox fault "${text}"`, { hint });
  }
}

function faultsOf(
  flags: SandboxFlags,
  here: string,
  known: Readonly<Record<string, string>>,
): readonly string[] {
  return (flags.fault ?? [])
    .map(toFault)
    .filter(({ place, name }) => (place === undefined || place === here) && Object.hasOwn(known, name))
    .map(({ name }) => name);
}

function shopOptions(flags: SandboxFlags): SandboxOptions {
  return {
    ...(flags.products === undefined ? {} : { products: wholeNumber("--products", flags.products) }),
    ...(flags.seed === undefined ? {} : { seed: wholeNumber("--seed", flags.seed) }),
  };
}

async function startWarehouse(
  name: WarehouseName,
  flags: SandboxFlags,
  choice: Choice,
): Promise<RunningWarehouse> {
  const { start, faults } = warehouses[name];
  const options = {
    occupied: flags.occupied === true,
    faults: faultsOf(flags, name, faults),
    ...(flags.seed === undefined ? {} : { seed: wholeNumber("--seed", flags.seed) }),
  };
  const server = await startAt(
    (port) => start({ ...options, port }),
    flags.port,
    choice.carts.length,
    carts.length,
  );
  return { name, server };
}

/**
 * Starts a server: the first one has the port that was asked for, the others those behind it. Where none was asked for,
 * each has one of its own, or any that is free.
 */
async function startAt<Server>(
  start: (port: number) => Promise<Server>,
  asked: string | undefined,
  place: number,
  usual: number,
): Promise<Server> {
  if (asked !== undefined) {
    const port = wholeNumber("--port", asked);
    return start(port === 0 ? 0 : port + place);
  }
  try {
    return await start(usualPort + usual);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    return start(0);
  }
}

function wholeNumber(flag: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError("flag-value", `${flag} takes a whole number, not "${text}"`);
}

async function listFaults(output: Output, choice: Choice): Promise<void> {
  for (const [place, faults] of faultLists(choice)) {
    await output.print(`${place}\n`);
    for (const [name, description] of Object.entries(faults))
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

async function tell(
  output: Output,
  running: readonly Running[],
  warehouse: RunningWarehouse | undefined,
): Promise<void> {
  if (output.json) {
    const shops = running.map(({ cart, shop, config, file }) => ({
      channel: cart,
      url: shop.url,
      config,
      file: file ?? null,
    }));
    const told =
      warehouse === undefined
        ? null
        : { type: warehouse.name, url: warehouse.server.url, config: warehouse.server.config };
    const document = { command: "sandbox", shops, warehouse: told, file: shops[0]?.file ?? null };
    await output.print(`${toJson(document)}\n`);
    return;
  }
  const into = warehouse === undefined ? "" : `, into ${warehouse.name} at ${warehouse.server.url}`;
  const texts = running.map(
    ({ cart, shop, config }) => `# ${cart} sandbox at ${shop.url}${into}\n${stringify(config)}`,
  );
  await output.print(texts.join("---\n"));
  for (const { cart, file } of running) if (file !== undefined) output.note(`${cart}: written to ${file}`);
  output.note(
    running.some(({ file }) => file === undefined)
      ? "Save one of these as psync.yaml and run psync import there; Ctrl-C stops the servers."
      : "Ctrl-C stops the servers.",
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
