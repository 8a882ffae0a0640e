import type { StateStore } from "../../src/state/store.js";

/** The store, with something that happens before each call that changes it. */
export function watched(store: StateStore, before: (call: string) => void | Promise<void>): StateStore {
  const changing = new Set<string>([
    "startRun",
    "saveRun",
    "stage",
    "mark",
    "markUnchanged",
    "noteRemote",
    "settle",
    "settleCreated",
    "finishRun",
  ]);
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      const call = value.bind(target) as (...given: unknown[]) => unknown;
      if (typeof name !== "string" || !changing.has(name)) return call;
      return async (...given: unknown[]) => {
        await before(name);
        return call(...given);
      };
    },
  });
}
