import { homedir } from "node:os";
import path from "node:path";
import envPaths from "env-paths";
import type { FieldFault } from "./fields.js";
import type { Environment } from "./interpolate.js";

const sqlitePrefix = "sqlite:";

/** Says why a text cannot be the address of a state store. Never repeats the text, which may hold a password. */
export function findStateFault(text: string): FieldFault | undefined {
  const hint = "write sqlite:PATH or postgres://USER@HOST/DATABASE";
  if (text.startsWith(sqlitePrefix)) {
    const file = text.slice(sqlitePrefix.length);
    if (file === "" || file.includes("\0")) return { message: "there is no file behind sqlite:", hint };
    if (file === ":memory:")
      return { message: "the state must outlive the run, so it cannot be in memory", hint };
    return undefined;
  }
  if (!/^postgres(?:ql)?:\/\//u.test(text)) return { message: "expected sqlite: or postgres://", hint };
  return URL.canParse(text) ? undefined : { message: "the address of the database cannot be read", hint };
}

/** Makes the path of an SQLite store absolute, counted from the config's folder; other stores stay as they are. */
export function resolveState(state: string, dir: string): string {
  if (!state.startsWith(sqlitePrefix)) return state;
  return sqlitePrefix + path.resolve(dir, state.slice(sqlitePrefix.length));
}

/**
 * The state store when the config names none: one file for all connections of a user. On Linux it is
 * `$XDG_STATE_HOME/psync/state.sqlite` (`~/.local/state` when that is unset or, which the XDG specification forbids,
 * relative), elsewhere it lies in the user's data folder.
 */
export function toDefaultState(env: Environment, platform: NodeJS.Platform = process.platform): string {
  if (platform === "darwin" || platform === "win32") {
    return sqlitePrefix + path.join(envPaths("psync", { suffix: "" }).data, "state.sqlite");
  }
  const given = env["XDG_STATE_HOME"] ?? "";
  const base = path.isAbsolute(given) ? given : path.join(env["HOME"] || homedir(), ".local", "state");
  return sqlitePrefix + path.join(base, "psync", "state.sqlite");
}

/** What must never be printed of a state address: its password, as written and decoded, and the address around it. */
export function toStateSecrets(state: string): string[] {
  if (state.startsWith(sqlitePrefix) || !URL.canParse(state)) return [];
  const { password, searchParams } = new URL(state);
  const inQuery = searchParams.get("password") ?? "";
  const found = [password, toDecoded(password), inQuery].filter((secret) => secret !== "");
  return found.length === 0 ? [] : [state, ...found];
}

/** What of a state address may be printed: host, port, user and database. */
export function toStatePublicParts(state: string): ReadonlySet<string> {
  if (!URL.canParse(state)) return new Set();
  const { hostname, host, port, username, pathname } = new URL(state);
  return new Set([hostname, host, port, username, toDecoded(username), pathname.slice(1)]);
}

function toDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
