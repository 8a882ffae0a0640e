import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "@jest/globals";

import { channels } from "../src/channels/index.js";
import { destinations } from "../src/destinations/index.js";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const source = join(root, "src");

/** What each room may import beside itself and the ground (ARCHITECTURE.md, "Rooms"). */
const allowed: Readonly<Record<string, readonly string[]>> = {
  "cli.ts": ["commands"],
  commands: ["config", "runtime.ts", "pipeline", "ui", "sandbox", "mapping"],
  "runtime.ts": [
    "config",
    "channels",
    "destinations",
    "state",
    "mapping",
    "http",
    "pipeline/memory.ts",
    "pipeline/parts.ts",
  ],
  ui: ["pipeline"],
  pipeline: ["channels/channel.ts", "destinations/destination.ts", "state/store.ts", "mapping"],
  channels: ["http"],
  destinations: ["http"],
  mapping: [],
  state: [],
  config: [],
  http: [],
  sandbox: [],
  model: [],
  "errors.ts": [],
};
const ground = ["model", "errors.ts"];

/** One door a package: the only rooms that may open it. */
const doors: Readonly<Record<string, readonly string[]>> = {
  commander: ["cli.ts", "commands"],
  cosmiconfig: ["config"],
  inquirer: ["ui"],
  chalk: ["ui"],
  ora: ["ui"],
  pino: ["ui"],
  got: ["http"],
  kysely: ["state"],
  pg: ["state"],
  "@photostructure/sqlite": ["state"],
  "node:sqlite": ["state"],
  "big.js": ["mapping"],
  "csv-parse": ["destinations"],
  entities: ["mapping"],
  "html-to-text": ["mapping"],
  "iconv-lite": ["channels", "sandbox"],
};

interface Import {
  readonly file: string;
  /** A path below src, or a package. */
  readonly target: string;
  readonly typeOnly: boolean;
}

const files = listFiles(source).filter((file) => file.endsWith(".ts"));
const imports = files.flatMap(importsOf);
const inside = imports.filter((entry) => !isPackage(entry));

describe("the house", () => {
  test("has files to look at", () => {
    expect(files.length).toBeGreaterThan(50);
    expect(inside.length).toBeGreaterThan(100);
  });

  test("imports point down the list of rooms, never up", () => {
    const wrong = inside.filter(({ file, target }) => !mayImport(file, target));
    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  test("ui takes only types from the pipeline", () => {
    const wrong = inside.filter(
      ({ file, target, typeOnly }) => roomOf(file) === "ui" && roomOf(target) === "pipeline" && !typeOnly,
    );
    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  test("no vendor knows another", () => {
    const vendorOf = (path: string): string | undefined =>
      /^(?:channels|destinations)\/([^/]+)\//.exec(path)?.[0];
    const wrong = inside.filter(({ file, target }) => {
      const [from, to] = [vendorOf(file), vendorOf(target)];
      return from !== undefined && to !== undefined && from !== to;
    });
    expect(wrong).toEqual([]);
  });

  test("every package has its door", () => {
    const wrong = imports.filter(
      (entry) =>
        isPackage(entry) &&
        doors[entry.target] !== undefined &&
        !doors[entry.target]?.includes(roomOf(entry.file)),
    );
    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  test("the environment is read in config, the console is used nowhere, and only a second signal forces an exit", () => {
    const found = (pattern: RegExp): string[] =>
      files.filter((file) => pattern.test(readFileSync(file, "utf8"))).map((file) => relative(source, file));
    expect(found(/process\.env\b/).filter((file) => !file.startsWith(`config${sep}`))).toEqual([]);
    expect(found(/\bconsole\./)).toEqual([]);
    expect(found(/process\.exit\(/)).toEqual([join("commands", "signals.ts")]);
  });

  test("the pipeline knows no vendor", () => {
    const names = [...Object.keys(channels), ...Object.keys(destinations).filter((name) => name !== "file")];
    const pattern = new RegExp(`\\b(${names.join("|")})\\b`, "i");
    const wrong = listFiles(join(source, "pipeline")).filter((file) =>
      pattern.test(readFileSync(file, "utf8")),
    );
    expect(wrong).toEqual([]);
  });

  test("folders, registries and mapping tables agree", () => {
    expect(folders(join(source, "channels"))).toEqual(Object.keys(channels).sort());
    expect(folders(join(source, "destinations"))).toEqual(Object.keys(destinations).sort());
    const tablesOf = (kind: string): string[] =>
      readdirSync(join(root, "mappings", kind)).filter((name) => !name.includes(".cases."));
    expect(tablesOf("channels")).toEqual(
      Object.keys(channels)
        .sort()
        .map((name) => `${name}.yaml`),
    );
    // A file has one for the format that is somebody else's; JSON lines and CSV take products as they are.
    const systems = Object.keys(destinations).filter((name) => name !== "file");
    expect(tablesOf("destinations")).toEqual(
      [...systems, "extensiv-items"].sort().map((name) => `${name}.yaml`),
    );
  });

  test("files are kebab-case and every src file that is tested has its test in the same place", () => {
    const names = [...files, ...listFiles(join(root, "test")).filter((file) => file.endsWith(".ts"))];
    const wrong = names.filter(
      (file) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.test)?\.ts$/.test(file.split(sep).at(-1) ?? ""),
    );
    expect(wrong).toEqual([]);
    const described = listFiles(join(root, "test"))
      .filter((file) => file.endsWith(".test.ts"))
      .flatMap((file) => /describe\("(src\/[^", ]+)/.exec(readFileSync(file, "utf8"))?.[1] ?? []);
    expect(described.length).toBeGreaterThan(10);
    for (const path of described)
      expect(statSync(join(root, path)).isFile() || statSync(join(root, path)).isDirectory()).toBe(true);
  });

  test("nothing runs when a module is imported: no statement at the top but declarations", () => {
    const wrong = files.filter((file) =>
      /^(await |process\.|setInterval|setTimeout)/m.test(readFileSync(file, "utf8")),
    );
    expect(wrong).toEqual([]);
  });

  test("the command line loads nothing but commander until a command is called", () => {
    const eager = imports
      .filter(({ file, typeOnly }) => file === "cli.ts" && !typeOnly)
      .map(({ target }) => target);
    const lazy = [...readFileSync(join(source, "cli.ts"), "utf8").matchAll(/await import\("([^"]+)"\)/g)].map(
      (match) => match[1],
    );
    expect(eager.sort()).toEqual(["commander", "errors.ts", "node:fs"]);
    expect(lazy.length).toBeGreaterThan(3);
  });
});

function mayImport(file: string, target: string): boolean {
  const from = roomOf(file);
  const to = roomOf(target);
  if (from === to || (ground.includes(to) && from !== "model" && from !== "errors.ts")) return true;
  return (allowed[from] ?? []).some((entry) => (entry.includes("/") ? target === entry : to === entry));
}

/** The first part of a path below src: a folder or a file that is a room of its own. */
function roomOf(path: string): string {
  return path.split(/[\\/]/)[0] ?? path;
}

function isPackage(entry: Import): boolean {
  return !files.some((file) => relative(source, file) === entry.target);
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8");
  const statements = [...text.matchAll(/^(?:import|export) (type )?(?:[^"';]*? from )?"([^"]+)";/gms)];
  return statements.map(([, type, name = ""]) => ({
    file: relative(source, file),
    target: name.startsWith(".")
      ? relative(source, resolve(dirname(file), name.replace(/\.js$/, ".ts")))
      : name,
    typeOnly: type !== undefined,
  }));
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? listFiles(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

function folders(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
