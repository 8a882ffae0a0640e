import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

import type { Product } from "../../src/model/product.js";
import { sandboxes } from "../../src/sandbox/index.js";
import type { SandboxShop } from "../../src/sandbox/sandbox.js";
import { startEtsyShop } from "../../src/sandbox/etsy/server.js";
import { unusedUrl } from "../http/with-server.js";
import { type Installed, installPsync, psync, type Ran } from "./installed.js";

let installed: Installed;
const shops: SandboxShop[] = [];

beforeAll(() => {
  installed = installPsync();
}, 120_000);

afterAll(async () => {
  for (const shop of shops) await shop.close();
  installed.remove();
});

interface Document {
  readonly status: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly requests: { readonly source: { readonly sent: number } };
  readonly checks: readonly { readonly name: string; readonly outcome: string; readonly message: string }[];
  readonly locations: readonly { readonly id: string; readonly name: string; readonly active: boolean }[];
  readonly error?: { readonly code: string; readonly message: string };
}

const document = (ran: Ran): Document => JSON.parse(ran.stdout) as Document;

/** A config as `psync sandbox` prints it. */
function configure(source: object, options: object = {}): string {
  const folder = installed.folder();
  const all = { source, options, destination: { type: "file", path: "products.jsonl" } };
  writeFileSync(join(folder, "psync.config.json"), JSON.stringify(all));
  return folder;
}

const run = (cwd: string, ...args: string[]): Promise<Ran> => psync(installed.bin, args, { cwd });

const locations = { shopify: { inventoryLocation: "Harbor Warehouse" }, etsy: {}, amazon: {} };

describe("psync with each cart", () => {
  test.each(["shopify", "etsy", "amazon"] as const)(
    "%s: tests well, imports everything once, and has nothing left to do",
    async (cart) => {
      const shop = await sandboxes[cart].start({ products: 130 });
      shops.push(shop);
      const cwd = configure(shop.config, locations[cart]);
      const first = document(await run(cwd, "import", "--yes", "--json"));
      expect(first.error).toBeUndefined();
      const { read = 0, missing, ...counts } = first.counts;
      expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(read);
      expect(first.counts["created"]).toBeGreaterThan(100);
      const products = readFileSync(join(cwd, "products.jsonl"), "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Product);
      expect(products).toHaveLength(first.counts["created"] ?? 0);
      expect(missing).toBe(0);
      const again = document(await run(cwd, "import", "--yes", "--json"));
      expect(again.counts).toMatchObject({
        created: 0,
        updated: 0,
        failed: 0,
        unchanged: first.counts["created"],
      });
      const tested = document(await run(cwd, "test", "--json"));
      expect(tested.checks.filter(({ outcome }) => outcome === "fail")).toEqual([]);
      expect(tested.status).toBe("ok");
      const told = document(await run(cwd, "locations", "--json"));
      expect(told.locations.length).toBeGreaterThan(0);
      for (const location of told.locations)
        expect(location).toEqual({
          id: expect.any(String),
          name: expect.any(String),
          active: expect.any(Boolean),
        });
    },
    60_000,
  );

  test("shopify: a location that is not there, and several of which none is chosen, are told with what there is", async () => {
    const shop = await sandboxes.shopify.start({ products: 20 });
    shops.push(shop);
    const unknown = await run(
      configure(shop.config, { inventoryLocation: "Moon" }),
      "import",
      "--yes",
      "--json",
    );
    expect(unknown.code).toBe(4);
    expect(unknown.stderr).toContain("Harbor Warehouse");
    const none = await run(configure(shop.config), "import", "--yes", "--json");
    expect(none.code).toBe(4);
    expect(none.stderr).toContain("Harbor Warehouse");
  }, 60_000);
});

describe("psync auth etsy", () => {
  test("listens, exchanges the code and keeps the token in .env only; the next import works with it", async () => {
    const uri = `${await unusedUrl()}/callback`;
    const shop = await startEtsyShop({ listings: 20, redirectUris: [uri] });
    shops.push(shop);
    const { refreshToken: _, ...app } = shop.config;
    const cwd = configure({ ...app, refreshToken: "${ETSY_TOKEN}" });
    let visited: Promise<unknown> | undefined;
    let stderr = "";
    const ran = await psync(installed.bin, ["auth", "etsy", "--redirect-uri", uri, "--json"], {
      cwd,
      watch: (child) =>
        child.stderr?.on("data", (chunk) => {
          stderr += String(chunk);
          const [address] = /http\S+oauth\/connect\S+/.exec(stderr) ?? [];
          if (address !== undefined && stderr.includes("Waiting")) visited ??= fetch(address);
        }),
    });
    await visited;
    expect(ran).toMatchObject({ code: 0 });
    const file = join(cwd, ".env");
    expect(JSON.parse(ran.stdout)).toEqual({
      command: "auth",
      channel: "etsy",
      userId: String(shop.userId),
      file: expect.stringMatching(/\.env$/),
      variable: "ETSY_TOKEN",
    });
    const token = shop.tokens.findLast((each) => readFileSync(file, "utf8").includes(each));
    expect(token).toBeDefined();
    expect(ran.stdout + ran.stderr).not.toContain(token);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect((await run(cwd, "import", "--yes", "--json")).code).toBe(0);
  }, 60_000);

  test("a denial, a keystring that is not known and a pasted nonsense say whose move it is", async () => {
    const shop = await startEtsyShop({ listings: 5, redirectUris: ["https://shop.example/done"] });
    shops.push(shop);
    const empty = installed.folder();
    expect(await run(empty, "auth", "etsy", "--paste")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--keystring"),
    });
    const cwd = configure(shop.config);
    const uri = ["--redirect-uri", "https://shop.example/done"];
    const nothing = await run(cwd, "auth", "etsy", "--paste", ...uri);
    expect(nothing.code).toBe(12);
    expect(nothing.stderr).toContain("what was pasted is no address");
  }, 60_000);
});
