import { describe, expect, test } from "@jest/globals";
import type { ReadRequest, RecordPage, SourceChannel } from "../../src/channels/channel.js";
import { AuthError, InterruptedError, PsyncError, TransientError } from "../../src/errors.js";
import type { SourceRecord } from "../../src/model/record.js";
import type { CheckResult } from "../../src/model/report.js";
import type { FakeClock } from "../support/fake-clock.js";

/** What can be made to go wrong. Each stays on until the bed is closed, unless it says "once". */
export type ChannelFault =
  /** Every request is refused with 401. */
  | "unauthorized"
  /** One request in the middle of a read is answered 429 with `Retry-After: 7`. */
  | "throttled-once"
  /** One request in the middle of a read is answered 503. */
  | "broken-once"
  /** Every request is answered 503. */
  | "broken"
  /** One record cannot be delivered. */
  | "bad-record";

/** A channel, and the stand-in of its vendor behind it. */
export interface ChannelBed {
  readonly channel: SourceChannel;
  /** Time passes by itself whenever somebody sleeps. */
  readonly clock: FakeClock;
  /** The keys of all records that a full read gives, in any order. */
  readonly keys: readonly string[];
  /** A record with a text that tempts to be cleaned, and the path of the field that it stands in ("listing.title"). */
  readonly text: { readonly key: string; readonly field: string; readonly value: string };
  /** Top-level names of fields that say the same in each read. */
  readonly fields: readonly string[];
  /** Must not be in any output. */
  readonly secrets: readonly string[];
  /** Everything that was logged, warned or traced. */
  readonly logs: readonly string[];
  /** How many requests the stand-in saw. */
  calls(): number;
  fault(fault: ChannelFault): void;
  /** Edits a record as the vendor's users do. The clock has moved on by an hour before. */
  touch(key: string): Promise<void>;
  /** Another channel object on the same account, as another process has it. */
  reopen(): SourceChannel;
  close(): Promise<void>;
}

/** Opens a bed with records for several pages; `empty`: with none. */
export type OpenChannel = (setup: { readonly empty: boolean }) => Promise<ChannelBed>;

/** The laws of SourceChannel. Every channel's test calls it; so does the in-memory one's. */
export function channelSuite(name: string, open: OpenChannel): void {
  async function withBed(use: (bed: ChannelBed) => Promise<void>, empty = false): Promise<void> {
    const bed = await open({ empty });
    try {
      await use(bed);
    } finally {
      await bed.close();
    }
  }

  describe(`${name}: the laws of a channel`, () => {
    test("each record comes once over many pages", () =>
      withBed(async (bed) => {
        const pages = await readPages(bed.channel);
        expect(pages.filter(({ records }) => records.length > 0).length).toBeGreaterThan(1);
        expect(keysOf(pages)).toEqual([...bed.keys].sort());
      }));

    test("two reads of the same account agree", () =>
      withBed(async (bed) => {
        const told = async (channel: SourceChannel) =>
          recordsOf(await readPages(channel, { fields: bed.fields })).map((record) => ({
            ...record,
            fields: Object.fromEntries(bed.fields.map((field) => [field, record.fields[field]])),
          }));
        const first = await told(bed.channel);
        expect(await told(bed.reopen())).toEqual(first);
      }));

    test("an empty catalogue ends well", () =>
      withBed(async (bed) => {
        const pages = await readPages(bed.channel);
        expect(recordsOf(pages)).toEqual([]);
        expect(pages.flatMap(({ rejects }) => rejects)).toEqual([]);
      }, true));

    test("no page is fetched before it is asked for", () =>
      withBed(async (bed) => {
        const pages = bed.channel.read({}, never())[Symbol.asyncIterator]();
        expect(bed.calls()).toBe(0);
        await pages.next();
        const afterFirst = bed.calls();
        await settle();
        expect(bed.calls()).toBe(afterFirst);
        await pages.next();
        expect(bed.calls()).toBeGreaterThan(afterFirst);
        await pages.return?.();
        const atEnd = bed.calls();
        await settle();
        expect(bed.calls()).toBe(atEnd);
      }));

    test("an abort stops within a page", () =>
      withBed(async (bed) => {
        const abort = new AbortController();
        const pages = bed.channel.read({}, abort.signal)[Symbol.asyncIterator]();
        await pages.next();
        const before = bed.calls();
        abort.abort();
        await expect(pages.next()).rejects.toBeInstanceOf(InterruptedError);
        expect(bed.calls()).toBeLessThanOrEqual(before + 1);
      }));

    test("since is inclusive; without the feature everything comes", () =>
      withBed(async (bed) => {
        const [first] = await readPages(bed.channel);
        const target = bed.text.key;
        await bed.touch(target);
        const touched = recordsOf(await readPages(bed.channel)).find(({ key }) => key === target);
        const pages = await readPages(bed.channel, { since: touched?.updatedAt ?? "" });
        const keys = keysOf(pages);
        if (!bed.channel.features.updatedSince) {
          expect(keys).toEqual([...bed.keys].sort());
          return;
        }
        expect(keys).toContain(target);
        expect(keys.length).toBeLessThan(bed.keys.length);
        // The cursor of the read before the edit must lead to it as well.
        expect(first?.cursor).toBeDefined();
        expect(keysOf(await readPages(bed.channel, { since: first?.cursor ?? "" }))).toContain(target);
      }));

    test("a refusal of the credentials is an AuthError at once", () =>
      withBed(async (bed) => {
        bed.fault("unauthorized");
        const error = await failureOf(readPages(bed.channel));
        expect(error).toBeInstanceOf(AuthError);
        expect(bed.clock.sleeps).toEqual([]);
      }));

    test("a throttled read waits as long as it was told, and is complete", () =>
      withBed(async (bed) => {
        bed.fault("throttled-once");
        const pages = await readPages(bed.channel);
        expect(keysOf(pages)).toEqual([...bed.keys].sort());
        expect(Math.max(0, ...bed.clock.sleeps)).toBeGreaterThanOrEqual(7000);
      }));

    test("an answer that fails once is asked for again", () =>
      withBed(async (bed) => {
        bed.fault("broken-once");
        expect(keysOf(await readPages(bed.channel))).toEqual([...bed.keys].sort());
        expect(bed.clock.sleeps.length).toBeGreaterThan(0);
      }));

    test("a vendor that stays broken is a TransientError, after some attempts", () =>
      withBed(async (bed) => {
        bed.fault("broken");
        const error = await failureOf(readPages(bed.channel));
        expect(error).toBeInstanceOf(TransientError);
        expect(bed.clock.sleeps.length).toBeGreaterThan(0);
        expect(bed.calls()).toBeLessThan(40);
      }));

    test("one bad record does not lose its page", () =>
      withBed(async (bed) => {
        bed.fault("bad-record");
        const pages = await readPages(bed.channel);
        const rejects = pages.flatMap((page) => page.rejects);
        expect(rejects).toHaveLength(1);
        expect(rejects[0]?.code).toBe("unreadable");
        expect(keysOf(pages)).toHaveLength(bed.keys.length - 1);
      }));

    test("text passes untouched", () =>
      withBed(async (bed) => {
        const { key, field, value } = bed.text;
        const record = recordsOf(await readPages(bed.channel)).find((each) => each.key === key);
        const found = field
          .split(".")
          .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], record?.fields);
        expect(found).toBe(value);
      }));

    test("no secret is in any page, error, check or log", async () => {
      for (const fault of ["unauthorized", "broken", "bad-record"] as const) {
        await withBed(async (bed) => {
          bed.fault(fault);
          const outputs: unknown[] = [bed.channel.account];
          for await (const result of bed.channel.check(never())) outputs.push(result);
          try {
            outputs.push(await readPages(bed.channel));
          } catch (error) {
            outputs.push(tell(error));
          }
          outputs.push(bed.logs);
          const text = JSON.stringify(outputs);
          expect(bed.secrets.length).toBeGreaterThan(0);
          for (const secret of bed.secrets) expect(text).not.toContain(secret);
        });
      }
    });

    test("a resumed read goes on behind the page that was kept", () =>
      withBed(async (bed) => {
        const whole = await readPages(bed.channel);
        const largest = Math.max(...whole.map(({ records }) => records.length));
        expect(whole.filter(({ resume }) => resume !== undefined).length).toBeGreaterThan(0);
        for (const [index, { resume }] of whole.entries()) {
          if (resume === undefined) continue;
          const kept = whole.slice(0, index + 1).flatMap(({ records }) => records.map(({ key }) => key));
          const rest = keysOf(await readPages(bed.reopen(), { resume }));
          expect([...new Set([...kept, ...rest])].sort()).toEqual([...bed.keys].sort());
          expect(kept.length + rest.length).toBeLessThanOrEqual(bed.keys.length + largest);
        }
      }));

    test("checks are results: none fails on a sound account, a refused one says 12", () =>
      withBed(async (bed) => {
        const sound = await checksOf(bed.channel);
        expect(sound.length).toBeGreaterThan(0);
        expect(sound.filter(({ outcome }) => outcome === "fail")).toEqual([]);
        bed.fault("unauthorized");
        const refused = await checksOf(bed.reopen());
        expect(refused.filter(({ outcome }) => outcome === "fail").map(({ exitCode }) => exitCode)).toContain(
          12,
        );
        expect(refused.map((check) => check.name)).toEqual(sound.map((check) => check.name));
      }));
  });
}

/** Reads to the end and gives the pages. */
export async function readPages(channel: SourceChannel, request: ReadRequest = {}): Promise<RecordPage[]> {
  const pages: RecordPage[] = [];
  for await (const page of channel.read(request, never())) pages.push(page);
  return pages;
}

/** All records of some pages, in their order. */
export function recordsOf(pages: readonly RecordPage[]): SourceRecord[] {
  return pages.flatMap(({ records }) => records);
}

/** The keys of all records, sorted; a key that came twice is in it twice. */
export function keysOf(pages: readonly RecordPage[]): string[] {
  return recordsOf(pages)
    .map(({ key }) => key)
    .sort();
}

/** A signal that nobody aborts. */
export function never(): AbortSignal {
  return new AbortController().signal;
}

/** What a promise is rejected with; a promise that is kept fails the test. */
export async function failureOf(promise: Promise<unknown>): Promise<PsyncError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof PsyncError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** Runs all checks. */
export async function checksOf(channel: SourceChannel): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for await (const result of channel.check(never())) results.push(result);
  return results;
}

function tell(error: unknown): unknown {
  if (!(error instanceof PsyncError)) return String(error);
  return [error.code, error.message, error.hint, error.stack, String(error.cause)];
}

/** Lets everything run that is ready to. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
