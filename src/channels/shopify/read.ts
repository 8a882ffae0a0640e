import type { z } from "zod";
import { IncompleteError } from "../../errors.js";
import type { ReadRequest, RecordPage } from "../channel.js";
import { readChanges } from "./changes.js";
import { isWorthExport, readExport } from "./bulk-read.js";
import { acrossLostPlaces, type ListRequest, readList } from "./list.js";
import { openRead, type Read, type ReadContext, toPage, toReject } from "./open-read.js";
import * as queries from "./queries.js";
import { variantCountSchema, variantListSchema } from "./schema.js";
import { takeVariants } from "./take.js";

/** A smaller page comes from a search for a record that fails, and tells nothing about the others. */
const typicalPage = 10;

/**
 * Reads a shop: every variant in the order of ids, page by page or, where that would take long, as an export that Shopify
 * prepares; with `since` the variants of what changed. Throws IncompleteError behind the last page where fewer came
 * than the shop declared.
 */
export async function* readShop(
  context: ReadContext,
  request: ReadRequest,
  signal: AbortSignal,
): AsyncGenerator<RecordPage> {
  const read = await openRead(context, request, signal);
  if (read.state.since !== undefined) {
    yield* readChanges(read, read.state.since, signal);
    return;
  }
  const exported = read.state.bulk !== undefined && (yield* readExport(read, signal));
  if (!exported) yield* acrossLostPlaces(read.state, () => readPages(read, signal));
  await checkComplete(read, signal);
}

async function* readPages(read: Read, signal: AbortSignal): AsyncGenerator<RecordPage> {
  const { state, context } = read;
  const tools = { api: context.api, clock: context.parts.clock };
  let wasSlow = false;
  for await (const page of readList(variantList(read), state.list, tools, signal)) {
    const failed = page.failed.map(({ id, message }) => {
      state.seen += 1;
      if (id !== undefined && state.ordered) state.floor = id;
      return toReject(id ?? `variants, position ${state.seen}`, `Shopify cannot show it: ${message}`);
    });
    const { records, rejects } = takeVariants(read, page.nodes);
    yield toPage(read, records, [...failed, ...rejects]);
    if (state.paged || state.list.done || page.nodes.length < typicalPage) continue;
    state.paged = !isWorthExport(read, page);
    // One slow answer is an accident, unless the points say the same.
    const isSure = page.refillMs >= page.tookMs || wasSlow;
    wasSlow = true;
    if (!state.paged && isSure && (yield* readExport(read, signal))) return;
  }
}

function variantList({ state, shape }: Read): ListRequest<z.infer<typeof variantListSchema>> {
  const query = state.behind === undefined ? null : `id:>${state.behind}`;
  return {
    what: "variants",
    query: queries.variantPage,
    schema: variantListSchema,
    variables: { ...shape, query },
    places: queries.variantPlaces,
    placeVariables: { query },
    pick: (data) => ({ connection: data.productVariants }),
  };
}

/**
 * Compares what came with what the shop declares. Variants that were made after the read began come at the end or not at
 * all, and none of them was declared at first; those that were deleted meanwhile have lowered the number since.
 */
async function checkComplete(read: Read, signal: AbortSignal): Promise<void> {
  const { state, context } = read;
  const { declared } = state;
  const came = state.seen - state.fresh;
  if (declared === undefined || came >= declared) return;
  const { data } = await context.api.ask(queries.variantCount, variantCountSchema, {}, signal);
  const now = data.productVariantsCount.count;
  if (came >= Math.min(declared, now - state.fresh)) return;
  throw new IncompleteError(
    "incomplete-catalogue",
    `the shop declares ${now} variants and sent ${state.seen}`,
    { hint: "What came is good. The next run looks again." },
  );
}
