/** Where a value stands in the config, from the top. */
export type ConfigPath = readonly (string | number)[];

/**
 * Writes a path as people do: `source.statuses[0]`. What cannot be a key is cut at its first colon: it may well be
 * `consumerKey:secret`, written without the space.
 */
export function toPathText(path: ConfigPath): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[\w$-]{1,40}$/u.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${JSON.stringify(`${step.replace(/:.*$/su, "").slice(0, 40)}…`)}]`;
  }
  return text;
}

/** Tells a block of keys from every other value. */
export function isBlock(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Finds the value at a path; own keys only. */
export function findAt(value: unknown, path: ConfigPath): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, step)) return undefined;
    current = (current as Readonly<Record<string | number, unknown>>)[step];
  }
  return current;
}
