import { RemoteError, TransientError } from "../errors.js";
import type { RecordReject } from "../model/record.js";

/** A record that crashes the cart, or is too large to be held; its id is told where it can be learnt. */
export interface Crasher extends RecordReject {
  readonly id?: number;
}

/** A stretch of a list that cannot be had as a whole, and how its parts are asked for. */
export interface Bisection<Facts> {
  readonly begin: number;
  readonly size: number;
  /** The width of the parts that a stretch is cut into; smaller than the stretch. */
  readonly partOf: (width: number) => number;
  /** `attempts` limits the HTTP room's retries. */
  readonly fetch: (
    offset: number,
    width: number,
    attempts: number,
  ) => Promise<{ readonly rows: readonly unknown[]; readonly facts: Facts }>;
  /** Asks for the id alone: such an answer is small, and spared by some crashes. */
  readonly idAt: (offset: number) => Promise<number | undefined>;
  /** The code of a TransientError that a record may be to blame for. */
  readonly crashCode: string;
  /** What the whole stretch failed with. */
  readonly reason: TransientError | RemoteError;
  /** How many failures in a row, without one success between them, make it the cart's fault and not a record's. */
  readonly patience: number;
  /** What is said of a crasher: "the shop fails with a 500 whenever this record is asked for". */
  readonly crashMessage: string;
  /** What the list is called: "products". */
  readonly what: string;
}

/** Whether a record spoils the page that it is on. */
export function isSpoilt(error: unknown, crashCode: string): error is TransientError | RemoteError {
  return isCrash(error, crashCode) || (error instanceof RemoteError && error.code === "body-too-large");
}

function isCrash(error: unknown, crashCode: string): error is TransientError {
  return error instanceof TransientError && error.code === crashCode;
}

/**
 * Finds the records that spoil a page by asking for ever smaller parts of it; their neighbours come. Throws `reason`, or
 * what failed last, when it is the cart that fails and not a record.
 */
export async function bisect<Facts>(job: Bisection<Facts>): Promise<{
  readonly rows: readonly unknown[];
  readonly crashers: readonly Crasher[];
  readonly facts?: Facts;
}> {
  const { begin, size, crashCode, reason } = job;
  const rows: unknown[] = [];
  const crashers: Crasher[] = [];
  let facts: Facts | undefined;
  let failuresInARow = 1;
  let ended = false;

  async function part(offset: number, width: number): Promise<void> {
    if (ended) return;
    try {
      // A single record decides about itself, so it gets one chance more.
      const found = await job.fetch(offset, width, width === 1 ? 3 : 2);
      facts = found.facts;
      if (found.rows.length > 0) failuresInARow = 0;
      else ended = true;
      rows.push(...found.rows);
    } catch (error) {
      if (!isSpoilt(error, crashCode)) throw error;
      // A page that is too large is no sign of a cart that fails.
      if (isCrash(error, crashCode)) failuresInARow += 1;
      if (failuresInARow > job.patience) throw error;
      if (width === 1) crashers.push(await toCrasher(job, offset, error));
      else await parts(offset, width);
    }
  }

  async function parts(offset: number, width: number): Promise<void> {
    const smaller = job.partOf(width);
    const end = offset + width;
    for (let at = offset; at < end; at += smaller) await part(at, Math.min(smaller, end - at));
  }

  await parts(begin, size);
  // A page without one good record looks like a broken cart; the record before it tells which of both it is.
  const isDoubtful = rows.length === 0 && crashers.length > 0 && isCrash(reason, crashCode);
  if (isDoubtful && !(await isAlive(job))) throw reason;
  return { rows, crashers, ...(facts === undefined ? {} : { facts }) };
}

async function isAlive<Facts>({ begin, fetch, crashCode }: Bisection<Facts>): Promise<boolean> {
  if (begin === 0) return false;
  try {
    await fetch(begin - 1, 1, 2);
    return true;
  } catch (error) {
    if (isCrash(error, crashCode)) return false;
    throw error;
  }
}

async function toCrasher<Facts>(
  { idAt, crashCode, crashMessage, what }: Bisection<Facts>,
  offset: number,
  reason: TransientError | RemoteError,
): Promise<Crasher> {
  const message = isCrash(reason, crashCode)
    ? crashMessage
    : `this record alone is too large: ${reason.message}`;
  const facts = { code: "unreadable", message } as const;
  try {
    const id = await idAt(offset);
    if (id !== undefined) return { key: String(id), ...facts, id };
  } catch (error) {
    if (!isSpoilt(error, crashCode)) throw error;
  }
  return { key: `${what}, position ${offset + 1}`, ...facts };
}
