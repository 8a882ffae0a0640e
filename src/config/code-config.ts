import path from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigError } from "../errors.js";

/**
 * Runs a config that is code and gives its default export. TypeScript runs where Node strips types by itself. Throws
 * ConfigError when the code cannot be run, throws by itself or exports nothing.
 */
export async function runCodeConfig(file: string, name: string): Promise<unknown> {
  const isTypeScript = path.extname(file).endsWith("ts");
  if (isTypeScript && !stripsTypes()) {
    throw new ConfigError(
      "config-code-failed",
      `${name} is TypeScript, which Node ${process.version} cannot run`,
      [],
      {
        hint: "use Node 22.18 or newer, or write the config as YAML or .mjs",
      },
    );
  }
  let module: Readonly<Record<string, unknown>>;
  try {
    module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    const kind = cause instanceof Error ? cause.name : "something";
    throw new ConfigError("config-code-failed", `${name} threw ${kind} when it was run`, [], {
      hint: "run it with node to see what is wrong",
      cause,
    });
  }
  if (!("default" in module)) {
    throw new ConfigError("config-code-failed", `${name} has no default export`, [], {
      hint: "write: export default { source: { … }, destination: { … } }",
    });
  }
  return module["default"];
}

function stripsTypes(): boolean {
  // Node 20, whose types are compiled against, does not know the feature.
  return Boolean((process.features as { readonly typescript?: unknown }).typescript);
}
