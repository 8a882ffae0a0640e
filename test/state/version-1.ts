/*
 * A state file as version 1 of the schema left it. It is history: when the schema changes, this stays, and a fixture of
 * the next version comes beside it.
 */

/** What psync of version 1 had written, in SQL. */
export const version1 = String.raw`
CREATE TABLE psync_slots ( destination text primary key, fence bigint not null, holder text, taken_at text, expires_at bigint not null);
insert into psync_slots values ('wms', 1, null, null, 0);
CREATE TABLE psync_connections (connection text primary key, state text not null);
insert into psync_connections values ('shop', '60c2eb35{"completedRun":"run-0","completedAt":"2026-11-22T08:01:00.000Z","cursor":"c0"}');
CREATE TABLE psync_runs ( id text primary key, connection text not null, command text not null, started_at text not null, setup text not null, phase text not null, progress text not null, incomplete text, report text, resume text);
insert into psync_runs values ('run-0', 'shop', 'sync', '2026-11-22T08:00:00.000Z', 's', 'done', '3ebc6630{"absent":{},"recordsRead":1}', null, '77d2cfb4{"command":"sync","run":"run-0","status":"ok","dryRun":false,"source":{"channel":"etsy","account":"7"},"destination":{"type":"file","account":"f"},"startedAt":"2026-11-22T08:00:00.000Z","finishedAt":"2026-11-22T08:01:00.000Z","reconcile":true,"counts":{"read":1,"created":0,"updated":0,"unchanged":0,"skipped":1,"rejected":0,"failed":0,"missing":0},"requests":{"source":{"sent":0,"retried":0,"throttled":0},"destination":{"sent":0,"retried":0,"throttled":0}}}', null);
insert into psync_runs values ('run-1', 'shop', 'import', '2026-11-23T08:00:00.000Z', 's', 'read', '30eae7ba{"absent":{},"recordsRead":3}', null, null, '0b6f9b10p2');
CREATE TABLE psync_issues ( connection bigint not null, run bigint not null, key text not null, outcome text not null, code text not null, sku text, message text not null, primary key (connection, run, key));
insert into psync_issues values (1, 2, 'k9', 'skipped', 'status', 'Z', 'a draft');
CREATE TABLE psync_ids (next bigint not null);
insert into psync_ids values (10);
CREATE TABLE psync_names (id integer primary key, name text not null unique);
insert into psync_names values (1, 'shop');
insert into psync_names values (2, 'run-0');
insert into psync_names values (3, 'wms');
insert into psync_names values (5, 'run-1');
CREATE TABLE psync_texts (id integer primary key, text text not null);
insert into psync_texts values (8, 'e1b0f403{"sku":"B","name":"Name of B"}');
insert into psync_texts values (9, '37843a7a{"sku":"A","name":"Name of A"}');
CREATE TABLE psync_records ( connection bigint not null, key text not null, run bigint not null, outcome text not null, sku text, sku_key text, fingerprint text, code text, message text, address text, product bigint, primary key (connection, key), check (outcome in ('staged', 'same', 'created', 'updated', 'unchanged', 'skipped', 'rejected', 'failed')), check ((outcome = 'staged') = (product is not null)));
insert into psync_records values (1, 'k9', 2, 'skipped', null, 'Z', null, 'status', 'a draft', null, null);
insert into psync_records values (1, 'k1', 5, 'created', null, 'A', 'fp Name of A', null, null, null, null);
insert into psync_records values (1, 'k2', 5, 'staged', null, 'B', 'fp Name of B', null, null, null, 8);
insert into psync_records values (1, 'k3', 5, 'rejected', null, null, null, 'unreadable', 'a torn row', null, null);
CREATE INDEX psync_records_staged on psync_records (connection, run) where outcome = 'staged';
CREATE TABLE psync_candidates ( connection bigint not null, run bigint not null, sku_key text not null, key text not null, sku text, fingerprint text not null, product bigint not null, remote bigint, primary key (connection, run, sku_key, key)) without rowid;
insert into psync_candidates values (1, 5, 'B', 'k2', null, 'fp Name of B', 8, null);
CREATE TABLE psync_sorted (connection bigint not null, run bigint not null, primary key (connection, run));
insert into psync_sorted values (1, 5);
CREATE TABLE psync_products ( destination bigint not null, sku_key text not null, sku text, fingerprint text not null, remote_id text, connection bigint not null, run bigint, written_at bigint, product bigint not null, primary key (destination, sku_key)) without rowid;
insert into psync_products values (3, 'A', null, 'fp Name of A', 'cdc9f394"77"', 1, 5, 1795420800000, 9);
CREATE TABLE psync_schema (version integer not null);
insert into psync_schema values (1);
`;
