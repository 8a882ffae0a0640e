import { ConfigError, PsyncError, RemoteError } from "../../errors.js";
import type { PlannedChange, WriteResult } from "../destination.js";
import { ask } from "./database.js";
import { TrytonRefusal } from "./errors.js";
import { fieldsOf } from "./item.js";
import { toCreate } from "./payload.js";
import { missingPlaces } from "./products.js";
import { createdSchema, idsSchema } from "./schema.js";
import {
  look,
  LookAgain,
  type Outcome,
  refuseWithoutRights,
  wantedItem,
  type WriteContext,
} from "./write-context.js";

/** The call that creates products; of an empty list it makes nothing. */
export const createMethod = "model.product.template.create";

/**
 * Makes what creates some products in one call. After the first refusal it is looked whether some of them stand there
 * now: Tryton refuses a code that is taken, in words that depend on the user's language. Throws LookAgain then.
 */
export function createSender(
  context: WriteContext,
  signal: AbortSignal,
): (changes: readonly PlannedChange[]) => Promise<Outcome> {
  const { api, parts, facts, unitId } = context;
  let refused = false;
  return async (changes) => {
    const rows = changes.map(({ sku, product }) =>
      toCreate(sku, wantedItem(context, product), facts, unitId),
    );
    let answer: unknown;
    try {
      answer = await api.write(createMethod, [rows], facts.context);
    } catch (error) {
      if (!(error instanceof TrytonRefusal)) throw error;
      if (!refused && !signal.aborted) {
        await refuseWithoutRights(context, signal);
        if ((await look(context, changes, signal)).size > 0) throw new LookAgain();
      }
      refused = true;
      return { ok: false, refusal: error };
    }
    const templates = idsSchema.safeParse(answer).data;
    if (templates?.length !== changes.length) {
      throw new RemoteError("unexpected-answer", `the answer to ${createMethod} is not what Tryton gives`);
    }
    // Ids are good to know, no more: products are looked up by their codes. A search for a bad row must stay cheap.
    const ids = refused || signal.aborted ? undefined : await createdIds(context, changes, templates, signal);
    const reserved = fieldsOf(parts.mapper, missingPlaces(facts));
    const results = changes.map(({ sku }): WriteResult => {
      const id = ids?.get(sku);
      return { sku, outcome: "written", reserved, ...(id === undefined ? {} : { remoteId: String(id) }) };
    });
    return { ok: true, results };
  };
}

/**
 * Ids of products that were just made; undefined where they cannot be had at present, for what was made is made. Throws
 * ConfigError when Tryton gave one of them another code than its SKU.
 */
async function createdIds(
  { api, facts }: WriteContext,
  changes: readonly PlannedChange[],
  templates: readonly number[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number> | undefined> {
  const params = [[["template", "in", templates]], 0, null, null, ["code", "template"]];
  const search = "model.product.product.search_read";
  const rows = await ask(api, createdSchema, search, params, signal, undefined, facts.context).catch(
    (error: unknown) => {
      if (error instanceof PsyncError) return undefined;
      throw error;
    },
  );
  if (rows === undefined) return undefined;
  const byTemplate = new Map(rows.map((row) => [row.template, row]));
  const ids = new Map<string, number>();
  for (const [index, { sku }] of changes.entries()) {
    const row = byTemplate.get(templates[index] ?? -1);
    // Made and gone again: somebody was quick. The next run sees to it.
    if (row === undefined) continue;
    if (row.code !== sku) throw wrongCode(api.database, sku, row.code);
    ids.set(sku, row.id);
  }
  return ids;
}

function wrongCode(database: string, sku: string, code: string | null): ConfigError {
  const message = `Tryton gave the new product ${sku} the code ${code ?? "(none)"} in the database ${database}`;
  const hint =
    "A sequence or a module makes up codes. Take the sequences out of the products' configuration, and put this product's code right.";
  return new ConfigError("wrong-code", message, [{ path: "destination.database", message, hint }], { hint });
}
