import { afterEach, beforeAll, beforeEach } from "@jest/globals";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ItemDestination, PlannedChange, WriteResult } from "../../src/destinations/destination.js";
import {
  createExtensivDestination,
  extensivHttpPolicy,
  type ExtensivSettings,
} from "../../src/destinations/extensiv-3pl/index.js";
import { type ClientOptions, createHttpClient, type PacedClient } from "../../src/http/client.js";
import { createRedactor } from "../../src/http/redaction.js";
import { compileItemTable } from "../../src/mapping/compile-items.js";
import { loadItemTable } from "../../src/mapping/load.js";
import type { ItemMapper } from "../../src/model/item.js";
import {
  type ExtensivOptions,
  type ExtensivWarehouse,
  startExtensivWarehouse,
} from "../../src/sandbox/extensiv-3pl/server.js";
import { createFakeClock, type FakeClock } from "./fake-clock.js";

const tables = join(dirname(fileURLToPath(import.meta.url)), "../../mappings/destinations");

/** What stands in a config when the operator writes only what is required. */
export const extensivDefaults: ExtensivSettings = {
  customerId: "42",
  clientId: "sandbox-client",
  clientSecret: "sandbox-secret-that-opens-nothing",
  userLogin: "sandbox-bot",
  unitOfMeasure: "Each",
  inventoryMethod: "fifo",
  description2Limit: 250,
  inventoryUnitSizes: "auto",
  requestsPerMinute: 6000,
  baseUrl: "https://secure-wms.com",
};

/** The built-in mapping table. */
export async function loadExtensivMapper(): Promise<ItemMapper> {
  return compileItemTable(await loadItemTable("extensiv-3pl", tables, tables));
}

export interface ExtensivClient {
  readonly destination: ItemDestination;
  readonly http: PacedClient;
  /** Warnings and traces, in order. */
  readonly logs: string[];
  readonly warnings: string[];
  /** Writes changes and gives all results. */
  write(changes: readonly PlannedChange[], signal?: AbortSignal): Promise<WriteResult[]>;
}

/** Running warehouses in a test: on a clock of their own, closed with `close`. */
export interface ExtensivBed {
  readonly clock: FakeClock;
  readonly openWarehouse: (options?: ExtensivOptions) => Promise<ExtensivWarehouse>;
  /** Opens the destination anew, as another process would. */
  readonly openClient: (
    warehouse: { readonly url: string },
    settings?: Partial<ExtensivSettings>,
    http?: Partial<ClientOptions>,
  ) => ExtensivClient;
  readonly close: () => Promise<void>;
}

const never = new AbortController().signal;

export function createExtensivBed(mapper: ItemMapper): ExtensivBed {
  const clock = createFakeClock({ autoAdvance: true, now: Date.UTC(2026, 10, 24, 8) });
  const opened: ExtensivWarehouse[] = [];
  return {
    clock,
    async openWarehouse(options = {}) {
      const warehouse = await startExtensivWarehouse({ clock: () => clock.now(), ...options });
      opened.push(warehouse);
      return warehouse;
    },
    openClient({ url }, settings = {}, http = {}) {
      const all = { ...extensivDefaults, baseUrl: url, ...settings };
      const logs: string[] = [];
      const warnings: string[] = [];
      const secrets = [all.clientSecret];
      const redact = createRedactor(secrets);
      const client = createHttpClient({
        ...extensivHttpPolicy(all, clock),
        userAgent: "psync/test",
        clock,
        redact,
        random: () => 0,
        trace: (line) => logs.push(line),
        ...http,
      });
      const warn = (message: string): void => {
        warnings.push(message);
        logs.push(message);
      };
      const hide = (secret: string): void => void secrets.push(secret);
      const parts = { http: client, clock, warn, redact, hide, mapper };
      const destination = createExtensivDestination(all, parts);
      return {
        destination,
        http: client,
        logs,
        warnings,
        async write(changes, signal = never) {
          const results: WriteResult[] = [];
          for await (const result of destination.write(changes, signal)) results.push(result);
          return results;
        },
      };
    },
    async close() {
      for (const warehouse of opened.splice(0)) await warehouse.close();
    },
  };
}

/** For the tests of a file or of a `describe`: a bed of its own for each of them, closed after it. */
export function useExtensivBed(): ExtensivBed {
  let mapper: ItemMapper;
  let bed: ExtensivBed;
  beforeAll(async () => {
    mapper = await loadExtensivMapper();
  });
  beforeEach(() => {
    bed = createExtensivBed(mapper);
  });
  afterEach(() => bed.close());
  return {
    get clock() {
      return bed.clock;
    },
    openWarehouse: (options) => bed.openWarehouse(options),
    openClient: (warehouse, settings, http) => bed.openClient(warehouse, settings, http),
    close: () => bed.close(),
  };
}

/** How many requests of a kind were sent. */
export function calls(warehouse: ExtensivWarehouse, method: string, path: RegExp): number {
  return warehouse.requests.filter((request) => request.method === method && path.test(request.url)).length;
}
