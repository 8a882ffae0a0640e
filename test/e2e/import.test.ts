import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

import { startWooShop, type WooShop } from "../../src/sandbox/woocommerce/server.js";
import { type Installed, installPsync, psync, type Ran } from "./installed.js";

let installed: Installed;
let shop: WooShop;

beforeAll(async () => {
  installed = installPsync();
  shop = await startWooShop();
}, 120_000);

afterAll(async () => {
  await shop.close();
  installed.remove();
});

interface Document {
  readonly status: string;
  readonly run: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly issues: readonly {
    readonly outcome: string;
    readonly code: string;
    readonly sku: string | null;
  }[];
  readonly plan?: readonly { readonly action: string; readonly sku: string; readonly fields: object }[];
  readonly error?: {
    readonly code: string;
    readonly faults?: readonly { readonly path: string; readonly line: number }[];
  };
}

const document = (ran: Ran): Document => JSON.parse(ran.stdout) as Document;

function configure(config: object, source: object = shop.config): string {
  const folder = installed.folder();
  const all = { source, destination: { type: "file", path: "out/products.jsonl" }, ...config };
  writeFileSync(join(folder, "psync.config.json"), JSON.stringify(all));
  return folder;
}

const run = (cwd: string, ...args: string[]): Promise<Ran> => psync(installed.bin, args, { cwd });

describe("psync, packed and installed", () => {
  test("imports the sample catalogue into a file, twice, and adds up", async () => {
    const cwd = configure({});
    const dry = document(await run(cwd, "import", "--dry-run", "--json"));
    expect(existsSync(join(cwd, "out"))).toBe(false);
    const first = await run(cwd, "import", "--yes", "--json");
    const told = document(first);
    const { read = 0, missing, ...counts } = told.counts;
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(read);
    expect(missing).toBe(0);
    expect(told.counts["created"]).toBeGreaterThanOrEqual(500);
    expect(told.issues).toHaveLength(
      (counts["skipped"] ?? 0) + (counts["rejected"] ?? 0) + (counts["failed"] ?? 0),
    );
    expect(dry.counts).toEqual(told.counts);
    expect(dry.plan).toHaveLength(told.counts["created"] ?? 0);
    expect(first.code).toBe(told.status === "ok" ? 0 : 3);
    const lines = readFileSync(join(cwd, "out/products.jsonl"), "utf8").trimEnd().split("\n");
    const skus = lines.map((line) => (JSON.parse(line) as { sku: string }).sku);
    expect(skus).toHaveLength(told.counts["created"] ?? 0);
    expect(new Set(skus).size).toBe(skus.length);
    expect(skus).toEqual([...skus].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    const before = statSync(join(cwd, "out/products.jsonl"));
    const second = document(await run(cwd, "import", "--yes", "--json"));
    expect(second.counts).toMatchObject({
      created: 0,
      updated: 0,
      failed: 0,
      unchanged: told.counts["created"],
    });
    expect(statSync(join(cwd, "out/products.jsonl"))).toMatchObject({
      mtimeMs: before.mtimeMs,
      ino: before.ino,
    });
  });

  test("tells a person what it did: results on stdout, the plan on stderr, no colour and no prompt", async () => {
    const ran = await run(configure({}), "import", "--yes");
    expect(ran.stdout).toMatch(/Done.*: read [\d,]+, created [\d,]+, updated 0/);
    expect(ran.stderr).toMatch(/^Plan: create [\d,]+, skip/m);
    expect(`${ran.stdout}${ran.stderr}`).not.toMatch(/[^\P{Cc}\n]/u);
  });

  test("without a terminal and without --yes it refuses with code 2, before it asks the shop for anything", async () => {
    const cwd = configure({});
    const before = shop.requests.length;
    const ran = await run(cwd, "import");
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(ran.stderr).toContain("--yes");
    expect(shop.requests).toHaveLength(before);
  });

  test("writes CSV with every canonical field as a column", async () => {
    const cwd = configure({ destination: { type: "file", path: "products.csv" } });
    const told = document(await run(cwd, "import", "--yes", "--json"));
    const [head, ...rows] = readFileSync(join(cwd, "products.csv"), "utf8").split("\n");
    expect(head?.split(",")).toHaveLength(49);
    expect(head).toMatch(/^sku,product_id,product_variant_id,parent_id,name,/);
    expect(rows.length).toBeGreaterThan(told.counts["created"] ?? 0);
  });

  test("all faults of a config at once, with path and line; code 4; the same in JSON", async () => {
    const cwd = installed.folder();
    writeFileSync(
      join(cwd, "psync.yaml"),
      "source:\n  channel: woocommerce\n  url: http://shop.example\n  consumerKy: ck_1\n  consumerSecret: ${NO_SUCH_VARIABLE}\ndestination:\n  type: file\n  path: p.jsonl\noptions:\n  updates: often\n",
    );
    const ran = await run(cwd, "import", "--yes", "--json");
    expect(ran.code).toBe(4);
    const faults = document(ran).error?.faults ?? [];
    expect(faults.map(({ path, line }) => [path, line])).toEqual(
      expect.arrayContaining([
        ["source.consumerKy", 4],
        ["source.consumerSecret", 5],
        ["options.updates", 10],
      ]),
    );
    expect(ran.stderr).toMatch(/did you mean.*consumerKey/i);
  });

  test("a wrong command line is code 2, and --help and --version are 0", async () => {
    const cwd = installed.folder();
    expect(await run(cwd, "import", "--no-such-flag")).toMatchObject({ code: 2, stdout: "" });
    expect(await run(cwd, "improt")).toMatchObject({ code: 2, stdout: "" });
    expect((await run(cwd, "--help")).code).toBe(0);
    const { version } = JSON.parse(readFileSync(join(installed.bin, "../../package.json"), "utf8")) as {
      version: string;
    };
    expect(await run(cwd, "--version")).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  test("--version and --help load nothing but commander", async () => {
    const cwd = installed.folder();
    const loaded = join(cwd, "loaded.txt");
    writeFileSync(
      join(cwd, "watch.mjs"),
      `import { register } from "node:module"; register(new URL("./hooks.mjs", import.meta.url));`,
    );
    writeFileSync(
      join(cwd, "hooks.mjs"),
      `import { appendFileSync } from "node:fs";
       export async function resolve(specifier, context, next) {
         const found = await next(specifier, context);
         appendFileSync(${JSON.stringify(loaded)}, found.url + "\\n");
         return found;
       }`,
    );
    for (const flag of ["--version", "--help"]) {
      const ran = await psync(installed.bin, [flag], { cwd, nodeArgs: ["--import", join(cwd, "watch.mjs")] });
      expect(ran.code).toBe(0);
    }
    const packages = new Set(
      [...readFileSync(loaded, "utf8").matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)].map(
        (match) => match[1],
      ),
    );
    expect([...packages].sort()).toEqual(["commander", "psync"]);
    const own = [...readFileSync(loaded, "utf8").matchAll(/psync\/dist\/(\S+)/g)].map((match) => match[1]);
    expect([...new Set(own)].sort()).toEqual(["cli.js", "errors.js"]);
  });

  test("wrong credentials are code 12, and no output holds a secret", async () => {
    const secret = "cs_0123456789abcdef0123456789abcdef01234567";
    const cwd = configure({}, { ...shop.config, consumerSecret: secret });
    for (const command of [
      ["import", "--yes", "--json"],
      ["import", "--yes", "--log-level", "trace"],
      ["test", "--json"],
    ]) {
      const ran = await run(cwd, ...command);
      expect(ran.code).toBe(12);
      for (const text of [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")]) {
        expect(ran.stdout).not.toContain(text);
        expect(ran.stderr).not.toContain(text);
      }
      expect(`${ran.stdout}${ran.stderr}`).not.toMatch(/oauth_signature=(?!\*)/);
    }
  });

  test("a shop that does not answer is code 5", async () => {
    const gone = await startWooShop();
    await gone.close();
    const cwd = configure({}, gone.config);
    const ran = await run(cwd, "test", "--json");
    expect(ran.code).toBe(5);
    expect(JSON.parse(ran.stdout)).toMatchObject({ command: "test", status: "failed" });
  }, 120_000);

  test("psync test passes before and after an import, and notices a file that fell out of step", async () => {
    const cwd = configure({});
    const before = JSON.parse((await run(cwd, "test", "--json")).stdout) as TestDocument;
    expect(before.status).toBe("ok");
    expect(before.checks.find((check) => check.name === "in-step")?.outcome).toBe("warn");
    expect(before.sample.length).toBeGreaterThan(0);
    await run(cwd, "import", "--yes");
    const after = await run(cwd, "test", "--full", "--json");
    expect(after.code).toBe(0);
    const drift = (JSON.parse(after.stdout) as TestDocument).drift;
    expect(drift).toMatchObject({ differ: 0, missing: 0, extra: 0 });
    expect(drift.match).toBeGreaterThanOrEqual(500);
    const file = join(cwd, "out/products.jsonl");
    const lines = readFileSync(file, "utf8").split("\n");
    writeFileSync(
      file,
      [lines[0]?.replace(/"name":"[^"]*"/, '"name":"by hand"'), ...lines.slice(2)].join("\n"),
    );
    const fallen = await run(cwd, "test", "--full", "--json");
    expect(fallen.code).toBe(3);
    expect((JSON.parse(fallen.stdout) as TestDocument).drift).toMatchObject({ differ: 1, missing: 1 });
  });

  test("a second import while one runs leaves with code 11 and names the holder", async () => {
    const cwd = configure({ state: "sqlite:state.sqlite" });
    const stop = shop.faults.add("slow");
    const first = psync(installed.bin, ["import", "--yes", "--json"], { cwd });
    const reached = shop.requests.length;
    await until(() => shop.requests.length > reached + 1);
    const second = await run(cwd, "import", "--yes", "--json");
    stop();
    expect(second.code).toBe(11);
    expect(second.stderr).toMatch(/pid \d+|process \d+/);
    expect([0, 3]).toContain((await first).code);
  });

  test("SIGTERM stops a run with code 130, and the next one resumes it", async () => {
    const cwd = configure({ state: "sqlite:state.sqlite" });
    const stop = shop.faults.add("slow");
    const reached = shop.requests.length;
    const stopped = await psync(installed.bin, ["import", "--yes", "--json"], {
      cwd,
      watch: (child) =>
        void until(() => shop.requests.length > reached + 5).then(() => child.kill("SIGTERM")),
    });
    stop();
    expect(stopped.code).toBe(130);
    expect(document(stopped).status).toBe("interrupted");
    expect(readdirSync(cwd)).not.toContain("out");
    const resumed = await run(cwd, "import", "--yes", "--json");
    expect(document(resumed).run).toBe(document(stopped).run);
    expect(resumed.stderr).toContain("Resuming");
  });

  test("mapping show prints the article's rows, check and test find no fault", async () => {
    const cwd = installed.folder();
    const shown = JSON.parse((await run(cwd, "mapping", "show", "woocommerce", "--json")).stdout) as {
      readonly rows: readonly { readonly to: string }[];
    };
    expect(shown.rows.slice(0, 3).map((row) => row.to)).toEqual(["name", "description", "attribute_names"]);
    expect(await run(cwd, "mapping", "check", "--json")).toMatchObject({ code: 0 });
    expect(await run(cwd, "mapping", "test")).toMatchObject({ code: 0, stderr: "" });
    writeFileSync(join(cwd, "own.yaml"), "extends: woocommerce\nrows:\n  - { from: sku, to: skew }\n");
    const faulty = await run(cwd, "mapping", "check", "own.yaml", "--json");
    expect(faulty.code).toBe(4);
    expect(JSON.parse(faulty.stdout)).toMatchObject({ status: "failed", faults: [{ line: 3 }] });
  });

  test("a reader that leaves early (| head) does not stop the import", async () => {
    const cwd = configure({});
    const ran = await psync(installed.bin, ["import", "--yes", "--json"], {
      cwd,
      watch: (child) => void child.stdout?.destroy(),
    });
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stderr).not.toContain("EPIPE");
    expect(existsSync(join(cwd, "out/products.jsonl"))).toBe(true);
  });

  test("an operator's own table maps what the built-in one does not", async () => {
    const cwd = configure({ mapping: { channel: "own.yaml" } });
    writeFileSync(
      join(cwd, "own.yaml"),
      "extends: woocommerce\nrows:\n  - { from: slug, to: custom_fields.slug }\ndrop: [tags]\n",
    );
    await run(cwd, "import", "--yes");
    const [line = ""] = readFileSync(join(cwd, "out/products.jsonl"), "utf8").split("\n");
    expect(JSON.parse(line)).toMatchObject({ custom_fields: { slug: expect.any(String) } });
    expect(JSON.parse(line)).not.toHaveProperty("tags");
  });

  test("the state is a file of the user's alone", async () => {
    const cwd = configure({});
    await run(cwd, "import", "--yes");
    const file = join(cwd, "state", "psync", "state.sqlite");
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

interface TestDocument {
  readonly status: string;
  readonly checks: readonly { readonly name: string; readonly outcome: string }[];
  readonly sample: readonly object[];
  readonly drift: Readonly<Record<string, number>>;
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}
