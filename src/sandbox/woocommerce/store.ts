import { readDate, wallClock, type ToWall } from "./dates.js";
import { renderText } from "./text.js";
import {
  bodiesOf,
  isVariation,
  textOf,
  type Body,
  type ShopFacts,
  type WooCatalogue,
  type WooItem,
  type WooRow,
} from "./model.js";

/** Compares as the database does: without regard to case, accents and spaces at the end. */
export function collate(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trimEnd();
}

const visibleStatuses: ReadonlySet<string> = new Set(["publish", "private"]);

// What follows from what was written, as the product classes work it out on save.
function derive(body: Body): Body {
  const next = { ...body };
  if (next["regular_price"] !== "" || next["sale_price"] !== "") {
    next["on_sale"] = next["sale_price"] !== "";
    next["price"] = next["on_sale"] === true ? next["sale_price"] : next["regular_price"];
  }
  next["backorders_allowed"] = next["backorders"] === "yes" || next["backorders"] === "notify";
  const stock = next["stock_quantity"];
  if (next["manage_stock"] === true && typeof stock === "number") {
    const short = next["backorders_allowed"] === true ? "onbackorder" : "outofstock";
    next["stock_status"] = stock > 0 ? "instock" : short;
    next["backordered"] = stock < 0 && next["backorders_allowed"] === true;
  }
  return next;
}

/**
 * The records of one running shop: a catalogue, and over it what was edited since. The edits move the dates as
 * WooCommerce does; what does not move them there does not here. Methods that name an id throw RangeError when it
 * is unknown.
 */
export class WooStore {
  readonly home: string;
  #facts: ShopFacts;
  #rows: WooRow[];
  #version = 0;
  #toWall: ToWall;
  readonly #catalogue: WooCatalogue;
  readonly #now: () => number;
  readonly #edited = new Map<number, WooItem>();
  #children: Map<number, WooRow[]> | undefined;
  #skus: { readonly version: number; readonly ids: Map<string, number[]> } | undefined;

  /** `now` is in milliseconds since 1970. */
  constructor(catalogue: WooCatalogue, home: string, now: () => number) {
    this.home = home;
    this.#catalogue = catalogue;
    this.#facts = catalogue.facts;
    this.#rows = [...catalogue.rows];
    this.#now = now;
    this.#toWall = wallClock(catalogue.facts.timeZone);
  }

  get facts(): ShopFacts {
    return this.#facts;
  }

  /** Ascending by id. */
  get rows(): readonly WooRow[] {
    return this.#rows;
  }

  /** Grows with each change. */
  get version(): number {
    return this.#version;
  }

  /** The server's clock, in whole seconds since 1970. */
  now(): number {
    return Math.floor(this.#now() / 1000);
  }

  /** Seconds of an instant to seconds of the shop's wall clock. */
  toWall(instant: number): number {
    return this.#toWall(instant);
  }

  find(id: number): WooRow | undefined {
    const row = this.#rows[this.#place(id)];
    return row?.id === id ? row : undefined;
  }

  item(row: WooRow): WooItem {
    return this.#edited.get(row.id) ?? this.#catalogue.item(row, this.home);
  }

  /** The variations of a product, by id, whatever their status. */
  children(parent: number): readonly WooRow[] {
    if (this.#children === undefined) {
      this.#children = new Map();
      for (const row of this.#rows) {
        if (!isVariation(row)) continue;
        const siblings = this.#children.get(row.parent);
        if (siblings === undefined) this.#children.set(row.parent, [row]);
        else siblings.push(row);
      }
    }
    return this.#children.get(parent) ?? [];
  }

  /** The ids that a product names in `variations`. */
  childIds(parent: number): readonly number[] {
    return this.children(parent)
      .filter((row) => visibleStatuses.has(row.status))
      .map((row) => row.id);
  }

  /** Ids of products and variations whose own SKU is this one, in the database's eyes. */
  findBySku(sku: string): readonly number[] {
    if (this.#skus?.version !== this.#version) {
      const ids = new Map<string, number[]>();
      for (const row of this.#rows) {
        const own = collate(textOf(this.item(row).body["sku"]));
        const known = ids.get(own);
        if (known === undefined) ids.set(own, [row.id]);
        else known.push(row.id);
      }
      this.#skus = { version: this.#version, ids };
    }
    return this.#skus.ids.get(collate(sku)) ?? [];
  }

  /**
   * Edits a record as the admin, REST and stock functions do: its date moves, and a variation's parent's with it.
   * An edited parent leaves the dates of its variations alone. A `status` or `type` moves to the row.
   */
  edit(id: number, patch: Body): void {
    const row = this.#known(id);
    this.#write(row, patch);
    this.#touch(id);
    this.#touchParent(row, patch);
  }

  /** Changes a record behind WooCommerce's back, as SQL and stock plugins do: no date moves, nothing is derived. */
  editBySql(id: number, patch: Body): void {
    const row = this.#known(id);
    const item = this.item(row);
    const raw = { ...item.raw };
    for (const key of Object.keys(patch)) delete raw[key];
    this.#edited.set(id, { body: { ...item.body, ...patch }, raw });
    this.#moveRow(row, patch);
  }

  /**
   * Adds a product, or a variation when `parent_id` names its parent, and returns its id. Missing keys are those of
   * a new record. A `date_created` in the past becomes the date of modification too.
   */
  add(patch: Body, template: Body): number {
    const id = (this.#rows.at(-1)?.id ?? 0) + 1;
    const parent = typeof patch["parent_id"] === "number" ? patch["parent_id"] : 0;
    // Without a zone it should be shop time; a real shop took it for UTC.
    const created = readDate(patch["date_created"]) ?? this.now();
    const type = parent > 0 ? "variation" : textOf(patch["type"]) || "simple";
    const status = textOf(patch["status"]) || "publish";
    const row: WooRow = { id, parent, type, status, created, modified: created };
    this.#rows.push(row);
    this.#children = undefined;
    this.#edited.set(id, { body: { ...template, id, parent_id: parent } });
    this.#write(row, patch);
    this.#touchParent(row, patch);
    return id;
  }

  /** Moves a record to the trash, with its variations. It stays readable by id and with `status=trash`. */
  trash(id: number): void {
    const row = this.#known(id);
    for (const each of [row, ...(isVariation(row) ? [] : this.children(id))]) {
      this.#replace({ ...each, status: "trash", modified: this.now() });
    }
    if (isVariation(row)) this.#touchParent(row, {});
  }

  /**
   * Deletes a record for good, with its variations unless `orphans` is set: then they stay as rows without a
   * parent, as SQL clean-ups leave them.
   */
  remove(id: number, options: { readonly orphans?: boolean } = {}): void {
    const row = this.#known(id);
    const gone = new Set([id]);
    if (options.orphans !== true) for (const child of this.children(id)) gone.add(child.id);
    this.#rows = this.#rows.filter((each) => !gone.has(each.id));
    for (const each of gone) this.#edited.delete(each);
    this.#children = undefined;
    this.#touchParent(row, {});
    this.#version += 1;
  }

  /** Changes the shop's units. Values are not converted and no date moves. */
  setUnits(units: Partial<Pick<ShopFacts, "weightUnit" | "dimensionUnit">>): void {
    this.#facts = { ...this.#facts, ...units };
    this.#version += 1;
  }

  #known(id: number): WooRow {
    const row = this.find(id);
    if (row === undefined) throw new RangeError(`there is no product or variation ${id}`);
    return row;
  }

  // The place of the first row whose id is not below the one looked for.
  #place(id: number): number {
    let [low, high] = [0, this.#rows.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#rows[middle]?.id ?? 0) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #replace(row: WooRow): void {
    this.#rows[this.#place(row.id)] = row;
    this.#children = undefined;
    this.#version += 1;
  }

  #write(row: WooRow, patch: Body): void {
    const item = this.item(row);
    const body = { ...item.body, ...patch };
    const raw: Record<string, string> = { ...item.raw };
    for (const key of ["description", "short_description"]) {
      const text = patch[key];
      if (typeof text !== "string") continue;
      raw[key] = text;
      body[key] = renderText(text);
    }
    this.#edited.set(row.id, { body: derive(body), raw });
    this.#moveRow(row, patch);
  }

  #moveRow(row: WooRow, patch: Body): void {
    const type = textOf(patch["type"]) || row.type;
    const status = textOf(patch["status"]) || row.status;
    this.#replace({ ...row, type, status });
  }

  #touch(id: number): void {
    this.#replace({ ...this.#known(id), modified: this.now() });
  }

  #touchParent(row: WooRow, patch: Body): void {
    const parent = isVariation(row) ? this.find(row.parent) : undefined;
    if (parent === undefined) return;
    this.#replace({ ...parent, modified: this.now() });
    if (!("regular_price" in patch || "sale_price" in patch)) return;
    const prices = this.children(parent.id)
      .map((child) => textOf(this.item(child).body["price"]))
      .filter((price) => price !== "")
      .sort((a, b) => Number(a) - Number(b));
    const item = this.item(parent);
    this.#edited.set(parent.id, { ...item, body: { ...item.body, price: prices[0] ?? "" } });
  }
}

/** The first image of a record that has any. */
export function firstImage(body: Body): Body | undefined {
  return bodiesOf(body["images"])[0];
}
