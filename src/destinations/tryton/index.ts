import type { DestinationParts, ItemDestination, RemoteItem } from "../destination.js";
import { checkDatabase } from "./check.js";
import { assertRights, type DatabaseFacts, readDatabaseFacts } from "./database.js";
import { fieldsOf, shapeProduct } from "./item.js";
import { patiently } from "./patience.js";
import { readProducts } from "./products.js";
import { createTrytonApi } from "./rpc.js";
import type { TrytonSettings } from "./settings.js";
import { findUnit } from "./units.js";
import { writeProducts } from "./write.js";

export { type TrytonSettings, trytonHttpPolicy } from "./settings.js";

/** How many rows one call carries: Tryton writes 500 templates in less than a second, in one transaction. */
const maxBatch = 500;

/** Opens the products of a Tryton database; nothing is sent before it is asked for something. */
export function createTrytonDestination(settings: TrytonSettings, parts: DestinationParts): ItemDestination {
  const { mapper } = parts;
  const api = createTrytonApi(settings, parts);
  let known: DatabaseFacts | undefined;
  let allowed = false;

  async function learnFacts(signal: AbortSignal): Promise<DatabaseFacts> {
    if (known !== undefined) return known;
    const facts = await patiently(parts, signal, (attempts) => readDatabaseFacts(api, signal, attempts));
    if (known === undefined && facts.lacks.length > 0) {
      parts.warn(`the Tryton database ${api.database} lacks ${facts.lacks.join(", ")}`);
    }
    known = facts;
    return known;
  }

  /** Before the first write: a user without rights would be refused row by row. */
  async function proveRights(signal: AbortSignal): Promise<void> {
    if (!allowed) await patiently(parts, signal, (attempts) => assertRights(api, signal, attempts));
    allowed = true;
  }

  return {
    kind: "items",
    id: "tryton",
    account: `${api.url} ${api.database}`,
    features: {
      maxBatch,
      fields: new Set(["sku", ...mapper.fields]),
      caseSensitiveSku: true,
      readable: true,
    },
    shape: (product) => shapeProduct(product, mapper),
    async prove(signal) {
      const facts = await learnFacts(signal);
      findUnit(settings.unitOfMeasure, [...facts.units.values()]);
      await proveRights(signal);
    },
    check: (signal) => checkDatabase(api, settings, signal),

    async find(skus, signal) {
      signal.throwIfAborted();
      const found = new Map<string, RemoteItem>();
      if (skus.length === 0) return found;
      const facts = await learnFacts(signal);
      const standing = await patiently(parts, signal, (attempts) =>
        readProducts(api, facts, skus, signal, attempts),
      );
      for (const sku of skus) {
        const product = standing.get(sku);
        if (product === undefined) continue;
        const { id, item, reserved } = product;
        const fields = fieldsOf(mapper, reserved);
        found.set(sku, {
          id: String(id),
          sku,
          values: { sku, ...mapper.toProduct(item) },
          ...(fields.length === 0 ? {} : { reserved: fields }),
        });
      }
      return found;
    },

    async *write(changes, signal) {
      if (signal.aborted || changes.length === 0) return;
      const facts = await learnFacts(signal);
      const unitId = findUnit(settings.unitOfMeasure, [...facts.units.values()]).id;
      await proveRights(signal);
      yield* writeProducts({ api, parts, facts, unitId }, changes, signal);
    },
  };
}
