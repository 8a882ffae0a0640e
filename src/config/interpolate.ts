import { isBlock, type ConfigPath } from "./path.js";

/** The environment: what `process.env` holds, or a part of it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A reference that could not be filled. */
interface MissingVariable {
  readonly path: ConfigPath;
  readonly message: string;
  readonly hint: string;
}

export interface Interpolated {
  readonly value: unknown;
  readonly missing: readonly MissingVariable[];
  /** What was filled in, and where; values of variables and defaults, never empty. */
  readonly filled: readonly { readonly path: ConfigPath; readonly value: string }[];
}

const reference = /\$?\$\{([^{}]*)\}|\$\{/gu;
const body = /^([A-Za-z_]\w*)(?::-(.*))?$/su;

/**
 * Fills `${VAR}` and `${VAR:-default}` in every text of the value; keys are left alone. `$${` stands for a plain `${`.
 * An empty variable counts as one that is not set. All faults are collected, and the faulty text stays as it is.
 */
export function interpolate(value: unknown, env: Environment, path: ConfigPath): Interpolated {
  const missing: MissingVariable[] = [];
  const filled: { path: ConfigPath; value: string }[] = [];

  function fillText(text: string, at: ConfigPath): string {
    return text.replace(reference, (whole, inner: string | undefined) => {
      if (whole.startsWith("$$")) return whole.slice(1);
      const parts = inner === undefined ? null : body.exec(inner);
      const name = parts?.[1];
      if (name === undefined) {
        missing.push({
          path: at,
          message: "${ begins a reference to a variable, but none follows",
          hint: "write ${NAME} or ${NAME:-default}; for a plain ${ write $${",
        });
        return whole;
      }
      const set = Object.hasOwn(env, name) ? env[name] : undefined;
      const found = set === undefined || set === "" ? parts?.[2] : set;
      if (found === undefined) {
        missing.push({
          path: at,
          message: `the environment variable ${name} is ${set === undefined ? "not set" : "empty"}`,
          hint: `set it, or add ${name}=… to the file .env beside the config`,
        });
        return whole;
      }
      if (found !== "") filled.push({ path: at, value: found });
      return found;
    });
  }

  function fill(item: unknown, at: ConfigPath): unknown {
    if (typeof item === "string") return fillText(item, at);
    if (Array.isArray(item)) return item.map((entry: unknown, index) => fill(entry, [...at, index]));
    if (!isBlock(item)) return item;
    return Object.fromEntries(Object.entries(item).map(([key, entry]) => [key, fill(entry, [...at, key])]));
  }

  return { value: fill(value, path), missing, filled };
}
