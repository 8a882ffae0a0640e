import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach } from "@jest/globals";

import {
  createExtensivDestination,
  extensivHttpPolicy,
  type ExtensivSettings,
} from "../../src/destinations/extensiv-3pl/index.js";
import { type ClientOptions, createHttpClient, type PacedClient } from "../../src/http/client.js";
import { createRedactor } from "../../src/http/redaction.js";
import type { RecordMapper } from "../../src/mapping/contract.js";
import { pricesOf } from "../../src/mapping/project.js";
import type { ItemMapper } from "../../src/model/item.js";
import type { Product, ProductDraft } from "../../src/model/product.js";
import type { RunIssue } from "../../src/model/report.js";
import type { RunEvent } from "../../src/pipeline/events.js";
import { connectionName, destinationName, type RunOptions, type RunParts } from "../../src/pipeline/parts.js";
import type { RunRequest, RunResult } from "../../src/pipeline/run.js";
import type { WarehouseItem } from "../../src/sandbox/extensiv-3pl/model.js";
import {
  type ExtensivOptions,
  type ExtensivWarehouse,
  startExtensivWarehouse,
} from "../../src/sandbox/extensiv-3pl/server.js";
import type { Random } from "../../src/sandbox/random.js";
import { openStateStore } from "../../src/state/open.js";
import type { KnownProduct } from "../../src/state/store.js";
import { extensivDefaults, loadExtensivMapper } from "../support/extensiv-bed.js";
import { createFakeClock, type FakeClock } from "../support/fake-clock.js";
import { createMemoryChannel } from "../support/memory-channel.js";
import { UnderWay } from "../support/under-way.js";
import { carryOut } from "./rig.js";
import { bySku, isCarton, type Places, placesOf, setUpItems, thinProduct } from "./warehouse-products.js";
import { watched } from "./watched.js";

/** A process that was killed: nothing of it reaches state or warehouse any more. */
export class Killed extends Error {}

/** A run of the whole program, with all that it told. */
export interface Imported extends RunResult {
  /** The exit code. */
  readonly exit: number;
  readonly list: readonly RunIssue[];
  readonly events: readonly RunEvent[];
  readonly warnings: readonly string[];
  /** Everything that the state calls written. */
  readonly ledger: readonly KnownProduct[];
  /** How many requests came to the warehouse. */
  readonly sent: number;
  /** How many pages the cart was asked for. */
  readonly asked: number;
}

/** What one import changes about the rig. */
export interface ImportOptions {
  readonly request?: Partial<RunRequest>;
  readonly options?: Partial<RunOptions>;
  /** Default: true. */
  readonly priceSync?: boolean;
  readonly settings?: Partial<ExtensivSettings>;
  readonly concurrency?: number;
  readonly http?: Partial<ClientOptions>;
  /** From when it says so, the process is dead: `import` rejects with Killed. */
  readonly isKilled?: () => boolean;
}

/** psync without its command line, between a cart in memory and a sandbox warehouse, each import as a process of its own has it. */
export interface WarehouseRig {
  readonly warehouse: ExtensivWarehouse;
  /** The machine's clock; waiting takes no time, and time stands still while a request is under way. */
  readonly clock: FakeClock;
  readonly folder: string;
  /** Everything that was logged or warned so far. */
  readonly logs: readonly string[];
  /** What stood there before psync came. */
  readonly before: readonly WarehouseItem[];
  readonly stocks: ReadonlyMap<string, number>;
  /** Whether the server has a place for weight and size of inventory units. */
  readonly sizes: boolean;
  /** What the cart holds, by SKU. */
  readonly shop: ReadonlyMap<string, Product>;
  /** What the places of an SKU's item have held, or were to hold, in any run so far. */
  readonly past: ReadonlyMap<string, readonly Places[]>;
  /** Puts products into the cart, in the place of those with their SKUs. */
  sell(...products: readonly Product[]): void;
  import(how?: ImportOptions): Promise<Imported>;
  /** The state file is gone. */
  loseState(): void;
  close(): Promise<void>;
}

export interface RigOptions extends ExtensivOptions {
  readonly products?: number;
  /** How far the warehouse's clock is ahead of the machine's, in milliseconds. */
  readonly ahead?: () => number;
  /** Where psync calls, when that is not the warehouse's own address. */
  readonly door?: (url: string) => Promise<Door>;
}

/** An address before the warehouse's. */
export interface Door {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** A record is the product already. */
const mapper: RecordMapper = {
  roots: ["product"],
  places: [{ name: "product", isThere: () => true }],
  map: ({ product }) => ({ ok: true, draft: product as ProductDraft }),
};

/** What no output may hold. */
export function secretsOf({ warehouse }: Pick<WarehouseRig, "warehouse">): string[] {
  const { clientId, clientSecret } = extensivDefaults;
  const pair = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
  return [clientSecret, pair, ...warehouse.tokens];
}

/** Everything that a rig has written to its folder. */
export function filesOf({ folder }: Pick<WarehouseRig, "folder">): string[] {
  return readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1"));
}

/**
 * A warehouse where operators have set things up, a cart with `products` products (default 20), and psync between
 * them. `items` is the built-in table.
 */
async function openWarehouseRig(items: ItemMapper, options: RigOptions = {}): Promise<WarehouseRig> {
  const { products = 20, ahead = () => 0, inventoryUnitSizes: sizes = true } = options;
  const underWay = new UnderWay();
  const clock = createFakeClock({
    autoAdvance: true,
    busy: underWay.busy,
    now: Date.UTC(2026, 10, 24, 8),
  });
  const warehouse = await startExtensivWarehouse({
    items: setUpItems(),
    ...options,
    clock: () => clock.now() + ahead(),
  });
  const door = await options.door?.(warehouse.url);
  const { url } = door ?? warehouse;
  for (const [at, { sku }] of warehouse.items().entries()) warehouse.stock(sku, 10 + at);
  const before = warehouse.items();
  const folder = mkdtempSync(join(tmpdir(), "psync-warehouse-"));
  const state = `sqlite:${join(folder, "state.sqlite")}`;
  const logs: string[] = [];
  const shop = new Map<string, Product>();
  const past = new Map<string, Places[]>();
  const cartons = new Set([...bySku(before)].flatMap(([sku, item]) => (isCarton(item) ? [sku] : [])));

  function sell(...sold: readonly Product[]): void {
    for (const product of sold) {
      const key = product.sku.toLowerCase();
      shop.set(product.sku, product);
      past.set(key, [...(past.get(key) ?? []), placesOf(product, { carton: cartons.has(key), sizes })]);
    }
  }

  function guarded(http: PacedClient, live: () => void): PacedClient {
    return {
      ...http,
      async request(request, prepare = (same) => same) {
        live();
        try {
          return await http.request(request, (plain) => {
            live();
            return prepare(plain);
          });
        } finally {
          live();
        }
      },
    };
  }

  function open(how: ImportOptions, live: () => void = () => undefined) {
    const warnings: string[] = [];
    const settings = { ...extensivDefaults, baseUrl: url, ...how.settings };
    const secrets = [settings.clientSecret];
    const redact = createRedactor(secrets);
    const policy = extensivHttpPolicy(settings, clock, how.concurrency);
    const http = createHttpClient({
      ...underWay.watch(policy, clock),
      userAgent: "psync/test",
      clock,
      redact,
      random: () => 0,
      trace: (line) => logs.push(line),
      ...how.http,
    });
    const destination = createExtensivDestination(settings, {
      http: guarded(http, live),
      clock,
      redact,
      hide: (secret) => void secrets.push(secret),
      mapper: items,
      warn(message) {
        warnings.push(message);
        logs.push(message);
      },
      ...(how.concurrency === undefined ? {} : { concurrency: how.concurrency }),
    });
    const records = [...shop.values()].map((product) => ({ key: product.sku, fields: { product } }));
    const channel = createMemoryChannel({ records, clock, pageSize: 250, updatedSince: false });
    return { channel, destination, http, warnings };
  }

  async function run(how: ImportOptions = {}): Promise<Imported> {
    const live = (): void => {
      if (how.isKilled?.() === true) throw new Killed("killed");
    };
    const { channel, destination, http, warnings } = open(how, live);
    const opened = await openStateStore(state);
    const events: RunEvent[] = [];
    const sentBefore = warehouse.requests.length;
    const none = { sent: 0, retried: 0, throttled: 0 };
    const projection = {
      prices: pricesOf([]),
      priceSync: how.priceSync ?? true,
      omit: [],
      fields: destination.features.fields,
      shape: destination.shape,
    };
    const parts: RunParts = {
      channel,
      destination,
      store: how.isKilled === undefined ? opened : watched(opened, live),
      mapper,
      projection,
      options: { updates: true, onDuplicateSku: "fail", includeDigital: false, ...how.options },
      setup: JSON.stringify([projection.priceSync, how.settings]),
      requests: () => ({ source: none, destination: http.counts() }),
      now: () => new Date(clock.now()),
    };
    try {
      const result = await carryOut(parts, {
        emit: (event) => events.push(event),
        ...how.request,
      });
      const ledger: KnownProduct[] = [];
      const connection = connectionName(channel, destination);
      const stage = { connection, records: connection, run: "none" };
      for await (const { known } of opened.catalogue({ ...stage, destination: destinationName(destination) }))
        if (known !== undefined) ledger.push(known);
      const sent = warehouse.requests.length - sentBefore;
      return {
        ...result,
        events,
        warnings,
        ledger,
        sent,
        asked: channel.calls(),
      };
    } finally {
      await opened.close();
    }
  }

  sell(...Array.from({ length: products }, (_, index) => thinProduct(index)));
  return {
    warehouse,
    clock,
    folder,
    logs,
    before,
    stocks: warehouse.stocks(),
    sizes,
    shop,
    past,
    sell,
    import: run,
    loseState() {
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
    },
    async close() {
      await door?.close();
      await warehouse.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Opens rigs in a file of tests, closed after each. */
export function createWarehouseRigs(): (options?: RigOptions) => Promise<WarehouseRig> {
  let items: Promise<ItemMapper> | undefined;
  const rigs: WarehouseRig[] = [];
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.close();
  });
  return async (options) => {
    items ??= loadExtensivMapper();
    const rig = await openWarehouseRig(await items, options);
    rigs.push(rig);
    return rig;
  };
}

/** Some of the cart's products are others by now, and some of the first twenty may be new. */
export function editSome(rig: WarehouseRig, random: Random, edition: number): void {
  for (let left = random.int(1, 8); left > 0; left -= 1) rig.sell(thinProduct(random.int(0, 19), edition));
}

/** How many requests met a fault. */
export function met({ warehouse }: WarehouseRig): number {
  return warehouse.requests.filter(({ faults }) => faults.length > 0).length;
}
