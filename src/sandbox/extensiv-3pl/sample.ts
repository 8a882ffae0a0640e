import type { Body } from "./model.js";

/** A size in inches and pounds, in the order that people write it on a box. */
function size(length: number, width: number, height: number, weight: number, netWeight?: number): Body {
  const measures = { length, width, height, weight };
  return { imperial: netWeight === undefined ? measures : { ...measures, netWeight } };
}

function inventory(name: string, more: Readonly<Body> = {}): Body {
  return { unitIdentifier: { name }, inventoryMethod: 1, ...more };
}

const one = { unitIdentifier: { name: "Each" }, inventoryUnitsPerUnit: 1 } as const;

function dates(created: string, modified: string, deactivated = false): Body {
  return { creationDate: created, lastModifiedDate: modified, deactivated };
}

/**
 * A warehouse as an operator left it. Eight SKUs are those of the WooCommerce sandbox's sample catalogue, one of them in
 * other letters; the others no cart knows. Two items are deactivated, one holds cartons of twelve.
 */
export const sampleItems: readonly Readonly<Body>[] = [
  {
    readOnly: dates("2024-02-05T09:12:44", "2025-11-18T15:40:02"),
    sku: "LUM-STL-00000",
    description: "CAMP STOOL BEECH",
    description2: "Bin A-03, keep dry",
    upc: "200000000004",
    inventoryCategory: "CAMP",
    nmfc: "82270",
    accountRef: "GL-4100",
    countryOfManufacture: "EE",
    harmonizedCode: "9401.79",
    classificationIdentifier: { name: "General" },
    cost: 17.35,
    price: 37.5,
    picklineMin: 4,
    picklineMax: 24,
    maxAllocateFromPickline: 12,
    qualifierRenamers: [{ from: "Lot", to: "Batch" }],
    options: {
      inventoryUnit: inventory("Each", {
        minimumStock: 12,
        maximumStock: 240,
        reorderQuantity: 48,
        ...size(36, 10, 8.5, 1.5),
      }),
      // A carton of twelve: its size and weight are the carton's, not the stool's.
      packageUnit: {
        unitIdentifier: { name: "Carton" },
        inventoryUnitsPerUnit: 12,
        isPrepackaged: true,
        upc: "10200000000001",
        ...size(38, 31, 27, 19.75, 18),
      },
      secondaryUnit: {
        inventoryAlso: false,
        unitIdentifier: { name: "Dozen" },
        inventoryUnitsPerUnit: 12,
        upc: "10200000000018",
        ...size(38, 31, 27, 19.75),
      },
      trackBys: { trackLotNumber: 1, trackSerialNumber: 0, trackExpirationDate: 0, trackCost: 1 },
      pallets: {
        typeIdentifier: { name: "Pallet" },
        tie: 4,
        high: 5,
        qty: 240,
        upc: "20200000000008",
        ...size(48, 40, 60, 430),
      },
      hazMat: { isHazMat: false },
      daysBetweenCounts: 90,
      autoHoldOnReceive: false,
      directedPutAway: true,
    },
    _embedded: { item: [{ qualifier: "Second choice" }] },
  },
  {
    readOnly: dates("2024-02-05T09:20:10", "2024-02-05T09:20:10"),
    sku: "SBR-PLT-00002",
    description: "PLANTER",
    options: { inventoryUnit: inventory("Each") },
  },
  {
    readOnly: dates("2024-02-06T11:01:30", "2025-06-30T08:00:00"),
    // The cart writes it in capitals.
    sku: "plw-crt-00003",
    description: "Storage crate, beech, stacks",
    inventoryCategory: "STORAGE",
    accountRef: "GL-4200",
    cost: 19,
    options: {
      inventoryUnit: inventory("Each", { minimumStock: 6, inventoryMethod: 2 }),
      packageUnit: { ...one, ...size(23, 26, 17.5, 2.67) },
      pallets: { typeIdentifier: { name: "Pallet" }, tie: 2, high: 4, qty: 8 },
    },
  },
  {
    readOnly: dates("2024-03-11T14:22:05", "2024-03-11T14:22:05"),
    sku: "PLW-TRW-00007",
    description: "HAND TROWEL",
    upc: "200000000073",
    options: {
      inventoryUnit: inventory("Each"),
      packageUnit: { ...one, upc: "200000000073", ...size(18, 10, 11, 0.25) },
      hazMat: { isHazMat: false, flag: "N" },
    },
  },
  {
    readOnly: dates("2024-03-11T14:25:51", "2025-01-20T16:10:00"),
    sku: "TRN-BLK-00009",
    description: "Throw blanket wool",
    harmonizedCode: "6301.20",
    countryOfManufacture: "IE",
    price: 78,
    options: {
      inventoryUnit: inventory("Each", { inventoryMethod: 3 }),
      packageUnit: { ...one, ...size(33, 5, 29.5, 1.07) },
      trackBys: { trackLotNumber: 2 },
    },
  },
  {
    readOnly: dates("2024-05-02T10:00:00", "2024-05-02T10:00:00"),
    sku: "VLD-KTL-00011",
    description: "Kettle, beech handle",
    temperature: 18.5,
    options: {
      inventoryUnit: inventory("Each", { maximumStock: 60 }),
      packageUnit: { unitIdentifier: { name: "Case" }, inventoryUnitsPerUnit: 6, ...size(17, 16, 15, 8.4) },
    },
  },
  {
    readOnly: dates("2024-05-02T10:04:18", "2024-05-02T10:04:18"),
    sku: "VLD-BLK-00005-INK-S",
    description: "Throw blanket ink S",
    kit: { materialNotes: "Fold in three, band outside" },
    options: { inventoryUnit: inventory("Each"), autoHoldOnReceive: true },
  },
  {
    readOnly: dates("2024-01-15T08:30:00", "2025-09-01T12:00:00", true),
    sku: "QLM-LNT-00006",
    description: "LANTERN (old stock sold)",
    options: { inventoryUnit: inventory("Each"), packageUnit: { ...one, ...size(6, 6, 11, 0.6) } },
  },
  {
    readOnly: dates("2023-10-02T13:45:00", "2024-12-31T23:59:59", true),
    sku: "OLD-JUG-2019",
    description: "Jug, discontinued",
    options: { inventoryUnit: inventory("Each") },
  },
  {
    readOnly: dates("2023-10-02T13:50:00", "2023-10-02T13:50:00"),
    sku: "PACK-TAPE-48",
    description: "Packing tape 48 mm",
    accountRef: "SUPPLIES",
    classificationIdentifier: { name: "General" },
    options: {
      inventoryUnit: inventory("Each", { minimumStock: 36, reorderQuantity: 72 }),
      packageUnit: { unitIdentifier: { name: "Carton" }, inventoryUnitsPerUnit: 36, ...size(18, 18, 12, 22) },
    },
  },
  {
    readOnly: dates("2023-11-20T09:00:00", "2023-11-20T09:00:00"),
    sku: "GAS-CART-230",
    description: "Gas cartridge 230 g",
    classificationIdentifier: { name: "Oversize" },
    options: {
      inventoryUnit: inventory("Each", { inventoryMethod: 3 }),
      trackBys: { trackLotNumber: 2, trackExpirationDate: 2 },
      hazMat: {
        isHazMat: true,
        id: "UN2037",
        shippingName: "Gas cartridges",
        hazardClass: "2.1",
        packingGroup: "II",
        flashPoint: "-60 C",
        labelCode: "2.1",
        flag: "Y",
      },
    },
  },
  {
    readOnly: dates("2024-08-08T08:08:08", "2024-08-08T08:08:08"),
    sku: "KIT;50%(A,B)*=!",
    description: "Starter kit with a SKU that a filter trips over",
    kit: {
      materialNotes: "Tissue paper inside",
      components: [
        { itemIdentifier: { sku: "PLW-TRW-00007" }, qty: 1 },
        { itemIdentifier: { sku: "SBR-PLT-00002" }, qty: 2, nonSkuMaterial: "Twine" },
      ],
    },
    options: { inventoryUnit: inventory("Each") },
  },
];
