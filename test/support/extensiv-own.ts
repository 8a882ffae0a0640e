import type { WarehouseItem } from "../../src/sandbox/extensiv-3pl/model.js";

type Body = Readonly<Record<string, unknown>>;

/** An item without what the server owns or works out by itself: its id, its dates, each size in the other system. */
export function ownItem(item: WarehouseItem): Body {
  const { itemId: _, readOnly: __, ...own } = structuredClone(item);
  for (const unit of ["inventoryUnit", "packageUnit"]) {
    const part = own.options[unit];
    if (typeof part === "object" && part !== null) Reflect.deleteProperty(part, "metric");
  }
  return own;
}
