import { InterruptedError, PsyncError, TransientError } from "../../errors.js";
import type { Clock } from "../../http/contract.js";
import type { ShopifyApi } from "./api.js";
import { pause } from "../../http/storm.js";
import * as queries from "./queries.js";
import { bulkRunSchema, type BulkState, bulkStateSchema } from "./schema.js";
import { z } from "zod";

/** What an export that Shopify prepares came to; `refused` says why there is none, for the operator. */
export type ExportOutcome<Result> = { readonly refused: string } | { readonly result: Result };

const firstPollMs = 2000;
const longestPollMs = 30_000;
const pollGrowth = 1.5;
/** An export that counts no further for so long is stuck: some are seen to run for half an hour and more for nothing. */
const stallMs = 20 * 60_000;
const mostFailedPolls = 5;

/**
 * Starts an export and gives its id. Nothing is thrown but on abort: without an export there are still pages. An answer
 * that is lost leaves an export that nobody knows to be ours; it ends by itself.
 */
export async function startExport(
  api: ShopifyApi,
  query: string,
  signal: AbortSignal,
): Promise<ExportOutcome<string>> {
  return orRefused(async () => {
    const { data } = await api.ask(queries.bulkRun, bulkRunSchema, { query }, signal);
    const started = data.bulkOperationRunQuery;
    const id = started?.bulkOperation?.id;
    if (id !== undefined) return { result: id };
    const [why] = started?.userErrors ?? [];
    return { refused: why === undefined ? "no reason given" : `${why.code ?? "refused"}: ${why.message}` };
  });
}

/** Waits until an export of ours is ready. Cancels it where it is stuck. */
export async function waitForExport(
  api: ShopifyApi,
  clock: Clock,
  id: string,
  signal: AbortSignal,
): Promise<ExportOutcome<BulkState>> {
  let distanceMs = firstPollMs;
  let last = "";
  let movedMs = clock.now();
  for (let failed = 0; ;) {
    const asked = await askState(api, id, signal);
    if ("refused" in asked) {
      failed += 1;
      if (!asked.passing || failed >= mostFailedPolls) {
        await cancelExport(api, id, signal);
        return asked;
      }
    } else {
      failed = 0;
      const { state } = asked;
      if (state === null) return { refused: "Shopify no longer knows it" };
      if (state.status === "COMPLETED") return { result: state };
      if (state.status !== "CREATED" && state.status !== "RUNNING") {
        const code = state.errorCode ?? "";
        return { refused: code === "" ? state.status : `${state.status}, ${code}` };
      }
      const now = `${state.status} ${state.objectCount}`;
      if (now !== last) movedMs = clock.now();
      last = now;
    }
    if (clock.now() - movedMs >= stallMs) {
      await cancelExport(api, id, signal);
      return { refused: `it did not move for ${stallMs / 60_000} minutes` };
    }
    await pause(clock, distanceMs, signal);
    distanceMs = Math.min(longestPollMs, distanceMs * pollGrowth);
  }
}

/** Tells Shopify that an export of ours is not wanted any more; what comes of that changes nothing. */
export async function cancelExport(api: ShopifyApi, id: string, signal: AbortSignal): Promise<void> {
  await orRefused(async () => {
    await api.ask(queries.bulkCancel, z.unknown(), { id }, signal);
    return { result: undefined };
  });
}

type Asked = { readonly state: BulkState | null } | { readonly refused: string; readonly passing: boolean };

async function askState(api: ShopifyApi, id: string, signal: AbortSignal): Promise<Asked> {
  try {
    const { data } = await api.ask(queries.bulkPoll, bulkStateSchema, { id }, signal);
    return { state: data.bulkOperation };
  } catch (error) {
    if (!(error instanceof PsyncError) || error instanceof InterruptedError) throw error;
    return { refused: error.message, passing: error instanceof TransientError };
  }
}

/** What fails here is only a reason to read page by page. */
export async function orRefused<Result>(
  work: () => Promise<ExportOutcome<Result>>,
): Promise<ExportOutcome<Result>> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PsyncError) || error instanceof InterruptedError) throw error;
    return { refused: error.message };
  }
}
