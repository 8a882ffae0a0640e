import type { PlanEntry } from "../../model/report.js";
import { plain, who } from "./errors.js";
import { ExactNumber, type ExactObject, type ExactValue } from "./exact-json.js";
import { holds, isInventorySize, type SentPlace } from "./item.js";
import { valueAt } from "./schema.js";

type Action = PlanEntry["action"];

/** Looks at a sample of what was written: servers take what they have no place for, and say nothing. */
export interface Proof {
  /** Whether this item is to be read back. `open`: it is not known yet whether inventory units have sizes. */
  isWanted(action: Action, sent: readonly SentPlace[], open: boolean): boolean;
  /** Tells, once a place, what does not stand there as it was sent. */
  compare(action: Action, sku: string, item: ExactObject, sent: readonly SentPlace[], open: boolean): void;
}

const longestQuote = 60;

export function createProof(parts: {
  readonly warn: (message: string) => void;
  readonly redact: (text: string) => string;
}): Proof {
  const looked = new Set<Action>();
  const told = new Set<string>();

  function quote(value: ExactValue | undefined): string {
    if (value === undefined || value === null) return "nothing";
    if (typeof value === "object" && !(value instanceof ExactNumber)) return "something else";
    const text = plain(value instanceof ExactNumber ? value.text : String(value), parts.redact);
    return `"${text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text}"`;
  }

  return {
    isWanted: (action, sent, open) =>
      !looked.has(action) || (open && sent.some(({ place }) => isInventorySize(place))),
    compare(action, sku, item, sent, open) {
      looked.add(action);
      for (const one of sent) {
        const { place, value } = one;
        const stands = valueAt(item, place.to);
        // Sent to see whether the server has such a place.
        if (open && isInventorySize(place) && stands === undefined) continue;
        if (holds(stands, one) || told.has(place.to)) continue;
        told.add(place.to);
        parts.warn(
          `${who} did not keep ${place.to} (${place.field}) of ${sku} as it was sent: ${quote(String(value))} became ${quote(stands)}; psync leaves it so`,
        );
      }
    },
  };
}
