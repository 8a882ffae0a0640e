import type { InvalidParameter } from "./answer.js";
import { readDateParameter, type ToWall } from "./dates.js";

/** The parameters of a list, checked. Lists are empty and texts "" where nothing was asked for. */
export interface ListQuery {
  readonly page: number;
  readonly perPage: number;
  readonly offset: number | undefined;
  readonly orderby: string;
  readonly descending: boolean;
  readonly statuses: ReadonlySet<string>;
  readonly types: ReadonlySet<string> | undefined;
  readonly include: readonly number[];
  readonly exclude: readonly number[];
  readonly parents: readonly number[];
  /** In the shop's wall clock or UTC, as `gmt` says; seconds. */
  readonly modifiedAfter: number | undefined;
  readonly modifiedBefore: number | undefined;
  readonly gmt: boolean;
  readonly skus: readonly string[];
  readonly searchSku: string;
  readonly gtins: readonly string[];
  readonly search: string;
  readonly virtual: boolean | undefined;
  readonly downloadable: boolean | undefined;
  readonly stockStatus: string;
}

const statuses = ["any", "future", "trash", "draft", "pending", "private", "publish"];
const productTypes = ["simple", "grouped", "external", "variable"];
const orders = ["date", "id", "include", "title", "slug", "modified"];
const productOrders = [...orders, "price", "popularity", "rating", "menu_order"];

function words(list: readonly string[]): string {
  return `${list.slice(0, -1).join(", ")}, and ${list.at(-1) ?? ""}`;
}

// Reads one parameter after the other, and remembers what WordPress would find wrong with it.
class Reader {
  readonly faults: InvalidParameter[] = [];
  readonly #values = new Map<string, string[]>();

  constructor(query: readonly (readonly [string, string])[]) {
    for (const [name, value] of query) {
      const array = /^(\w+)\[\d*\]$/.exec(name)?.[1];
      if (array === undefined) this.#values.set(name, [value]);
      else this.#values.set(array, [...(this.#values.get(array) ?? []), value]);
    }
  }

  text(name: string): string {
    return this.#values.get(name)?.at(-1) ?? "";
  }

  list(name: string): string[] {
    return (this.#values.get(name) ?? [])
      .flatMap((value) => value.split(/[\s,]+/))
      .filter((item) => item !== "");
  }

  fail(name: string, code: string, message: string): void {
    this.faults.push({ name, code, message });
  }

  integer(name: string, low: number, high?: number): number | undefined {
    if (!this.#values.has(name)) return undefined;
    const text = this.text(name);
    const value = Number(text);
    if (!/^-?\d+$/.test(text)) this.fail(name, "rest_invalid_type", `${name} is not of type integer.`);
    else if (high !== undefined && (value < low || value > high)) {
      this.fail(
        name,
        "rest_out_of_bounds",
        `${name} must be between ${low} (inclusive) and ${high} (inclusive)`,
      );
    } else if (value < low) {
      this.fail(name, "rest_out_of_bounds", `${name} must be greater than or equal to ${low}`);
    }
    return value;
  }

  ids(name: string): number[] {
    const items = this.list(name);
    const odd = items.findIndex((item) => !/^-?\d+$/.test(item));
    if (odd >= 0) this.fail(name, "rest_invalid_type", `${name}[${odd}] is not of type integer.`);
    return items.map(Number);
  }

  oneOf(name: string, allowed: readonly string[]): string {
    if (!this.#values.has(name)) return "";
    const value = this.text(name);
    if (!allowed.includes(value)) {
      this.fail(name, "rest_not_in_enum", `${name} is not one of ${words(allowed)}.`);
    }
    return value;
  }

  listOf(name: string, allowed: readonly string[]): string[] {
    const items = this.list(name);
    const odd = items.findIndex((item) => !allowed.includes(item));
    if (odd >= 0) this.fail(name, "rest_not_in_enum", `${name}[${odd}] is not one of ${words(allowed)}.`);
    return items;
  }

  flag(name: string): boolean | undefined {
    if (!this.#values.has(name)) return undefined;
    const value = this.text(name).toLowerCase();
    if (!["true", "false", "1", "0"].includes(value)) {
      this.fail(name, "rest_invalid_type", `${name} is not of type boolean.`);
    }
    return value === "true" || value === "1";
  }

  date(name: string, toWall: ToWall): number | undefined {
    if (!this.#values.has(name)) return undefined;
    const value = readDateParameter(this.text(name), toWall);
    if (value === undefined) this.fail(name, "rest_invalid_date", "Invalid date.");
    return value;
  }
}

function wantedStatuses(reader: Reader): ReadonlySet<string> {
  const status = reader.oneOf("status", statuses);
  const include = reader.listOf("include_status", statuses);
  const exclude = reader.listOf("exclude_status", statuses);
  const one = status === "" ? "any" : status;
  const asked = include.length > 0 ? include : [one];
  // "any" leaves out what WordPress hides from searches: the trash and unsaved drafts.
  const open = statuses.filter((each) => each !== "any" && each !== "trash");
  const wanted = new Set(asked.flatMap((each) => (each === "any" ? open : [each])));
  // How both lists combine is unverified.
  for (const each of exclude) wanted.delete(each);
  return wanted;
}

function wantedTypes(reader: Reader): ReadonlySet<string> | undefined {
  const type = reader.oneOf("type", productTypes);
  const include = reader.listOf("include_types", productTypes);
  const exclude = reader.listOf("exclude_types", productTypes);
  if (type === "" && include.length === 0 && exclude.length === 0) return undefined;
  const asked = include.length > 0 ? include : type === "" ? productTypes : [type];
  return new Set(asked.filter((each) => !exclude.includes(each)));
}

/**
 * Reads and checks the parameters of /products or /variations. Parameters that the shop does not know are ignored
 * without a word, as on a real shop; so are `category`, `tag`, `after`, `before` and prices, which a real shop
 * knows and psync does not use.
 */
export function readListQuery(
  query: readonly (readonly [string, string])[],
  of: "products" | "variations",
  toWall: ToWall,
): { readonly query: ListQuery; readonly faults: readonly InvalidParameter[] } {
  const reader = new Reader(query);
  const isProducts = of === "products";
  const sku = reader.text("sku");
  // PHP calls "0" empty: asked for by itself it is no filter at all.
  const skus = sku === "" || sku === "0" ? [] : sku.split(",").map((each) => each.trim());
  // An SKU that holds a comma is looked for as a whole too.
  if (skus.length > 1) skus.push(sku);
  const read: ListQuery = {
    page: reader.integer("page", 1) ?? 1,
    perPage: reader.integer("per_page", 1, 100) ?? 10,
    offset: reader.integer("offset", 0),
    orderby: reader.oneOf("orderby", isProducts ? productOrders : orders) || "date",
    descending: reader.oneOf("order", ["asc", "desc"]) !== "asc",
    statuses: wantedStatuses(reader),
    types: isProducts ? wantedTypes(reader) : undefined,
    include: reader.ids("include"),
    exclude: reader.ids("exclude"),
    parents: reader.ids("parent"),
    modifiedAfter: reader.date("modified_after", toWall),
    modifiedBefore: reader.date("modified_before", toWall),
    gmt: reader.flag("dates_are_gmt") ?? false,
    skus,
    searchSku: reader.text("search_sku"),
    gtins: reader.list("global_unique_id"),
    search: reader.text("search"),
    virtual: reader.flag("virtual"),
    downloadable: reader.flag("downloadable"),
    stockStatus: reader.oneOf("stock_status", ["instock", "outofstock", "onbackorder"]),
  };
  reader.oneOf("context", ["view", "edit"]);
  return { query: read, faults: reader.faults };
}
