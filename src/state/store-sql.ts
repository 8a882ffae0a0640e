import {
  countCandidates,
  countKnown,
  countMissing,
  countOutcomes,
  findSkuGroups,
  readCatalogue,
  readStaged,
  readUnknown,
} from "./candidates.js";
import type { Database } from "./database.js";
import { findUnfinishedRun, finishRun, insertRun, patchRun, readConnection, readIssues } from "./runs.js";
import { settleCreated, settleItems } from "./settle.js";
import { acquireSlot, type SlotSenses } from "./slots.js";
import { discardRecords, markRecords, markUnchanged, noteRemote, stageRecords } from "./stage.js";
import type { StateStore } from "./store.js";

/** The store over a database whose schema is current. */
export function createStore(database: Database, senses: SlotSenses): StateStore {
  const now = (): string => new Date(senses.wallMs()).toISOString();
  return {
    place: database.engine.place,
    close: () => database.close(),
    acquireSlot: (destination, holder, leaseMs) =>
      acquireSlot(database, senses, destination, holder, leaseMs),
    connection: (connection) => readConnection(database, connection),
    unfinishedRun: (connection, command) => findUnfinishedRun(database, connection, command),
    startRun: (run) => insertRun(database, run),
    saveRun: (id, patch) => patchRun(database, id, patch),
    stage: (stage, records, progress) => stageRecords(database, stage, records, progress),
    skuGroups: (stage) => findSkuGroups(database, stage),
    mark: (stage, keys, mark) => markRecords(database, stage, keys, mark),
    markUnchanged: (stage) => markUnchanged(database, stage),
    unknown: (stage, after, limit) => readUnknown(database, stage, after, limit),
    noteRemote: (stage, items) => noteRemote(database, stage, items),
    staged: (stage, filter, after, limit) => readStaged(database, stage, filter.contested, after, limit),
    countStaged: (stage, filter) => countCandidates(database, stage, filter.contested),
    countKnown: (stage) => countKnown(database, stage),
    settle: (stage, slot, items) => settleItems(database, stage, slot, items, now()),
    settleCreated: (stage, slot) => settleCreated(database, stage, slot, now()),
    catalogue: (stage) => readCatalogue(database, stage),
    counts: (stage) => countOutcomes(database, stage),
    issues: (stage) => readIssues(database, stage),
    countMissing: (stage) => countMissing(database, stage),
    finishRun: (stage, report, complete) => finishRun(database, stage, report, complete),
    discard: (records) => discardRecords(database, records),
  };
}
