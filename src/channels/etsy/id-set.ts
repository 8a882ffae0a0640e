const firstCapacity = 1024;
/** Fuller, and the search for a free place gets long. */
const fullest = 0.6;

/**
 * Remembers which listings were met. Their ids are large and far apart, so they stand in an open hash table of plain
 * numbers: about 20 bytes each, a third of what a Set takes.
 */
export interface IdSet {
  readonly size: number;
  /** Says whether the id is new, and remembers it. Ids are positive. */
  add(id: number): boolean;
  has(id: number): boolean;
}

export function createIdSet(): IdSet {
  let table = new Float64Array(firstCapacity);
  let size = 0;

  /** The place of the id, or the free one where it belongs. */
  function placeOf(id: number): number {
    let at = (id % 4_294_967_291) % table.length;
    while (table[at] !== 0 && table[at] !== id) at = (at + 1) % table.length;
    return at;
  }

  function grow(): void {
    const old = table;
    // An odd length keeps ids with a common step apart.
    table = new Float64Array(old.length * 2 + 1);
    for (const id of old) if (id !== 0) table[placeOf(id)] = id;
  }

  return {
    get size() {
      return size;
    },
    has: (id) => table[placeOf(id)] === id,
    add(id) {
      const at = placeOf(id);
      if (table[at] === id) return false;
      table[at] = id;
      size += 1;
      if (size > table.length * fullest) grow();
      return true;
    },
  };
}
