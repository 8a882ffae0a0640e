import type { z } from "zod";
import { PsyncError } from "../../errors.js";
import type { RecordReject, SourceRecord } from "../../model/record.js";
import type { RecordPage } from "../channel.js";
import { acrossLostPlaces, allFail, type ListRequest, type ListState, readList } from "./list.js";
import { fullPage, type Read, sinceFilter, toPage, toReject } from "./open-read.js";
import { newPageSize } from "./page-size.js";
import * as queries from "./queries.js";
import { toVariantRecord } from "./records.js";
import {
  type Node,
  ownerSchema,
  productListSchema,
  productSchema,
  productVariantsSchema,
  toLegacyId,
  toNode,
  variantSchema,
} from "./schema.js";
import { isRising } from "./take.js";

/** Variants that come with their product; the rest of a larger one is read by itself. */
const variantsFirst = 50;

/**
 * Reads the variants of all products that changed since a time: a change of a variant or of stock moves its product's
 * date too. An unchanged shop costs three requests: what a read must know, the location, and an empty page.
 */
export async function* readChanges(
  read: Read,
  since: string,
  signal: AbortSignal,
): AsyncGenerator<RecordPage> {
  yield* readPending(read, signal);
  yield* acrossLostPlaces(read.state, () => readProducts(read, since, signal));
}

async function* readProducts(read: Read, since: string, signal: AbortSignal): AsyncGenerator<RecordPage> {
  const { state, context } = read;
  const tools = { api: context.api, clock: context.parts.clock };
  for await (const page of readList(productList(read, since), state.list, tools, signal)) {
    const records: SourceRecord[] = [];
    const rejects: RecordReject[] = [];
    const ids = page.nodes.map((node) => productSchema.safeParse(node).data?.legacyResourceId);
    if (!isRising(ids)) state.ordered = false;
    for (const { id, message } of page.failed) {
      if (id !== undefined) state.pending.push(pendingOf(id));
      else
        rejects.push(
          toReject(`products, behind position ${state.seen}`, `Shopify cannot show it: ${message}`),
        );
    }
    for (const node of page.nodes) takeProduct(read, node, records, rejects);
    yield toPage(read, records, rejects);
    yield* readPending(read, signal);
  }
}

function takeProduct(read: Read, node: unknown, records: SourceRecord[], rejects: RecordReject[]): void {
  const { state } = read;
  state.seen += 1;
  const product = productSchema.safeParse(node).data;
  const sent = toNode(node);
  if (product === undefined || sent === undefined) {
    const key = toLegacyId(sent?.["id"]) ?? `products, position ${state.seen}`;
    rejects.push(toReject(`product ${key}`, "the shop sent it in a form that cannot be read"));
    return;
  }
  const id = BigInt(product.legacyResourceId);
  if (state.ordered && id <= BigInt(state.floor)) return;
  if (id > BigInt(state.floor)) state.floor = product.legacyResourceId;
  const { pageInfo, nodes } = product.variants;
  takeVariantsOf(read, sent, nodes, records, rejects);
  if (!pageInfo.hasNextPage) return;
  const rest = pendingOf(product.legacyResourceId);
  if (typeof pageInfo.endCursor === "string") rest.list.after = pageInfo.endCursor;
  state.pending.push(rest);
}

function takeVariantsOf(
  read: Read,
  owner: Node,
  nodes: readonly unknown[],
  records: SourceRecord[],
  rejects: RecordReject[],
): void {
  const { variants: _variants, ...product } = owner;
  const isKnown = ownerSchema.safeParse(product).success;
  for (const node of nodes) {
    const id = variantSchema.safeParse(node).data?.legacyResourceId;
    const variant = toNode(node);
    if (id === undefined || variant === undefined || !isKnown) {
      const key =
        toLegacyId(variant?.["id"]) ?? `a variant of product ${String(product["legacyResourceId"])}`;
      rejects.push(toReject(key, "the shop sent it in a form that cannot be read"));
    } else {
      records.push(toVariantRecord({ ...variant, product }, id, read.frame));
    }
  }
}

function pendingOf(id: string): { id: string; list: ListState } {
  return { id, list: { ...newPageSize(fullPage), done: false } };
}

/** Reads what is left of products with many variants, or of one that did not come as a whole. */
async function* readPending(read: Read, signal: AbortSignal): AsyncGenerator<RecordPage> {
  const { state, context } = read;
  const tools = { api: context.api, clock: context.parts.clock };
  for (let next = state.pending[0]; next !== undefined; next = state.pending[0]) {
    const { id, list } = next;
    try {
      for await (const page of readList(ownVariants(read, id), list, tools, signal)) {
        const records: SourceRecord[] = [];
        const rejects: RecordReject[] = [];
        for (const failed of page.failed) {
          const key = failed.id ?? `a variant of product ${id}`;
          rejects.push(toReject(key, `Shopify cannot show it: ${failed.message}`));
        }
        takeVariantsOf(read, page.owner ?? {}, page.nodes, records, rejects);
        yield toPage(read, records, rejects);
      }
      state.pending.shift();
    } catch (error) {
      if (!(error instanceof PsyncError) || error.code !== allFail) throw error;
      state.pending.shift();
      yield toPage(read, [], [toReject(`product ${id}`, error.message)]);
    }
  }
}

function productList({ shape, state }: Read, since: string): ListRequest<z.infer<typeof productListSchema>> {
  const query = sinceFilter(since) + (state.behind === undefined ? "" : ` AND id:>${state.behind}`);
  return {
    what: "products",
    query: queries.productPage,
    schema: productListSchema,
    variables: { ...shape, query, variantsFirst },
    places: queries.productPlaces,
    placeVariables: { query },
    pick: (data) => ({ connection: data.products }),
  };
}

function ownVariants({ shape }: Read, id: string): ListRequest<z.infer<typeof productVariantsSchema>> {
  const productId = `gid://shopify/Product/${id}`;
  return {
    what: `variants of product ${id}`,
    query: queries.productVariantsPage,
    schema: productVariantsSchema,
    variables: { ...shape, productId },
    places: queries.productVariantPlaces,
    placeVariables: { productId },
    pick({ product }) {
      return product === null ? undefined : { connection: product.variants, owner: product };
    },
  };
}
