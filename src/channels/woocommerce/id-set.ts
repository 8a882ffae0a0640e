const bits = 13;
const chunkSize = 1 << bits;

/**
 * Remembers which ids were met: one bit each, in chunks of a kilobyte, so that a catalogue of 100,000 records costs
 * about as many bytes as its ids spread over, divided by eight.
 */
export interface IdSet {
  /** Says whether the id is new, and remembers it. */
  add(id: number): boolean;
  has(id: number): boolean;
}

export function createIdSet(): IdSet {
  const chunks = new Map<number, Uint8Array>();

  function has(id: number): boolean {
    const at = id % chunkSize;
    return ((chunks.get(Math.floor(id / chunkSize))?.[at >> 3] ?? 0) & (1 << (at & 7))) !== 0;
  }

  function add(id: number): boolean {
    if (has(id)) return false;
    const key = Math.floor(id / chunkSize);
    const chunk = chunks.get(key) ?? new Uint8Array(chunkSize >> 3);
    chunks.set(key, chunk);
    const at = id % chunkSize;
    chunk[at >> 3] = (chunk[at >> 3] ?? 0) | (1 << (at & 7));
    return true;
  }

  return { add, has };
}
