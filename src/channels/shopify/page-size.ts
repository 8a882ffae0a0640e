/** How many records a page is asked to hold, and what is remembered of that. Plain data: a resume token carries it. */
export interface PageSize {
  size: number;
  /** What is never exceeded. */
  ceiling: number;
  /** The size before pages began to fail; absent while they do not. */
  before?: number;
  /** Pages of this size that came in a row. */
  good: number;
  /** A record was passed over: the next ones are tried one by one until one comes, for bad ones have bad neighbours. */
  careful: boolean;
}

/** So many good pages earn a larger one. */
const goodPages = 3;

export function newPageSize(size: number): PageSize {
  return { size, ceiling: size, good: 0, careful: false };
}

/** Halves the size; false where that is not possible. With `forGood`, it never grows beyond the half again. */
export function shrink(state: PageSize, forGood: boolean): boolean {
  if (state.size <= 1) return false;
  state.before ??= state.size;
  state.size = Math.floor(state.size / 2);
  state.good = 0;
  if (forGood) {
    state.ceiling = state.size;
    state.before = Math.min(state.before, state.size);
  }
  return true;
}

/** Takes down a page that came; now and then the next one may be half as large again. */
export function grow(state: PageSize): void {
  if (state.careful) restore(state);
  if (state.size >= state.ceiling) {
    delete state.before;
    return;
  }
  state.good += 1;
  if (state.good < goodPages) return;
  state.size = Math.min(state.ceiling, Math.ceil(state.size * 1.5));
  state.good = 0;
}

/** Back to what it was: one record was to blame, or an outage, not the size. */
export function restore(state: PageSize): void {
  state.size = Math.min(state.before ?? state.size, state.ceiling);
  delete state.before;
  state.good = 0;
  state.careful = false;
}
