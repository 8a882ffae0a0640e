import { describe, expect, test } from "@jest/globals";
import type { WriteResult } from "../../src/destinations/destination.js";
import { InterruptedError, TransientError } from "../../src/errors.js";
import { destinationSuite, toChange } from "../conformance/destination.js";
import { createMemoryDestination, type MemoryDestinationOptions } from "../support/memory-destination.js";

function suite(name: string, options: MemoryDestinationOptions): void {
  destinationSuite(name, {
    kind: "items",
    async open() {
      const destination = createMemoryDestination(options);
      return {
        destination,
        snapshot: async () => structuredClone([...destination.items]),
        refuse: (sku) => destination.refuse(sku),
      };
    },
  });
}

const never = new AbortController().signal;

async function write(
  destination: ReturnType<typeof createMemoryDestination>,
  ...skus: string[]
): Promise<WriteResult[]> {
  const results: WriteResult[] = [];
  const changes = skus.map((sku) => toChange({ sku, name: sku }));
  for await (const result of destination.write(changes, never)) results.push(result);
  return results;
}

describe("test/support/memory-destination.ts", () => {
  suite("memory", {});
  suite("memory, small batches, few fields, no case", {
    maxBatch: 3,
    caseSensitiveSku: false,
    fields: new Set(["sku", "name", "weight_lbs", "custom_fields"]),
  });

  test("an answer that got lost leaves the item behind, a request that got lost does not", async () => {
    const destination = createMemoryDestination();
    const error = new TransientError("timeout", "no answer");
    destination.failWrite("A", { when: "after", error });
    destination.failWrite("B", { when: "before", error });
    await expect(write(destination, "A")).rejects.toBe(error);
    await expect(write(destination, "B")).rejects.toBe(error);
    expect([...destination.items.keys()]).toEqual(["A"]);
    expect(await write(destination, "A", "B")).toHaveLength(2);
    expect(destination.items.size).toBe(2);
  });

  test("without regard to case an item is found and keeps its spelling", async () => {
    const destination = createMemoryDestination({ caseSensitiveSku: false });
    destination.put({ sku: "Mug-1", name: "old" });
    expect((await destination.find(["MUG-1"], never)).get("MUG-1")?.sku).toBe("Mug-1");
    await write(destination, "mug-1");
    expect([...destination.items.values()].map(({ sku, values }) => [sku, values.name])).toEqual([
      ["Mug-1", "mug-1"],
    ]);
  });

  test("an abort between two items ends the batch after the one in flight", async () => {
    const destination = createMemoryDestination();
    const abort = new AbortController();
    destination.onWrite = () => abort.abort();
    const results: WriteResult[] = [];
    const changes = ["A", "B"].map((sku) => toChange({ sku }));
    for await (const result of destination.write(changes, abort.signal)) results.push(result);
    expect(results.map(({ sku }) => sku)).toEqual(["A"]);
    await expect(destination.find(["A"], abort.signal)).rejects.toThrow(InterruptedError);
  });

  test("a batch that is too large is a mistake of the caller's", async () => {
    const destination = createMemoryDestination({ maxBatch: 1 });
    await expect(write(destination, "A", "B")).rejects.toThrow("write of 2");
    await expect(destination.find(["A", "B"], never)).rejects.toThrow("find of 2");
    destination.failFind(new Error("down"));
    await expect(destination.find(["A"], never)).rejects.toThrow("down");
    expect((await destination.find(["A"], never)).size).toBe(0);
  });
});
