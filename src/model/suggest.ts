/**
 * Finds the candidate that was most likely meant by a mistyped word. Case, hyphens and underscores do not count;
 * beyond that one slip in three letters is forgiven, three in all, and a swap of neighbours is one slip.
 */
export function findSuggestion(word: string, candidates: Iterable<string>): string | undefined {
  // Nobody mistypes a name at this length, and the distance costs the product of both lengths.
  if (word.length > 60) return undefined;
  const plainWord = toPlain(word);
  let best: string | undefined;
  let bestDistance = Math.min(3, Math.max(1, Math.floor(plainWord.length / 3))) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(plainWord, toPlain(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function toPlain(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/gu, "");
}

/** Edits that turn one word into the other: insert, delete, replace, or swap two neighbours. */
function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      );
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (row > 1 && column > 1 && swapped) cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, right.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
