import type { Product } from "../../model/product.js";
import type { DestinationParts, PlannedChange, WriteResult } from "../destination.js";
import type { Attempt } from "./bisect.js";
import { assertRights, type DatabaseFacts } from "./database.js";
import type { TrytonRefusal } from "./errors.js";
import { type Item, shapeItem } from "./item.js";
import { patiently } from "./patience.js";
import { readProducts, type StandingProduct } from "./products.js";
import type { TrytonApi } from "./rpc.js";

/** What a write works with. */
export interface WriteContext {
  readonly api: TrytonApi;
  readonly parts: DestinationParts;
  readonly facts: DatabaseFacts;
  /** Id of the unit that new products are counted in. */
  readonly unitId: number;
}

/** What became of one call that writes some changes. */
export type Outcome = Attempt<WriteResult, TrytonRefusal>;

/** Somebody else has made or removed a product meanwhile: what stands there must be read again. */
export class LookAgain extends Error {}

/** What stands under the SKUs of some changes. */
export function look(
  { api, parts, facts }: WriteContext,
  changes: readonly PlannedChange[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, StandingProduct>> {
  const skus = changes.map(({ sku }) => sku);
  return patiently(parts, signal, (attempts) => readProducts(api, facts, skus, signal, attempts));
}

/** The item that a product is to become. */
export function wantedItem({ parts }: WriteContext, product: Product): Item {
  return shapeItem(parts.mapper.toItem(product));
}

/** Throws AuthError where it is not the data that is refused, but the user: every row would be, one by one. */
export function refuseWithoutRights({ api, parts }: WriteContext, signal: AbortSignal): Promise<void> {
  return patiently(parts, signal, (attempts) => assertRights(api, signal, attempts));
}
