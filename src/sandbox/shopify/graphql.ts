import { json, type ShopifyAnswer, type ShopifyRequest } from "./answer.js";
import { type CostBucket, costOf } from "./cost.js";
import { Executor } from "./execute.js";
import { type Document, LanguageError, type Operation } from "./language.js";
import { parseDocument } from "./parse.js";
import type { Roots } from "./roots.js";
import type { Schema } from "./schema.js";
import { validateOperation, type Validation } from "./validate.js";
import { type GraphqlError, readVariables } from "./values.js";

export interface GraphqlOptions {
  readonly schema: Schema;
  readonly bucket: CostBucket;
  /** The most that one query may cost. */
  readonly maxCost: number;
  /** Multiplies every price, for shops where everything is dear. */
  readonly costFactor: number;
  readonly makeRoots: (version: string) => Roots;
}

/** An operation that was looked at before it is run. */
interface Prepared {
  readonly document: Document;
  readonly operation: Operation | undefined;
  readonly validation: Validation;
}

/** Names the version that answered. That answers carry it is unverified. */
export const versionHeader = "X-Shopify-API-Version";

const costPage = "https://shopify.dev/api/usage/rate-limits";

/** The error of an empty bucket. */
export const throttled: GraphqlError = {
  message: "Throttled",
  extensions: { code: "THROTTLED", documentation: costPage },
};

/** The error of a query that costs too much. */
export function maxCostError(cost: number, maxCost: number): GraphqlError {
  return {
    message: `Query cost is ${cost}, which exceeds the single query max cost limit (${maxCost}).\n\nSee ${costPage} for more information on how the cost of a query is calculated.`,
    extensions: { code: "MAX_COST_EXCEEDED", cost, maxCost, documentation: costPage },
  };
}

/** Answers operations: text in, JSON out, one after the other. `version` is the one that answers. */
export function createGraphql(
  options: GraphqlOptions,
): (request: ShopifyRequest, version: string) => ShopifyAnswer {
  const { schema, bucket, maxCost } = options;
  // Programs send the same few texts again and again.
  const prepared = new Map<string, Prepared | GraphqlError>();

  function prepare(query: string): Prepared | GraphqlError {
    const known = prepared.get(query);
    if (known !== undefined) return known;
    const made = prepareAnew(query);
    if (prepared.size > 100) prepared.clear();
    prepared.set(query, made);
    return made;
  }

  function prepareAnew(query: string): Prepared | GraphqlError {
    try {
      const document = parseDocument(query);
      const [operation, second] = document.operations;
      const validation =
        operation === undefined || second !== undefined
          ? { errors: [{ message: "An operation name is required" }], deprecated: [] }
          : validateOperation(schema, document, operation);
      return { document, operation, validation };
    } catch (error) {
      if (error instanceof LanguageError) return { message: error.message, locations: [error.place] };
      if (error instanceof SyntaxError) return { message: `syntax error, ${error.message}` };
      throw error;
    }
  }

  return (request, version) => {
    const headers: Record<string, string> = { [versionHeader]: version };
    if (request.query === "")
      return json(400, { errors: { query: "Required parameter missing or invalid" } }, headers);
    const found = prepare(request.query);
    if ("message" in found) return json(200, { errors: [found] }, headers);
    const { document, operation, validation } = found;
    if (validation.errors.length > 0 || operation === undefined)
      return json(200, { errors: validation.errors }, headers);
    if (validation.deprecated.length > 0)
      headers["X-Shopify-API-Deprecated-Reason"] = validation.deprecated.join("; ");
    const { variables, errors } = readVariables(operation.variables, request.variables, schema);
    if (errors.length > 0) return json(200, { errors }, headers);

    const priceOf = (returned?: ReadonlyMap<string, number>): number =>
      Math.ceil(options.costFactor * costOf(schema, document, operation, variables, returned));
    const requestedQueryCost = priceOf();
    const told = (actualQueryCost: number | null): unknown => ({
      cost: { requestedQueryCost, actualQueryCost, throttleStatus: bucket.status() },
    });
    if (requestedQueryCost > maxCost) {
      return json(
        200,
        { errors: [maxCostError(requestedQueryCost, maxCost)], extensions: told(null) },
        headers,
      );
    }
    if (!bucket.take(requestedQueryCost)) {
      return json(200, { errors: [throttled], extensions: told(null) }, headers);
    }
    const roots = options.makeRoots(version);
    const executor = new Executor({ schema, document, variables });
    const data = executor.run(operation, operation.type === "query" ? roots.query : roots.mutation);
    const actual = Math.min(requestedQueryCost, priceOf(sizesOf(data)));
    bucket.give(requestedQueryCost - actual);
    const search = roots.notes.length === 0 ? {} : { search: roots.notes };
    const body = {
      data,
      ...(executor.errors.length === 0 ? {} : { errors: executor.errors }),
      extensions: { ...(told(actual) as object), ...search },
    };
    return json(200, body, headers);
  };
}

/** How long the lists at the root of an answer really are. */
function sizesOf(data: unknown): Map<string, number> {
  const sizes = new Map<string, number>();
  if (typeof data !== "object" || data === null) return sizes;
  for (const [key, value] of Object.entries(data as Record<string, unknown>)) {
    if (typeof value !== "object" || value === null) continue;
    const { nodes, edges } = value as { readonly nodes?: unknown; readonly edges?: unknown };
    const list = nodes ?? edges;
    if (Array.isArray(list)) sizes.set(key, list.length);
  }
  return sizes;
}
