/** As many as the canonical product has places for. */
export const mostImages = 20;

/** An address, and its length: what stands before each image's address. */
const headBytes = 8;
const chunkBytes = 256 * 1024;
const firstSlots = 1024;
/** Marks a number without images; 0 is a free slot. */
const noImage = 0xff_ff_ff_ff;

/**
 * Addresses of images by the number of what they belong to. They lie in buffers and not as texts on JavaScript's heap,
 * where each would take twice the memory, and the garbage collector several times that.
 */
export class ImageIndex {
  #keys = new BigUint64Array(firstSlots);
  /** Where the last image of each number stands, counted from 1. */
  #last = new Uint32Array(firstSlots);
  #size = 0;
  readonly #chunks: Buffer[] = [];
  #free = chunkBytes;

  has(id: string): boolean {
    return this.#last[this.#slotOf(toKey(id))] !== 0;
  }

  /** Takes a number down, without an image yet. */
  open(id: string): void {
    const key = toKey(id);
    const slot = this.#slotOf(key);
    if (this.#last[slot] !== 0) return;
    this.#keys[slot] = key;
    this.#last[slot] = noImage;
    this.#size += 1;
    if (this.#size * 4 > this.#keys.length * 3) this.#grow();
  }

  /** Takes an image down behind those that came for the same number, as long as a product has places for it. */
  add(id: string, url: string): void {
    this.open(id);
    if (this.#addressesOf(id).length >= mostImages) return;
    const slot = this.#slotOf(toKey(id));
    const bytes = Buffer.byteLength(url);
    const address = this.#reserve(headBytes + bytes);
    const [chunk, at] = this.#find(address);
    chunk.writeUInt32LE(this.#last[slot] ?? noImage, at);
    chunk.writeUInt32LE(bytes, at + 4);
    chunk.write(url, at + headBytes, "utf8");
    this.#last[slot] = address;
  }

  /** In the order in which they came. */
  of(id: string): string[] {
    return this.#addressesOf(id)
      .reverse()
      .map((address) => {
        const [chunk, at] = this.#find(address);
        return chunk.toString("utf8", at + headBytes, at + headBytes + chunk.readUInt32LE(at + 4));
      });
  }

  /** The last one first. */
  #addressesOf(id: string): number[] {
    const found: number[] = [];
    let address = this.#last[this.#slotOf(toKey(id))] ?? 0;
    while (address !== 0 && address !== noImage) {
      found.push(address);
      const [chunk, at] = this.#find(address);
      address = chunk.readUInt32LE(at);
    }
    return found;
  }

  #find(address: number): readonly [chunk: Buffer, at: number] {
    const chunk = this.#chunks[Math.floor((address - 1) / chunkBytes)];
    if (chunk === undefined) throw new RangeError("an address that was never given");
    return [chunk, (address - 1) % chunkBytes];
  }

  #reserve(bytes: number): number {
    if (this.#free + bytes > chunkBytes) {
      this.#chunks.push(Buffer.allocUnsafe(Math.max(chunkBytes, bytes)));
      this.#free = 0;
    }
    const address = (this.#chunks.length - 1) * chunkBytes + this.#free + 1;
    this.#free += bytes;
    return address;
  }

  #slotOf(key: bigint): number {
    const slots = this.#keys.length;
    // Ids follow one another, or are multiples of a power of two: spread them.
    let slot = Math.imul(Number(BigInt.asUintN(32, key ^ (key >> 32n))), 0x9e_37_79_b1) >>> 0;
    slot = (slot >>> 8) % slots;
    while (this.#last[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) % slots;
    return slot;
  }

  #grow(): void {
    const [keys, last] = [this.#keys, this.#last];
    this.#keys = new BigUint64Array(keys.length * 2);
    this.#last = new Uint32Array(keys.length * 2);
    for (const [index, address] of last.entries()) {
      const key = keys[index];
      if (address === 0 || key === undefined) continue;
      const slot = this.#slotOf(key);
      this.#keys[slot] = key;
      this.#last[slot] = address;
    }
  }
}

function toKey(id: string): bigint {
  return BigInt.asUintN(64, BigInt(id));
}
