import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

import { describe, expect, test } from "@jest/globals";

import { sampleCatalogue } from "../../src/sandbox/woocommerce/catalogue.js";
import type { WooShop, WooShopOptions } from "../../src/sandbox/woocommerce/server.js";
import { builtBin, psync, type Ran } from "../e2e/installed.js";
import { loopbackCert } from "../support/loopback-cert.js";
import { expectWhole, type Rig } from "./rig.js";
import { createWooRigs } from "./woo-rig.js";

const { bed, rigOn } = createWooRigs();

interface Setup {
  readonly shop: WooShop;
  readonly rig: Rig;
  readonly run: (how?: Omit<Parameters<typeof psync>[2], "cwd">) => Promise<Ran>;
}

/** psync as a process in a folder with a config, and the shop on the machine's clock. */
async function open(options: WooShopOptions = {}): Promise<Setup> {
  const shop = await bed.openShop({ products: 130, clock: Date.now, assumeHttps: false, ...options });
  const rig = rigOn(shop);
  const config = {
    source: shop.config,
    destination: { type: "file", path: "products.jsonl" },
    state: "sqlite:state.sqlite",
  };
  writeFileSync(join(rig.folder, "psync.config.json"), JSON.stringify(config), { mode: 0o600 });
  const run: Setup["run"] = (how = {}) =>
    psync(builtBin, ["import", "--yes", "--json"], { cwd: rig.folder, ...how });
  return { shop, rig, run };
}

interface Told {
  readonly run: string;
  readonly status: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly issues: readonly { readonly outcome: string; readonly key: string; readonly message: string }[];
  readonly error?: { readonly code: string; readonly hint: string };
}

const told = (ran: Ran): Told => JSON.parse(ran.stdout) as Told;

/** The shop falls silent from its `from`th list on; resolves when somebody waits there. */
function silence(shop: WooShop, from: number): Promise<void> {
  let lists = 0;
  return new Promise((resolve) => {
    shop.faults.add({
      onRequest: (_n, { path }) => {
        if (!/\/wc\/v3\/(products|variations)$/.test(path)) return undefined;
        lists += 1;
        if (lists < from) return undefined;
        resolve();
        return { name: "silence", connection: "hang" };
      },
    });
  });
}

/** Resolves when the process has written this to stderr. */
function seen(child: ChildProcess, text: string): Promise<void> {
  let all = "";
  return new Promise((resolve) => {
    child.stderr?.on("data", (chunk: Buffer) => {
      all += chunk.toString("utf8");
      if (all.includes(text)) resolve();
    });
  });
}

describe("signals", () => {
  test("R3: SIGINT once, in a read that waits: code 130, nothing is written, and the next run goes on there", async () => {
    const { shop, rig, run } = await open();
    const waiting = silence(shop, 2);
    const stopped = await run({ watch: (child) => void waiting.then(() => child.kill("SIGINT")) });
    expect(stopped.code).toBe(130);
    expect(told(stopped).status).toBe("interrupted");
    expect(stopped.stderr).toContain("Stopping");
    expect(existsSync(rig.file)).toBe(false);
    shop.faults.clear();
    const resumed = await run();
    expect(resumed.code).toBe(0);
    expect(told(resumed).run).toBe(told(stopped).run);
    expectWhole(rig, { list: [] });
  });

  test("R3: SIGINT twice: the second one leaves at once, also where the first one finds no end", async () => {
    const { rig } = await open({ products: 0 });
    const script = join(rig.folder, "endless.mjs");
    const signals = pathToFileURL(join(dirname(builtBin), "..", "dist", "commands", "signals.js")).href;
    writeFileSync(
      script,
      `import { withSignals } from ${JSON.stringify(signals)};
       await withSignals((line) => console.error(line), () => {
         console.error("at work");
         return new Promise((done) => setInterval(() => undefined, 60_000));
       });`,
    );
    const ran = await psync(script, [], {
      cwd: rig.folder,
      watch: (child) => {
        void seen(child, "at work").then(() => child.kill("SIGINT"));
        void seen(child, "Stopping").then(() => child.kill("SIGINT"));
      },
    });
    expect(ran.code).toBe(130);
  });

  test("R3: SIGINT and SIGTERM in one breath: code 130, the state is whole, the next run repairs", async () => {
    const { shop, rig, run } = await open();
    const waiting = silence(shop, 2);
    const stopped = await run({
      watch: (child) => void waiting.then(() => child.kill("SIGINT") && child.kill("SIGTERM")),
    });
    expect(stopped.code).toBe(130);
    shop.faults.clear();
    expect((await run()).code).toBe(0);
    expectWhole(rig, { list: [] });
  });
});

describe("a second process", () => {
  test("R9: a run that was killed holds nothing back: the next one takes its place at once", async () => {
    const { shop, rig, run } = await open();
    const waiting = silence(shop, 2);
    const killed = await run({ watch: (child) => void waiting.then(() => child.kill("SIGKILL")) });
    expect(killed.code).toBeNull();
    shop.faults.clear();
    const next = await run();
    expect(next.code).toBe(0);
    expect(next.stderr).toContain("Resuming");
    expectWhole(rig, { list: [] });
  });

  test("R9: while one runs, another one leaves with code 11 and names it", async () => {
    const { shop, rig, run } = await open();
    const waiting = silence(shop, 2);
    let running: ChildProcess | undefined;
    const first = run({ watch: (child) => (running = child) });
    await waiting;
    const refused = await run();
    running?.kill("SIGINT");
    expect((await first).code).toBe(130);
    expect(refused.code).toBe(11);
    expect(refused.stderr).toContain(String(running?.pid));
    shop.faults.clear();
    expect((await run()).code).toBe(0);
    expectWhole(rig, { list: [] });
  });
});

describe("a machine that is small", () => {
  test("R12: one product of 50 MB, in 256 MiB: it is rejected by name, the others are written", async () => {
    const { shop, rig, run } = await open({
      catalogue: sampleCatalogue({ products: 150, odd: false, variable: false }),
    });
    const huge = shop.add({ name: "Huge", sku: "HUGE", description: "x".repeat(50_000_000) });
    for (let more = 1; more <= 30; more += 1) shop.add({ name: "Behind it", sku: `BEHIND-${more}` });
    const peak = join(rig.folder, "peak.txt");
    const hook = join(rig.folder, "peak.mjs");
    writeFileSync(
      hook,
      `import { writeFileSync } from "node:fs";
       process.on("exit", () => writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS)));`,
    );
    const ran = await run({ nodeArgs: ["--max-old-space-size=192", "--import", pathToFileURL(hook).href] });
    expect(ran.code).toBe(3);
    const { counts, issues } = told(ran);
    expect(counts).toMatchObject({ read: 181, created: 180, rejected: 1 });
    expect(issues).toMatchObject([
      { outcome: "rejected", key: String(huge), message: expect.stringMatching(/too large.*8 MiB/) },
    ]);
    expectWhole(rig, {
      list: [{ outcome: "rejected", code: "unreadable", sku: null, key: `${huge}`, message: "" }],
    });
    expect(Number(readFileSync(peak, "utf8"))).toBeLessThan(256 * 1024);
    // The operator shortens it, and the next plain run takes it.
    shop.edit(huge, { description: "short" });
    const repaired = await run();
    expect(repaired.code).toBe(0);
    expect(told(repaired).counts).toMatchObject({ created: 1, unchanged: 180 });
    expectWhole(rig, { list: [] });
  });
});

describe("a certificate of one's own", () => {
  test("R40: is refused with code 6 and the way to trust it, nothing is sent; with NODE_EXTRA_CA_CERTS it is taken", async () => {
    const { shop, rig, run } = await open({ tls: loopbackCert, assumeHttps: true });
    const refused = await run();
    expect(refused.code).toBe(6);
    expect(told(refused).error).toMatchObject({ code: "tls" });
    expect(told(refused).error?.hint).toContain("NODE_EXTRA_CA_CERTS");
    expect(shop.requests).toEqual([]);
    const authority = join(rig.folder, "authority.pem");
    writeFileSync(authority, loopbackCert.cert);
    const taken = await run({ env: { NODE_EXTRA_CA_CERTS: authority } });
    expect(taken.code).toBe(0);
    expectWhole(rig, { list: [] });
  });

  test("R40: a proxy in the environment is not used, as the manual says", async () => {
    const { rig, run } = await open();
    const nobody = "http://127.0.0.1:9";
    const ran = await run({ env: { HTTP_PROXY: nobody, http_proxy: nobody, HTTPS_PROXY: nobody } });
    expect(ran.code).toBe(0);
    expectWhole(rig, { list: [] });
  });
});
