/**
 * The books of one list: what the shop declared while it was read, and what came. Plain data, so that a resume token
 * can carry it.
 */
export interface Tally {
  /** Rows that came, unreadable ones included, each once. */
  seen: number;
  /** The shop's last word on how many rows there are. */
  total?: number;
  /** How much the total grew and shrank between answers, summed. */
  grown: number;
  shrunk: number;
  /** Rows that came and were created after the read began: each of them must show in `grown`. */
  fresh: number;
}

export function newTally(): Tally {
  return { seen: 0, grown: 0, shrunk: 0, fresh: 0 };
}

/** Takes down a total. Gives by how much it fell since the answer before. */
export function noteTotal(tally: Tally, total: number): number {
  const change = tally.total === undefined ? 0 : total - tally.total;
  tally.total = total;
  if (change > 0) tally.grown += change;
  if (change < 0) tally.shrunk -= change;
  return change < 0 ? -change : 0;
}

/**
 * Says why the list cannot be called complete; undefined when it can, or when the shop declares no total.
 *
 * What entered the list while it was read may be missing: its date is younger than the cursor, so the next pass takes
 * it. What left it is harmless as far as the total told of it in time. With `countFresh`, rows created during the read
 * that did not raise the total prove that as many others left without a sign; each of those may have shifted a live
 * row over a page's edge.
 */
export function findGap(tally: Tally, what: string, countFresh: boolean): string | undefined {
  if (tally.total === undefined) return undefined;
  const hidden = countFresh ? tally.fresh - tally.grown : 0;
  const entered = countFresh ? Math.max(0, tally.grown - tally.fresh) : tally.grown;
  const missing = tally.total - tally.seen;
  if (missing > entered) return `the shop declares ${tally.total} ${what} and sent ${tally.seen}`;
  if (hidden > 0) return `${what} were added and removed while they were read`;
  return undefined;
}
