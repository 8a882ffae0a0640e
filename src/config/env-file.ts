import { rename, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseEnv } from "node:util";
import { readBoundedFile } from "./bounded-file.js";
import type { Environment } from "./interpolate.js";

/** The environment together with the `.env` file, and what to warn of. */
export interface LoadedEnvironment {
  readonly env: Environment;
  readonly warnings: readonly string[];
}

/**
 * Reads `.env` in the folder of the config, where there is one; variables of the real environment win. Warns when
 * other users may read it. Throws ConfigError when it is there and cannot be read, or is larger than 1 MiB.
 */
export async function loadEnvironment(dir: string, env: Environment): Promise<LoadedEnvironment> {
  const file = path.join(dir, ".env");
  const mode = await findMode(file);
  if (mode === undefined) return { env, warnings: [] };
  const text = await readBoundedFile(file, ".env");
  const warnings = isReadableByOthers(mode)
    ? [`${file} can be read by other users (mode ${toModeText(mode)}); run: chmod 600 .env`]
    : [];
  return { env: { ...parseEnv(text), ...env }, warnings };
}

/**
 * Puts a variable into the `.env` of a folder, in place of one of the same name; everything else stays as it is. The
 * file is replaced whole and only its owner can read it. `value` must be free of line breaks. Gives the file's path.
 */
export async function writeVariable(dir: string, name: string, value: string): Promise<string> {
  const file = path.join(dir, ".env");
  const before = (await findMode(file)) === undefined ? "" : await readBoundedFile(file, ".env");
  const lines = before.split(/\r?\n/u);
  if (lines.at(-1) === "") lines.pop();
  const line = `${name}='${value}'`;
  const place = lines.findIndex((each) => new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`, "u").test(each));
  if (place < 0) lines.push(line);
  else lines[place] = line;
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, `${lines.join("\n")}\n`, { mode: 0o600, flag: "wx" });
  await rename(draft, file);
  return file;
}

/** The permission bits of a file, or undefined where there is none. */
export async function findMode(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).mode & 0o777;
  } catch {
    return undefined;
  }
}

/** Whether the group or everybody may read it. Windows keeps such rights elsewhere, so nothing is known there. */
export function isReadableByOthers(mode: number): boolean {
  return process.platform !== "win32" && (mode & 0o044) !== 0;
}

/** Writes permission bits as `chmod` takes them: `0644`. */
export function toModeText(mode: number): string {
  return `0${mode.toString(8).padStart(3, "0")}`;
}
