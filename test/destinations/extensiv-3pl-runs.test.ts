import { describe, expect, test } from "@jest/globals";
import type { Destination } from "../../src/destinations/destination.js";
import { pricesOf } from "../../src/mapping/project.js";
import { sampleItems } from "../../src/sandbox/extensiv-3pl/sample.js";
import { calls, useExtensivBed } from "../support/extensiv-bed.js";
import { type Bench, createBench, record } from "../support/pipeline.js";

function records(count: number): ReturnType<typeof record>[] {
  return Array.from({ length: count }, (_, index) => record(String(index), { price: "7.5", weight: 0.125 }));
}

describe("src/destinations/extensiv-3pl/index.ts", () => {
  const bed = useExtensivBed();

  function bench(
    destination: Destination,
    rows: ReturnType<typeof record>[],
    priceSync = false,
  ): Promise<Bench> {
    const shape = (draft: Parameters<NonNullable<Destination["shape"]>>[0]): typeof draft =>
      destination.shape?.(draft) ?? draft;
    const { fields } = destination.features;
    const projection = { priceSync, prices: pricesOf([{ to: "retail_price" }]), omit: [], fields, shape };
    return createBench({ records: rows, destination, parts: { projection } });
  }

  test("a second run asks for nothing, and a lost state writes nothing", async () => {
    const warehouse = await bed.openWarehouse({ items: sampleItems });
    const first = await bench(bed.openClient(warehouse).destination, records(250), true);
    expect((await first.run()).report.counts).toMatchObject({ created: 250, failed: 0 });
    const sent = warehouse.requests.length;
    expect((await first.run()).report.counts).toMatchObject({ unchanged: 250 });
    expect(warehouse.requests).toHaveLength(sent);
    const lost = await bench(bed.openClient(warehouse).destination, records(250), true);
    expect((await lost.run()).report.counts).toMatchObject({ unchanged: 250, created: 0, updated: 0 });
    expect(calls(warehouse, "POST", /items/)).toBe(250);
    expect(calls(warehouse, "PUT", /./)).toBe(0);
    // Token, customer, and the listing that is cheaper than three filters.
    expect(warehouse.requests.length - sent).toBeLessThanOrEqual(6);
    expect(warehouse.items().every(({ sku, price }) => !sku.startsWith("SKU-") || price === 7.5)).toBe(true);
  });

  test("without price sync the warehouse's price stays, and none is sent", async () => {
    const warehouse = await bed.openWarehouse({
      items: [
        {
          sku: "sku-0",
          description: "Old",
          price: 3.25,
          options: { inventoryUnit: { unitIdentifier: { name: "Each" } } },
        },
      ],
    });
    const run = await (await bench(bed.openClient(warehouse).destination, records(2))).run();
    expect(run.report.counts).toMatchObject({ created: 1, updated: 1 });
    expect(warehouse.items().map(({ sku, price }) => ({ sku, price }))).toEqual([
      { sku: "sku-0", price: 3.25 },
      { sku: "SKU-1", price: undefined },
    ]);
  });

  test("killed after any answer, the next run ends in one item each", async () => {
    for (let killedAt = 1; killedAt <= 12; killedAt += 1) {
      const warehouse = await bed.openWarehouse();
      let writes = 0;
      const off = warehouse.faults.add({
        onRequest: (_n, { method, path }) => {
          if (method !== "POST" || !path.endsWith("/items")) return undefined;
          writes += 1;
          // What was accepted is never told: from here on the process is dead.
          return writes >= killedAt ? { name: "killed", connection: "cut" } : undefined;
        },
      });
      const { destination } = bed.openClient(warehouse, {}, { attempts: 1 });
      const dead: Destination =
        destination.kind === "items"
          ? {
              ...destination,
              async *write(changes, signal) {
                for await (const result of destination.write(changes, signal)) {
                  if (writes >= killedAt) throw new Error("killed");
                  yield result;
                }
              },
            }
          : destination;
      expect((await (await bench(dead, records(12))).run()).error).toMatchObject({ message: "killed" });
      off();
      const next = await (await bench(bed.openClient(warehouse).destination, records(12))).run();
      expect(next.report.status).toBe("ok");
      expect(new Set(warehouse.items().map(({ sku }) => sku)).size).toBe(12);
      expect(warehouse.items()).toHaveLength(12);
      await warehouse.close();
    }
  });
});
