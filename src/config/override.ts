import { freezeDeeply } from "./plain.js";
import type { Config } from "./schema.js";

/** Options that the command line may set for one run. */
export interface Overrides {
  readonly updates?: boolean | undefined;
  readonly priceSync?: boolean | undefined;
}

/** Gives the config with the options of the command line in place of its own; the one given stays as it is. */
export function applyOverrides(config: Config, overrides: Overrides): Config {
  const options = {
    ...config.options,
    updates: overrides.updates ?? config.options.updates,
    priceSync: overrides.priceSync ?? config.options.priceSync,
  };
  return freezeDeeply({ ...config, options });
}
