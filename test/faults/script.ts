import type { Answer, WooRequest } from "../../src/sandbox/woocommerce/answer.js";
import type { Fault, FaultScript } from "../../src/sandbox/woocommerce/fault.js";
import type { WooShop } from "../../src/sandbox/woocommerce/server.js";

export const isList = ({ path }: WooRequest): boolean => /\/wc\/v3\/(products|variations)$/.test(path);
export const isProducts = ({ path }: WooRequest): boolean => path.endsWith("/wc/v3/products");
export const pageOf = ({ query }: WooRequest): number => Number(new Map(query).get("page"));

/** A fault of requests of one kind, from the `from`th on, `times` times. */
export function script(
  fault: Fault,
  of: (request: WooRequest) => boolean,
  { from = 1, times = Infinity }: { readonly from?: number; readonly times?: number } = {},
): FaultScript {
  let seen = 0;
  return {
    onRequest: (_n, request) => {
      if (!of(request)) return undefined;
      seen += 1;
      return seen >= from && seen < from + times ? fault : undefined;
    },
  };
}

/** An answer of a web server that is no WordPress. */
export function refusal(status: number, headers: Answer["headers"] = {}): Fault {
  return {
    name: String(status),
    instead: () => ({ status, headers: { "Content-Type": "text/plain", ...headers }, text: "No." }),
  };
}

/** How many requests met a fault. */
export function met(shop: WooShop): number {
  return shop.requests.filter(({ faults }) => faults.length > 0).length;
}
