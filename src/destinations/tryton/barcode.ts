/** One of a product's identifiers. */
export interface Identifier {
  readonly id: number;
  /** Null: of no kind. */
  readonly type: string | null;
  readonly code: string;
  readonly stamp?: string;
}

/** What has to be done so that a product has a barcode. */
type BarcodeChange =
  | { readonly kind: "create"; readonly values: BarcodeValues }
  | { readonly kind: "write"; readonly identifier: Identifier; readonly values: BarcodeValues };

interface BarcodeValues {
  readonly type: "ean" | null;
  readonly code: string;
}

/**
 * A barcode as a new identifier: of type `ean` where Tryton would accept it as one (8, 12, 13 or 14 digits with a right
 * check digit), otherwise of no type, so that an odd barcode does not refuse the product.
 */
export function toIdentifier(code: string): BarcodeValues {
  return { type: isEan(code) ? "ean" : null, code };
}

function isEan(code: string): boolean {
  if (!/^(?:\d{8}|\d{12,14})$/.test(code)) return false;
  let sum = 0;
  const digits = code.padStart(14, "0");
  for (let index = 0; index < digits.length; index += 1) {
    sum += Number(digits[index]) * (index % 2 === 0 ? 3 : 1);
  }
  return sum % 10 === 0;
}

/**
 * The identifier that stands for a product's barcode: the first of type `ean`, else of no type the first that is a
 * number, else the last, which psync may have put behind the operator's. Others (ISBN, ISAN, ...) are the operator's own.
 */
export function findBarcode(identifiers: readonly Identifier[]): Identifier | undefined {
  const free = identifiers.filter(({ type }) => type === null);
  return (
    identifiers.find(({ type }) => type === "ean") ?? free.find(({ code }) => isNumber(code)) ?? free.at(-1)
  );
}

/** A code as psync's own are written: without the spaces and hyphens that Tryton lets pass between digits. */
export function plainBarcode(code: string): string {
  const digits = code.replace(/[\s-]/g, "");
  return /^(?:\d{8}|\d{12,14})$/.test(digits) ? digits : code.trim();
}

/**
 * How a product gets a barcode: not at all where one of its identifiers is that already, whatever its type or its
 * leading zeros; else the one that `findBarcode` names takes it, so that no wrong barcode stays behind. An identifier of
 * no type that is no number is a word of the operator's, and stays.
 */
export function barcodeChange(identifiers: readonly Identifier[], code: string): BarcodeChange | undefined {
  if (identifiers.some((identifier) => isSameBarcode(identifier.code, code))) return undefined;
  const values = toIdentifier(code);
  const identifier = findBarcode(identifiers.filter(({ type, code: old }) => type !== null || isNumber(old)));
  return identifier === undefined ? { kind: "create", values } : { kind: "write", identifier, values };
}

function isNumber(code: string): boolean {
  return /^[\d\s-]*\d[\d\s-]*$/.test(code);
}

function isSameBarcode(one: string, other: string): boolean {
  const [left, right] = [plainBarcode(one), plainBarcode(other)];
  // UPC-A, EAN-13 and GTIN-14 are one number with more or fewer zeros before it; EAN-8 is a number of its own.
  const isLong = (code: string): boolean => /^\d{12,14}$/.test(code);
  return isLong(left) && isLong(right) ? left.padStart(14, "0") === right.padStart(14, "0") : left === right;
}
