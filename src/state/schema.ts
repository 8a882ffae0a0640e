import type { Kysely } from "kysely";

/** One row a destination account. `holder` is null while nobody has the slot; `fence` never goes back. */
interface SlotTable {
  destination: string;
  fence: number;
  /** Sealed Holder. */
  holder: string | null;
  /** ISO 8601, UTC. */
  taken_at: string | null;
  /** Milliseconds since 1970 by the store's clock. */
  expires_at: number;
}

/** One row a connection that has completed a pass. */
interface ConnectionTable {
  connection: string;
  /** Sealed ConnectionState. */
  state: string;
}

/** One row a run. */
interface RunTable {
  id: string;
  connection: string;
  command: string;
  started_at: string;
  setup: string;
  phase: string;
  /** Sealed: everything else of a RunRow but the report. */
  progress: string;
  /** Sealed RunReport. */
  report: string | null;
}

/** One row a record that a finished run skipped, rejected or failed to write. */
interface IssueTable {
  connection: string;
  run: string;
  key: string;
  outcome: string;
  code: string;
  sku: string | null;
  message: string;
}

/** The tables that are asked through kysely's builder; records and products are asked in plain SQL. */
export interface Schema {
  psync_slots: SlotTable;
  psync_connections: ConnectionTable;
  psync_runs: RunTable;
  psync_issues: IssueTable;
}

export type SchemaDatabase = Kysely<Schema>;

/**
 * The statements that create version 1, for both databases. `text` is the type of a text column that compares by its
 * UTF-8 bytes.
 *
 * `product` stands last, so that a query which does not ask for it does not read it. It is kept for candidates only:
 * of a settled record nothing but its outcome is asked. The one index on records holds candidates only: it is what
 * every step of the plan walks along, and a record leaves it when it is settled.
 */
export function createVersion1(text: string): readonly string[] {
  return [
    `create table psync_slots (
      destination ${text} primary key, fence bigint not null, holder ${text}, taken_at ${text},
      expires_at bigint not null)`,
    `create table psync_connections (connection ${text} primary key, state ${text} not null)`,
    `create table psync_runs (
      id ${text} primary key, connection ${text} not null, command ${text} not null, started_at ${text} not null,
      setup ${text} not null, phase ${text} not null, progress ${text} not null, report ${text})`,
    `create table psync_issues (
      connection ${text} not null, run ${text} not null, key ${text} not null, outcome ${text} not null,
      code ${text} not null, sku ${text}, message ${text} not null, primary key (connection, run, key))`,
    `create table psync_records (
      connection ${text} not null, key ${text} not null, run ${text} not null, outcome ${text} not null,
      sku ${text}, sku_key ${text}, fingerprint ${text}, code ${text}, message ${text}, address ${text},
      remote ${text}, product ${text}, primary key (connection, key))`,
    `create index psync_records_staged on psync_records (connection, run, sku_key) where outcome = 'staged'`,
    `create table psync_products (
      destination ${text} not null, sku_key ${text} not null, sku ${text} not null, fingerprint ${text} not null,
      remote_id ${text}, connection ${text} not null, run ${text}, written_at ${text}, product ${text} not null,
      primary key (destination, sku_key))`,
    `create index psync_products_connection on psync_products (destination, connection, sku_key)`,
  ];
}
