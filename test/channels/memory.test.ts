import { describe, expect, test } from "@jest/globals";
import { IncompleteError } from "../../src/errors.js";
import type { SourceRecord } from "../../src/model/record.js";
import { channelSuite, failureOf, readPages, recordsOf } from "../conformance/channel.js";
import { createFakeClock } from "../support/fake-clock.js";
import { createMemoryChannel, type MemoryFault } from "../support/memory-channel.js";

const text = "R&amp;D  <b>\u202e日本</b> ";

function makeRecords(): SourceRecord[] {
  return Array.from({ length: 7 }, (_, index) => ({
    key: `k${index + 1}`,
    updatedAt: "2025-06-01T00:00:00.000Z",
    fields: { name: index === 2 ? text : `Item ${index + 1}` },
  }));
}

const once =
  (wanted: MemoryFault) =>
  (n: number): MemoryFault | undefined =>
    n === 2 ? wanted : undefined;

describe("test/support/memory-channel.ts", () => {
  channelSuite("memory", async ({ empty }) => {
    const clock = createFakeClock({ autoAdvance: true });
    const records = empty ? [] : makeRecords();
    const first = createMemoryChannel({ records, clock });
    const opened = [first];
    let faulty: MemoryFault | undefined;
    const share = (change: (channel: typeof first) => void): void => opened.forEach(change);
    return {
      channel: first,
      clock,
      keys: records.map(({ key }) => key),
      text: { key: "k3", field: "name", value: text },
      fields: ["name"],
      secrets: ["a-secret-of-nobody"],
      logs: [],
      calls: () => opened.reduce((sum, channel) => sum + channel.calls(), 0),
      fault: (fault) => {
        if (fault === "bad-record") share((channel) => channel.unreadable.add("k4"));
        else if (fault === "unauthorized" || fault === "broken") {
          share((channel) => (channel.onRequest = () => ({ kind: fault })));
          faulty = { kind: fault };
        } else if (fault === "broken-once")
          share((channel) => (channel.onRequest = once({ kind: "broken" })));
        else share((channel) => (channel.onRequest = once({ kind: "throttled", waitMs: 7000 })));
      },
      touch: async (key) => {
        await clock.advance(3_600_000);
        const at = first.records.findIndex((record) => record.key === key);
        const old = first.records[at];
        if (old !== undefined) first.records[at] = { ...old, updatedAt: new Date(clock.now()).toISOString() };
      },
      reopen: () => {
        const again = createMemoryChannel({ records: first.records, clock });
        const fault = faulty;
        if (fault !== undefined) again.onRequest = () => fault;
        opened.push(again);
        return again;
      },
      close: async () => {},
    };
  });

  test("ends as incomplete when told to, behind the last page", async () => {
    const channel = createMemoryChannel({ records: makeRecords(), clock: createFakeClock() });
    channel.incomplete = "the cart declares 8 and sent 7";
    expect(await failureOf(readPages(channel))).toBeInstanceOf(IncompleteError);
    channel.incomplete = undefined;
    expect(recordsOf(await readPages(channel))).toHaveLength(7);
  });

  test("lets a test change the cart between two pages", async () => {
    const channel = createMemoryChannel({ records: makeRecords(), clock: createFakeClock() });
    channel.onPage = (page) => {
      if (page === 1) channel.records.splice(6, 1);
    };
    expect(recordsOf(await readPages(channel))).toHaveLength(6);
  });
});
