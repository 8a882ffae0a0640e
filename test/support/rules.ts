/** The rules of the manual in small: written a second time, so that the first is not tried by itself. */

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  quot: '"',
  lt: "<",
  gt: ">",
  eacute: "é",
  "#39": "'",
  "#8211": "–",
};

/** Entities decoded once; those that the samples have. */
export function decoded(text: string): string {
  return text.replace(/&(#?\w+);/g, (whole, name: string) => entities[name] ?? whole);
}

/** Line breaks and tabs to one space, trimmed. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n\t]+/g, " ").trim();
}

/** An amount as decimal text with two decimals at least and no needless zeros beyond. */
export function priceText(price: Readonly<Record<string, unknown>>): string {
  const decimals = String(price["divisor"]).length - 1;
  const digits = String(price["amount"]).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return `${whole}.${fraction.padEnd(2, "0")}`;
}

/** How many of the wanted unit one is, as a fraction: pounds and inches are defined by kilograms and centimetres. */
const factors: Readonly<Record<string, Readonly<Record<string, readonly [bigint, bigint]>>>> = {
  lb: {
    oz: [1n, 16n],
    lb: [1n, 1n],
    g: [100_000n, 45_359_237n],
    kg: [100_000_000n, 45_359_237n],
  },
  in: {
    in: [1n, 1n],
    inches: [1n, 1n],
    ft: [12n, 1n],
    yd: [36n, 1n],
    mm: [10n, 254n],
    cm: [100n, 254n],
    m: [10_000n, 254n],
  },
};

/** A measure in the wanted unit, rounded half up to four decimals. Undefined for zero, nothing, and no unit. */
export function roundedMeasure(value: unknown, unit: unknown, wanted: "lb" | "in"): number | undefined {
  if (typeof value !== "number" || value === 0 || typeof unit !== "string") return undefined;
  const factor = factors[wanted]?.[unit];
  if (factor === undefined) return undefined;
  const [whole = "", fraction = ""] = String(value).split(".");
  const scaled = BigInt(whole + fraction) * factor[0] * 10_000n;
  const parts = factor[1] * 10n ** BigInt(fraction.length);
  return Number((2n * scaled + parts) / (2n * parts)) / 10_000;
}
