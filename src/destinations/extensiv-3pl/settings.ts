import type { ClientPolicy } from "../../http/client.js";
import type { Clock } from "../../http/contract.js";
import { createPacer } from "../../http/pacing.js";

/** The part of the config that this destination needs. */
export interface ExtensivSettings {
  readonly customerId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Name of the user that changes are written down under; or its id. */
  readonly userLogin?: string;
  readonly userLoginId?: string;
  /** GUID of the 3PL, where the credential is not bound to one. */
  readonly tpl?: string;
  /** Unit that new items are counted in. */
  readonly unitOfMeasure: string;
  /** Order in which the stock of new items is picked. */
  readonly inventoryMethod: "fifo" | "lifo" | "fefo";
  /** Characters that the item's description is cut at; absent: never. */
  readonly descriptionLimit?: number;
  /** The second line is left out when it has more characters. */
  readonly description2Limit: number;
  /** Whether weight and size go to the inventory unit too; `auto`: where the server shows such fields. */
  readonly inventoryUnitSizes: "auto" | "always" | "never";
  readonly requestsPerMinute: number;
  /** Scheme, host and port. */
  readonly baseUrl: string;
  /** Default: `/AuthServer/api/Token` at `baseUrl`. */
  readonly tokenUrl?: string;
}

/** Scheme, host and port without a slash at the end. */
export function rootOf({ baseUrl }: Pick<ExtensivSettings, "baseUrl">): string {
  return baseUrl.replace(/\/+$/, "");
}

/** How many requests are under way at a time when nobody says otherwise. */
export const usualConcurrency = 4;

/** How the HTTP room treats this vendor: a rate that it does not publish, so ours, which a 429 lowers. */
export function extensivHttpPolicy(
  { requestsPerMinute }: ExtensivSettings,
  clock: Clock,
  concurrency = usualConcurrency,
): ClientPolicy {
  const capacity = Math.max(1, Math.min(concurrency, Math.floor(requestsPerMinute / 60)));
  return {
    who: "3PL Warehouse Manager",
    concurrency,
    pacer: createPacer({
      clock,
      maxConcurrent: concurrency,
      buckets: [{ capacity, refillPerSec: requestsPerMinute / 60 }],
    }),
  };
}
