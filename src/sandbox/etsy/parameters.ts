import { failure, Refusal, type EtsyRequest } from "./answer.js";

/** `removed` is not yet in the document of August 2026, but in Etsy's own of October. */
const states = ["active", "inactive", "sold_out", "draft", "expired", "removed"] as const;

const batchIncludes = [
  "Shop",
  "Images",
  "User",
  "Translations",
  "Videos",
  "Personalization",
  "BuyerPrice",
] as const;
const shopIncludes = [...batchIncludes, "Shipping", "Inventory"] as const;
export type Include = (typeof shopIncludes)[number];

const maxIds = 100;

function bad(text: string): Refusal {
  return new Refusal(failure(400, text));
}

// The words of the enum faults are those that were seen; the others are guessed (UNVERIFIED).
function oneOf<Value extends string>(value: string, known: readonly Value[]): Value {
  const found = known.find((each) => each === value);
  if (found === undefined) throw bad(`Invalid value (${value}) for enum(${known.join(", ")})`);
  return found;
}

function whole(
  name: string,
  text: string | undefined,
  range: { readonly from: number; readonly to?: number },
): number {
  const value = /^-?\d{1,15}$/.test(text ?? "") ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) throw bad(`Expected int value for '${name}' (got string)`);
  if (value < range.from) throw bad(`Value of '${name}' must be at least ${range.from}`);
  if (range.to !== undefined && value > range.to) throw bad(`Value of '${name}' must be at most ${range.to}`);
  return value;
}

/** An id out of the path. Throws Refusal (400) when it is none. */
export function pathId(name: string, text: string | undefined): number {
  return whole(name, text, { from: 1 });
}

export interface ListQuery {
  readonly state: string;
  readonly limit: number;
  readonly offset: number;
  readonly includes: ReadonlySet<Include>;
}

/** What a list of a shop's listings is asked for. Names that nobody knows are ignored. Throws Refusal (400). */
export function readListQuery({ query }: EtsyRequest): ListQuery {
  // Checked but without effect: they only count beside a search, which this list does not have.
  oneOf(query.get("sort_on") ?? "created", ["created", "price", "updated", "score"]);
  oneOf(query.get("sort_order") ?? "desc", ["asc", "ascending", "desc", "descending", "up", "down"]);
  return {
    state: oneOf(query.get("state") ?? "active", states),
    limit: whole("limit", query.get("limit") ?? "25", { from: 1, to: 100 }),
    offset: whole("offset", query.get("offset") ?? "0", { from: 0 }),
    includes: readIncludes(query.get("includes"), shopIncludes),
  };
}

function readIncludes(text: string | undefined, known: readonly Include[]): ReadonlySet<Include> {
  const names = text === undefined || text === "" ? [] : text.split(",");
  return new Set(names.map((name) => oneOf(name, known)));
}

/** `includes` of reads by listing id, which have neither Inventory nor Shipping since July 2026. Throws Refusal (400). */
export function readBatchIncludes({ query }: EtsyRequest): ReadonlySet<Include> {
  return readIncludes(query.get("includes"), batchIncludes);
}

/** `listing_ids`: 1 to 100, without those that come twice. Throws Refusal (400). */
export function readListingIds({ query }: EtsyRequest): readonly number[] {
  const text = query.get("listing_ids") ?? "";
  if (text === "") throw bad("Required parameter 'listing_ids' is missing");
  const ids = new Set(text.split(",").map((each) => pathId("listing_ids", each)));
  if (ids.size > maxIds) throw bad(`A maximum of ${maxIds} listing_ids can be requested`);
  return [...ids];
}

/** A yes or no. Throws Refusal (400). */
export function readFlag({ query }: EtsyRequest, name: string): boolean {
  return oneOf(query.get(name) ?? "false", ["false", "true", "0", "1"]).match(/^(?:true|1)$/) !== null;
}

/** Whether the inventory's listing is wanted. Throws Refusal (400). */
export function readInventoryIncludes({ query }: EtsyRequest): boolean {
  const text = query.get("includes") ?? "";
  return text !== "" && oneOf(text, ["Listing"]) === "Listing";
}
