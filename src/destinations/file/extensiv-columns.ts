/*
 * Names, order and kinds are those of the vendor's import format (3w.extensiv.com/rels/customers/itemimports, read
 * 2026-11-24; after HarmonizedCode that reading ends). The spreadsheet template has the first 46 in the same order under
 * other headings, and a public tool that fills it has the headings deleted before the import: what counts there is the
 * position, so no column may be left out in between. Lists in one cell (Qualifiers, StorageUoms, SecondaryUom,
 * StorageRates) have a form that only the operator knows.
 */
const table = [
  ["Sku", "text"],
  ["Description", "text"],
  ["Description2", "text"],
  ["Min", "number"],
  ["Max", "number"],
  ["CycleCount", "number"],
  ["ReorderQty", "number"],
  ["InventoryMethod", "text"],
  ["Temperature", "number"],
  ["Cost", "number"],
  ["Upc", "text"],
  ["IsTrackLotNum", "text"],
  ["IsTrackSerialNum", "text"],
  ["IsTrackExpDate", "text"],
  ["InvUomType", "text"],
  ["LblUomType", "text"],
  ["LblUomQty", "number"],
  ["LblUomLength", "number"],
  ["LblUomWidth", "number"],
  ["LblUomHeight", "number"],
  ["LblUomWeight", "number"],
  ["Qualifiers", "text"],
  ["StorageUoms", "text"],
  ["SecondaryUom", "text"],
  ["Nmfc", "text"],
  ["IsTrackLotNumRequired", "text"],
  ["IsTrackSerialNumRequired", "text"],
  ["IsTrackSerialNumUnique", "text"],
  ["IsTrackExpDateRequired", "text"],
  ["IsTrackCost", "text"],
  ["IsTrackCostRequired", "text"],
  ["IsHazMat", "text"],
  ["HazMatId", "text"],
  ["HazMatShippingName", "text"],
  ["HazMatHazardClass", "text"],
  ["HazMatPackingGroup", "text"],
  ["HazMatFlashPoint", "text"],
  ["HazMatLabelCode", "text"],
  ["HazMatFlag", "text"],
  ["ImageUrl", "text"],
  ["StorageCountScriptTemplateId", "number"],
  ["StorageRates", "text"],
  ["OutboundMobileSerializationBehavior", "number"],
  ["Price", "number"],
  ["TotalQty", "number"],
  ["UnitType", "text"],
  ["Classification", "text"],
  ["CountryOfManufacture", "text"],
  ["HarmonizedCode", "text"],
] as const;

export type Column = (typeof table)[number][0];

/** Every column of 3PL Warehouse Manager's item import, in order. */
export const columns: readonly Column[] = table.map(([name]) => name);

/** Whether the column at an index holds text, which a spreadsheet may take for a formula. */
export const isTextColumn: readonly boolean[] = table.map(([, kind]) => kind === "text");

const names: ReadonlySet<string> = new Set(columns);

export function isColumn(name: string): name is Column {
  return names.has(name);
}
