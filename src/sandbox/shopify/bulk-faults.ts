import { eachOf, type NamedFault } from "../fault.js";
import { asksFor, type ShopifyAnswer, type ShopifyRequest } from "./answer.js";
import type { BulkFate } from "./bulk.js";
import type { FaultTarget } from "./fault-target.js";

type ShopifyFault = NamedFault<FaultTarget, ShopifyRequest, ShopifyAnswer>;

const isStart = (request: ShopifyRequest): boolean => asksFor(request, "bulkOperationRunQuery");

function fated(name: string, fate: BulkFate, description: string): ShopifyFault {
  return {
    description,
    make: (target, settings) =>
      eachOf<ShopifyRequest, ShopifyAnswer>(
        {
          name,
          answer: (answer) => {
            const operation = target.bulk.newest();
            if (operation !== undefined) operation.fate = fate;
            return answer;
          },
        },
        settings,
        { every: 1, of: isStart },
      ),
  };
}

function refusing(
  name: string,
  code: "OPERATION_IN_PROGRESS" | "LIMIT_REACHED" | "INVALID",
  description: string,
): ShopifyFault {
  return {
    description,
    make: (target, settings) =>
      eachOf<ShopifyRequest, ShopifyAnswer>(
        {
          name,
          request: (request) => {
            target.bulk.refuse = code;
            return request;
          },
          answer: (answer) => {
            target.bulk.refuse = undefined;
            return answer;
          },
        },
        settings,
        { every: 1, of: isStart },
      ),
  };
}

/** What goes wrong with exports. */
export const bulkFaults: Readonly<Record<string, ShopifyFault>> = {
  "bulk-refused": refusing(
    "bulk-refused",
    "OPERATION_IN_PROGRESS",
    "exports are refused: one is in progress",
  ),
  "bulk-limit": refusing("bulk-limit", "LIMIT_REACHED", "exports are refused: too many at a time"),
  "bulk-invalid": refusing("bulk-invalid", "INVALID", "exports are refused: the query is invalid"),
  "bulk-failed": fated("bulk-failed", "failed", "exports fail without a result"),
  "bulk-partial": fated("bulk-partial", "partial", "exports fail, and a part of the result is there"),
  "bulk-canceled": fated("bulk-canceled", "canceled", "exports are canceled by Shopify"),
  "bulk-expired": fated("bulk-expired", "expired", "exports are expired when they are asked for"),
  "bulk-stalled": fated("bulk-stalled", "stalled", "exports run and never get on"),
  "bulk-torn": fated("bulk-torn", "torn", "the last line of an export is broken"),
  "bulk-short": fated("bulk-short", "short", "exports hold fewer lines than they declare"),
  "bulk-cut": fated("bulk-cut", "cut", "the first download of an export breaks half way"),
};
