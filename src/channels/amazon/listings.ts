import type { RecordReject, SourceRecord } from "../../model/record.js";
import { IncompleteError, InterruptedError, RemoteError } from "../../errors.js";
import type { RecordPage } from "../channel.js";
import type { AmazonContext } from "./context.js";
import type { Enricher } from "./enrich.js";
import { type ListingRow, toListingRow } from "./listing-row.js";
import { asinOf, toFrame, toRecord } from "./records.js";
import { toResumeToken } from "./resume.js";
import { listingSchema, listingsPageSchema } from "./schema.js";
import { locationOf, merchantStock } from "./settings.js";
import { readStock } from "./stock.js";

const pageSize = 20;
/** Amazon lets nobody page further. */
export const mostListings = 1000;

interface Answer {
  readonly numberOfResults: number;
  readonly items: readonly unknown[];
  readonly nextToken?: string;
}

/**
 * One page of the listings, oldest first: what is added meanwhile comes at the end. Without a seller id there are none
 * to ask for. Throws as `AmazonApi.get` does.
 */
export async function fetchListings(
  { api, settings }: AmazonContext,
  pageToken: string | undefined,
  signal: AbortSignal,
  size = pageSize,
): Promise<Answer> {
  const path = `/listings/2021-08-01/items/${encodeURIComponent(settings.sellerId ?? "")}`;
  const query = {
    marketplaceIds: [settings.marketplaceId],
    includedData: ["summaries", "attributes", "offers", "fulfillmentAvailability", "relationships"],
    sortBy: "createdDate",
    sortOrder: "ASC",
    pageSize: size,
    ...(pageToken === undefined ? {} : { pageToken }),
  };
  const page = await api.get("searchListingsItems", path, query, listingsPageSchema, signal);
  const nextToken = page.pagination?.nextToken;
  return {
    numberOfResults: page.numberOfResults,
    items: page.items,
    ...(nextToken === undefined ? {} : { nextToken }),
  };
}

/** Where a walk through the listings begins. */
export interface ListingsStart {
  readonly first: Answer;
  /** How many came before. */
  readonly seen: number;
  /** The most that was declared before. */
  readonly declared: number;
}

/**
 * Reads a shop of at most 1,000 listings, twenty a page. Throws IncompleteError after the last one when Amazon declared
 * more.
 */
export async function* readByListings(
  context: AmazonContext,
  start: ListingsStart,
  read: { readonly pass: string; readonly cursor: string; readonly basis: string },
  enricher: Enricher | undefined,
  signal: AbortSignal,
): AsyncGenerator<RecordPage> {
  const { settings } = context;
  const { pass, cursor, basis } = read;
  let { seen, declared, first: answer } = start;
  const usesStock = locationOf(settings) !== merchantStock;
  const frame = toFrame(settings, usesStock ? await readStock(context, signal) : undefined);
  const skus = new Set<string>();
  const tokens = new Set<string>();
  for (;;) {
    const rows: ListingRow[] = [];
    const rejects: RecordReject[] = [];
    for (const [index, item] of answer.items.entries()) {
      const listing = listingSchema.safeParse(item).data;
      if (listing === undefined) {
        const key = `listings, position ${seen + index + 1}`;
        rejects.push({ key, code: "unreadable", message: "Amazon sent a listing without an SKU" });
      } else if (!skus.has(listing.sku)) {
        skus.add(listing.sku);
        rows.push(toListingRow(listing, settings.marketplaceId));
      }
    }
    // A listing that comes twice stands for another that slipped over a page's edge: it counts once.
    seen += rows.length + rejects.length;
    const records = await enrich(rows, enricher, frame, signal);
    const { nextToken, numberOfResults } = answer;
    // The most, not the last: one that goes while pages are read makes another slip over a page's edge.
    declared = Math.max(declared, numberOfResults);
    yield {
      records,
      rejects,
      declared,
      cursor,
      basis,
      ...(nextToken === undefined
        ? {}
        : {
            resume: toResumeToken({
              v: 1,
              kind: "listings",
              pass,
              cursor,
              pageToken: nextToken,
              seen,
              declared,
            }),
          }),
    };
    if (signal.aborted) throw new InterruptedError();
    if (nextToken === undefined) {
      if (seen >= declared) return;
      context.trust.listings = false;
      const hint = "Listings may have been removed while they were read. The next look takes a report.";
      const message = `Amazon declared ${declared} listings and sent ${seen}`;
      throw new IncompleteError("listings-short", message, { hint });
    }
    if (tokens.has(nextToken)) {
      throw new RemoteError("endless-pages", "Amazon's listing pages go round in a circle");
    }
    tokens.add(nextToken);
    answer = await fetchListings(context, nextToken, signal);
  }
}

async function enrich(
  rows: readonly ListingRow[],
  enricher: Enricher | undefined,
  frame: ReturnType<typeof toFrame>,
  signal: AbortSignal,
): Promise<SourceRecord[]> {
  const asins = new Set(rows.flatMap(({ row }) => asinOf(row) ?? []));
  const found = new Map(await enricher?.known([...asins]));
  const unknown = [...asins].filter((asin) => !found.has(asin));
  if (enricher !== undefined && unknown.length > 0) {
    for (const [asin, catalog] of await enricher.ask(unknown, signal)) found.set(asin, catalog);
  }
  return rows.map(({ row, unfit }) => {
    const asin = asinOf(row);
    const catalog = asin === undefined ? undefined : found.get(asin);
    // The same main image in another size is no second one; and the report, which has none, says the same then.
    const plain = catalog?.images === undefined ? row : { ...row, "image-url": "" };
    return toRecord(plain, row["seller-sku"] ?? "", catalog, frame, unfit);
  });
}
