import type { Holder, Slot, StateStore } from "../state/store.js";

const leaseMs = 60_000;
const heartbeatMs = 15_000;

/** A slot that is kept alive in the background until it is released. */
export interface HeldSlot {
  readonly slot: Slot;
  /** Aborts with the LockHeldError when the lease is lost. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** Takes the destination's slot and renews its lease every 15 s of 60. Throws LockHeldError when it is taken. */
export async function holdSlot(store: StateStore, destination: string, holder: Holder): Promise<HeldSlot> {
  const slot = await store.acquireSlot(destination, holder, leaseMs);
  const lost = new AbortController();
  let renewing: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    renewing = slot.renew().catch((error: unknown) => {
      clearInterval(timer);
      lost.abort(error);
    });
  }, heartbeatMs);
  timer.unref();
  return {
    slot,
    lost: lost.signal,
    release: async () => {
      clearInterval(timer);
      await renewing;
      await slot.release();
    },
  };
}
