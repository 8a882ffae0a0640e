import { isBlock, toPathText, type ConfigPath } from "./path.js";
import { toStatePublicParts, toStateSecrets } from "./state-url.js";

const secretName = /secret|token|password|passphrase|key/iu;

/** Keys whose values people are shown: kinds, addresses and places. What variables put there is no secret. */
const shownNames: ReadonlySet<string> = new Set([
  "channel",
  "type",
  "url",
  "baseUrl",
  "tokenUrl",
  "path",
  "format",
  "content",
  "auth",
  "statuses",
  "weightUnit",
  "dimensionUnit",
  "shop",
  "shopId",
  "apiVersion",
  "states",
  "marketplaceId",
  "sellerId",
  "region",
  "customerId",
  "unitOfMeasure",
  "database",
]);

interface Filled {
  readonly path: ConfigPath;
  readonly value: string;
}

export interface Secrets {
  /** Values that no output may hold, each once; none is empty. */
  readonly values: readonly string[];
  /** Whether one of them is written in the config file itself. */
  readonly isWrittenOut: boolean;
}

/**
 * Collects the secrets of a config: values under keys that are called key, secret, token or password, what variables
 * filled in except where it is shown by design, and the password of a state store.
 */
export function collectSecrets(config: unknown, filled: readonly Filled[], state: string): Secrets {
  const filledPaths = new Set(filled.map(({ path }) => toPathText(path)));
  const values = new Set<string>();
  let isWrittenOut = false;
  for (const { path, value } of toTexts(config, [])) {
    if ((path[0] !== "source" && path[0] !== "destination") || !isNamedSecret(path) || value === "") continue;
    values.add(value);
    isWrittenOut ||= !filledPaths.has(toPathText(path));
  }
  const stateSecrets = toStateSecrets(state);
  for (const secret of stateSecrets) values.add(secret);
  isWrittenOut ||= stateSecrets.length > 0 && !filledPaths.has("state");
  const publicParts = toStatePublicParts(state);
  for (const { path, value } of filled) {
    const isShown =
      path[0] === "state" ? state.startsWith("sqlite:") || publicParts.has(value) : isShownPath(path);
    if (!isShown) values.add(value);
  }
  return { values: [...values], isWrittenOut };
}

function isNamedSecret(path: ConfigPath): boolean {
  return path.some((step) => typeof step === "string" && secretName.test(step));
}

function isShownPath(path: ConfigPath): boolean {
  return typeof path[1] === "string" && shownNames.has(path[1]);
}

function* toTexts(value: unknown, path: ConfigPath): Generator<{ path: ConfigPath; value: string }> {
  if (typeof value === "string") yield { path, value };
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* toTexts(item, [...path, index]);
  } else if (isBlock(value)) {
    for (const [key, item] of Object.entries(value)) yield* toTexts(item, [...path, key]);
  }
}
