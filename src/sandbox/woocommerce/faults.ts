import type { WooRequest } from "./answer.js";
import type { Fault, FaultScript, FaultSettings } from "./fault.js";
import { namedFaults, type FaultName } from "./named-faults.js";
import type { WooStore } from "./store.js";

export interface FaultSwitches {
  /** Switches a fault on, by name or by script (RangeError for an unknown name); the function that comes back switches it off again. */
  add(fault: string | FaultScript, settings?: FaultSettings): () => void;
  /** Switches everything off. */
  clear(): void;
  /** What goes wrong with this request. */
  next(request: WooRequest): readonly Fault[];
}

function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(namedFaults, name);
}

/** Makes the switchboard of one shop. */
export function createFaults(store: WooStore): FaultSwitches {
  const scripts = new Set<{ readonly script: FaultScript; seen: number }>();
  return {
    add: (fault, settings = {}) => {
      if (typeof fault === "string" && !isFaultName(fault)) {
        throw new RangeError(`there is no fault called ${fault}`);
      }
      const script = typeof fault === "string" ? namedFaults[fault].make(store, settings) : fault;
      const entry = { script, seen: 0 };
      scripts.add(entry);
      return () => void scripts.delete(entry);
    },
    clear: () => scripts.clear(),
    next: (request) => {
      const found: Fault[] = [];
      for (const entry of scripts) {
        entry.seen += 1;
        const fault = entry.script.onRequest(entry.seen, request);
        if (fault !== undefined) found.push(fault);
      }
      return found;
    },
  };
}
