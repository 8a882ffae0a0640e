import { pass, runCheckList } from "../../http/check-list.js";
import type { CheckResult } from "../../model/report.js";
import { assertRights, type DatabaseFacts, readDatabaseFacts } from "./database.js";
import type { TrytonApi } from "./rpc.js";
import type { TrytonSettings } from "./settings.js";
import { findUnit } from "./units.js";

/** Runs the checks in a fixed order; one that an earlier failure makes pointless is skipped. Nothing is written. */
export function checkDatabase(
  api: TrytonApi,
  settings: TrytonSettings,
  signal: AbortSignal,
): AsyncIterable<CheckResult> {
  let facts: DatabaseFacts | undefined;
  const factsOf = async (on: AbortSignal): Promise<DatabaseFacts> =>
    (facts ??= await readDatabaseFacts(api, on));
  return runCheckList(
    {
      "destination reachable": async (on) => pass(`Tryton ${await api.version(on)} at ${api.url}`),

      "destination database": async (on) => {
        await api.findDatabase(on);
        return pass(`the database ${api.database} is there`);
      },

      "destination credentials": async (on) => {
        await api.read("model.res.user.get_preferences", [true], {}, on);
        return pass(`${settings.username} can log in`);
      },

      "destination modules": async (on) => {
        const { lacks } = await factsOf(on);
        if (lacks.length === 0) return pass("products have places for weights and sizes");
        return {
          outcome: "warn",
          message: `the database lacks ${lacks.join(", ")}`,
          hint: "Activate the module product_measurements (Administration > Modules), with the units it comes with.",
        };
      },

      "destination rights": async (on) => {
        await assertRights(api, on);
        return pass(`${settings.username} may read, create and write products`);
      },

      "destination unit of measure": async (on) => {
        const { units } = await factsOf(on);
        const { name, symbol } = findUnit(settings.unitOfMeasure, [...units.values()]);
        return pass(`new products are counted in ${name} (${symbol})`);
      },
    },
    signal,
  );
}
