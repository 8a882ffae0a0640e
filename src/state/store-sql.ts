import { countCandidates, readStaged, readUnknown } from "./candidates.js";
import { readCatalogue } from "./catalogue.js";
import type { Cipher } from "./cipher.js";
import { countKnown, countMissing, countOutcomes, findOutcomes } from "./counts.js";
import type { Database } from "./database.js";
import { discardRecords, finishRun, readIssues } from "./finish.js";
import { findSkuGroups } from "./groups.js";
import { Names } from "./ids.js";
import { readKept, writeKept } from "./kept.js";
import { dropRejected, markRecords, markUnchanged, noteRemote } from "./marks.js";
import { findUnfinishedRun, insertRun, patchRun, readConnection } from "./runs.js";
import { settleCreated, settleItems } from "./settle.js";
import { acquireSlot, type SlotSenses } from "./slots.js";
import { stageRecords } from "./stage.js";
import type { StateStore } from "./store.js";

/** The store over a database whose schema is current. */
export function createStore(database: Database, senses: SlotSenses, cipher: Cipher): StateStore {
  const names = new Names(database);
  return {
    place: database.engine.place,
    close: () => database.close(),
    acquireSlot: (destination, holder, leaseMs) =>
      acquireSlot(database, senses, destination, holder, leaseMs),
    connection: (connection) => readConnection(database, connection),
    unfinishedRun: (connection, command) => findUnfinishedRun(database, connection, command),
    startRun: (run) => insertRun(database, run),
    saveRun: (id, patch) => patchRun(database, id, patch),
    stage: async (stage, records, progress) =>
      stageRecords(database, await names.make(stage), stage.run, records, progress),
    dropRejected: async (stage) => dropRejected(database, await names.find(stage)),
    skuGroups: (stage) => findSkuGroups(database, names, stage),
    mark: async (stage, keys, mark) => markRecords(database, await names.find(stage), keys, mark),
    markUnchanged: async (stage) => markUnchanged(database, await names.find(stage)),
    unknown: async (stage, after, limit) => readUnknown(database, await names.find(stage), after, limit),
    noteRemote: async (stage, items) => noteRemote(database, await names.find(stage), items),
    staged: async (stage, filter, after, limit) =>
      readStaged(database, await names.find(stage), filter.contested, after, limit),
    countStaged: async (stage, filter) =>
      countCandidates(database, await names.find(stage), filter.contested),
    countKnown: async (stage) => countKnown(database, await names.find(stage)),
    settle: async (stage, slot, items) =>
      settleItems(database, await names.make(stage), slot, items, senses.wallMs()),
    settleCreated: async (stage, slot) =>
      settleCreated(database, await names.make(stage), slot, senses.wallMs()),
    catalogue: (stage) => readCatalogue(database, names, stage),
    counts: async (stage) => countOutcomes(database, await names.find(stage)),
    issues: (stage) => readIssues(database, names, stage),
    outcomesOf: async (records, keys) => findOutcomes(database, await names.findOne(records), keys),
    countMissing: async (stage) => countMissing(database, await names.find(stage)),
    finishRun: (stage, report, complete) => finishRun(database, names, stage, report, complete),
    discard: (records) => discardRecords(database, names, records),
    kept: (account, wanted) => readKept(database, cipher, account, wanted),
    keep: (account, entries, slot) => writeKept(database, cipher, account, entries, slot),
  };
}
