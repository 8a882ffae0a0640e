/**
 * The books of one list: what the shop declared while it was read, and what came. Plain data, so that a resume token
 * can carry it.
 */
export interface Tally {
  /** Rows that came, unreadable ones included, each once. */
  seen: number;
  /** The shop's last word on how many rows there are. */
  total?: number;
  /** How much the total grew between answers, summed. */
  grown: number;
  /** Rows that came and entered the list after the read began: each of them must show in `grown`. */
  fresh: number;
}

export function newTally(): Tally {
  return { seen: 0, grown: 0, fresh: 0 };
}

/** Takes down a total, if the shop declares one. Gives by how much it changed since the answer before. */
export function noteTotal(tally: Tally, total: number | undefined): number {
  if (total === undefined) return 0;
  const change = total - (tally.total ?? total);
  tally.total = total;
  if (change > 0) tally.grown += change;
  return change;
}

/** How many of the rows that there are did not come. */
export function missingOf({ total, seen }: Tally): number {
  return total === undefined ? 0 : Math.max(0, total - seen);
}

/**
 * Says why the list cannot be called complete; undefined when it can, or when the shop declares no total.
 *
 * What entered the list while it was read may be missing: the next pass takes it. What left it is harmless as far as
 * the total told of it in time. With `countFresh`, rows that entered during the read and did not raise the total prove
 * that as many others left without a sign; each of those may have shifted a live row over a page's edge.
 */
export function findGap(tally: Tally, what: string, countFresh: boolean): string | undefined {
  const { total, seen, grown, fresh } = tally;
  if (total === undefined) return undefined;
  const entered = countFresh ? Math.max(0, grown - fresh) : grown;
  if (missingOf(tally) > entered) return `the shop declares ${total} ${what} and sent ${seen}`;
  if (countFresh && fresh > grown) return `${what} were added and removed while they were read`;
  return undefined;
}
