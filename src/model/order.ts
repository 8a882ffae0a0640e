function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/**
 * Compares two texts by their UTF-8 bytes: the order of SKUs wherever psync promises one. Negative, zero or positive,
 * as `sort` wants it. Half of a surrogate pair counts as U+FFFD, which is what it becomes in UTF-8.
 */
export function compareUtf8(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  let at = 0;
  while (at < shared && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  // A text comes before what it begins, and a half pair (U+FFFD) before the pair that it begins.
  if (at === shared) return a.length - b.length;
  const left = a.charCodeAt(at);
  const right = b.charCodeAt(at);
  // Code units and bytes agree on the order of all characters but those that UTF-16 writes as surrogate pairs.
  if (!isSurrogate(left) && !isSurrogate(right)) return left - right;
  // The unit before may be the first half of the pair.
  const from = Math.max(0, at - 1);
  return Buffer.compare(Buffer.from(a.slice(from)), Buffer.from(b.slice(from)));
}
