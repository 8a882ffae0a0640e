import type { Fault, FaultScript } from "../../src/sandbox/fault.js";
import type { SandboxShop } from "../../src/sandbox/sandbox.js";
import type { FakeClock } from "../support/fake-clock.js";

/** A fault of requests of one kind, from the `from`th on, `times` times. */
export function script<Request, Answer>(
  fault: Fault<Request, Answer> | ((request: Request) => Fault<Request, Answer>),
  of: (request: Request) => boolean,
  { from = 1, times = Infinity }: { readonly from?: number; readonly times?: number } = {},
): FaultScript<Request, Answer> {
  let seen = 0;
  return {
    onRequest: (_n, request) => {
      if (!of(request)) return undefined;
      seen += 1;
      if (seen < from || seen >= from + times) return undefined;
      return typeof fault === "function" ? fault(request) : fault;
    },
  };
}

/** A fault of requests of one kind, for ten minutes from the first request on that begins it. */
export function storm<Request, Answer>(
  clock: FakeClock,
  fault: Fault<Request, Answer>,
  begins: (request: Request) => boolean,
  of: (request: Request) => boolean = () => true,
): FaultScript<Request, Answer> {
  let end = 0;
  return {
    onRequest: (_n, request) => {
      if (end === 0 && begins(request)) end = clock.now() + 600_000;
      return clock.now() < end && of(request) ? fault : undefined;
    },
  };
}

/** How many requests met a fault of this name; without a name, any but small pages, which are no harm. */
export function met({ requests }: SandboxShop, name?: string): number {
  return requests.filter(({ faults }) =>
    name === undefined ? faults.some((one) => one !== "small-pages") : faults.includes(name),
  ).length;
}
