function checkDigit(digits: string): number {
  let sum = 0;
  // Counted from the right, the digits weigh 3, 1, 3, ...
  for (const [place, digit] of digits.split("").reverse().entries())
    sum += Number(digit) * (place % 2 === 0 ? 3 : 1);
  return (10 - (sum % 10)) % 10;
}

/** A UPC with a right check digit, in the range that is kept for use inside a shop, so that it is nobody's. */
export function upcOf(number: number): string {
  const digits = `2${String(number).padStart(10, "0")}`;
  return `${digits}${checkDigit(digits)}`;
}

/** An EAN with a right check digit in the range for use inside a shop. */
export function eanOf(number: number): string {
  const digits = `29${String(number).padStart(10, "0")}`;
  return `${digits}${checkDigit(digits)}`;
}

const asinBase = 36 ** 7 * 7;
const asinStep = 7919;

/** The ASIN of the nth listing of the sample catalogue; `asinIndex` is the way back. */
export function asinOf(index: number): string {
  return `B0${(asinBase + index * asinStep).toString(36).toUpperCase().padStart(8, "0")}`;
}

/** The place in the sample catalogue that an ASIN belongs to, if it is one of its own. */
export function asinIndex(asin: string): number | undefined {
  if (!/^B0[0-9A-Z]{8}$/.test(asin)) return undefined;
  const index = (Number.parseInt(asin.slice(2), 36) - asinBase) / asinStep;
  return Number.isInteger(index) && index >= 0 ? index : undefined;
}
