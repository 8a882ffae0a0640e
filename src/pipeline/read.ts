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

/**
 * Reads page by page, maps and stages; nothing of a page stays in memory. An incomplete answer is looked at a second
 * time, from the start. Throws what the channel throws, except IncompleteError, which is part of the result.
 */
export async function readAndStage(
  parts: RunParts,
  stage: StageKey,
  run: RunRow,
  previous: ConnectionState | undefined,
  since: string | undefined,
  emit: Emit,
  signal: AbortSignal,
): Promise<ReadResult> {
  const reader = new PageReader(parts, stage, run, since, emit, signal);
  let result = await reader.read(run.resume);
  result = withSuspicion(result, previous, since);
  if (result.incomplete === undefined) return result;
  emit({ kind: "second-look", message: result.incomplete.message });
  const second = new PageReader(parts, stage, run, since, emit, signal);
  return withSuspicion(await second.read(undefined), previous, since);
}

/** Reads once and counts what it sees. */
class PageReader {
  recordsRead: number;
  readonly absent: Record<string, number>;
  readonly #rules: JudgeRules;
  readonly #parts: RunParts;
  readonly #stage: StageKey;
  readonly #run: RunRow;
  readonly #since: string | undefined;
  readonly #emit: Emit;
  readonly #signal: AbortSignal;

  constructor(
    parts: RunParts,
    stage: StageKey,
    run: RunRow,
    since: string | undefined,
    emit: Emit,
    signal: AbortSignal,
  ) {
    this.#parts = parts;
    this.#stage = stage;
    this.#run = run;
    this.#since = since;
    this.#emit = emit;
    this.#signal = signal;
    this.recordsRead = 0;
    this.absent = Object.create(null) as Record<string, number>;
    this.#rules = {
      includeDigital: parts.options.includeDigital,
      caseSensitiveSku: parts.destination.features.caseSensitiveSku,
      project: (draft) => projectProduct(draft, parts.projection),
    };
  }

  async read(resume: string | undefined): Promise<ReadResult> {
    let { cursor, basis } = this.#run;
    if (resume === undefined) cursor = basis = undefined;
    else this.#continueCounts();
    let first = resume === undefined;
    let incomplete: IncompleteError | undefined;
    const request = {
      fields: this.#parts.mapper.roots,
      ...(this.#since === undefined ? {} : { since: this.#since }),
      ...(resume === undefined ? {} : { resume }),
    };
    try {
      for await (const page of this.#parts.channel.read(request, this.#signal)) {
        if (first) ({ cursor, basis } = page);
        first = false;
        const rows = [...page.records.map((record) => this.#judge(record)), ...page.rejects.map(judgeReject)];
        this.recordsRead += rows.length;
        await this.#parts.store.stage(this.#stage, rows, {
          ...(page.resume === undefined ? {} : { resume: page.resume }),
          ...(cursor === undefined ? {} : { cursor }),
          ...(basis === undefined ? {} : { basis }),
          absent: this.absent,
          recordsRead: this.recordsRead,
        });
        const declared = page.declared === undefined ? {} : { declared: page.declared };
        this.#emit({ kind: "reading", read: this.recordsRead, ...declared });
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
    this.recordsRead = this.#run.recordsRead ?? 0;
    Object.assign(this.absent, this.#run.absent);
  }

  #judge(record: Parameters<typeof judgeRecord>[0]): StagedRecord {
    for (const root of this.#parts.mapper.roots) {
      if (!Object.hasOwn(record.fields, root)) this.absent[root] = (this.absent[root] ?? 0) + 1;
    }
    return judgeRecord(record, this.#parts.mapper.map(record.fields), this.#rules);
  }
}

/** What the cart cannot tell itself: everything gone at once, or a field that vanished from many records. */
function withSuspicion(
  result: ReadResult,
  previous: ConnectionState | undefined,
  since: string | undefined,
): ReadResult {
  if (result.incomplete !== undefined || since !== undefined) return result;
  // Nothing to compare with: never read before, or an empty cart.
  if (previous === undefined || (previous.recordsRead ?? 0) === 0) return result;
  if (result.recordsRead === 0) {
    const message = "the cart sent no record at all, and it had some when it was read last";
    return { ...result, incomplete: new IncompleteError("source-empty", message, { hint: lookHint }) };
  }
  for (const [field, share] of Object.entries(result.absent)) {
    const before = previous.absent?.[field] ?? 0;
    if (share - before <= vanishedShare) continue;
    const message = `the field "${field}" is gone from ${percent(share)} of the records; last time ${percent(before)} lacked it`;
    return { ...result, incomplete: new IncompleteError("field-vanished", message, { hint: lookHint }) };
  }
  return result;
}

const lookHint = "look at the cart; the next run reads everything again";

function shares(absent: Readonly<Record<string, number>>, total: number): Record<string, number> {
  if (total === 0) return {};
  return Object.fromEntries(Object.entries(absent).map(([field, count]) => [field, count / total]));
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
