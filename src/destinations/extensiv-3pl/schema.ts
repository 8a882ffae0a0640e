import { z } from "zod";
import { ExactNumber, type ExactObject, type ExactValue, isObject } from "./exact-json.js";

/** Only what psync relies on; unknown members are let pass. */
const id = z.union([z.instanceof(ExactNumber).transform(({ text }) => text), z.string().min(1)]);
const maybeId = id.exactOptional().catch(() => "");
const maybeText = z.string().catch("");

const itemSchema = z.object({
  sku: z.string().min(1),
  itemId: maybeId,
  readOnly: z.object({ itemId: maybeId }).exactOptional().catch({}),
});

/** What makes an item one. */
export interface ItemFacts {
  readonly id: string;
  /** As the warehouse spells it. */
  readonly sku: string;
}

/** Reads an item's id and SKU. Undefined when one of them is missing. */
export function findItemFacts(item: ExactValue | undefined): ItemFacts | undefined {
  const facts = itemSchema.safeParse(item).data;
  if (facts === undefined) return undefined;
  const id = facts.itemId || facts.readOnly?.itemId || "";
  return id === "" ? undefined : { id, sku: facts.sku };
}

/** The id alone: an answer to a create need not hold more. */
export function findItemId(item: ExactValue | undefined): string | undefined {
  const facts = itemSchema.omit({ sku: true }).safeParse(item).data;
  return facts?.itemId || facts?.readOnly?.itemId || undefined;
}

const totalSchema = z.object({
  totalResults: z
    .instanceof(ExactNumber)
    .transform(({ text }) => Number(text))
    .exactOptional(),
});

/** One page of a list. */
export interface Page {
  readonly rows: readonly ExactValue[];
  /** Absent where the server does not tell. */
  readonly total?: number;
}

/** Reads a list in HAL, whatever its rel is called. Undefined for what is none. */
export function findPage(value: ExactValue | undefined): Page | undefined {
  if (!isObject(value)) return undefined;
  const { totalResults: total } = totalSchema.safeParse(value).data ?? {};
  const embedded = value["_embedded"];
  const lists = isObject(embedded) ? Object.values(embedded).filter((list) => Array.isArray(list)) : [];
  const [rows] = lists;
  if (rows === undefined && total !== 0) return undefined;
  return { rows: rows ?? [], ...(total === undefined ? {} : { total }) };
}

const customerSchema = z.object({
  // UNVERIFIED: where a customer's id and name stand.
  readOnly: z.object({ customerId: maybeId }).exactOptional().catch({}),
  companyInfo: z.object({ companyName: maybeText }).exactOptional().catch({ companyName: "" }),
});

/** How a customer is called in messages: `42 (Harbor Goods)`. Undefined where it does not tell its id. */
export function findCustomerName(value: ExactValue): string | undefined {
  const { readOnly, companyInfo } = customerSchema.safeParse(value).data ?? {};
  const id = readOnly?.customerId ?? "";
  if (id === "") return undefined;
  const name = companyInfo?.companyName ?? "";
  return name === "" ? id : `${id} (${name})`;
}

/** The vendor's envelope of a refusal; some of it may be missing. */
export const refusalSchema = z.object({
  $type: maybeText,
  ErrorCode: maybeText,
  Hint: maybeText,
  Message: maybeText,
  ActionName: maybeText,
  Properties: z.array(z.object({ Name: maybeText })).catch([]),
  Parameters: z.array(z.unknown()).catch([]),
});

export const tokenSchema = z.object({
  access_token: z.string().min(1),
  // Seconds. What is no time is no reason to refuse the token.
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});

/** A SKU of an item or of an alias; the id of an alias is negative. */
export interface UnionEntry {
  readonly id: string;
  readonly sku: string;
}

// UNVERIFIED: the members' names.
const unionSchema = z.object({ id, sku: z.string().min(1) });

export function findUnionEntry(value: ExactValue): UnionEntry | undefined {
  return unionSchema.safeParse(value).data;
}

/** The member at a path such as `options.packageUnit.upc`. */
export function valueAt(item: ExactObject, path: string): ExactValue | undefined {
  let value: ExactValue | undefined = item;
  for (const name of path.split(".")) {
    if (!isObject(value)) return undefined;
    value = value[name];
  }
  return value;
}
