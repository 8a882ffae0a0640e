import { AuthError } from "../../errors.js";
import { type Check, pass, runCheckList } from "../../http/check-list.js";
import type { CheckResult } from "../../model/report.js";
import type { ExtensivApi } from "./api.js";
import { atOnce } from "./calm.js";
import type { Catalogue } from "./catalogue.js";
import { plain, who } from "./errors.js";
import type { Learnt } from "./learnt.js";
import type { ExtensivSettings } from "./settings.js";

export interface CheckContext {
  readonly api: ExtensivApi;
  readonly catalogue: Catalogue;
  readonly learnt: Learnt;
  readonly settings: ExtensivSettings;
  readonly redact: (text: string) => string;
}

/** Runs the checks in a fixed order. Reads only. */
export function checkExtensiv(context: CheckContext, signal: AbortSignal): AsyncGenerator<CheckResult> {
  const { api, catalogue, learnt, settings, redact } = context;
  let refused: AuthError | undefined;
  const checks: Readonly<Record<string, Check>> = {
    "destination reachable": async (on) => {
      try {
        await api.authorize(on);
      } catch (error) {
        // A refusal is an answer.
        if (!(error instanceof AuthError)) throw error;
        refused = error;
      }
      return pass(`${who} answers`);
    },

    "destination credentials": async () => {
      if (refused !== undefined) throw refused;
      return pass("client id and secret are taken");
    },

    "destination customer": async (on) => pass(`customer ${await catalogue.openCustomer(on, atOnce)}`),

    "destination items": async (on) => {
      const total = await catalogue.openItems(on, atOnce);
      return pass(total === undefined ? "items can be read" : `${total} items can be read`);
    },

    "destination unit of measure": async () => {
      const { unitOfMeasure } = settings;
      const units = [...learnt.units];
      if (units.length === 0)
        return pass(`new items are counted in "${unitOfMeasure}"; there is none yet to compare with`);
      const fits = units.some((unit) => unit.toLowerCase() === unitOfMeasure.toLowerCase());
      if (fits) return pass(`"${unitOfMeasure}" is in use`);
      const seen = units.map((unit) => `"${plain(unit, redact)}"`).join(", ");
      return {
        outcome: "warn",
        message: `no item that was looked at is counted in "${unitOfMeasure}"; they have ${seen}`,
        hint: "Set destination.unitOfMeasure to a unit that is assigned to the customer, or ignore this if it is.",
      };
    },

    "destination rights": async () => ({
      outcome: "skip",
      message: "whether the credential may write cannot be seen without writing; it needs the role ItemEdit",
    }),
  };
  return runCheckList(checks, signal);
}
