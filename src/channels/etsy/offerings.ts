import { type Item, toItem } from "./schema.js";

/** What several offerings of one product come to. */
export interface MergedOffering {
  /** Absent where none is alive: price and quantity are unknown then. */
  readonly offering?: Item;
  /** How many are alive; all that were ever seen is one. */
  readonly alive: number;
}

/**
 * Makes one offering of a product's: deleted ones do not count, a single one stays as it is. Of several it is the
 * cheapest enabled one, with the quantity of all enabled ones together; where none is enabled, of all.
 */
export function mergeOfferings(offerings: readonly unknown[]): MergedOffering {
  const alive = offerings
    .map(toItem)
    .filter((offering) => offering !== undefined && offering["is_deleted"] !== true)
    .filter((offering) => offering !== undefined);
  const [only] = alive;
  if (only === undefined) return { alive: 0 };
  if (alive.length === 1) return { offering: only, alive: 1 };
  const enabled = alive.filter((offering) => offering["is_enabled"] !== false);
  const chosen = enabled.length > 0 ? enabled : alive;
  let cheapest = chosen[0] ?? only;
  for (const offering of chosen) {
    if (isLower(offering["price"], cheapest["price"])) cheapest = offering;
  }
  const { quantity: _own, ...rest } = cheapest;
  const quantity = sumOf(chosen.map((offering) => offering["quantity"]));
  return { offering: quantity === undefined ? rest : { ...rest, quantity }, alive: alive.length };
}

/** Undefined where one of them is no number: a sum of the others would be wrong. */
function sumOf(quantities: readonly unknown[]): number | undefined {
  let sum = 0;
  for (const quantity of quantities) {
    if (typeof quantity !== "number") return undefined;
    sum += quantity;
  }
  return Number.isSafeInteger(sum) ? sum : undefined;
}

/** Compares Etsy's money exactly. Prices of other currencies or without a divisor cannot be compared. */
function isLower(one: unknown, other: unknown): boolean {
  const a = toMoney(one);
  const b = toMoney(other);
  if (a === undefined || b === undefined || a.currency !== b.currency) return false;
  return a.amount * b.divisor < b.amount * a.divisor;
}

function toMoney(value: unknown): { amount: bigint; divisor: bigint; currency: unknown } | undefined {
  const money = toItem(value);
  const amount = money?.["amount"];
  const divisor = money?.["divisor"];
  if (!Number.isSafeInteger(amount) || !Number.isSafeInteger(divisor) || Number(divisor) <= 0) {
    return undefined;
  }
  return {
    amount: BigInt(Number(amount)),
    divisor: BigInt(Number(divisor)),
    currency: money?.["currency_code"],
  };
}
