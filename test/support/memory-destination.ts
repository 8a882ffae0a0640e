import type {
  DestinationFeatures,
  ItemDestination,
  PlannedChange,
  RemoteItem,
  WriteResult,
} from "../../src/destinations/destination.js";
import { InterruptedError } from "../../src/errors.js";
import { productFields, type Product } from "../../src/model/product.js";

export interface MemoryDestinationOptions extends Partial<DestinationFeatures> {
  /** Default: "memory". */
  readonly id?: string;
  /** Default: "memory". */
  readonly account?: string;
}

/** What happens to one write of a SKU, once. */
export interface WriteFault {
  /** Whether the item is written before the error is thrown: an answer that got lost, or a request that never came. */
  readonly when: "before" | "after";
  readonly error: Error;
}

export interface MemoryDestination extends ItemDestination {
  /** What stands there, by SKU (folded where case does not count). A test may put items in. */
  readonly items: Map<string, RemoteItem>;
  /** Every change that was taken up, in order, refused ones included. */
  readonly writes: PlannedChange[];
  /** The SKUs of every call of `find`, in order. */
  readonly finds: (readonly string[])[];
  /** Puts an item in as if somebody else had made it. */
  put(product: Product): void;
  /** Refuses the SKU from now on, in the destination's own words. */
  refuse(sku: string, message?: string): void;
  /** Takes the SKU again. */
  accept(sku: string): void;
  /** The next write of the SKU throws. */
  failWrite(sku: string, fault: WriteFault): void;
  /** How often it was asked to prove itself; `unfit` is what it throws then. */
  proofs: number;
  unfit: Error | undefined;
  /** The next call of `find` throws. */
  failFind(error: Error): void;
  /** Called before each item is written; for aborting or failing at a chosen moment. */
  onWrite: ((change: PlannedChange) => void) | undefined;
}

function stopIf(signal: AbortSignal): void {
  if (signal.aborted) throw new InterruptedError();
}

/** An item destination that lives in memory and keeps the laws of the contract, with faults that a test switches on. */
export function createMemoryDestination(options: MemoryDestinationOptions = {}): MemoryDestination {
  const features: DestinationFeatures = {
    maxBatch: options.maxBatch ?? 100,
    fields: options.fields ?? new Set(productFields),
    caseSensitiveSku: options.caseSensitiveSku ?? true,
    readable: options.readable ?? true,
  };
  const items = new Map<string, RemoteItem>();
  const refusals = new Map<string, string>();
  const faults = new Map<string, WriteFault>();
  let findError: Error | undefined;
  let nextId = 1;

  const keyOf = (sku: string): string => (features.caseSensitiveSku ? sku : sku.toLowerCase());

  function assertBatch(what: string, size: number): void {
    if (size > features.maxBatch)
      throw new Error(`${what} of ${size}, more than ${features.maxBatch} at once`);
  }

  function save(product: Product): RemoteItem {
    const old = items.get(keyOf(product.sku));
    const values: Record<string, unknown> = { ...old?.values };
    for (const field of productFields) {
      if (product[field] !== undefined && features.fields.has(field))
        values[field] = structuredClone(product[field]);
    }
    if (old?.values.custom_fields !== undefined && product.custom_fields !== undefined) {
      values["custom_fields"] = { ...old.values.custom_fields, ...product.custom_fields };
    }
    // The SKU of an item that stands there is never rewritten.
    const sku = old?.sku ?? product.sku;
    const item: RemoteItem = { id: old?.id ?? String(nextId++), sku, values: { ...values, sku } };
    items.set(keyOf(sku), item);
    return item;
  }

  function takeFault(sku: string, when: WriteFault["when"]): void {
    const fault = faults.get(sku);
    if (fault?.when !== when) return;
    faults.delete(sku);
    throw fault.error;
  }

  function writeOne(change: PlannedChange): WriteResult {
    const { sku } = change;
    takeFault(sku, "before");
    const refusal = refusals.get(sku);
    if (refusal !== undefined) return { sku, outcome: "failed", code: "refused", message: refusal };
    const { id } = save(change.product);
    takeFault(sku, "after");
    return { sku, outcome: "written", remoteId: id };
  }

  const destination: MemoryDestination = {
    kind: "items",
    id: options.id ?? "memory",
    account: options.account ?? "memory",
    features,
    items,
    writes: [],
    finds: [],
    onWrite: undefined,
    proofs: 0,
    unfit: undefined,
    put(product) {
      save(product);
    },
    refuse(sku, message = `${sku} is not wanted here`) {
      refusals.set(sku, message);
    },
    accept(sku) {
      refusals.delete(sku);
    },
    failWrite(sku, fault) {
      faults.set(sku, fault);
    },
    failFind(error) {
      findError = error;
    },

    async prove(signal) {
      stopIf(signal);
      destination.proofs += 1;
      if (destination.unfit !== undefined) throw destination.unfit;
    },

    async *check(signal) {
      stopIf(signal);
      yield { name: "destination reachable", outcome: "pass", message: `${items.size} items in memory` };
    },

    async find(skus, signal) {
      stopIf(signal);
      assertBatch("find", skus.length);
      destination.finds.push([...skus]);
      const error = findError;
      findError = undefined;
      if (error !== undefined) throw error;
      const found = new Map<string, RemoteItem>();
      for (const sku of features.readable ? skus : []) {
        const item = items.get(keyOf(sku));
        if (item !== undefined) found.set(sku, structuredClone(item));
      }
      return found;
    },

    async *write(changes, signal) {
      assertBatch("write", changes.length);
      for (const change of changes) {
        // Each item is a request of its own: on abort no further one begins.
        if (signal.aborted) return;
        destination.onWrite?.(change);
        destination.writes.push(change);
        yield writeOne(change);
      }
    },
  };
  return destination;
}
