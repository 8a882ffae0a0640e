/** What an answer tells of Etsy's two limits. What it does not tell is absent. */
export interface Limits {
  readonly perSecond?: number;
  readonly leftThisSecond?: number;
  readonly perDay?: number;
  readonly leftToday?: number;
}

/** Reads the limits that stand in an answer's headers. Etsy's page has spelt one of them without its last letter. */
export function parseLimits(headers: Readonly<Record<string, string>>): Limits {
  return compact({
    perSecond: toCount(headers["x-limit-per-second"]),
    leftThisSecond: toCount(headers["x-remaining-this-second"]) ?? toCount(headers["x-remaining-this-secon"]),
    perDay: toCount(headers["x-limit-per-day"]),
    leftToday: toCount(headers["x-remaining-today"]),
  });
}

function toCount(header: string | undefined): number | undefined {
  return header !== undefined && /^\s*\d{1,12}\s*$/.test(header) ? Number(header) : undefined;
}

function compact(values: { readonly [K in keyof Limits]: number | undefined }): Limits {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
