import { RemoteError, type TransientError } from "../../errors.js";
import { createPatience, type Patience } from "../../http/storm.js";
import type { PlannedChange, WriteResult } from "../destination.js";
import { writeInHalves } from "./bisect.js";
import { createMethod, createSender } from "./create.js";
import { TrytonRefusal } from "./errors.js";
import { isStorm } from "./patience.js";
import { type Job, toJob, toUpdated, updateMethod, updateSender } from "./update.js";
import { isUnwritable } from "./values.js";
import { look, LookAgain, type WriteContext } from "./write-context.js";

/** How often in a row somebody else may make or remove a product under psync's hands. */
const mostSurprises = 3;
/** How often a product is written alone, with pauses between, until the fault is known to be its own. */
const mostLoneTries = 3;

/**
 * Creates and updates. Before anything is written it is read what stands under the SKUs, so that a call whose answer was
 * lost is never repeated blindly: what it did is found, and only what is left is written. A storm is waited out. A call
 * that may have been too much, or holds a product that the server breaks at, is made smaller; a product that breaks a
 * server which works otherwise fails. Throws RemoteError when the products change all the time.
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
  let loneTries = 0;
  while (open.size > 0 && !signal.aborted) {
    const before = open.size;
    const batch = [...open.values()].slice(0, size);
    let failure: unknown;
    try {
      for await (const result of writeRound(context, batch, signal)) {
        open.delete(result.sku);
        yield result;
      }
    } catch (error) {
      if (!isStorm(error) && !(error instanceof LookAgain)) throw error;
      failure = error;
    }
    idle = open.size < before ? 0 : idle + 1;
    if (idle === 0) [patience, loneTries] = [undefined, 0];
    if (!isStorm(failure)) {
      size = Math.min(2 * size, changes.length);
      if (idle > mostSurprises) throw unsteady(idle);
      continue;
    }
    const isUnknown = failure.code === "unknown-outcome";
    if (isUnknown) size = Math.ceil(batch.length / 2);
    // At first it is looked at once what became of the call; a smaller one is another call.
    if (idle < 2 || (isUnknown && batch.length > 1)) continue;
    const [suspect] = batch;
    if (isUnknown && suspect !== undefined && (await takesWrites(context, signal))) loneTries += 1;
    if (suspect !== undefined && loneTries >= mostLoneTries) {
      open.delete(suspect.sku);
      [patience, idle, loneTries] = [undefined, 0, 0];
      yield toFailed(suspect, breaksAt(failure));
      continue;
    }
    await (patience ??= createPatience(context.parts)).wait(failure, signal);
  }
}

/** Whether Tryton carries out what writes nothing: then it is the product that it fails at. */
async function takesWrites({ api, facts }: WriteContext, signal: AbortSignal): Promise<boolean> {
  const nothing: readonly (readonly [string, readonly unknown[]])[] = [
    [createMethod, [[]]],
    [updateMethod, [[], {}]],
  ];
  try {
    for (const [method, params] of nothing) {
      if (signal.aborted) return false;
      await api.write(method, params, facts.context);
    }
  } catch (error) {
    if (isStorm(error)) return false;
    // A refusal is an answer.
    if (!(error instanceof TrytonRefusal)) throw error;
  }
  return true;
}

function breaksAt({ cause, message }: TransientError): TrytonRefusal {
  const words = cause instanceof Error ? cause.message : message;
  return new TrytonRefusal("fault", `Tryton works, but not with this product: ${words}`);
}

function unsteady(times: number): RemoteError {
  return new RemoteError(
    "unsteady",
    `Tryton's products change while psync writes them, ${times} times in a row`,
    {
      hint: "Another program may be writing the same products. The next run goes on where this one stopped.",
    },
  );
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
