import type { ChannelMemory } from "../../src/channels/channel.js";

/** A channel's memory without a state store; `kept` shows what is in it. One process only. */
export function createChannelMemory(kept: Map<string, string> = new Map()): ChannelMemory {
  const busy = new Map<string, Promise<void>>();
  const set = async (entries: ReadonlyMap<string, string>): Promise<void> => {
    for (const [name, value] of entries) kept.set(name, value);
    return Promise.resolve();
  };
  return {
    async get(names) {
      const found = names.flatMap((name) => {
        const value = kept.get(name);
        return value === undefined ? [] : [[name, value] as const];
      });
      return Promise.resolve(new Map(found));
    },
    set,
    async exclusive(name, _signal, work) {
      const before = busy.get(name) ?? Promise.resolve();
      let free = (): void => undefined;
      const mine = new Promise<void>((resolve) => {
        free = resolve;
      });
      busy.set(
        name,
        before.then(() => mine),
      );
      await before;
      try {
        return await work(set);
      } finally {
        free();
      }
    },
  };
}
