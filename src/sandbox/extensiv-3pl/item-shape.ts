/** What a member of an item's JSON is: a leaf of a kind, an object of members, or a list of objects. */
export type Shape = "text" | "decimal" | "whole" | "flag" | "reference" | readonly [ShapeOf] | ShapeOf;

/** Members by their camelCase names. */
export interface ShapeOf {
  readonly [name: string]: Shape;
}

const size = {
  length: "decimal",
  width: "decimal",
  height: "decimal",
  weight: "decimal",
  netWeight: "decimal",
} as const;

const sizes = { imperial: size, metric: size } as const;

/** Everything of an item that a client may set. What is not here is ignored in a body without a word. */
export const itemShape = {
  sku: "text",
  description: "text",
  description2: "text",
  upc: "text",
  inventoryCategory: "text",
  nmfc: "text",
  accountRef: "text",
  countryOfManufacture: "text",
  harmonizedCode: "text",
  classificationIdentifier: "reference",
  cost: "decimal",
  price: "decimal",
  temperature: "decimal",
  maxAllocateFromPickline: "decimal",
  picklineMin: "decimal",
  picklineMax: "decimal",
  // Guess: the renamers' members.
  qualifierRenamers: [{ from: "text", to: "text" }],
  kit: {
    materialNotes: "text",
    components: [
      {
        itemIdentifier: { sku: "text", id: "whole" },
        qualifier: "text",
        qty: "decimal",
        nonSkuMaterial: "text",
      },
    ],
  },
  options: {
    inventoryUnit: {
      unitIdentifier: "reference",
      minimumStock: "decimal",
      maximumStock: "decimal",
      reorderQuantity: "decimal",
      inventoryMethod: "whole",
      ...sizes,
    },
    packageUnit: {
      ...sizes,
      upc: "text",
      unitIdentifier: "reference",
      inventoryUnitsPerUnit: "decimal",
      isPrepackaged: "flag",
    },
    secondaryUnit: {
      inventoryAlso: "flag",
      upc: "text",
      ...sizes,
      unitIdentifier: "reference",
      inventoryUnitsPerUnit: "decimal",
    },
    trackBys: {
      trackLotNumber: "whole",
      trackSerialNumber: "whole",
      trackExpirationDate: "whole",
      trackCost: "whole",
    },
    pallets: {
      typeIdentifier: "reference",
      tie: "whole",
      high: "whole",
      qty: "decimal",
      ...sizes,
      upc: "text",
    },
    hazMat: {
      isHazMat: "flag",
      id: "text",
      shippingName: "text",
      hazardClass: "text",
      packingGroup: "text",
      flashPoint: "text",
      labelCode: "text",
      flag: "text",
    },
    daysBetweenCounts: "whole",
    autoHoldOnReceive: "flag",
    directedPutAway: "flag",
  },
  _embedded: { item: [{ qualifier: "text" }] },
} as const satisfies ShapeOf;

/** A name with its first letter in upper case, as the model's names are outside HAL. */
export function toPascal(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}
