/** A JSON object. Names are the vendor's, in camelCase. */
export type Body = Record<string, unknown>;

/** What a credential may do; the names are those of the roles in the vendor's user management. */
export type Role = "CustomerView" | "ItemView" | "ItemEdit";

/** A unit of measure, classification or customer, named twice. */
export interface Reference {
  readonly id: number;
  readonly name: string;
}

/** Another SKU under which a quantity of an item is ordered. */
export interface ItemAlias {
  readonly sku: string;
  readonly itemSku: string;
  readonly qty: number;
}

/** An item with everything that the vendor's model has, in the names of HAL+JSON and without links. */
export interface WarehouseItem {
  readonly itemId: number;
  readonly sku: string;
  readonly description: string;
  readonly readOnly: Readonly<Body>;
  readonly options: Readonly<Body>;
  readonly [name: string]: unknown;
}

/** An item's own part: what a client may set, checked and filled in. */
export interface ItemBody extends Body {
  sku: string;
  description: string;
}

/** One item and what the server keeps beside it. Times are in milliseconds since 1970. */
export interface Row {
  readonly customerId: number;
  readonly id: number;
  readonly body: ItemBody;
  readonly created: number;
  readonly modified: number;
  readonly priceChanged: number | undefined;
  readonly deactivated: boolean;
  /** Grows with each change of any row. */
  readonly version: number;
  /** Whether it came by the API, not by an operator's hand. */
  readonly byApi: boolean;
}

/** What an item's texts may be long, where the warehouse has a limit at all; in UTF-16 units. */
export type TextLimits = Readonly<Partial<Record<"sku" | "description" | "description2" | "upc", number>>>;

/** What stands around the items and never changes. */
export interface WarehouseFacts {
  /** The first is the one that the credential is for. */
  readonly customers: readonly Reference[];
  /** Assigned to the customers. */
  readonly units: readonly Reference[];
  /** Known to the warehouse, but assigned to nobody. */
  readonly otherUnits: readonly Reference[];
  readonly classifications: readonly Reference[];
  readonly aliases: readonly ItemAlias[];
  readonly limits: TextLimits;
  /** Whether `options.inventoryUnit` has a size and weight, as on newer servers. */
  readonly inventoryUnitSizes: boolean;
}

/** A value as a JSON object, or nothing when it is none. */
export function bodyOf(value: unknown): Body | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Body) : undefined;
}

/** Compares SKUs as the server does. Guess: without regard to case (RQL is so) and to blanks at the end. */
export function collate(sku: string): string {
  return sku.toLowerCase().trimEnd();
}
