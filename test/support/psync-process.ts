import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Product } from "../../src/model/product.js";
import type { PlanEntry } from "../../src/model/report.js";
import { psync } from "../e2e/installed.js";

/** What a run prints with --json; of `test` and of runs alike, as far as tests here look at it. */
export interface Told {
  readonly code: number | null;
  readonly stderr: string;
  readonly status: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly requests: { readonly destination: { readonly sent: number } };
  readonly issues: readonly {
    readonly outcome: string;
    readonly code: string;
    readonly sku: string | null;
    readonly message: string;
  }[];
  readonly plan?: readonly PlanEntry[];
  readonly checks: readonly {
    readonly name: string;
    readonly outcome: string;
    readonly message: string;
    readonly hint: string | null;
  }[];
  readonly error?: { readonly code: string; readonly message: string };
  readonly drift: Readonly<Record<string, number>>;
}

/** A connection in a folder of its own, with its state beside it. */
export interface Connection {
  /** Runs `psync ... --json` as a process. */
  readonly run: (...args: readonly string[]) => Promise<Told>;
  /** The state file is gone. */
  readonly loseState: () => void;
  readonly folder: string;
}

export interface Sides {
  readonly source: object;
  readonly destination: object;
  readonly options?: object;
}

/** Writes the config into the folder, which is made where there is none. */
export function connect(bin: string, folder: string, sides: Sides): Connection {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "psync.config.json"), JSON.stringify(sides), { mode: 0o600 });
  return {
    folder,
    async run(...args) {
      const { code, stdout, stderr } = await psync(bin, [...args, "--json"], { cwd: folder });
      if (stdout === "") throw new Error(`psync ${args.join(" ")} told nothing: ${stderr}`);
      return { ...(JSON.parse(stdout) as Told), code, stderr };
    },
    loseState: () => rmSync(join(folder, "state"), { recursive: true }),
  };
}

/** The products of a cart as an import into a file has them, in order of SKU. */
export async function readCatalogue(
  bin: string,
  folder: string,
  sides: Omit<Sides, "destination">,
): Promise<Product[]> {
  const destination = { type: "file", path: "products.jsonl" };
  const options = { ...sides.options, priceSync: true };
  await connect(bin, folder, { ...sides, destination, options }).run("import", "--yes");
  return readFileSync(join(folder, "products.jsonl"), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Product);
}
