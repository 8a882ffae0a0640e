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
CREATE TABLE psync_runs ( id text primary key, connection text not null, command text not null, started_at text not null, setup text not null, phase text not null, progress text not null, report text);
insert into psync_runs values ('run-1', 'shop', 'import', '2026-11-23T08:00:00.000Z', 's', 'read', 'c2a9182d{"absent":{},"recordsRead":3,"resume":"p2"}', null);
insert into psync_runs values ('run-0', 'shop', 'sync', '2026-11-22T08:00:00.000Z', 's', 'done', '3ebc6630{"absent":{},"recordsRead":1}', '77d2cfb4{"command":"sync","run":"run-0","status":"ok","dryRun":false,"source":{"channel":"etsy","account":"7"},"destination":{"type":"file","account":"f"},"startedAt":"2026-11-22T08:00:00.000Z","finishedAt":"2026-11-22T08:01:00.000Z","reconcile":true,"counts":{"read":1,"created":0,"updated":0,"unchanged":0,"skipped":1,"rejected":0,"failed":0,"missing":0},"requests":{"source":{"sent":0,"retried":0,"throttled":0},"destination":{"sent":0,"retried":0,"throttled":0}}}');
CREATE TABLE psync_issues ( connection text not null, run text not null, key text not null, outcome text not null, code text not null, sku text, message text not null, primary key (connection, run, key));
insert into psync_issues values ('shop', 'run-0', 'k9', 'skipped', 'status', 'Z', 'a draft');
CREATE TABLE psync_records ( connection text not null, key text not null, run text not null, outcome text not null, sku text, sku_key text, fingerprint text, code text, message text, address text, remote text, product text, primary key (connection, key));
insert into psync_records values ('shop', 'k1', 'run-1', 'created', 'A', 'A', 'fp Name of A', null, null, null, null, null);
insert into psync_records values ('shop', 'k2', 'run-1', 'staged', 'B', 'B', 'fp Name of B', null, null, null, null, 'e1b0f403{"sku":"B","name":"Name of B"}');
insert into psync_records values ('shop', 'k3', 'run-1', 'rejected', null, null, null, 'unreadable', 'a torn row', null, null, null);
insert into psync_records values ('shop', 'k9', 'run-0', 'skipped', 'Z', 'Z', null, 'status', 'a draft', null, null, null);
CREATE INDEX psync_records_staged on psync_records (connection, run, sku_key) where outcome = 'staged';
CREATE TABLE psync_products ( destination text not null, sku_key text not null, sku text not null, fingerprint text not null, remote_id text, connection text not null, run text, written_at text, product text not null, primary key (destination, sku_key));
insert into psync_products values ('wms', 'A', 'A', 'fp Name of A', 'cdc9f394"77"', 'shop', 'run-1', '2026-11-23T08:00:00.000Z', '37843a7a{"sku":"A","name":"Name of A"}');
CREATE INDEX psync_products_connection on psync_products (destination, connection, sku_key);
CREATE TABLE psync_schema (version integer not null);
insert into psync_schema values (1);
`;
