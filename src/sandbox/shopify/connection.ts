import { FieldError, type ShopifyObject } from "./execute.js";
import { compareIds } from "./model.js";
import type { Values } from "./values.js";

/** A sorted list that pages are cut from. */
export interface Listing<Row> {
  /** The type of its nodes, as the names of the connection's types begin. */
  readonly type: string;
  readonly rows: readonly Row[];
  readonly idOf: (row: Row) => string;
  /** What it is sorted by; the id where that is equal, or where this is undefined. */
  readonly sortKeyOf?: (row: Row) => string | number;
  readonly node: (row: Row) => ShopifyObject;
  /** The most that `first` may be. Default 250. */
  readonly most?: number;
}

interface Position {
  readonly last_id: string;
  readonly last_value: string | number;
}

const documentation = "https://shopify.dev/api/usage/pagination-graphql";

function refuse(message: string): never {
  throw new FieldError(message, { code: "BAD_REQUEST", documentation });
}

function compareValues(one: string | number, other: string | number): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Sorts rows as a listing of them has to be: by a value, then by id. */
export function sortRows<Row>(listing: Listing<Row>): Listing<Row> {
  const { sortKeyOf, idOf } = listing;
  if (sortKeyOf === undefined) return listing;
  const rows = [...listing.rows].sort(
    (one, other) => compareValues(sortKeyOf(one), sortKeyOf(other)) || compareIds(idOf(one), idOf(other)),
  );
  return { ...listing, rows };
}

function cursorOf<Row>(listing: Listing<Row>, row: Row): string {
  const id = listing.idOf(row);
  const position: Position = { last_id: id, last_value: listing.sortKeyOf?.(row) ?? id };
  return Buffer.from(JSON.stringify(position)).toString("base64");
}

function readCursor(text: unknown): Position {
  try {
    const found = JSON.parse(Buffer.from(String(text), "base64").toString("utf8")) as Partial<Position>;
    const { last_id: id, last_value: value } = found;
    if (typeof id === "string" && value !== undefined) return { last_id: id, last_value: value };
  } catch {
    // What is not a cursor of ours is told below.
  }
  return refuse("Invalid cursor for current pagination sort.");
}

/** The place of the first row behind a position, also when the row at it is gone. */
function placeBehind<Row>(listing: Listing<Row>, position: Position, direction: 1 | -1): number {
  const { rows, idOf, sortKeyOf } = listing;
  const isBehind = (row: Row): boolean => {
    const byValue = sortKeyOf === undefined ? 0 : compareValues(sortKeyOf(row), position.last_value);
    return (byValue || compareIds(idOf(row), position.last_id)) * direction > 0;
  };
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = rows[middle];
    if (row !== undefined && isBehind(row)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function sizeOf(args: Values, name: "first" | "last", most: number): number | undefined {
  const size = args[name];
  if (typeof size !== "number") return undefined;
  if (size < 0) refuse(`${name} must be a positive integer`);
  // A bulk operation asks for everything, which no request can.
  if (size !== Infinity && size > most) refuse(`${name} cannot exceed ${most}`);
  return size;
}

/**
 * Cuts the page that the arguments ask for. Cursors hold the last id and value, as Shopify's do, so that paging
 * survives what is added and taken away; that is unverified. FieldError for arguments that make no page.
 */
export function connection<Row>(args: Values, given: Listing<Row>): ShopifyObject {
  const most = given.most ?? 250;
  const first = sizeOf(args, "first", most);
  const last = sizeOf(args, "last", most);
  if (first === undefined && last === undefined) refuse("you must provide one of first or last");
  if (first !== undefined && last !== undefined) refuse("you can only provide one of either first or last");
  const isReverse = args["reverse"] === true;
  const listing = isReverse ? { ...given, rows: [...given.rows].reverse() } : given;
  const direction = isReverse ? -1 : 1;
  const { after, before } = args;
  const from = typeof after === "string" ? placeBehind(listing, readCursor(after), direction) : 0;
  let to = listing.rows.length;
  if (typeof before === "string") {
    const position = readCursor(before);
    to = placeBehind(listing, position, direction);
    const row = listing.rows[to - 1];
    if (row !== undefined && listing.idOf(row) === position.last_id) to -= 1;
  }
  const start = last === undefined ? from : Math.max(from, to - last);
  const end = first === undefined ? to : Math.min(to, from + first);
  const page = listing.rows.slice(start, Math.max(start, end));
  return {
    __typename: `${listing.type}Connection`,
    nodes: () => page.map((row) => listing.node(row)),
    edges: () =>
      page.map((row) => ({
        __typename: `${listing.type}Edge`,
        cursor: cursorOf(listing, row),
        node: () => listing.node(row),
      })),
    pageInfo: () => pageInfo(listing, page, start > 0, end < listing.rows.length),
  };
}

function pageInfo<Row>(
  listing: Listing<Row>,
  page: readonly Row[],
  hasPreviousPage: boolean,
  hasNextPage: boolean,
): ShopifyObject {
  const [first, last] = [page[0], page.at(-1)];
  return {
    __typename: "PageInfo",
    hasPreviousPage,
    hasNextPage,
    startCursor: first === undefined ? null : cursorOf(listing, first),
    endCursor: last === undefined ? null : cursorOf(listing, last),
  };
}
