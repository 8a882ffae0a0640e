import { InterruptedError } from "../../errors.js";
import type { ChannelParts } from "../channel.js";
import type { AmazonApi } from "./api.js";
import type { AmazonSettings } from "./settings.js";

/** What every part of the channel works with. */
export interface AmazonContext {
  readonly api: AmazonApi;
  readonly settings: AmazonSettings;
  readonly parts: ChannelParts;
  /** Whether the next read may use the Listings API: the one after pages that did not add up takes a report. */
  readonly trust: { listings: boolean };
}

/** Waits. Throws InterruptedError on abort. */
export async function pause(
  { parts }: { readonly parts: Pick<ChannelParts, "clock"> },
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  try {
    await parts.clock.sleep(ms, signal);
  } catch (error) {
    if (signal.aborted) throw new InterruptedError();
    throw error;
  }
}
