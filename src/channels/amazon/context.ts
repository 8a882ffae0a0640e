import { InterruptedError } from "../../errors.js";
import type { ChannelParts } from "../channel.js";
import type { AmazonApi } from "./api.js";
import type { AmazonSettings } from "./settings.js";

/** What every part of the channel works with. */
export interface AmazonContext {
  readonly api: AmazonApi;
  readonly settings: AmazonSettings;
  readonly parts: ChannelParts;
}

/** Waits. Throws InterruptedError on abort. */
export async function pause({ parts }: AmazonContext, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await parts.clock.sleep(ms, signal);
  } catch (error) {
    if (signal.aborted) throw new InterruptedError();
    throw error;
  }
}
