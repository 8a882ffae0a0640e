// Measures `psync --version` and `--help` against an empty Node script, alternating, as ratios of wall time.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const rounds = Number(process.argv[2] ?? 21);
const bin = fileURLToPath(new URL("../bin/psync.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "psync-startup-"));
const empty = join(folder, "empty.mjs");
writeFileSync(empty, "export {};\n");
const scripts = { empty: [empty], version: [bin, "--version"], help: [bin, "--help"] };
const times = { empty: [], version: [], help: [] };
for (let round = 0; round < rounds; round += 1) {
  for (const [name, args] of Object.entries(scripts)) {
    const started = performance.now();
    spawnSync(process.execPath, args, { stdio: "ignore" });
    times[name].push(performance.now() - started);
  }
}
rmSync(folder, { recursive: true });
const wall = (name) => [...times[name]].sort((a, b) => a - b)[Math.floor(rounds / 2)];
for (const name of ["version", "help"]) {
  const ratio = (wall(name) / wall("empty")).toFixed(2);
  process.stdout.write(
    `--${name}: ${wall(name).toFixed(0)} ms against ${wall("empty").toFixed(0)} ms of an empty script, ratio ${ratio}\n`,
  );
}
