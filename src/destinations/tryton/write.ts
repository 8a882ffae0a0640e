import { RemoteError } from "../../errors.js";
import { createPatience, type Patience } from "../../http/storm.js";
import type { PlannedChange, WriteResult } from "../destination.js";
import { writeInHalves } from "./bisect.js";
import { createSender } from "./create.js";
import type { TrytonRefusal } from "./errors.js";
import { isStorm } from "./patience.js";
import { type Job, toJob, toUpdated, updateSender } from "./update.js";
import { isUnwritable } from "./values.js";
import { look, LookAgain, type WriteContext } from "./write-context.js";

/** A server that does not get a batch done in time gets smaller ones, down to this. */
const smallestBatch = 25;
/** How often in a row somebody else may make or remove a product under psync's hands. */
const mostSurprises = 3;

/**
 * Creates and updates. Before anything is written it is read what stands under the SKUs, so that a call whose answer was
 * lost is never repeated blindly: what it did is found, and only what is left is written. A storm is waited out. Throws
 * RemoteError when the products change all the time.
 */
export async function* writeProducts(
  context: WriteContext,
  changes: readonly PlannedChange[],
  signal: AbortSignal,
): AsyncGenerator<WriteResult> {
  const open = new Map(changes.map((change) => [change.sku, change]));
  let patience: Patience | undefined;
  let size = changes.length;
  let idle = 0;
  while (open.size > 0 && !signal.aborted) {
    const before = open.size;
    let failure: unknown;
    try {
      for await (const result of writeRound(context, [...open.values()].slice(0, size), signal)) {
        open.delete(result.sku);
        yield result;
      }
    } catch (error) {
      if (!isStorm(error) && !(error instanceof LookAgain)) throw error;
      failure = error;
    }
    if (open.size < before) {
      idle = 0;
      patience = undefined;
    } else {
      idle += 1;
    }
    if (isStorm(failure)) {
      size = Math.max(Math.min(size, smallestBatch), Math.ceil(size / 2));
      // At first it is looked at once what became of the call.
      if (idle > 1) await (patience ??= createPatience(context.parts)).wait(failure, signal);
    } else if (idle > mostSurprises) {
      throw new RemoteError(
        "unsteady",
        `Tryton's products change while psync writes them, ${idle} times in a row`,
        {
          hint: "Another program may be writing the same products. The next run goes on where this one stopped.",
        },
      );
    }
  }
}

/** Looks, then creates what is not there and updates what differs. */
async function* writeRound(
  context: WriteContext,
  changes: readonly PlannedChange[],
  signal: AbortSignal,
): AsyncGenerator<WriteResult> {
  const standing = await look(context, changes, signal);
  const creates: PlannedChange[] = [];
  const jobs = new Map<PlannedChange, Job>();
  for (const change of changes) {
    const { sku } = change;
    const product = standing.get(sku);
    if (isUnwritable(sku)) {
      const message = "the SKU holds a character that cannot be written to Tryton";
      yield { sku, outcome: "failed", code: "refused", message };
    } else if (product === undefined) {
      creates.push(change);
    } else {
      const job = toJob(context, change, product);
      if (job.payload === undefined) yield toUpdated(context, sku, product);
      else jobs.set(change, job);
    }
  }
  yield* writeInHalves(creates, createSender(context, signal), toFailed, signal);
  yield* writeInHalves([...jobs.keys()], updateSender(context, jobs, signal), toFailed, signal);
}

function toFailed({ sku }: PlannedChange, { code, message }: TrytonRefusal): WriteResult {
  return { sku, outcome: "failed", code, message };
}
