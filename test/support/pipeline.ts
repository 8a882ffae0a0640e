import type { SourceChannel } from "../../src/channels/channel.js";
import type { Destination } from "../../src/destinations/destination.js";
import type { Mapped, RecordMapper } from "../../src/mapping/contract.js";
import { productFields } from "../../src/model/product.js";
import type { SourceRecord } from "../../src/model/record.js";
import type { PlanEntry, RunIssue } from "../../src/model/report.js";
import type { RunEvent } from "../../src/pipeline/events.js";
import type { RunParts } from "../../src/pipeline/parts.js";
import { runPass, type RunRequest, type RunResult } from "../../src/pipeline/run.js";
import { pricesOf } from "../../src/mapping/project.js";
import { openStateStore } from "../../src/state/open.js";
import type { StateStore } from "../../src/state/store.js";
import { createFakeClock } from "./fake-clock.js";
import { createMemoryChannel, type MemoryChannel } from "./memory-channel.js";
import { createMemoryDestination, type MemoryDestination } from "./memory-destination.js";

const roots = ["sku", "name", "price", "weight"];

/** A mapper whose record is the product already; `bad` makes it unmappable. */
const plainMapper: RecordMapper = {
  roots,
  places: roots.map((name) => ({ name, isThere: (fields) => Object.hasOwn(fields, name) })),
  map({ sku, name, price, weight, bad }): Mapped {
    const text = typeof sku === "string" && sku.trim() !== "" ? { sku: sku.trim() } : {};
    if (bad !== undefined) {
      return {
        ok: false,
        ...text,
        faults: [{ field: "weight_lbs", path: "bad", value: JSON.stringify(bad), message: "no weight" }],
      };
    }
    const draft: Record<string, unknown> = { ...text };
    if (typeof name === "string") draft["name"] = name;
    if (typeof price === "string") draft["retail_price"] = price;
    if (typeof weight === "number") draft["weight_lbs"] = weight;
    return { ok: true, draft };
  },
};

export function record(
  key: string,
  fields: Readonly<Record<string, unknown>>,
  more: Partial<SourceRecord> = {},
): SourceRecord {
  return { key, fields: { sku: `SKU-${key}`, name: `Product ${key}`, ...fields }, ...more };
}

export interface Bench {
  readonly channel: MemoryChannel;
  readonly destination: MemoryDestination;
  readonly store: StateStore;
  readonly events: RunEvent[];
  parts: RunParts;
  /** Runs a pass with `--yes`; the request may be changed in parts. */
  run(request?: Partial<RunRequest>): Promise<Told>;
}

export interface Told extends RunResult {
  readonly issueList: readonly RunIssue[];
  readonly entryList: readonly PlanEntry[];
}

export interface BenchOptions {
  readonly records?: readonly SourceRecord[];
  readonly pageSize?: number;
  readonly caseSensitiveSku?: boolean;
  readonly maxBatch?: number;
  readonly parts?: Partial<RunParts>;
  readonly options?: Partial<RunParts["options"]>;
  readonly store?: StateStore;
  readonly destination?: Destination;
  readonly channel?: SourceChannel;
}

export const holder = { host: "here", pid: process.pid, command: "import", connection: "test" };

/** A cart, a warehouse and a state in memory, and the pipeline between them. */
export async function createBench(options: BenchOptions = {}): Promise<Bench> {
  const channel = createMemoryChannel({
    records: options.records ?? [],
    clock: createFakeClock({ autoAdvance: true }),
    ...(options.pageSize === undefined ? {} : { pageSize: options.pageSize }),
  });
  const destination = createMemoryDestination({
    ...(options.caseSensitiveSku === undefined ? {} : { caseSensitiveSku: options.caseSensitiveSku }),
    ...(options.maxBatch === undefined ? {} : { maxBatch: options.maxBatch }),
  });
  const store = options.store ?? (await openStateStore("sqlite::memory:"));
  const events: RunEvent[] = [];
  const none = { sent: 0, retried: 0, throttled: 0 };
  const bench: Bench = {
    channel,
    destination,
    store,
    events,
    parts: {
      channel: options.channel ?? channel,
      destination: options.destination ?? destination,
      store,
      mapper: plainMapper,
      projection: { priceSync: false, prices: pricesOf([]), omit: [], fields: new Set(productFields) },
      options: { updates: true, onDuplicateSku: "fail", includeDigital: false, ...options.options },
      setup: "setup",
      requests: () => ({ source: none, destination: none }),
      now: () => new Date(),
      ...options.parts,
    },
    run: async (request = {}) => {
      const result = await runPass(bench.parts, {
        command: "import",
        dryRun: false,
        fresh: false,
        force: false,
        holder,
        emit: (event) => events.push(event),
        confirm: () => Promise.resolve(true),
        signal: new AbortController().signal,
        ...request,
      });
      const issueList = await collect(result.issues());
      const entryList = result.report.dryRun ? await collect(result.entries()) : [];
      await result.finish();
      return { ...result, issueList, entryList };
    },
  };
  return bench;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
