/** Ids stand in groups of so many, a bit each. */
const groupSize = 32;
const firstCapacity = 64;
/** Fuller, and the search for a free place gets long. */
const fullest = 0.6;

/**
 * Remembers which ids were met, in an open hash table of plain numbers. Ids that are far apart take about 25 bytes each,
 * a third of what a Set takes; ids that are neighbours share a place and take a byte or two.
 */
export interface IdSet {
  /** Says whether the id is new, and remembers it. Ids are whole and positive. */
  add(id: number): boolean;
  has(id: number): boolean;
}

export function createIdSet(): IdSet {
  /** Groups counted from 1: zero is a free place. */
  let groups = new Float64Array(firstCapacity);
  let bits = new Uint32Array(firstCapacity);
  let taken = 0;

  /** The place of the group, or the free one where it belongs. */
  function placeOf(group: number): number {
    let at = (group % 4_294_967_291) % groups.length;
    while (groups[at] !== 0 && groups[at] !== group) at = (at + 1) % groups.length;
    return at;
  }

  function grow(): void {
    const [oldGroups, oldBits] = [groups, bits];
    // An odd length keeps ids with a common step apart.
    groups = new Float64Array(oldGroups.length * 2 + 1);
    bits = new Uint32Array(groups.length);
    for (const [index, group] of oldGroups.entries()) {
      if (group === 0) continue;
      const at = placeOf(group);
      groups[at] = group;
      bits[at] = oldBits[index] ?? 0;
    }
  }

  function has(id: number): boolean {
    return ((bits[placeOf(groupOf(id))] ?? 0) & bitOf(id)) !== 0;
  }

  return {
    has,
    add(id) {
      if (has(id)) return false;
      const group = groupOf(id);
      const at = placeOf(group);
      if (groups[at] === 0) taken += 1;
      groups[at] = group;
      bits[at] = (bits[at] ?? 0) | bitOf(id);
      if (taken > groups.length * fullest) grow();
      return true;
    },
  };
}

function groupOf(id: number): number {
  return Math.floor(id / groupSize) + 1;
}

function bitOf(id: number): number {
  return 1 << (id % groupSize);
}
