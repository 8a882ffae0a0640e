import type { ChannelMemory } from "../channels/channel.js";
import { LockHeldError, TransientError } from "../errors.js";
import type { Holder, Slot, StateStore } from "../state/store.js";

/** Longer than any token endpoint is waited for, with its retries; a holder that died is noticed sooner. */
const lockLeaseMs = 180_000;
const longestWaitMs = 60_000;
const firstPauseMs = 100;
const longestPauseMs = 2000;

export interface MemoryParts {
  readonly store: Pick<StateStore, "kept" | "keep" | "acquireSlot">;
  readonly holder: Holder;
  /** Resolves after so many milliseconds; rejects when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * The memory of one source account in the state store. `accountOf` gives the name that it goes by in all connections and on
 * all machines ("cart 41220099"); it is asked when something is remembered, for the channel that knows it is made after.
 */
export function createChannelMemory(
  accountOf: () => string,
  { store, holder, sleep }: MemoryParts,
): ChannelMemory {
  async function lock(name: string, signal: AbortSignal): Promise<Slot> {
    const account = accountOf();
    let pauseMs = firstPauseMs;
    for (let waitedMs = 0; ; waitedMs += pauseMs, pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
      try {
        return await store.acquireSlot(`lock ${account} ${name}`, holder, lockLeaseMs);
      } catch (error) {
        if (!(error instanceof LockHeldError)) throw error;
        if (waitedMs >= longestWaitMs) {
          throw new TransientError(
            "lock-wait",
            `another process works on the ${name} of ${account} for too long`,
            {
              hint: error.message,
            },
          );
        }
      }
      await sleep(pauseMs, signal);
    }
  }

  return {
    get: (names) => store.kept(accountOf(), names),
    set: (entries) => store.keep(accountOf(), entries),
    async exclusive(name, signal, work) {
      const slot = await lock(name, signal);
      try {
        return await work((entries) => store.keep(accountOf(), entries, slot));
      } finally {
        await slot.release();
      }
    },
  };
}
