/** What became of one call that writes some items, all of them or none. */
export type Attempt<Result, Refusal> =
  | { readonly ok: true; readonly results: readonly Result[] }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * Writes items in as few calls as it can, although a call is carried out as a whole or not at all and a refusal names
 * no item: one bad item among n costs no more than log2(n) + 2 further calls. What is good is written, whatever
 * the number of the bad ones. Each bad item was asked for alone, or was the only one left, so that the words are its own.
 * On abort no further call begins.
 */
export async function* writeInHalves<Item, Result, Refusal>(
  items: readonly Item[],
  send: (items: readonly Item[]) => Promise<Attempt<Result, Refusal>>,
  toFailure: (item: Item, refusal: Refusal) => Result,
  signal: AbortSignal,
): AsyncGenerator<Result> {
  if (items.length === 0 || signal.aborted) return;
  const whole = await send(items);
  if (whole.ok) {
    yield* whole.results;
    return;
  }
  let suspects = items;
  let refusal: Refusal | undefined = items.length === 1 ? whole.refusal : undefined;
  const spared: (readonly Item[])[] = [];
  while (suspects.length > 1) {
    if (signal.aborted) return;
    const middle = Math.ceil(suspects.length / 2);
    const rest = suspects.slice(middle);
    const half = suspects.slice(0, middle);
    const attempt = await send(half);
    if (attempt.ok) {
      yield* attempt.results;
      suspects = rest;
      refusal = undefined;
    } else {
      suspects = half;
      refusal = attempt.refusal;
      spared.push(rest);
    }
  }
  const [culprit] = suspects;
  if (culprit !== undefined && refusal !== undefined) yield toFailure(culprit, refusal);
  else yield* writeInHalves(suspects, send, toFailure, signal);
  // One bad item is the rule: what was set aside on the way is good, and goes in one call.
  if (spared.length > 1 && !signal.aborted) {
    const attempt = await send(spared.flat());
    if (attempt.ok) {
      yield* attempt.results;
      return;
    }
  }
  for (const part of spared) yield* writeInHalves(part, send, toFailure, signal);
}
