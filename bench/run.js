// Measures `psync import --yes` against the floor program, side by side in one run: first import, then an unchanged one.
// Usage: node bench/run.js [pairs]. Prints CPU seconds, peak memory and their ratios; quote the ratios.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const pairs = Number(process.argv[2] ?? 3);
const here = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
const sizes = [20_000, 100_000];
const peaks = {};

for (const size of sizes) {
  const shop = spawn(process.execPath, [join(here, "shop.js"), String(size)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const source = JSON.parse(await firstLine(shop.stdout));
  const rows = { floor: [], psync: [], floorAgain: [], psyncAgain: [] };
  for (let pair = 0; pair < (size > 20_000 ? 1 : pairs); pair += 1) {
    const folder = mkdtempSync(join(tmpdir(), "psync-bench-"));
    const config = {
      source,
      destination: { type: "file", path: "products.jsonl" },
      state: "sqlite:state.sqlite",
    };
    writeFileSync(join(folder, "psync.config.json"), JSON.stringify(config));
    const floor = ["floor.sqlite", "floor.jsonl"].map((name) => join(folder, name));
    const floorArgs = [
      join(here, "floor.js"),
      ...floor,
      source.url,
      source.consumerKey,
      source.consumerSecret,
    ];
    const psyncArgs = [
      join(here, "../bin/psync.js"),
      "import",
      "--yes",
      "--config",
      join(folder, "psync.config.json"),
    ];
    rows.floor.push(await measure(folder, floorArgs));
    rows.psync.push(await measure(folder, psyncArgs));
    rows.floorAgain.push(await measure(folder, floorArgs));
    rows.psyncAgain.push(await measure(folder, psyncArgs));
    rmSync(folder, { recursive: true });
  }
  shop.stdin.end();
  peaks[size] = median(rows.psync.map((row) => row.peakMiB));
  tell(`${size} products, first import`, rows.floor, rows.psync);
  tell(`${size} products, unchanged`, rows.floorAgain, rows.psyncAgain);
}
const [small, large] = sizes;
print(`psync's peak memory, ${large} against ${small} products: ${(peaks[large] / peaks[small]).toFixed(2)}`);

function tell(title, floor, psync) {
  const cpu = [floor, psync].map((rows) => median(rows.map((row) => row.cpuSeconds)));
  const ratios = psync.map((row, index) => row.cpuSeconds / floor[index].cpuSeconds);
  const peak = [floor, psync].map((rows) => median(rows.map((row) => row.peakMiB)));
  print(
    `${title}: CPU floor ${cpu[0].toFixed(2)} s, psync ${cpu[1].toFixed(2)} s, ratio ${median(ratios).toFixed(2)}; ` +
      `peak floor ${peak[0].toFixed(0)} MiB, psync ${peak[1].toFixed(0)} MiB`,
  );
}

async function measure(folder, args) {
  const meter = join(folder, "meter.jsonl");
  const child = spawn(process.execPath, ["--import", join(here, "meter.js"), ...args], {
    env: { ...process.env, PSYNC_METER: meter },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk) => (errors += chunk));
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0 && code !== 3) throw new Error(`exit ${code}: ${errors}`);
  const line = JSON.parse(readFileSync(meter, "utf8").trim().split("\n").at(-1));
  rmSync(meter);
  return line;
}

function firstLine(stream) {
  return new Promise((resolve) => {
    let text = "";
    stream.on("data", (chunk) => {
      text += chunk;
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
  });
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
