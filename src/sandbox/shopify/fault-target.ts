import type { BulkOperations } from "./bulk.js";
import type { CostBucket } from "./cost.js";
import type { ShopifyStore } from "./store.js";
import type { Tokens } from "./tokens.js";

/** What a fault can lay its hands on. */
export interface FaultTarget {
  readonly store: ShopifyStore;
  readonly bucket: CostBucket;
  readonly tokens: Tokens;
  readonly bulk: BulkOperations;
}
