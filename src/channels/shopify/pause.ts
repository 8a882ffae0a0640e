import { InterruptedError } from "../../errors.js";
import type { Clock } from "../../http/contract.js";

/** Sleeps. Throws InterruptedError on abort. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (signal.aborted) throw new InterruptedError();
    throw error;
  }
}
