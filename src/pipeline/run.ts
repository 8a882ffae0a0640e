import { randomBytes } from "node:crypto";

import { GuardError, IncompleteError, InterruptedError } from "../errors.js";
import type { PlanEntry, RunCounts, RunIssue, RunReport, RunStatus } from "../model/report.js";
import type { ConnectionState, Holder, RunPatch, RunPhase, RunRow, StageKey } from "../state/store.js";
import type { Emit } from "./events.js";
import { connectionName, destinationName, type RunParts } from "./parts.js";
import type { PlanSummary } from "./plan.js";
import { guardChanges, guardShrink, makePlan, planEntries, type ReadSize } from "./planning.js";
import { readAndStage, type ReadResult, shares } from "./read.js";
import { type HeldSlot, holdSlot } from "./slot.js";
import { settleDocument, writeDocument, writeItems } from "./write.js";

export interface RunRequest {
  readonly command: string;
  readonly dryRun: boolean;
  /** Starts anew although an interrupted run could be resumed. */
  readonly fresh: boolean;
  /** Overrides `maxChanges`, and takes an answer of the cart that looks torn for a good one. */
  readonly force: boolean;
  readonly holder: Holder;
  readonly emit: Emit;
  /** Asked before the first write, with the whole plan; false ends the run with nothing written. */
  confirm(plan: PlanSummary): Promise<boolean>;
  /** Stops the run: what is in flight is finished, the rest stays for the next run. */
  readonly signal: AbortSignal;
}

/** A run that came to an end, good or bad. `error` is what stopped it; issues and plan are read on demand. */
export interface RunResult {
  readonly report: RunReport;
  readonly plan?: PlanSummary;
  readonly declined: boolean;
  readonly error?: unknown;
  issues(): AsyncIterable<RunIssue>;
  /** The planned changes; only after a dry run. */
  entries(): AsyncIterable<PlanEntry>;
  /** Forgets what only the report needed. To be called when it has been told. */
  finish(): Promise<void>;
}

/**
 * A run that was interrupted longer ago is not resumed: what it read is no longer what the cart holds. Longer than the
 * day that a cart whose quota is used up asks to be left alone for.
 */
const resumableMs = 48 * 60 * 60 * 1000;

/**
 * Carries out one full pass: take the slot, read, plan, confirm, write, settle, tell. Never throws once the run has a
 * report: what stopped it is in the result. Throws LockHeldError when the destination's slot is taken.
 */
export async function runPass(parts: RunParts, request: RunRequest): Promise<RunResult> {
  const held = request.dryRun
    ? undefined
    : await holdSlot(parts.store, destinationName(parts.destination), request.holder);
  try {
    return await new Run(parts, request, held).carryOut();
  } finally {
    await held?.release();
  }
}

class Run {
  readonly #parts: RunParts;
  readonly #request: RunRequest;
  readonly #held: HeldSlot | undefined;
  readonly #signal: AbortSignal;
  #row: RunRow;
  #previous: ConnectionState | undefined;
  #plan: PlanSummary | undefined;
  #read: ReadResult | undefined;

  constructor(parts: RunParts, request: RunRequest, held: HeldSlot | undefined) {
    this.#parts = parts;
    this.#request = request;
    this.#held = held;
    this.#signal = held === undefined ? request.signal : AbortSignal.any([request.signal, held.lost]);
    const startedAt = parts.now().toISOString();
    this.#row = {
      id: newRunId(startedAt),
      connection: connectionName(parts.channel, parts.destination),
      command: request.command,
      startedAt,
      setup: parts.setup,
      phase: "read",
    };
  }

  async carryOut(): Promise<RunResult> {
    const { store } = this.#parts;
    let error: unknown;
    let declined = false;
    try {
      await this.#begin();
      const previous = await store.connection(this.#row.connection);
      this.#previous = previous;
      if (this.#row.phase === "read") {
        // Better now than after a read of an hour. Where a run came to its end, nothing is asked before it must be.
        if (previous === undefined) await this.#parts.destination.prove?.(this.#signal);
        this.#read = await readAndStage(this.#parts, {
          stage: this.#stage,
          run: this.#row,
          // With --force the cart is taken at its word.
          ...(previous === undefined || this.#request.force ? {} : { previous }),
          emit: this.#request.emit,
          signal: this.#signal,
        });
        const incomplete = this.#read.incomplete?.message;
        await this.#moveTo("plan", incomplete === undefined ? {} : { incomplete });
      }
      if (this.#row.phase !== "settle") declined = !(await this.#planAndWrite());
      if (this.#row.phase === "settle" && this.#held !== undefined) {
        await settleDocument(this.#parts, this.#stage, this.#held.slot);
      }
    } catch (caught) {
      error = this.#reason(caught);
    }
    return this.#end(error, declined);
  }

  get #stage(): StageKey {
    const { id, connection } = this.#row;
    return {
      connection,
      // A dry run stages under a name of its own, so that it changes nothing that a later run builds on.
      records: this.#request.dryRun ? `dry run ${id}` : connection,
      run: id,
      destination: destinationName(this.#parts.destination),
    };
  }

  async #begin(): Promise<void> {
    if (this.#request.dryRun) return;
    const { store, now } = this.#parts;
    const open = await store.unfinishedRun(this.#row.connection, this.#row.command);
    const age = open === undefined ? 0 : now().getTime() - Date.parse(open.startedAt);
    if (open === undefined || this.#request.fresh || open.setup !== this.#row.setup || age > resumableMs) {
      await store.startRun(this.#row);
      return;
    }
    this.#row = open;
    this.#request.emit({ kind: "resumed", run: open.id, phase: open.phase });
  }

  /** False when the operator said no. */
  async #planAndWrite(): Promise<boolean> {
    const { dryRun, emit } = this.#request;
    const parts = this.#parts;
    const plan = await makePlan(parts, this.#stage, dryRun, emit, this.#signal);
    this.#plan = plan;
    emit({ kind: "planned", plan });
    // What was begun was allowed then.
    const allowed = this.#request.force || this.#row.phase === "write";
    if (!allowed) {
      if (this.#incomplete === undefined) guardShrink(this.#previous, this.#size(plan));
      await guardChanges(parts, this.#stage, plan);
    }
    const held = this.#held;
    if (dryRun || held === undefined) return true;
    const nothingToDo = plan.create + plan.update === 0;
    if (nothingToDo && !(await this.#documentIsMissing())) return true;
    if (!nothingToDo && this.#row.phase !== "write" && !(await this.#request.confirm(plan))) return false;
    await this.#moveTo("write");
    const { destination } = parts;
    if (destination.kind === "items") {
      await writeItems({ ...parts, destination }, this.#stage, held.slot, plan, emit, this.#signal);
    } else {
      await writeDocument(
        { ...parts, destination },
        this.#stage,
        held.slot,
        this.#row,
        plan,
        emit,
        this.#signal,
      );
      this.#row = { ...this.#row, phase: "settle" };
    }
    return true;
  }

  #size(plan: PlanSummary): ReadSize {
    const { recordsRead } = this.#read ?? this.#row;
    const fit = plan.create + plan.update + plan.unchanged + (plan.skipped["updates-off"] ?? 0);
    return { ...(recordsRead === undefined ? {} : { recordsRead }), fit, setup: this.#row.setup };
  }

  /** Somebody may have moved a document away; it is written again from what is known. */
  async #documentIsMissing(): Promise<boolean> {
    const { destination } = this.#parts;
    if (destination.kind === "items") return false;
    return !(await destination.isThere({ id: this.#row.id, startedAt: this.#row.startedAt }));
  }

  /** Why the read was incomplete; also when another process read and this one wrote. */
  get #incomplete(): IncompleteError | undefined {
    if (this.#read !== undefined) return this.#read.incomplete;
    const message = this.#row.incomplete;
    return message === undefined ? undefined : new IncompleteError("source-incomplete", message);
  }

  async #moveTo(phase: RunPhase, patch: RunPatch = {}): Promise<void> {
    this.#row = { ...this.#row, ...patch, phase };
    if (!this.#request.dryRun) await this.#parts.store.saveRun(this.#row.id, { ...patch, phase });
  }

  /** What stopped the run: the lost lease or the operator, where an abort is only their echo. */
  #reason(caught: unknown): unknown {
    if (this.#held?.lost.aborted === true) return this.#held.lost.reason;
    const stopped = this.#request.signal.aborted || caught instanceof InterruptedError;
    if (!stopped) return caught;
    const hint = `what was done is kept; the next \`psync ${this.#request.command}\` goes on from here`;
    return new InterruptedError(undefined, this.#request.dryRun ? {} : { hint });
  }

  async #end(error: unknown, declined: boolean): Promise<RunResult> {
    const { store } = this.#parts;
    const { dryRun } = this.#request;
    const stage = this.#stage;
    const incomplete = this.#incomplete;
    const counts = await this.#counts(error === undefined && incomplete === undefined && !declined);
    const report = this.#report(counts, statusOf(error, incomplete, counts));
    if (!dryRun && (error === undefined || endsRun(error))) {
      const complete = error === undefined && !declined && incomplete === undefined;
      const state = complete ? { state: this.#connectionState(report), full: true } : undefined;
      await store.finishRun(stage, report, state);
    } else if (!dryRun) {
      // Left open: the next run of this command resumes here.
      await store.saveRun(this.#row.id, { report });
    }
    const stopped = error ?? incomplete;
    return {
      report,
      ...(this.#plan === undefined ? {} : { plan: this.#plan }),
      declined,
      ...(stopped === undefined ? {} : { error: stopped }),
      issues: () => store.issues(stage),
      entries: () => planEntries(this.#parts, stage),
      finish: async () => {
        if (dryRun) await store.discard(stage.records);
      },
    };
  }

  async #counts(complete: boolean): Promise<RunCounts> {
    const { store } = this.#parts;
    const settled = await store.counts(this.#stage);
    const plan = this.#request.dryRun ? this.#plan : undefined;
    const counts = {
      ...settled,
      created: settled.created + (plan?.create ?? 0),
      updated: settled.updated + (plan?.update ?? 0),
    };
    const sum = Object.values(counts).reduce((total, count) => total + count, 0);
    const open =
      plan === undefined
        ? (await store.countStaged(this.#stage, { contested: true })) +
          (await store.countStaged(this.#stage, { contested: false }))
        : 0;
    const missing = complete ? await store.countMissing(this.#stage) : 0;
    return { read: sum + open, ...counts, missing };
  }

  #report(counts: RunCounts, status: RunStatus): RunReport {
    const { channel, destination, now } = this.#parts;
    return {
      command: this.#request.command,
      run: this.#row.id,
      status,
      dryRun: this.#request.dryRun,
      source: { channel: channel.id, account: channel.account },
      destination: { type: destination.id, account: destination.account },
      startedAt: this.#row.startedAt,
      finishedAt: now().toISOString(),
      reconcile: true,
      counts,
      requests: this.#parts.requests(),
    };
  }

  #connectionState(report: RunReport): ConnectionState {
    // A run that was resumed behind its read has what it needs of it in its row.
    const kept = this.#read ?? this.#row;
    const recordsRead = this.#read?.recordsRead ?? this.#row.recordsRead;
    const { created, updated, unchanged, failed } = report.counts;
    const absent = this.#read?.absent ?? shares(this.#row.absent ?? {}, recordsRead ?? 0);
    return {
      ...(kept.cursor === undefined ? {} : { cursor: kept.cursor }),
      ...(kept.basis === undefined ? {} : { basis: kept.basis }),
      completedRun: report.run,
      completedAt: report.finishedAt,
      reconciledAt: report.finishedAt,
      absent,
      ...(recordsRead === undefined ? {} : { recordsRead }),
      fit: created + updated + unchanged + failed + (this.#plan?.skipped["updates-off"] ?? 0),
      setup: this.#row.setup,
    };
  }
}

function statusOf(error: unknown, incomplete: IncompleteError | undefined, counts: RunCounts): RunStatus {
  if (error instanceof InterruptedError) return "interrupted";
  if (error !== undefined) return "failed";
  return incomplete !== undefined || counts.rejected + counts.failed > 0 ? "partial" : "ok";
}

/**
 * After a guard's stop the operator decides anew on a new read. A mistake on the command line costs nothing that was
 * read. Everything else may be resumed.
 */
function endsRun(error: unknown): boolean {
  return error instanceof GuardError;
}

function newRunId(startedAt: string): string {
  const time = startedAt.replace(/[-:]/g, "").replace(/\.(\d+)Z$/, "$1Z");
  return `${time}-${randomBytes(4).toString("hex")}`;
}
