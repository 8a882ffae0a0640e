import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";

import { startWooShop, type WooShop } from "../../src/sandbox/woocommerce/server.js";
import { builtBin } from "./installed.js";

const hasTmux = spawnSync("tmux", ["-V"]).status === 0;
let terminals = 0;
/** Each terminal has a tmux server of its own: one that was just killed may still take the next one down. */
const server = (): string => `psync-test-${process.pid}-${terminals}`;
const tmux = (...args: string[]): string =>
  execFileSync("tmux", ["-L", server(), ...args], { encoding: "utf8" });

let shop: WooShop;
let folder: string;

/** Types a command in a fresh terminal of 100 columns. */
function type(command: string, env = ""): void {
  spawnSync("tmux", ["-L", server(), "kill-server"]);
  terminals += 1;
  tmux("new-session", "-d", "-x", "100", "-y", "100", "-c", folder, "sh");
  tmux("send-keys", `${env} ${process.execPath} ${builtBin} ${command}; echo "code $?"`, "Enter");
}

/** The screen as soon as it shows what is waited for; with its colours on demand. */
async function screen(wanted: RegExp, colours = false): Promise<string> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const text = tmux("capture-pane", "-p", ...(colours ? ["-e"] : []));
    if (wanted.test(text) || Date.now() > deadline) return text;
    await pause(20);
  }
}

// Without tmux there is no real terminal to look at.
(hasTmux ? describe : describe.skip)("psync on a terminal (needs tmux)", () => {
  beforeAll(async () => {
    shop = await startWooShop({ products: 60 });
    folder = mkdtempSync(join(tmpdir(), "psync-terminal-"));
    const config = {
      source: shop.config,
      destination: { type: "file", path: "p.jsonl" },
      state: "sqlite:s.sqlite",
    };
    writeFileSync(join(folder, "psync.config.json"), JSON.stringify(config), { mode: 0o600 });
  });

  afterAll(async () => {
    spawnSync("tmux", ["-L", server(), "kill-server"]);
    await shop.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("asks before it writes, and takes no for an answer", async () => {
    type("import");
    expect(await screen(/Proceed\?/)).toMatch(/To .*p\.jsonl: create \d+/);
    tmux("send-keys", "n", "Enter");
    expect(await screen(/code \d/)).toMatch(/Nothing was written\.\s+code 0/);
  });

  test("Ctrl-C at the question is 130 and writes nothing", async () => {
    type("import");
    await screen(/Proceed\?/);
    tmux("send-keys", "C-c");
    expect(await screen(/code \d/)).toMatch(/created 0[^]*code 130/);
  });

  test("NO_COLOR and --no-color are obeyed on a terminal, and without them there is colour", async () => {
    const plain = /pass {2}config[^]*code \d/;
    type("test --no-color");
    expect(await screen(plain, true)).not.toContain("\u001b[32m");
    type("test", "NO_COLOR=1");
    expect(await screen(plain, true)).not.toContain("\u001b[32m");
    type("test");
    expect(await screen(/code 0/, true)).toContain("\u001b[32m");
  });

  test("yes writes and tells the result", async () => {
    type("import");
    await screen(/Proceed\?/);
    tmux("send-keys", "y", "Enter");
    expect(await screen(/code \d/)).toMatch(/Done: read \d+, created \d+[^]*code 0/);
  });
});
