interface SlotTable {
  destination: string;
  fence: number;
  holder: string | null;
  taken_at: string | null;
  expires_at: number;
}

interface ConnectionTable {
  connection: string;
  state: string;
}

interface RunTable {
  id: string;
  connection: string;
  command: string;
  started_at: string;
  setup: string;
  phase: string;
  progress: string;
  incomplete: string | null;
  report: string | null;
  resume: string | null;
}

interface NameTable {
  id: number;
  name: string;
}

interface IdTable {
  next: number;
}

/** The tables that kysely's builder asks; those of records and products are asked in plain SQL. */
export interface Schema {
  psync_slots: SlotTable;
  psync_connections: ConnectionTable;
  psync_runs: RunTable;
  psync_names: NameTable;
  psync_ids: IdTable;
}

/** How a database spells what the schema needs. */
export interface SchemaWords {
  /** The type of a text column that compares by its UTF-8 bytes. */
  readonly text: string;
  /** The type of a whole number that is a table's key. */
  readonly id: string;
  /** Behind a table that is kept in the order of its key, where it can be told. */
  readonly clustered: string;
}

/** The outcomes of a record, as they are kept; `same`: a candidate that is what was last written. */
const outcomeTexts = "'staged', 'same', 'created', 'updated', 'unchanged', 'skipped', 'rejected', 'failed'";

/**
 * The statements that create version 1. What each table is for:
 *
 * - `slots`: a destination account; `holder` is sealed and null while nobody has the slot, `fence` never goes back.
 * - `connections`: what is remembered of a connection from its last complete pass, sealed.
 * - `runs`: `progress` is everything of a run that has no column of its own; it, `resume`, `incomplete` and `report` are
 *   sealed. `resume` stands alone because it may be long and is written with every page.
 * - `issues`: a record that a finished run skipped, rejected or failed to write.
 * - `names`: long names that many rows repeat; everywhere below `connection`, `run` and `destination` stand for them.
 *   `ids` holds the number that the next name or text gets.
 * - `texts`: products in sealed JSON. Each belongs to one row: to a staged record, a candidate (`remote`) or a product.
 *   They are written once and change hands by number, so that settling a record moves no product.
 * - `records`: the cart as it was last read. Only a staged record has a product; the index holds nothing else.
 * - `candidates`: the staged records of a run in order of SKU, made when they are first asked for, since keeping them in
 *   order while pages come in costs many times more; `sorted` names the runs whose candidates stand there.
 * - `products`: the destination as it was last written. `written_at` is in milliseconds since 1970.
 *
 * An `sku` is null where it is spelled as `sku_key`.
 */
export function createVersion1({ text, id, clustered }: SchemaWords): readonly string[] {
  return [
    `create table psync_slots (
      destination ${text} primary key, fence bigint not null, holder ${text}, taken_at ${text},
      expires_at bigint not null)`,
    `create table psync_connections (connection ${text} primary key, state ${text} not null)`,
    `create table psync_runs (
      id ${text} primary key, connection ${text} not null, command ${text} not null, started_at ${text} not null,
      setup ${text} not null, phase ${text} not null, progress ${text} not null, incomplete ${text}, report ${text},
      resume ${text})`,
    `create table psync_issues (
      connection bigint not null, run bigint not null, key ${text} not null, outcome ${text} not null,
      code ${text} not null, sku ${text}, message ${text} not null, primary key (connection, run, key))`,
    "create table psync_ids (next bigint not null)",
    "insert into psync_ids (next) values (1)",
    `create table psync_names (id ${id} primary key, name ${text} not null unique)`,
    `create table psync_texts (id ${id} primary key, text ${text} not null)`,
    `create table psync_records (
      connection bigint not null, key ${text} not null, run bigint not null, outcome ${text} not null,
      sku ${text}, sku_key ${text}, fingerprint ${text}, code ${text}, message ${text}, address ${text},
      product bigint, primary key (connection, key),
      check (outcome in (${outcomeTexts})), check ((outcome = 'staged') = (product is not null)))`,
    `create index psync_records_staged on psync_records (connection, run) where outcome = 'staged'`,
    `create table psync_candidates (
      connection bigint not null, run bigint not null, sku_key ${text} not null, key ${text} not null, sku ${text},
      fingerprint ${text} not null, product bigint not null, remote bigint,
      primary key (connection, run, sku_key, key))${clustered}`,
    "create table psync_sorted (connection bigint not null, run bigint not null, primary key (connection, run))",
    `create table psync_products (
      destination bigint not null, sku_key ${text} not null, sku ${text}, fingerprint ${text} not null,
      remote_id ${text}, connection bigint not null, run bigint, written_at bigint, product bigint not null,
      primary key (destination, sku_key))${clustered}`,
  ];
}

/** The statements that make version 2 of version 1: `kept` is what channels keep between runs, by source account. */
export function createVersion2({ text, clustered }: SchemaWords): readonly string[] {
  return [
    `create table psync_kept (
      account ${text} not null, name ${text} not null, value ${text} not null, primary key (account, name))${clustered}`,
  ];
}

/**
 * The statements that make version 3 of version 2: `reserved` names the fields of a product whose places the
 * destination's operator has taken, as sealed JSON; null where there are none.
 */
export function createVersion3({ text }: SchemaWords): readonly string[] {
  return [`alter table psync_products add column reserved ${text}`];
}
