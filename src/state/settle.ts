import { chunks, type Database, type Param, type Session, tuples } from "./database.js";
import { seal } from "./seal.js";
import { checkFence } from "./slots.js";
import type { SettledItem, Slot, StageKey } from "./store.js";

/** Records results, as `StateStore.settle` promises. */
export async function settleItems(
  database: Database,
  stage: StageKey,
  slot: Slot | undefined,
  items: readonly SettledItem[],
  now: string,
): Promise<void> {
  if (items.length === 0) return;
  await database.transaction(true, async (session) => {
    if (slot !== undefined) await checkFence(session, slot);
    await upsertProducts(session, stage, items, now);
    const rows = [...new Map(items.map((item) => [item.key, item])).values()];
    for (const chunk of chunks(rows)) {
      await session.run(
        `with result (key, outcome, code, message) as (values ${tuples(chunk.length, 4)})
          update psync_records set outcome = result.outcome, code = result.code, message = result.message,
          remote = null, product = null
          from result where connection = ? and run = ? and psync_records.key = result.key`,
        [
          ...chunk.flatMap(({ key, outcome, code, message }) => [
            key,
            outcome,
            code ?? null,
            message ?? null,
          ]),
          stage.records,
          stage.run,
        ],
      );
    }
  });
}

/** Records that everything which nothing was known of has been created, in three statements. */
export async function settleCreated(
  database: Database,
  stage: StageKey,
  slot: Slot,
  now: string,
): Promise<void> {
  const { connection, records, run, destination } = stage;
  await database.transaction(true, async (session) => {
    await checkFence(session, slot);
    await session.run(
      `insert into psync_products
        (destination, sku_key, sku, fingerprint, connection, run, written_at, product)
        select cast(? as text), sku_key, sku, fingerprint, cast(? as text), run, cast(? as text), product
        from psync_records
        where connection = ? and run = ? and outcome = 'staged' and remote is null
        on conflict (destination, sku_key) do nothing`,
      [destination, connection, now, records, run],
    );
    // A product of this run with this fingerprint is what was just written; one that was known before is of another.
    await session.run(
      `update psync_records set outcome = 'created', product = null
        where connection = ? and run = ? and outcome = 'staged' and remote is null and exists (
          select 1 from psync_products p where p.destination = ? and p.sku_key = psync_records.sku_key
          and p.fingerprint = psync_records.fingerprint and p.connection = ? and p.run = ?)`,
      [records, run, destination, connection, run],
    );
  });
}

async function upsertProducts(
  session: Session,
  stage: StageKey,
  items: readonly SettledItem[],
  now: string,
): Promise<void> {
  const written = new Map<string, SettledItem>();
  const found = new Map<string, SettledItem>();
  for (const item of items) {
    if (item.known === undefined || item.outcome === "failed") continue;
    (item.outcome === "unchanged" ? found : written).set(item.skuKey, item);
  }
  for (const chunk of chunks([...found.values()])) {
    await session.run(upsertText(chunk.length, ""), productParams(stage, chunk, null, null));
  }
  const stamp = ", run = excluded.run, written_at = excluded.written_at";
  for (const chunk of chunks([...written.values()])) {
    await session.run(upsertText(chunk.length, stamp), productParams(stage, chunk, stage.run, now));
  }
}

function upsertText(rows: number, stamp: string): string {
  return `insert into psync_products
    (destination, sku_key, sku, fingerprint, remote_id, connection, run, written_at, product)
    values ${tuples(rows, 9)}
    on conflict (destination, sku_key) do update set
    sku = excluded.sku, fingerprint = excluded.fingerprint,
    remote_id = coalesce(excluded.remote_id, psync_products.remote_id), connection = excluded.connection,
    product = excluded.product${stamp}`;
}

function productParams(
  stage: StageKey,
  items: readonly SettledItem[],
  run: string | null,
  writtenAt: string | null,
): Param[] {
  const params: Param[] = [];
  for (const { key, skuKey, known, fingerprint } of items) {
    if (known === undefined || fingerprint === undefined) {
      throw new TypeError(`record ${key} is settled without a fingerprint`);
    }
    const { sku, product, remoteId } = known;
    const sealedId = remoteId === undefined ? null : seal(remoteId, skuKey);
    params.push(stage.destination, skuKey, sku, fingerprint, sealedId, stage.connection);
    params.push(run, writtenAt, seal(product, skuKey, sku, fingerprint));
  }
  return params;
}
