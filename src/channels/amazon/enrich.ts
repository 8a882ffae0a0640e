import { z } from "zod";
import { PsyncError, RemoteError, TransientError } from "../../errors.js";
import { type Catalog, toCatalog } from "./catalog.js";
import type { AmazonContext } from "./context.js";
import { outlastStorm } from "../../http/storm.js";
import { stormCodes } from "./patience.js";
import { catalogItemSchema, catalogPageSchema } from "./schema.js";

/** ASINs in one call. */
export const batchSize = 20;

/** What the catalogue says of some ASINs. One that is absent from the map has to be asked for. */
export type Found = ReadonlyMap<string, Catalog | undefined>;

export interface Enricher {
  /**
   * What is known without asking. A full read knows what it asked for itself, also before it was resumed, and asks for
   * everything else anew; an incremental one takes what any read before it kept.
   */
  known(asins: readonly string[]): Promise<Found>;
  /**
   * Asks, 20 ASINs a call, and keeps the answers. An ASIN that makes the call fail is found by halving: it stays
   * unknown, with a warning. Throws TransientError when the catalogue fails for everything.
   */
  ask(asins: readonly string[], signal: AbortSignal): Promise<Found>;
}

/** As many failures in a row, without one good answer between, mean that it is not about one ASIN. */
const hopeless = 10;
const firstAttempts = 5;
const halvingAttempts = 2;

/** `pass`: the read that asked. Without `catalog`: not in the catalogue. */
const keptSchema = z.object({
  pass: z.string(),
  catalog: z.custom<Catalog>((value) => typeof value === "object" && value !== null).exactOptional(),
});
type Kept = z.infer<typeof keptSchema>;

/** Makes the look into the catalogue of one read. `pass` names it; `any`: what other reads kept counts as well. */
export function createEnricher(context: AmazonContext, pass: string, any: boolean): Enricher {
  const { memory, warn } = context.parts;
  const { marketplaceId } = context.settings;
  const nameOf = (asin: string): string => `catalog:${marketplaceId}:${asin}`;

  /** `failed` counts failures in a row, over all calls that are under way. */
  async function askBatch(
    asins: readonly string[],
    failed: { times: number },
    signal: AbortSignal,
  ): Promise<Map<string, Catalog | undefined>> {
    const found = new Map<string, Catalog | undefined>();
    const visit = async (part: readonly string[], attempts: number): Promise<void> => {
      try {
        for (const [asin, catalog] of await fetchCatalog(context, part, signal, attempts))
          found.set(asin, catalog);
        failed.times = 0;
      } catch (error) {
        failed.times += 1;
        if (!isAboutItems(error) || failed.times >= hopeless) throw error;
        if (part.length === 1) {
          warn(
            `Amazon's catalogue fails for ASIN ${part[0] ?? ""}: its images, UPC, size and weight stay as they are`,
          );
          return;
        }
        const half = Math.ceil(part.length / 2);
        await visit(part.slice(0, half), halvingAttempts);
        await visit(part.slice(half), halvingAttempts);
      }
    };
    await visit(asins, firstAttempts);
    const entries = [...found].map(([asin, catalog]) => {
      const kept: Kept = { pass, ...(catalog === undefined ? {} : { catalog }) };
      return [nameOf(asin), JSON.stringify(kept)] as const;
    });
    if (entries.length > 0) await memory.set(new Map(entries));
    return found;
  }

  return {
    async known(asins) {
      const found = new Map<string, Catalog | undefined>();
      if (asins.length === 0) return found;
      const kept = await memory.get(asins.map(nameOf));
      for (const asin of asins) {
        const entry = parseKept(kept.get(nameOf(asin)));
        if (entry !== undefined && (any || entry.pass === pass)) found.set(asin, entry.catalog);
      }
      return found;
    },
    async ask(asins, signal) {
      let open: string[][] = [];
      for (let at = 0; at < asins.length; at += batchSize) open.push(asins.slice(at, at + batchSize));
      const found = new Map<string, Catalog | undefined>();
      await outlastStorm(context.parts, stormCodes, signal, async (attempts) => {
        // In a storm one request asks whether it is over, in the place of many.
        if (attempts !== undefined) await fetchCatalog(context, [noAsin], signal, 1);
        // Together, as far as the pacer lets them; none is left running behind an error.
        const failed = { times: 0 };
        const settled = await Promise.allSettled(open.map((batch) => askBatch(batch, failed, signal)));
        open = open.filter((_batch, index) => settled[index]?.status === "rejected");
        for (const each of settled) {
          if (each.status === "fulfilled") for (const [asin, catalog] of each.value) found.set(asin, catalog);
        }
        const failure = settled.find((each) => each.status === "rejected");
        if (failure !== undefined) throw failure.reason;
      });
      return found;
    },
  };
}

/** An ASIN that nobody has: whether the catalogue answers is seen all the same. */
export const noAsin = "B000000000";

/**
 * What the catalogue has of at most 20 ASINs; undefined for those that it does not know. Keeps nothing. Throws as
 * `AmazonApi.get` does.
 */
export async function fetchCatalog(
  { api, settings }: AmazonContext,
  asins: readonly string[],
  signal: AbortSignal,
  attempts?: number,
): Promise<Map<string, Catalog | undefined>> {
  const found = new Map<string, Catalog | undefined>(asins.map((asin) => [asin, undefined]));
  let pageToken: string | undefined;
  // All fit on one page; a page smaller than was asked for holds one at least.
  for (let pages = 0; pages < batchSize; pages += 1) {
    const query = {
      marketplaceIds: [settings.marketplaceId],
      identifiersType: "ASIN",
      identifiers: asins,
      includedData: ["summaries", "images", "identifiers", "dimensions"],
      // The default is 10: twenty ASINs would come as two pages.
      pageSize: batchSize,
      ...(pageToken === undefined ? {} : { pageToken }),
    };
    const path = "/catalog/2022-04-01/items";
    const page = await api.get("searchCatalogItems", path, query, catalogPageSchema, signal, attempts);
    for (const each of page.items) {
      const item = catalogItemSchema.safeParse(each).data;
      // Matched by ASIN: the order is Amazon's own.
      if (item !== undefined && found.has(item.asin)) {
        found.set(item.asin, toCatalog(item, settings.marketplaceId));
      }
    }
    pageToken = page.pagination?.nextToken;
    if (pageToken === undefined) return found;
  }
  throw new RemoteError("endless-pages", "Amazon's catalogue pages go on and on");
}

/** Whether fewer ASINs may be answered where these were not. */
function isAboutItems(error: unknown): boolean {
  if (!(error instanceof PsyncError)) return false;
  if (error instanceof TransientError) return error.code === "server-error";
  return error instanceof RemoteError && (error.status === 400 || error.status === 404);
}

function parseKept(text: string | undefined): Kept | undefined {
  if (text === undefined) return undefined;
  try {
    return keptSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
