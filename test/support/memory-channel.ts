import type { ReadRequest, RecordPage, SourceChannel } from "../../src/channels/channel.js";
import { AuthError, IncompleteError, InterruptedError, TransientError } from "../../src/errors.js";
import type { Clock } from "../../src/http/contract.js";
import type { RecordReject, SourceRecord } from "../../src/model/record.js";
import type { CheckResult } from "../../src/model/report.js";

/** What a fault hook makes of one page request; nothing: it is answered. */
export type MemoryFault =
  | { readonly kind: "unauthorized" }
  | { readonly kind: "broken" }
  | { readonly kind: "throttled"; readonly waitMs: number };

export interface MemoryChannelOptions {
  readonly records: readonly SourceRecord[];
  readonly clock: Clock;
  /** Default 2. */
  readonly pageSize?: number;
  readonly account?: string;
  readonly basis?: string;
  readonly updatedSince?: boolean;
}

/** A channel without a vendor, for tests of what stands behind channels. Passes the laws of every channel. */
export interface MemoryChannel extends SourceChannel {
  /** The cart's content; may be changed between pages. */
  readonly records: SourceRecord[];
  /** Records that cannot be delivered, by key. */
  readonly unreadable: Set<string>;
  /** Asked before each request, retries included; `n` counts from 1. */
  onRequest: (n: number) => MemoryFault | undefined;
  /** Runs after a page was made and before it is given; may throw, or change the records. */
  onPage: (page: number) => void;
  /** Set: the read ends as one that is not complete. */
  incomplete: string | undefined;
  /** Changes when a setting of the whole cart changes. */
  basis: string | undefined;
  calls(): number;
}

const attempts = 4;

export function createMemoryChannel(options: MemoryChannelOptions): MemoryChannel {
  const { clock, pageSize = 2, account = "memory:cart", updatedSince = true } = options;
  let sent = 0;

  async function request(signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      if (signal.aborted) throw new InterruptedError();
      sent += 1;
      const fault = channel.onRequest(sent);
      if (fault === undefined) return;
      if (fault.kind === "unauthorized") throw new AuthError("no-valid-key", "the cart refused the key");
      if (attempt === attempts) throw new TransientError("no-answer", "the cart did not answer");
      await clock.sleep(fault.kind === "throttled" ? fault.waitMs : 1000, signal);
    }
  }

  async function* read(asked: ReadRequest, signal: AbortSignal): AsyncGenerator<RecordPage> {
    const resume =
      asked.resume === undefined
        ? undefined
        : (JSON.parse(asked.resume) as { after: string; cursor: string });
    const cursor = resume?.cursor ?? new Date(clock.now() - 60_000).toISOString();
    let after = resume?.after;
    for (let number = 1; ; number += 1) {
      await request(signal);
      const rows = channel.records
        .filter(
          ({ updatedAt }) => !updatedSince || asked.since === undefined || (updatedAt ?? "") >= asked.since,
        )
        .filter(({ key }) => after === undefined || key > after)
        .sort((a, b) => (a.key < b.key ? -1 : 1));
      const page = rows.slice(0, pageSize);
      after = page.at(-1)?.key ?? after ?? "";
      channel.onPage(number);
      yield {
        records: page.filter(({ key }) => !channel.unreadable.has(key)),
        rejects: page.filter(({ key }) => channel.unreadable.has(key)).map(({ key }) => toReject(key)),
        declared: channel.records.length,
        cursor,
        resume: JSON.stringify({ after, cursor }),
        ...(channel.basis === undefined ? {} : { basis: channel.basis }),
      };
      if (rows.length <= pageSize) break;
    }
    if (channel.incomplete !== undefined)
      throw new IncompleteError("incomplete-catalogue", channel.incomplete);
  }

  async function* check(signal: AbortSignal): AsyncGenerator<CheckResult> {
    try {
      await request(signal);
      yield { name: "credentials", outcome: "pass", message: "the cart can be read" };
    } catch (error) {
      if (error instanceof InterruptedError) throw error;
      const exitCode = error instanceof AuthError ? 12 : 5;
      yield { name: "credentials", outcome: "fail", message: "the cart cannot be read", exitCode };
    }
  }

  const channel: MemoryChannel = {
    id: "memory",
    account,
    features: { updatedSince, locations: false },
    check,
    read,
    records: [...options.records],
    unreadable: new Set(),
    onRequest: () => undefined,
    onPage: () => {},
    incomplete: undefined,
    basis: options.basis,
    calls: () => sent,
  };
  return channel;
}

function toReject(key: string): RecordReject {
  return { key, code: "unreadable", message: "the cart fails on this record" };
}
