import type { DestinationParts, ItemDestination } from "../destination.js";
import { createExtensivApi } from "./api.js";
import { createOutlast } from "./calm.js";
import { createCatalogue } from "./catalogue.js";
import { checkExtensiv } from "./check.js";
import { createItemForm } from "./item.js";
import { inLanes } from "./lanes.js";
import { createLearnt } from "./learnt.js";
import { createProof } from "./proof.js";
import { type ExtensivSettings, rootOf, usualConcurrency } from "./settings.js";
import { createWriter } from "./write.js";

export { type ExtensivSettings, extensivHttpPolicy } from "./settings.js";

const maxBatch = 100;
const vendorsRoot = "https://secure-wms.com";

/**
 * Opens a customer's items in 3PL Warehouse Manager; nothing is sent before `check`, `find` or `write` is asked for its
 * first result. `parts.http` is a client with `extensivHttpPolicy`.
 */
export function createExtensivDestination(
  settings: ExtensivSettings,
  parts: DestinationParts,
): ItemDestination {
  const { clock, warn, redact, mapper, concurrency = usualConcurrency } = parts;
  const api = createExtensivApi(settings, parts);
  const outlast = createOutlast({ clock, warn });
  const form = createItemForm(mapper, settings);
  const learnt = createLearnt(settings);
  const shared = { api, outlast, form, learnt, settings, clock, warn, redact };
  const catalogue = createCatalogue(shared);
  const write = createWriter({ ...shared, catalogue, proof: createProof({ warn, redact }) });
  const root = rootOf(settings);
  const host = root === vendorsRoot ? new URL(root).host : root;
  return {
    kind: "items",
    id: "extensiv-3pl",
    account: `${host}/customers/${settings.customerId}`,
    features: {
      maxBatch,
      fields: new Set([...mapper.fields, "sku"]),
      caseSensitiveSku: false,
      readable: true,
    },
    shape: (product) => form.shape(product),
    async prove(signal) {
      await catalogue.openCustomer(signal);
      await catalogue.openItems(signal);
    },
    check: (signal) => checkExtensiv({ ...shared, catalogue }, signal),
    find: (skus, signal) => catalogue.find(skus, signal),
    async *write(changes, signal) {
      if (changes.length === 0 || signal.aborted) return;
      await catalogue.openCustomer(signal);
      await catalogue.openItems(signal);
      catalogue.forget();
      try {
        yield* inLanes(changes, concurrency, signal, write);
      } finally {
        catalogue.forget();
      }
    },
  };
}
