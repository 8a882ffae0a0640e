import path from "node:path";
import type { z } from "zod";
import { ConfigError, type Fault } from "../errors.js";
import { readBoundedFile } from "./bounded-file.js";
import { runCodeConfig } from "./code-config.js";
import { findSection, parseConfigText, type ConfigText } from "./config-text.js";
import { completeDestination, destinationSlices } from "./destinations.js";
import { findMode, isReadableByOthers, loadEnvironment, toModeText } from "./env-file.js";
import { toConfigFaults, type ConfigFault } from "./faults.js";
import { findConfig, isCode, isPackageFile } from "./find.js";
import { interpolate, type Environment, type Interpolated } from "./interpolate.js";
import { findAt, isBlock, toPathText, type ConfigPath } from "./path.js";
import { freezeDeeply, toPlainData } from "./plain.js";
import { ConfigFile, type Config } from "./schema.js";
import { collectSecrets } from "./secrets.js";
import type { ConfigSlice, Finding } from "./slice.js";
import { sourceSlices } from "./sources.js";
import { resolveState, toDefaultState } from "./state-url.js";

export { applyOverrides } from "./override.js";

export interface LoadRequest {
  /** Default: the process's. */
  readonly cwd?: string | undefined;
  /** The file that `--config` names, relative to `cwd`. Without it the config is searched for in `cwd`. */
  readonly file?: string | undefined;
  /** Default: the process's. */
  readonly env?: Environment | undefined;
}

export interface LoadedConfig {
  readonly config: Config;
  /** The file that was used, absolute. */
  readonly file: string;
  /** Its folder: where relative paths count from. */
  readonly dir: string;
  /** For the operator, one sentence each. */
  readonly warnings: readonly string[];
  /** Values that no output may hold; tokens that are learnt on the way are put in as they come. */
  readonly secrets: string[];
  /** What the state encrypts tokens with; from PSYNC_STATE_KEY. */
  readonly stateKey?: string;
}

/** More faults than a person reads, and than are worth the time to place. */
const maxFaults = 50;

/**
 * Finds, reads and checks the config. Code is run only when `file` names it. Throws one ConfigError with every fault
 * that there is; no message holds a value that may be a secret.
 */
export async function loadConfig(request: LoadRequest = {}): Promise<LoadedConfig> {
  const { text, file, name, warnings } = await readConfig(request);
  const dir = path.dirname(file);
  if (text.broken) throw toInvalid(name, text.faults);
  const data = toBlock(text.value, name);
  const { env, warnings: envWarnings } = await loadEnvironment(dir, request.env ?? process.env);
  const filled = fillVariables(data, env);
  const { checked, faults, notes } = check(filled);
  if (faults.length > 0 || text.faults.length > 0 || checked === undefined) {
    throw toInvalid(
      name,
      [...text.faults, ...faults.slice(0, maxFaults).map((fault) => toFault(fault, text))],
      faults.length + text.faults.length,
    );
  }
  const state = checked.state === undefined ? toDefaultState(env) : resolveState(checked.state, dir);
  const secrets = collectSecrets(filled.value, filled.filled, state);
  const config: Config = {
    source: checked.source,
    destination: completeDestination(checked.destination, dir),
    options: checked.options,
    mapping: Object.fromEntries(
      Object.entries(checked.mapping).map(([key, table]) => [key, path.resolve(dir, table)]),
    ),
    state,
  };
  const stateKey = env["PSYNC_STATE_KEY"];
  const hasKey = stateKey !== undefined && stateKey !== "";
  const loaded = freezeDeeply({
    config,
    file,
    dir,
    warnings: [
      ...warnings,
      ...envWarnings,
      ...notes.map(
        (note) =>
          `${toPathText(note.path)}: ${note.message}${note.hint === undefined ? "" : `; ${note.hint}`}`,
      ),
      ...(secrets.isWrittenOut ? await warnOfReadableFile(file, name) : []),
    ],
  });
  return {
    ...loaded,
    secrets: [...secrets.values, ...(hasKey ? [stateKey] : [])],
    ...(hasKey ? { stateKey } : {}),
  };
}

/** A `source` section that may not be whole yet. */
export interface LooseSource {
  /** Texts, variables filled in; a key whose variable is not set is absent. */
  readonly values: Readonly<Record<string, string>>;
  /** Which variable stands alone in a key: `refreshToken: ${ETSY_REFRESH_TOKEN}`. */
  readonly variables: Readonly<Record<string, string>>;
  /** The config's folder, or the working one where there is no config. */
  readonly dir: string;
}

/**
 * Reads what there is of the `source` section, checking nothing: for the command that obtains what is still lacking.
 * Without a config everything is absent. Throws ConfigError for a file that cannot be read.
 */
export async function loadSource(request: LoadRequest = {}): Promise<LooseSource> {
  let found: ReadConfig;
  try {
    found = await readConfig(request);
  } catch (error) {
    if (!(error instanceof ConfigError) || error.code !== "config-not-found" || request.file !== undefined)
      throw error;
    return { values: {}, variables: {}, dir: request.cwd ?? process.cwd() };
  }
  if (found.text.broken) throw toInvalid(found.name, found.text.faults);
  const dir = path.dirname(found.file);
  const { env } = await loadEnvironment(dir, request.env ?? process.env);
  const data = toPlainData(found.text.value);
  const source = isBlock(data) && isBlock(data["source"]) ? data["source"] : {};
  const { value, missing } = interpolate(source, env, []);
  const unset = new Set(missing.map((variable) => toPathText(variable.path)));
  const texts = Object.entries(isBlock(value) ? value : {}).flatMap(([key, item]) =>
    (typeof item === "string" || typeof item === "number") && !unset.has(key)
      ? [[key, String(item)] as const]
      : [],
  );
  const variables = Object.entries(source).flatMap(([key, item]) => {
    const name = typeof item === "string" ? /^\$\{(\w+)\}$/u.exec(item)?.[1] : undefined;
    return name === undefined ? [] : [[key, name] as const];
  });
  return { values: Object.fromEntries(texts), variables: Object.fromEntries(variables), dir };
}

interface ReadConfig {
  readonly text: ConfigText;
  readonly file: string;
  /** What messages call the file. */
  readonly name: string;
  readonly warnings: readonly string[];
}

async function readConfig({ cwd = process.cwd(), file: named }: LoadRequest): Promise<ReadConfig> {
  if (named === undefined) {
    const { file, text, warnings } = await findConfig(path.resolve(cwd));
    return { text: parseFile(file, text), file, name: toName(file, cwd), warnings };
  }
  const file = path.resolve(cwd, named);
  const name = toName(file, cwd);
  if (isCode(file)) {
    // Read first, so that a missing file is told apart from a missing import of that file.
    await readBoundedFile(file, name);
    const value = await runCodeConfig(file, name);
    return {
      text: { value, broken: false, faults: [], position: () => undefined },
      file,
      name,
      warnings: [],
    };
  }
  return { text: parseFile(file, await readBoundedFile(file, name)), file, name, warnings: [] };
}

function parseFile(file: string, text: string): ConfigText {
  const parsed = parseConfigText(text, path.extname(file) === ".json" ? "json" : "yaml");
  if (!isPackageFile(file)) return parsed;
  return findSection(parsed, "psync") ?? { ...parsed, value: undefined };
}

/** Names a file as the operator sees it: from the working folder when it lies in it. */
function toName(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative.startsWith("..") || path.isAbsolute(relative) ? file : relative;
}

function toBlock(value: unknown, name: string): Readonly<Record<string, unknown>> {
  const hint = "write at least source and destination (README, section Configure), or try psync sandbox";
  if (value === undefined || value === null || value === "") {
    throw new ConfigError("config-empty", `${name} holds no config`, [], { hint });
  }
  const data = toPlainData(value);
  if (!isBlock(data)) throw new ConfigError("config-invalid", `${name} is not a block of keys`, [], { hint });
  // A block whose lines are all commented out is one that is not there.
  return Object.fromEntries(
    Object.entries(data).filter(([key, item]) => item !== null || (key !== "options" && key !== "mapping")),
  );
}

const sectionsWithVariables = ["source", "destination", "state"];

function fillVariables(
  data: Readonly<Record<string, unknown>>,
  env: Environment,
): Interpolated & { readonly value: Readonly<Record<string, unknown>> } {
  const parts = Object.entries(data).map(([key, value]) =>
    sectionsWithVariables.includes(key)
      ? ([key, interpolate(value, env, [key])] as const)
      : ([key, { value, missing: [], filled: [] }] as const),
  );
  return {
    value: Object.fromEntries(parts.map(([key, part]) => [key, part.value])),
    missing: parts.flatMap(([, part]) => part.missing),
    filled: parts.flatMap(([, part]) => part.filled),
  };
}

function check(filled: ReturnType<typeof fillVariables>) {
  const missing = new Set(filled.missing.map((variable) => toPathText(variable.path)));
  const filledPaths = new Set(filled.filled.map(({ path }) => toPathText(path)));
  // What a variable would have said is not known, so nothing more can be said against it.
  const isKnown = (at: ConfigPath): boolean => !missing.has(toPathText(at));
  const result = ConfigFile.safeParse(filled.value);
  const findings = toFindings(filled.value).filter((finding) => isKnown(finding.path));
  const faults: ConfigFault[] = [
    ...filled.missing,
    ...toConfigFaults(result.success ? [] : result.error.issues, filled.value, (at) =>
      filledPaths.has(toPathText(at)),
    ).filter((fault) => isKnown(fault.path)),
    ...findings.filter((finding) => finding.kind === "fault"),
  ];
  return { checked: result.data, faults, notes: findings.filter((finding) => finding.kind === "warning") };
}

function toFindings(data: Readonly<Record<string, unknown>>): readonly Finding[] {
  const chosen = [
    findSlice(sourceSlices, findAt(data, ["source", "channel"])),
    findSlice(destinationSlices, findAt(data, ["destination", "type"])),
  ];
  return chosen.flatMap((slice) => slice?.findings(data) ?? []);
}

type Judge = Pick<ConfigSlice<z.ZodObject>, "findings">;

function findSlice(slices: Readonly<Record<string, Judge>>, name: unknown): Judge | undefined {
  return typeof name === "string" && Object.hasOwn(slices, name) ? slices[name] : undefined;
}

function toFault(fault: ConfigFault, text: ConfigText): Fault {
  return {
    path: toPathText(fault.path),
    ...text.position(fault.at ?? fault.path),
    message: fault.message,
    ...(fault.hint === undefined ? {} : { hint: fault.hint }),
  };
}

function toInvalid(name: string, faults: readonly Fault[], count = faults.length): ConfigError {
  const sorted = faults
    .map((fault) => ({ file: name, ...fault }))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  const shown = sorted.length < count ? `; the first ${sorted.length} are told` : "";
  return new ConfigError(
    "config-invalid",
    `${count} fault${count === 1 ? "" : "s"} in ${name}${shown}`,
    sorted,
  );
}

async function warnOfReadableFile(file: string, name: string): Promise<readonly string[]> {
  const mode = await findMode(file);
  if (mode === undefined || !isReadableByOthers(mode)) return [];
  return [
    `${name} holds a secret and can be read by other users (mode ${toModeText(mode)}); write \${VAR} and set it in .env, or run: chmod 600 ${name}`,
  ];
}
