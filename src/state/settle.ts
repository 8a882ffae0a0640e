import { dropCandidates, sortCandidates } from "./candidates.js";
import { chunks, type Database, list, type Param, type Session, textBySize, tuples } from "./database.js";
import { type StageIds, takeIds } from "./ids.js";
import { seal } from "./seal.js";
import { checkFence } from "./slots.js";
import type { SettledItem, Slot } from "./store.js";
import { type NumberedText, putTexts } from "./texts.js";

/** Records results, as `StateStore.settle` promises. `nowMs` is since 1970. */
export async function settleItems(
  database: Database,
  ids: StageIds,
  slot: Slot | undefined,
  items: readonly SettledItem[],
  nowMs: number,
): Promise<void> {
  if (items.length === 0) return;
  await database.transaction(true, async (session) => {
    if (slot !== undefined) await checkFence(session, slot);
    await upsertProducts(session, ids, items, nowMs);
    const rows = [...new Map(items.map((item) => [item.key, item])).values()];
    for (const chunk of chunks(rows)) {
      await dropCandidates(session, `r.connection = ? and r.run = ? and r.key in ${list(chunk.length)}`, [
        ids.records,
        ids.run,
        ...chunk.map((item) => item.key),
      ]);
      const params: Param[] = [];
      for (const { key, outcome, code, message } of chunk) {
        params.push(key, outcome, code ?? null, message ?? null);
      }
      await session.run(
        `with result (key, outcome, code, message) as (values ${tuples(chunk.length, 4)})
          update psync_records set outcome = result.outcome, code = result.code, message = result.message,
          product = null
          from result where connection = ? and run = ? and psync_records.key = result.key`,
        [...params, ids.records, ids.run],
      );
    }
  });
}

/** Records that everything which nothing was known of has been created. */
export async function settleCreated(
  database: Database,
  ids: StageIds,
  slot: Slot,
  nowMs: number,
): Promise<void> {
  const { connection, records, run, destination } = ids;
  await sortCandidates(database, ids);
  await database.transaction(true, async (session) => {
    await checkFence(session, slot);
    const created = await session.run(
      `insert into psync_products
        (destination, sku_key, sku, fingerprint, connection, run, written_at, product)
        select cast(? as bigint), sku_key, sku, fingerprint, cast(? as bigint), run, cast(? as bigint), product
        from psync_candidates where connection = ? and run = ? and remote is null order by sku_key
        on conflict (destination, sku_key) do nothing`,
      [destination, connection, nowMs, records, run],
    );
    if (created === 0) return;
    // Their texts are the products' now, so they are settled without being dropped.
    const isCreated = (table: string): string =>
      `connection = ? and run = ? and exists (select 1 from psync_products p
        where p.destination = ? and p.sku_key = ${table}.sku_key and p.product = ${table}.product)`;
    await session.run(
      `update psync_records set outcome = 'created', product = null
        where outcome = 'staged' and ${isCreated("psync_records")}`,
      [records, run, destination],
    );
    await session.run(`delete from psync_candidates where ${isCreated("psync_candidates")}`, [
      records,
      run,
      destination,
    ]);
  });
}

async function upsertProducts(
  session: Session,
  ids: StageIds,
  items: readonly SettledItem[],
  nowMs: number,
): Promise<void> {
  const written = new Map<string, SettledItem>();
  const found = new Map<string, SettledItem>();
  for (const item of items) {
    if (item.known === undefined || item.outcome === "failed") continue;
    (item.outcome === "unchanged" ? found : written).set(item.skuKey, item);
  }
  for (const chunk of chunks([...found.values()])) {
    const numbers = await putProducts(session, ids, chunk);
    await session.run(upsertFound(chunk.length), productParams(ids, chunk, numbers, null, null));
  }
  for (const chunk of chunks([...written.values()])) {
    const numbers = await putProducts(session, ids, chunk);
    await session.run(upsertWritten(chunk.length), productParams(ids, chunk, numbers, ids.run, nowMs));
  }
}

/** Keeps the texts of products, in place of those that stood there before; their numbers by SKU key. */
async function putProducts(
  session: Session,
  ids: StageIds,
  items: readonly SettledItem[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await session.all<{ readonly sku_key: string; readonly product: number }>(
    `select sku_key, product from psync_products where destination = ? and sku_key in ${list(items.length)}`,
    [ids.destination, ...items.map((item) => item.skuKey)],
  );
  const numbers = new Map(rows.map((row) => [row.sku_key, row.product]));
  let next = numbers.size < items.length ? await takeIds(session, items.length - numbers.size) : 0;
  const texts: NumberedText[] = [];
  for (const { key, skuKey, known, fingerprint } of items) {
    if (known === undefined || fingerprint === undefined) {
      throw new TypeError(`record ${key} is settled without a fingerprint`);
    }
    const id = numbers.get(skuKey) ?? next++;
    numbers.set(skuKey, id);
    texts.push([id, seal(known.product, skuKey, known.sku, fingerprint)]);
  }
  await putTexts(session, texts);
  return numbers;
}

const upsertFound = textBySize((size) => upsertText(size, ""));
const upsertWritten = textBySize((size) =>
  upsertText(size, ", run = excluded.run, written_at = excluded.written_at"),
);

function upsertText(rows: number, stamp: string): string {
  return `insert into psync_products
    (destination, sku_key, sku, fingerprint, remote_id, reserved, connection, run, written_at, product)
    values ${tuples(rows, 10)}
    on conflict (destination, sku_key) do update set
    sku = excluded.sku, fingerprint = excluded.fingerprint,
    remote_id = coalesce(excluded.remote_id, psync_products.remote_id), reserved = excluded.reserved, connection = excluded.connection,
    product = excluded.product${stamp}`;
}

function productParams(
  ids: StageIds,
  items: readonly SettledItem[],
  numbers: ReadonlyMap<string, number>,
  run: number | null,
  writtenAt: number | null,
): Param[] {
  const params: Param[] = [];
  for (const { skuKey, known, fingerprint } of items) {
    if (known === undefined) continue;
    const { sku, remoteId, reserved } = known;
    const sealedId = remoteId === undefined ? null : seal(remoteId, skuKey);
    const sealedFields = reserved === undefined ? null : seal(reserved, skuKey);
    params.push(ids.destination, skuKey, sku === skuKey ? null : sku, fingerprint ?? null);
    params.push(sealedId, sealedFields);
    params.push(ids.connection, run, writtenAt, numbers.get(skuKey) ?? null);
  }
  return params;
}
