/** A repeatable source of choices. The same seed gives the same choices on every machine. */
export interface Random {
  /** At least 0, less than 1. */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number;
  /** Throws RangeError for an empty list. */
  pick<T>(list: readonly T[]): T;
  /** True in `share` of the cases; `share` is between 0 and 1. */
  chance(share: number): boolean;
}

// One step of splitmix32 (public domain): a counter, scrambled. Small, without a bad seed, and equal everywhere.
function scramble(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
  return (bits ^ (bits >>> 15)) >>> 0;
}

/** Makes a generator from whole numbers, so that item 70,000 of a seed can be made without the 69,999 before it. */
export function createRandom(...seeds: readonly number[]): Random {
  let state = 0x9e3779b9;
  for (const seed of seeds) state = scramble(state ^ scramble(seed + 0x7f4a7c15));
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    return scramble(state) / 0x1_0000_0000;
  };
  return {
    next,
    int: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new RangeError("nothing to pick from");
      return list[Math.floor(next() * list.length)] as T;
    },
    chance: (share) => next() < share,
  };
}
