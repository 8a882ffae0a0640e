import { isObject, type ExactObject } from "./exact-json.js";
import { valueAt } from "./schema.js";
import type { ExtensivSettings } from "./settings.js";

/** What psync has seen of a server while it looked at items. */
export interface Learnt {
  /** Names of units of measure in use. */
  readonly units: ReadonlySet<string>;
  see(item: ExactObject): void;
  /** An item was to show it, and did not. */
  giveUp(): void;
  /** Whether weight and size go to inventory units too; undefined while no item has shown it. */
  inventorySizes(): boolean | undefined;
}

const mostUnits = 50;

export function createLearnt({ inventoryUnitSizes }: Pick<ExtensivSettings, "inventoryUnitSizes">): Learnt {
  const units = new Set<string>();
  let shown: boolean | undefined;

  return {
    units,
    see(item) {
      for (const unit of ["inventoryUnit", "packageUnit", "secondaryUnit"]) {
        const name = valueAt(item, `options.${unit}.unitIdentifier.name`);
        if (typeof name === "string" && name !== "" && units.size < mostUnits) units.add(name);
      }
      if (isObject(valueAt(item, "options.inventoryUnit.imperial"))) shown = true;
      // An item without any size tells nothing: servers leave out what is empty.
      else if (isObject(valueAt(item, "options.packageUnit.imperial"))) shown ??= false;
    },
    giveUp() {
      shown ??= false;
    },
    inventorySizes: () => (inventoryUnitSizes === "auto" ? shown : inventoryUnitSizes === "always"),
  };
}
