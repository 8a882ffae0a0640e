import { IncompleteError } from "../errors.js";
import { projectProduct } from "../mapping/project.js";
import type { ConnectionState, RunRow, StageKey, StagedRecord } from "../state/store.js";
import type { Emit } from "./events.js";
import { judgeRecord, judgeReject, type JudgeRules } from "./judge.js";
import type { RunParts } from "./parts.js";

/** How the read ended. `incomplete` tells why fewer records came than the cart has. */
export interface ReadResult {
  readonly cursor?: string;
  readonly basis?: string;
  /** Share of records that lacked each field. */
  readonly absent: Readonly<Record<string, number>>;
  readonly recordsRead: number;
  readonly incomplete?: IncompleteError;
}

/** A field that this share more of the records lack than last time did not vanish by an edit: the answer is torn. */
const vanishedShare = 0.2;

export interface ReadJob {
  readonly stage: StageKey;
  readonly run: RunRow;
  /** What the last complete read was like; absent where there is nothing to compare with. */
  readonly previous?: ConnectionState;
  /** The cursor of an incremental read. */
  readonly since?: string;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/**
 * Reads page by page, maps and stages; nothing of a page stays in memory. An incomplete answer is looked at a second
 * time, from the start. Throws what the channel throws, except IncompleteError, which is part of the result.
 */
export async function readAndStage(parts: RunParts, job: ReadJob): Promise<ReadResult> {
  // A channel that cannot tell what changed gives everything, whatever the cursor.
  const whole = job.since === undefined || !parts.channel.features.updatedSince;
  const previous = whole ? job.previous : undefined;
  const judge = (result: ReadResult): ReadResult => withSuspicion(result, previous, job.run.setup);
  const first = judge(await new PageReader(parts, job).read(job.run.resume));
  if (first.incomplete === undefined) return first;
  job.emit({ kind: "second-look", message: first.incomplete.message });
  await parts.store.dropRejected(job.stage);
  return judge(await new PageReader(parts, job).read(undefined));
}

/** Reads once and counts what it sees. */
class PageReader {
  recordsRead: number;
  readonly absent: Record<string, number>;
  readonly #rules: JudgeRules;
  readonly #parts: RunParts;
  readonly #job: ReadJob;

  constructor(parts: RunParts, job: ReadJob) {
    this.#parts = parts;
    this.#job = job;
    this.recordsRead = 0;
    this.absent = Object.create(null) as Record<string, number>;
    // Fields that no record lacks count too: a field without a count was not looked at.
    for (const { name } of parts.mapper.places) this.absent[name] = 0;
    this.#rules = {
      includeDigital: parts.options.includeDigital,
      caseSensitiveSku: parts.destination.features.caseSensitiveSku,
      project: (draft) => projectProduct(draft, parts.projection),
    };
  }

  async read(resume: string | undefined): Promise<ReadResult> {
    let { cursor, basis } = this.#job.run;
    if (resume === undefined) cursor = basis = undefined;
    else this.#continueCounts();
    let first = resume === undefined;
    let incomplete: IncompleteError | undefined;
    const request = {
      fields: this.#parts.mapper.roots,
      ...(this.#job.since === undefined ? {} : { since: this.#job.since }),
      ...(resume === undefined ? {} : { resume }),
    };
    try {
      for await (const page of this.#parts.channel.read(request, this.#job.signal)) {
        if (first) ({ cursor, basis } = page);
        first = false;
        const rows = [...page.records.map((record) => this.#judge(record)), ...page.rejects.map(judgeReject)];
        this.recordsRead += rows.length;
        await this.#parts.store.stage(this.#job.stage, rows, {
          ...(page.resume === undefined ? {} : { resume: page.resume }),
          ...(cursor === undefined ? {} : { cursor }),
          ...(basis === undefined ? {} : { basis }),
          absent: this.absent,
          recordsRead: this.recordsRead,
        });
        const declared = page.declared === undefined ? {} : { declared: page.declared };
        this.#job.emit({ kind: "reading", read: this.recordsRead, ...declared });
      }
    } catch (error) {
      if (!(error instanceof IncompleteError)) throw error;
      incomplete = error;
    }
    return {
      ...(cursor === undefined ? {} : { cursor }),
      ...(basis === undefined ? {} : { basis }),
      absent: shares(this.absent, this.recordsRead),
      recordsRead: this.recordsRead,
      ...(incomplete === undefined ? {} : { incomplete }),
    };
  }

  #continueCounts(): void {
    this.recordsRead = this.#job.run.recordsRead ?? 0;
    Object.assign(this.absent, this.#job.run.absent);
  }

  #judge(record: Parameters<typeof judgeRecord>[0]): StagedRecord {
    for (const { name, isThere } of this.#parts.mapper.places) {
      if (!isThere(record.fields)) this.absent[name] = (this.absent[name] ?? 0) + 1;
    }
    return judgeRecord(record, this.#parts.mapper.map(record.fields), this.#rules);
  }
}

/** What the cart cannot tell itself: everything gone at once, or a field that vanished from many records. */
function withSuspicion(result: ReadResult, previous: ConnectionState | undefined, setup: string): ReadResult {
  if (result.incomplete !== undefined) return result;
  // Nothing to compare with: never read before, an empty cart, or a part of the cart only.
  if (previous === undefined || (previous.recordsRead ?? 0) === 0) return result;
  if (result.recordsRead === 0) {
    const message = "the cart sent no record at all, and it had some when it was read last";
    return { ...result, incomplete: new IncompleteError("source-empty", message, { hint: lookHint }) };
  }
  // Another table or another setting of the cart asks for other fields.
  if (previous.setup !== undefined && previous.setup !== setup) return result;
  for (const [field, share] of Object.entries(result.absent)) {
    const before = previous.absent?.[field];
    if (before === undefined || share - before <= vanishedShare) continue;
    const message = `the field "${field}" is gone from ${percent(share)} of the records; last time ${percent(before)} lacked it`;
    return { ...result, incomplete: new IncompleteError("field-vanished", message, { hint: lookHint }) };
  }
  return result;
}

const lookHint = "look at the cart; the next run looks again. If it is meant so, run once with --force";

/** Counts of records that lacked a field, as shares of all. */
export function shares(absent: Readonly<Record<string, number>>, total: number): Record<string, number> {
  if (total === 0) return {};
  return Object.fromEntries(Object.entries(absent).map(([field, count]) => [field, count / total]));
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
