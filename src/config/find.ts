import { stat } from "node:fs/promises";
import path from "node:path";
import { cosmiconfig, getDefaultSearchPlaces } from "cosmiconfig";
import { ConfigError } from "../errors.js";
import { maxConfigBytes, toSizeError } from "./bounded-file.js";
import { findSection, parseConfigText } from "./config-text.js";

const codeExtensions: ReadonlySet<string> = new Set([".js", ".ts", ".mjs", ".cjs", ".mts", ".cts"]);

/** Whether a config file is code, which is run only when the operator names it. */
export function isCode(file: string): boolean {
  return codeExtensions.has(path.extname(file).toLowerCase());
}

const defaultPlaces = getDefaultSearchPlaces("psync");

/** Where a config is looked for in a folder, in this order: cosmiconfig's own places without code, then psync's. */
export const searchPlaces: readonly string[] = [
  ...defaultPlaces.filter((place) => !isCode(place)),
  "package.yaml",
  "psync.yaml",
  "psync.yml",
  "psync.json",
  "psync.config.yaml",
  "psync.config.yml",
  "psync.config.json",
];

const codePlaces = defaultPlaces.filter(isCode);

/** cosmiconfig's settings for itself: it would run these from the working folder while it is being set up. */
const metaCodePlaces = ["js", "ts", "cjs", "mjs"].map((extension) =>
  path.join(".config", `config.${extension}`),
);

export interface FoundConfig {
  readonly file: string;
  readonly text: string;
  readonly warnings: readonly string[];
}

/**
 * Looks for the config in one folder; no folder above it is searched and no code is run. Throws ConfigError when there
 * is none, or when what there is cannot be read.
 */
export async function findConfig(dir: string): Promise<FoundConfig> {
  const there = await findExisting(dir, searchPlaces);
  const code = await findExisting(dir, codePlaces);
  for (const { place, size } of there) if (size > maxConfigBytes) throw toSizeError(place);
  const found = await search(dir);
  if (found === undefined) throw toNotFound(dir, there, code);
  const others = [...there, ...code]
    .map(({ place }) => place)
    .filter((place) => !isPackageFile(place) && path.join(dir, place) !== found.file);
  return {
    ...found,
    warnings: others.map((place) => `${place} is also here and is not used; ${path.basename(found.file)} is`),
  };
}

/** Whether a file belongs to a package manager and holds the config under its key `psync`. */
export function isPackageFile(file: string): boolean {
  return ["package.json", "package.yaml"].includes(path.basename(file));
}

async function search(dir: string): Promise<{ readonly file: string; readonly text: string } | undefined> {
  const [meta] = await findExisting(process.cwd(), metaCodePlaces);
  if (meta !== undefined) {
    throw new ConfigError(
      "config-search-unsafe",
      `the search for a config would run the code in ${meta.place}, a settings file of cosmiconfig`,
      [],
      { hint: "name the config file with --config; then nothing is searched" },
    );
  }
  const loaders = Object.fromEntries([
    ...[".json", ".yaml", ".yml", "noExt", "default"].map((key) => [key, keepText]),
    ...[...codeExtensions].map((key) => [key, refuseCode]),
  ]) as Record<string, typeof keepText>;
  let result: unknown;
  try {
    const explorer = cosmiconfig("psync", {
      searchPlaces: [...searchPlaces],
      searchStrategy: "none",
      ignoreEmptySearchPlaces: false,
      cache: false,
      loaders,
    });
    result = await explorer.search(dir);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    // cosmiconfig's message quotes the file, and with it what may be a secret.
    throw new ConfigError("config-unreadable", `the search for a config in ${dir} failed`, [], {
      hint: "look for a broken package.json or .config folder, or name the config file with --config",
    });
  }
  if (result === null) return undefined;
  const { filepath, config } = result as { filepath: string; config?: { text: string } };
  return { file: filepath, text: config?.text ?? "" };
}

/**
 * Hands the text through: psync's own parser wants it for lines and columns. It also keeps cosmiconfig from following
 * `$import` to other files, which it does with every object.
 */
function keepText(file: string, text: string): object {
  if (!isPackageFile(file)) return { text };
  const parsed = parseConfigText(text, file.endsWith(".json") ? "json" : "yaml");
  const isMine = parsed.broken ? /\bpsync["']?\s*:/u.test(text) : findSection(parsed, "psync") !== undefined;
  return isMine ? { psync: { text } } : {};
}

function refuseCode(file: string): never {
  throw new ConfigError(
    "config-is-code",
    `${path.basename(file)} is code, which is run only when it is named`,
    [],
    {
      hint: `if you trust it, add --config ${path.basename(file)}`,
    },
  );
}

interface Existing {
  readonly place: string;
  readonly size: number;
}

async function findExisting(dir: string, places: readonly string[]): Promise<Existing[]> {
  const existing: Existing[] = [];
  for (const place of places) {
    try {
      const { size } = await stat(path.join(dir, place));
      existing.push({ place, size });
    } catch {
      // Not there, or behind a folder that may not be entered: nothing to be found.
    }
  }
  return existing;
}

function toNotFound(dir: string, there: readonly Existing[], code: readonly Existing[]): ConfigError {
  const unreadable = there.find(({ place }) => !isPackageFile(place));
  if (unreadable !== undefined) {
    return new ConfigError("config-unreadable", `${unreadable.place} cannot be read`, [], {
      hint: "it must be a file, and this user must have the right to read it",
    });
  }
  const [first] = code;
  if (first !== undefined) {
    return new ConfigError(
      "config-is-code",
      `the config in ${dir} is code (${first.place}), which is run only when it is named`,
      [],
      {
        hint: `if you trust it, add --config ${first.place}`,
      },
    );
  }
  return new ConfigError("config-not-found", `no config found in ${dir}`, [], {
    hint: "write a psync.yaml (README, section Configure), name a file with --config, or try psync sandbox",
  });
}
