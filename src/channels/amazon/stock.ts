import { RemoteError } from "../../errors.js";
import type { AmazonContext } from "./context.js";
import { stockPageSchema, stockSchema } from "./schema.js";

/** Units that can be sold, by SKU. One that is absent is unknown, which is not zero. */
export type Stock = ReadonlyMap<string, number>;

const path = "/fba/inventory/v1/summaries";
const mostRounds = 3;

/** One page of the stock that Amazon holds. Throws as `AmazonApi.get` does. */
export async function fetchStockPage(
  { api, settings }: AmazonContext,
  nextToken: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly stock: Stock; readonly nextToken?: string }> {
  const query = {
    details: "true",
    granularityType: "Marketplace",
    granularityId: settings.marketplaceId,
    marketplaceIds: [settings.marketplaceId],
    ...(nextToken === undefined ? {} : { nextToken }),
  };
  const { payload, pagination } = await api.get(
    "getInventorySummaries",
    path,
    query,
    stockPageSchema,
    signal,
  );
  const stock = new Map<string, number>();
  for (const each of payload.inventorySummaries) {
    const read = stockSchema.safeParse(each).data;
    const units = read?.inventoryDetails?.fulfillableQuantity;
    if (read !== undefined && units !== undefined && !stock.has(read.sellerSku))
      stock.set(read.sellerSku, units);
  }
  return { stock, ...(pagination?.nextToken === undefined ? {} : { nextToken: pagination.nextToken }) };
}

/**
 * Everything that Amazon holds, in one go: a token for the next page dies after 30 s, so it cannot be read along with
 * the report. A walk that was too slow begins anew. Throws as `AmazonApi.get` does.
 */
export async function readStock(context: AmazonContext, signal: AbortSignal): Promise<Stock> {
  for (let round = 1; ; round += 1) {
    const all = new Map<string, number>();
    const tokens = new Set<string>();
    let nextToken: string | undefined;
    try {
      do {
        const page = await fetchStockPage(context, nextToken, signal);
        for (const [sku, units] of page.stock) if (!all.has(sku)) all.set(sku, units);
        nextToken = page.nextToken;
        if (nextToken !== undefined && tokens.has(nextToken)) {
          throw new RemoteError("endless-pages", "Amazon's stock pages go round in a circle");
        }
        if (nextToken !== undefined) tokens.add(nextToken);
      } while (nextToken !== undefined);
      return all;
    } catch (error) {
      const isExpired = error instanceof RemoteError && error.status === 400 && nextToken !== undefined;
      if (!isExpired || round >= mostRounds) throw error;
    }
  }
}
