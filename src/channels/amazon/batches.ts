import type { Catalog } from "./catalog.js";
import { batchSize, type Enricher } from "./enrich.js";
import { asinOf } from "./records.js";
import type { ReadRow } from "./rows.js";

/** Rows that make one page, and what the catalogue says of their ASINs. */
export interface Batch {
  readonly rows: readonly ReadRow[];
  readonly catalog: ReadonlyMap<string, Catalog | undefined>;
}

const usualRows = 200;
const mostRows = 5 * usualRows;
/** Five full calls. */
const mostUnknown = 5 * batchSize;

/**
 * Groups rows into pages. A page ends with 200 rows, or with 100 ASINs that have to be asked for; it goes on to at most
 * 1,000 rows where its last call would not be full. Each ASIN is asked for once, and only when the page is asked for.
 */
export async function* toBatches(
  rows: AsyncIterator<ReadRow>,
  enricher: Enricher | undefined,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  try {
    for (let isLast = false; !isLast;) {
      const { batch, ended } = await nextBatch(rows, enricher, signal);
      isLast = ended;
      if (batch.rows.length > 0) yield batch;
    }
  } finally {
    // Whoever stops in the middle leaves a file open otherwise.
    await rows.return?.();
  }
}

async function nextBatch(
  rows: AsyncIterator<ReadRow>,
  enricher: Enricher | undefined,
  signal: AbortSignal,
): Promise<{ readonly batch: Batch; readonly ended: boolean }> {
  const batch: ReadRow[] = [];
  const catalog = new Map<string, Catalog | undefined>();
  const unknown = new Set<string>();
  const pending = new Set<string>();
  const look = async (): Promise<void> => {
    const found = await enricher?.known([...pending]);
    for (const asin of pending) {
      if (found?.has(asin) === true) catalog.set(asin, found.get(asin));
      else unknown.add(asin);
    }
    pending.clear();
  };
  let ended = false;
  const isFull = (): boolean =>
    unknown.size >= mostUnknown ||
    batch.length >= mostRows ||
    (batch.length >= usualRows && pending.size === 0 && unknown.size % batchSize === 0);
  while (!isFull()) {
    const next = await rows.next();
    if (next.done === true) {
      ended = true;
      break;
    }
    batch.push(next.value);
    const asin = enricher === undefined || next.value.row === undefined ? undefined : asinOf(next.value.row);
    if (asin === undefined || unknown.has(asin) || catalog.has(asin)) continue;
    pending.add(asin);
    const open = unknown.size + pending.size;
    if (open >= mostUnknown || (batch.length >= usualRows && open % batchSize === 0)) await look();
  }
  await look();
  if (enricher !== undefined && unknown.size > 0) {
    for (const [asin, found] of await enricher.ask([...unknown], signal)) catalog.set(asin, found);
  }
  return { batch: { rows: batch, catalog }, ended };
}
