/*
 * A stand-in of Extensiv 3PL Warehouse Manager's REST API, as far as items go. There is no public sandbox of the vendor's
 * to compare with. What its documents and its users tell is built as told; everything else is a guess, marked "Guess"
 * where it stands. The guesses, in one place:
 *
 * - Token: the refusals of a wrong grant type, tpl or user; that a body of no declared kind is JSON.
 * - Lists: relative links; the rel as key (some rels use the bare "item"); an empty page has an empty list; the order is
 *   that of ids; deactivated items are listed; how a page above 100 is refused; names of parameters without regard to case.
 * - Filters: the names that can be asked for; the answer to an unknown one; an empty value is refused; the second
 *   decoding leaves "+" alone and refuses a lone "%"; blanks at the end of a value do not count; what is not there is
 *   neither more nor less than anything.
 * - Items: SKUs are unique without regard to case and to blanks at the end, a deactivated item holds its SKU, an alias does
 *   not; a PUT may change the SKU; null is nothing; names of members without regard to case; a wrong type is refused
 *   and never converted; nothing is rounded; members without a value are left out of answers; a size is known in
 *   one system and shown in both, imperial counts; the ranges of codes; what qualifiers are called outside HAL.
 * - Errors: the type names, the code of a missing role and the words of every hint; 412, 415 and 428 carry a message.
 * - Dates: a wall clock seven hours behind UTC. Row versions and ETags: any change makes a new one. `*` matches.
 * - Other customers that the warehouse knows can be read with the credential as well.
 * - Requests: a body must call itself JSON (415); JSON without HAL for whoever does not ask for HAL; 405 in ASP.NET's
 *   words; a Location on 201; the tag is looked at before the body; a small part of a customer's members.
 * - Aliases: everything but their addresses. 429 and every web page: what a gateway would say.
 */
import { createFaultSwitches, type FaultSwitches } from "../fault.js";
import type { RequestLogEntry, ShopStart } from "../sandbox.js";
import { serve } from "../serve.js";
import { readRequest, toWire, type ExtensivAnswer, type ExtensivRequest } from "./answer.js";
import type { FaultScript, FaultSettings, FaultWish } from "./fault.js";
import type { Manner } from "./list.js";
import type { Body, ItemAlias, Reference, Role, TextLimits, WarehouseItem } from "./model.js";
import { namedFaults } from "./named-faults.js";
import { ExtensivStore } from "./store.js";
import { createTokenBook } from "./tokens.js";
import { createWarehouse } from "./warehouse.js";

export interface ExtensivOptions extends ShopStart<FaultScript | FaultWish>, Partial<Manner> {
  /** Default 42. */
  readonly customerId?: number;
  /** Customers that the warehouse knows beside that one. Default: two. */
  readonly otherCustomers?: readonly Reference[];
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly userLogin?: string;
  /** Default 7. */
  readonly userLoginId?: number;
  /** Default: all three. */
  readonly roles?: readonly Role[];
  /** Units of measure assigned to the customer; ids count from 1. Default: Each, Carton, Case, Pallet, Dozen. */
  readonly units?: readonly string[];
  /** What stands there before the start, in the vendor's model. What the server owns is filled in. */
  readonly items?: readonly Readonly<Body>[];
  readonly aliases?: readonly ItemAlias[];
  /** Whether the server shows and keeps `options.inventoryUnit.imperial`. Default true. */
  readonly inventoryUnitSizes?: boolean;
  /** What a token lives. Default 3600. */
  readonly tokenSeconds?: number;
  /** Default: none. */
  readonly limits?: TextLimits;
}

/** What can be switched on while the warehouse runs. */
export interface ExtensivFaultSwitches extends FaultSwitches<ExtensivRequest, ExtensivAnswer> {
  add(fault: string | FaultScript, settings?: FaultSettings): () => void;
}

/** A running warehouse, and the hands of those who work in it. */
export interface ExtensivWarehouse {
  /** Scheme, host and port, without a slash at the end. */
  readonly url: string;
  /** In the order in which they were answered. */
  readonly requests: readonly RequestLogEntry[];
  /** The `destination` section of a psync config that writes into this warehouse. */
  readonly config: Record<string, unknown>;
  readonly faults: ExtensivFaultSwitches;
  /** Every token that it gave out, in order. */
  readonly tokens: readonly string[];
  /** What stands there for the customer, by id. Copies. */
  items(): readonly WarehouseItem[];
  /**
   * Makes an item as an operator does, and returns its id. `readOnly` may give id, dates and `deactivated`. Throws
   * RangeError for what the server would refuse.
   */
  put(item: Readonly<Body>): number;
  /**
   * Edits an item as an operator does: `change` is laid over it member by member, null takes one away;
   * `readOnly.deactivated` counts. Throws RangeError for an unknown SKU and for what the server would refuse.
   */
  edit(sku: string, change: Readonly<Body>): void;
  /** Sets what is in stock of an SKU. Stock stands apart from the items; no call of the API changes it. */
  stock(sku: string, quantity: number): void;
  /** What is in stock, by SKU in lower case. A copy. */
  stocks(): ReadonlyMap<string, number>;
  /** Lets every token given so far be expired. */
  expireTokens(): void;
  /** Stops listening and breaks the connections that are open. May be called twice. */
  close(): Promise<void>;
}

export { faultNames } from "./named-faults.js";

const customerName = "Saltmarsh Supply";
const usualUnits = ["Each", "Carton", "Case", "Pallet", "Dozen"];

function numbered(names: readonly string[], first: number): Reference[] {
  return names.map((name, place) => ({ id: first + place, name }));
}

/**
 * Starts a warehouse on the loopback interface. Rejects when the port is taken, RangeError for an unknown fault or an
 * item that the server would refuse.
 */
export async function startExtensivWarehouse(options: ExtensivOptions = {}): Promise<ExtensivWarehouse> {
  const clock = options.clock ?? Date.now;
  const customerId = options.customerId ?? 42;
  const credential = {
    clientId: options.clientId ?? "sandbox-client",
    clientSecret: options.clientSecret ?? "sandbox-secret-that-opens-nothing",
    userLogin: options.userLogin ?? "sandbox-bot",
    userLoginId: options.userLoginId ?? 7,
  };
  const others = options.otherCustomers ?? [
    { id: 43, name: "Tidewrack Trading" },
    { id: 57, name: "Harbor Goods" },
  ];
  const store = new ExtensivStore(
    {
      customers: [{ id: customerId, name: customerName }, ...others],
      units: numbered(options.units ?? usualUnits, 1),
      otherUnits: numbered(["Roll", "Drum"], 101),
      classifications: numbered(["General", "Fragile", "Oversize"], 1),
      aliases: options.aliases ?? [],
      limits: options.limits ?? {},
      inventoryUnitSizes: options.inventoryUnitSizes ?? true,
    },
    clock,
  );
  for (const item of options.items ?? []) store.put(item);
  const book = createTokenBook(credential, options.tokenSeconds ?? 3600, clock);
  const answer = createWarehouse({
    store,
    book,
    roles: new Set<Role>(options.roles ?? ["CustomerView", "ItemView", "ItemEdit"]),
    manner: { links: options.links ?? "relative", embeddedKey: options.embeddedKey ?? "rel" },
    home: () => url,
  });
  const faults: ExtensivFaultSwitches = createFaultSwitches(namedFaults, {
    store,
    book,
    answer,
    seed: options.seed ?? 1,
  });
  for (const fault of options.faults ?? []) {
    if (typeof fault === "string" || "onRequest" in fault) faults.add(fault);
    else faults.add(fault.name, fault);
  }

  const { url, requests, close } = await serve<ExtensivRequest, ExtensivAnswer>({
    ...(options.port === undefined ? {} : { port: options.port }),
    clock,
    read: readRequest,
    answer,
    write: toWire,
    faults: () => faults,
  });
  return {
    url,
    requests,
    config: {
      type: "extensiv-3pl",
      customerId,
      clientId: credential.clientId,
      clientSecret: credential.clientSecret,
      userLogin: credential.userLogin,
      baseUrl: url,
      tokenUrl: `${url}/AuthServer/api/Token`,
      // Nobody else works on it: a real warehouse deserves more care.
      requestsPerMinute: 6000,
    },
    faults,
    tokens: book.given,
    items: () => store.list(customerId).map((row) => store.view(row)),
    put: (item) => store.put(item).id,
    edit: (sku, change) => void store.edit(sku, change),
    stock: (sku, quantity) => store.setStock(sku, quantity),
    stocks: () => store.stock(),
    expireTokens: () => book.expireAll(),
    close,
  };
}
