/** The books of one list: what Etsy declared while it was read, and what came. Plain data for a resume token. */
export interface Tally {
  /** Listings that came, each once. */
  seen: number;
  /** Etsy's last word on how many there are. */
  total?: number;
  /** How much the total grew between answers, summed. */
  grown: number;
  /** Listings that came and entered the list after the read began: each of them must show in `grown`. */
  fresh: number;
}

/** Takes down a total. Gives by how much it changed since the answer before. */
export function noteTotal(tally: Tally, total: number | undefined): number {
  if (total === undefined) return 0;
  const change = total - (tally.total ?? total);
  tally.total = total;
  if (change > 0) tally.grown += change;
  return change;
}

/** How many of the listings that there are did not come. */
export function missingOf({ total, seen }: Tally): number {
  return total === undefined ? 0 : Math.max(0, total - seen);
}

/**
 * Says why the list cannot be called complete; undefined when it can, or when Etsy declares no total. What entered it
 * while it was read may be missing: the next pass takes it. What entered without raising the total proves that as many
 * others left without a sign, and each of those may have shifted a listing over a page's edge.
 */
export function findGap(tally: Tally, what: string): string | undefined {
  if (missingOf(tally) > tally.grown) return `Etsy declares ${tally.total} ${what} and sent ${tally.seen}`;
  if (tally.fresh > tally.grown) return `${what} came and went while they were read`;
  return undefined;
}
