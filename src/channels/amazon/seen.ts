/** What a report held before. */
export type Sighting = "new" | "repeat" | "other";

/** Remembers which SKUs a report had, and whether with the same row, in 12 bytes a slot instead of the texts. */
export interface SeenRows {
  /** Notes a row. `repeat`: the very same came before. `other`: another one of the same SKU did. */
  note(sku: string, row: string): Sighting;
}

const firstSlots = 4096;
const { imul } = Math;

/**
 * An open hash table of 53 bits for a SKU and 32 for its row. Two of a million SKUs are taken for one once in
 * 18,000 reports; that one then counts as a second row of the other's.
 */
export function createSeenRows(): SeenRows {
  let skus = new Float64Array(firstSlots);
  let rows = new Uint32Array(firstSlots);
  let used = 0;

  function slotOf(hash: number, table: Float64Array): number {
    let at = hash % table.length;
    while (table[at] !== 0 && table[at] !== hash) at = (at + 1) % table.length;
    return at;
  }

  function grow(): void {
    const moreSkus = new Float64Array(skus.length * 2);
    const moreRows = new Uint32Array(skus.length * 2);
    for (const [index, hash] of skus.entries()) {
      if (hash === 0) continue;
      const at = slotOf(hash, moreSkus);
      moreSkus[at] = hash;
      moreRows[at] = rows[index] ?? 0;
    }
    [skus, rows] = [moreSkus, moreRows];
  }

  return {
    note(sku, row) {
      const hash = hash53(sku);
      const rowHash = hash53(row) >>> 0;
      const at = slotOf(hash, skus);
      if (skus[at] === hash) return rows[at] === rowHash ? "repeat" : "other";
      skus[at] = hash;
      rows[at] = rowHash;
      used += 1;
      if (used * 2 > skus.length) grow();
      return "new";
    },
  };
}

/** A number from 1 to 2^53 - 1: two lanes of FNV-1a, mixed at the end. */
function hash53(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    low = imul(low ^ code, 0x01000193);
    high = imul(high ^ code, 0x85ebca6b);
  }
  low = imul(low ^ (high >>> 15), 0x2c1b3c6d) >>> 0;
  high = imul(high ^ (low >>> 13), 0x297a2d39) >>> 0;
  // The high lane's top 21 bits; 0 marks a free slot.
  return (high >>> 11) * 2 ** 32 + low || 1;
}
