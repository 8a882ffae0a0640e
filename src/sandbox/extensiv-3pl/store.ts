import { badModel, badOperation, Refusal } from "./answer.js";
import { readItem } from "./item-body.js";
import {
  bodyOf,
  collate,
  type Body,
  type ItemBody,
  type Reference,
  type Row,
  type WarehouseFacts,
  type WarehouseItem,
} from "./model.js";

const firstItemId = 20_001;

/** The items of one running warehouse, and apart from them its stock. Times come from the server's clock. */
export class ExtensivStore {
  readonly facts: WarehouseFacts;
  readonly #now: () => number;
  readonly #rows = new Map<number, Row>();
  readonly #skus = new Map<string, number>();
  readonly #stock = new Map<string, number>();
  /** The lists as they were asked for, until something changes. */
  readonly #lists = new Map<number, readonly Row[]>();
  #version = 2000;
  #nextId = firstItemId;

  /** `now` is in milliseconds since 1970. */
  constructor(facts: WarehouseFacts, now: () => number) {
    this.facts = facts;
    this.#now = now;
  }

  now(): number {
    return this.#now();
  }

  customer(id: number): Reference | undefined {
    return this.facts.customers.find((each) => each.id === id);
  }

  /** The items of a customer, by id. */
  list(customerId: number): readonly Row[] {
    let rows = this.#lists.get(customerId);
    if (rows === undefined) {
      rows = [...this.#rows.values()]
        .filter((row) => row.customerId === customerId)
        .sort((one, other) => one.id - other.id);
      this.#lists.set(customerId, rows);
    }
    return rows;
  }

  find(customerId: number, id: number): Row | undefined {
    const row = this.#rows.get(id);
    return row?.customerId === customerId ? row : undefined;
  }

  findBySku(customerId: number, sku: string): Row | undefined {
    const id = this.#skus.get(keyOf(customerId, sku));
    return id === undefined ? undefined : this.#rows.get(id);
  }

  /** Makes an item. Throws Refusal (Duplicate) when the SKU is taken. */
  create(customerId: number, body: ItemBody): Row {
    return this.#insert(customerId, body, { byApi: true });
  }

  /** Puts a whole new body in the place of the old one. Throws Refusal (Duplicate) when the SKU is another item's. */
  replace(row: Row, body: ItemBody, deactivated = row.deactivated): Row {
    const other = this.findBySku(row.customerId, body.sku);
    // Guess: a PUT may change the SKU. The edit screen does not let it.
    if (other !== undefined && other.id !== row.id) throw duplicate(body.sku);
    const at = this.#now();
    const next: Row = {
      ...row,
      body,
      deactivated,
      modified: at,
      priceChanged: body["price"] === row.body["price"] ? row.priceChanged : at,
      version: (this.#version += 1),
    };
    this.#skus.delete(keyOf(row.customerId, row.body.sku));
    this.#skus.set(keyOf(row.customerId, body.sku), row.id);
    this.#rows.set(row.id, next);
    this.#lists.delete(row.customerId);
    return next;
  }

  /** Takes an item away. Throws Refusal (InUse) when there is stock of it. */
  remove(row: Row): void {
    if ((this.#stock.get(keyOf(row.customerId, row.body.sku)) ?? 0) !== 0)
      throw new Refusal(badOperation("Delete", "InUse", "The item has inventory."));
    this.#rows.delete(row.id);
    this.#lists.delete(row.customerId);
    this.#skus.delete(keyOf(row.customerId, row.body.sku));
  }

  /**
   * Makes an item as an operator does. `readOnly` and `itemId` may give its id, dates (as the server writes them) and
   * whether it is deactivated. Throws RangeError for an item that the server would refuse.
   */
  put(item: Readonly<Body>): Row {
    const readOnly = bodyOf(item["readOnly"]) ?? {};
    const id = item["itemId"] ?? readOnly["itemId"];
    return plainly(() =>
      this.#insert(this.#own, readItem(item, this.facts), {
        byApi: false,
        deactivated: readOnly["deactivated"] === true,
        created: readDate(readOnly["creationDate"]),
        modified: readDate(readOnly["lastModifiedDate"]),
        ...(typeof id === "number" ? { id } : {}),
      }),
    );
  }

  /**
   * Edits an item as an operator does: `change` is laid over it, member by member; null takes one away. Throws
   * RangeError for an unknown SKU or a change that the server would refuse.
   */
  edit(sku: string, change: Readonly<Body>): Row {
    const row = this.findBySku(this.#own, sku);
    if (row === undefined) throw new RangeError(`there is no item ${sku}`);
    const deactivated = bodyOf(change["readOnly"])?.["deactivated"];
    return plainly(() =>
      this.replace(
        row,
        readItem(merge(row.body, change), this.facts),
        typeof deactivated === "boolean" ? deactivated : row.deactivated,
      ),
    );
  }

  /** Sets what is in stock of an SKU, as receivers and shipments do. No call of the API comes here. */
  setStock(sku: string, quantity: number): void {
    this.#stock.set(keyOf(this.#own, sku), quantity);
  }

  /** What is in stock, by SKU in lower case. */
  stock(): ReadonlyMap<string, number> {
    return new Map([...this.#stock].map(([key, quantity]) => [key.slice(key.indexOf("/") + 1), quantity]));
  }

  /** The item with what the server owns of it. A copy. */
  view({ id, customerId, body, ...row }: Row): WarehouseItem {
    const customer = this.customer(customerId);
    return {
      readOnly: {
        customerIdentifier: { name: customer?.name, id: customerId },
        itemId: id,
        creationDate: writeDate(row.created),
        lastModifiedDate: writeDate(row.modified),
        deactivated: row.deactivated,
        ...(row.priceChanged === undefined ? {} : { lastPriceChange: writeDate(row.priceChanged) }),
        hasStorageRates: false,
        rowVersion: rowVersion(row.version),
      },
      itemId: id,
      ...structuredClone({ ...body, options: bodyOf(body["options"]) ?? {} }),
    };
  }

  get #own(): number {
    return this.facts.customers[0]?.id ?? 0;
  }

  #insert(
    customerId: number,
    body: ItemBody,
    made: { readonly byApi: boolean } & {
      readonly [K in "id" | "created" | "modified"]?: number | undefined;
    } & {
      readonly deactivated?: boolean;
    },
  ): Row {
    // Guess: a deactivated item holds its SKU as well; an alias does not.
    if (this.findBySku(customerId, body.sku) !== undefined) throw duplicate(body.sku);
    const id = made.id ?? this.#nextId;
    if (this.#rows.has(id)) throw new RangeError(`there is an item ${id} already`);
    this.#nextId = Math.max(this.#nextId, id + 1);
    const created = made.created ?? this.#now();
    const row: Row = {
      customerId,
      id,
      body,
      created,
      modified: made.modified ?? created,
      priceChanged: body["price"] === undefined ? undefined : created,
      deactivated: made.deactivated ?? false,
      version: (this.#version += 1),
      byApi: made.byApi,
    };
    this.#rows.set(id, row);
    this.#lists.delete(customerId);
    this.#skus.set(keyOf(customerId, body.sku), id);
    return row;
  }
}

/** The strong tag of a version of an item. Guess: any change of the item makes a new one. */
export function etagOf(row: Row): string {
  return `"${rowVersion(row.version)}"`;
}

/**
 * An instant as the server writes it: a wall clock without a zone. Guess: that of the warehouse, seven hours behind UTC
 * all year.
 */
export function writeDate(at: number): string {
  return new Date(at - 7 * 3_600_000).toISOString().slice(0, 19);
}

/** Reads a wall clock's date, or one with a zone. Undefined when it is none. */
export function readDate(text: unknown): number | undefined {
  if (typeof text !== "string" || !/^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?$/i.test(text))
    return undefined;
  const date = text.includes("T") ? text : `${text}T00:00:00`;
  const at = Date.parse(/(Z|[+-]\d\d:\d\d)$/i.test(date) ? date : `${date}-07:00`);
  return Number.isNaN(at) ? undefined : at;
}

// Guess: SQL Server's row version in base64.
function rowVersion(version: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(version));
  return bytes.toString("base64");
}

function duplicate(sku: string): Refusal {
  return new Refusal(badModel("Duplicate", "Sku", sku, "An item with this SKU exists already."));
}

function keyOf(customerId: number, sku: string): string {
  return `${customerId}/${collate(sku)}`;
}

function merge(base: Readonly<Body>, change: Readonly<Body>): Body {
  const merged: Body = { ...base };
  for (const [name, value] of Object.entries(change)) {
    const [old, next] = [bodyOf(merged[name]), bodyOf(value)];
    if (value === null) delete merged[name];
    else merged[name] = next === undefined ? value : merge(old ?? {}, next);
  }
  return merged;
}

// An operator's hand has no use for an answer.
function plainly<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof Refusal ? new RangeError(error.message, { cause: error }) : error;
  }
}
